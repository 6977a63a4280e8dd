# programs.hostlock: installs the program, puts the lock that built the system into the system, and has a timer go on with rollouts.
{ config, lib, options, pkgs, ... }:
let
  inherit (builtins) elemAt hashString match readFile storeDir stringLength substring toFile toJSON unsafeDiscardStringContext;
  inherit (lib) mkAfter mkDefault mkEnableOption mkIf mkMerge mkOption optionalString types;
  cfg = config.programs.hostlock;

  # The same two files that hostlock.nix makes if hostlock.toml has `stamp = true`. They depend on the bytes of the lock alone, so
  # that a system does not change with the rest of the repository.
  text = unsafeDiscardStringContext (readFile cfg.stamp.lock);
  lock = toFile "flake.lock" text;
  about = toFile "host.json" (toJSON { inherit (cfg.stamp) host; lock = placeOf (toString cfg.stamp.lock); sha256 = hashString "sha256" text; version = 1; });

  # The path of a file in its repository: locks/plex.lock of /nix/store/…-source/locks/plex.lock.
  placeOf = path:
    let
      inStore = substring 0 (stringLength storeDir) path == storeDir;
      parts = match "/[^/]+/(.+)" (substring (stringLength storeDir) (-1) path);
    in
    unsafeDiscardStringContext (if inStore && parts != null then elemAt parts 0 else baseNameOf path);
in
{
  options.programs.hostlock = {
    enable = mkEnableOption "hostlock, which keeps a lock for each host of one flake";

    package = mkOption {
      type = types.package;
      default = pkgs.callPackage ./package.nix { };
      defaultText = lib.literalMD "hostlock, built by the nixpkgs of this system";
      description = "The package to install.";
    };

    tick = {
      enable = mkEnableOption "a timer that runs `hostlock tick`, which goes on with the rollouts of a flake";

      flake = mkOption {
        type = types.str;
        example = "/home/jono/fleet";
        description = "The folder of the flake, a clone that nobody else switches machines from at the same time.";
      };

      user = mkOption {
        type = types.str;
        example = "jono";
        description = "The user who owns the clone, and whom the machines let in by ssh.";
      };

      interval = mkOption {
        type = types.str;
        default = "hourly";
        description = "When it runs, as `OnCalendar` of systemd.timer(5) takes it.";
      };

      textfile = mkOption {
        # systemd takes it as one word, and no character of it as a sign.
        type = types.nullOr (types.strMatching "/[a-zA-Z0-9._/-]+");
        default = null;
        example = "/var/lib/node-exporter/hostlock.prom";
        description = "A file for the textfile collector of node_exporter, in a folder that the user can write to. Null writes none.";
      };
    };

    stamp = {
      enable = mkEnableOption "a copy of the lock in `/etc/hostlock` and in `hostlock/` of the system itself, for a configuration that `hostlock.nix` does not put together";

      host = mkOption {
        type = types.str;
        default = config.networking.hostName;
        defaultText = lib.literalExpression "config.networking.hostName";
        description = "The name of the host in `host.json`.";
      };

      lock = mkOption {
        type = types.path;
        example = lib.literalExpression "./locks/plex.lock";
        description = "The lock that this system is built by.";
      };
    };
  };

  config = mkMerge [
    (mkIf cfg.enable {
      environment.systemPackages = [ cfg.package ];
    })
    (mkIf cfg.tick.enable {
      systemd.services.hostlock-tick = {
        description = "Rollouts of ${cfg.tick.flake} go on";
        wants = [ "network-online.target" ];
        after = [ "network-online.target" ];
        # ssh, nix and git, as the user has them at a terminal.
        path = [ "/run/wrappers" "/run/current-system/sw" ];
        serviceConfig = {
          Type = "oneshot";
          User = cfg.tick.user;
          WorkingDirectory = cfg.tick.flake;
          ExecStart = "${cfg.package}/bin/hostlock tick${optionalString (cfg.tick.textfile != null) " --textfile ${cfg.tick.textfile}"}";
          # A host that is out of reach, a ring that waits, another run at work: none of it is a failure of this unit.
          SuccessExitStatus = "4 5 6";
        };
      };
      systemd.timers.hostlock-tick = {
        wantedBy = [ "timers.target" ];
        timerConfig = { OnCalendar = cfg.tick.interval; Persistent = true; };
      };
    })
    # If hostlock.nix stamps the system too, its files win, because it knows the lock and does not have to be told.
    (mkIf cfg.stamp.enable {
      environment.etc."hostlock/flake.lock".source = mkDefault lock;
      environment.etc."hostlock/host.json".source = mkDefault about;
      system.${if options.system ? systemBuilderCommands then "systemBuilderCommands" else "extraSystemBuilderCmds"} = mkAfter ''
        if [ ! -e $out/hostlock ]; then
          mkdir $out/hostlock
          cp ${lock} $out/hostlock/flake.lock
          cp ${about} $out/hostlock/host.json
        fi
      '';
    })
  ];
}
