# services.hostlock.pull: a timer has this machine take its system from the newest signed release.
{ config, lib, ... }:
let
  inherit (builtins) toJSON;
  inherit (lib) mkEnableOption mkIf mkOption optionalString types;
  cfg = config.services.hostlock.pull;

  settings = toJSON {
    inherit (cfg) cache fleet host hostKey sources;
    allowedSigners = "/etc/hostlock/allowed_signers";
    fleetFile = if cfg.fleetFile == null then null else "/etc/hostlock/hostlock.toml";
  };
in
{
  options.services.hostlock.pull = {
    enable = mkEnableOption "a timer that runs `hostlock pull`, which takes the system of this machine from the newest signed release";

    fleet = mkOption {
      type = types.str;
      example = "home";
      description = "The name of the fleet, as `hostlock release --fleet` has it. Releases of other fleets are refused.";
    };

    host = mkOption {
      type = types.str;
      default = config.networking.hostName;
      defaultText = lib.literalExpression "config.networking.hostName";
      description = "The host of the fleet that this machine is.";
    };

    sources = mkOption {
      type = types.listOf types.str;
      example = [ "https://releases.example.org/home" ];
      description = "Where releases are looked for: addresses of a web server or of a git repository, or folders.";
    };

    allowedSigners = mkOption {
      type = types.lines;
      example = ''ada@example.org namespaces="hostlock-release" ssh-ed25519 AAAA…'';
      description = "Who may sign releases, a line each, as ssh-keygen(1) describes it under ALLOWED SIGNERS. `valid-before` ends a key.";
    };

    cache = mkOption {
      type = types.nullOr types.str;
      default = null;
      example = "https://cache.example.org";
      description = "The store that systems are copied from. Null takes them from the substituters of nix.conf. Nix checks its own signatures in any case.";
    };

    fleetFile = mkOption {
      type = types.nullOr types.path;
      default = null;
      example = lib.literalExpression "./hostlock.toml";
      description = "The `hostlock.toml` whose gates, trial and hold are those of this machine.";
    };

    hostKey = mkOption {
      type = types.str;
      default = "/etc/ssh/ssh_host_ed25519_key";
      description = "The ssh host key, which signs receipts.";
    };

    textfile = mkOption {
      type = types.nullOr (types.strMatching "/[a-zA-Z0-9._/-]+");
      default = null;
      example = "/var/lib/node-exporter/hostlock.prom";
      description = "A file for the textfile collector of node_exporter. Null writes none.";
    };

    interval = mkOption {
      type = types.str;
      default = "hourly";
      description = "When it runs, as `OnCalendar` of systemd.timer(5) takes it.";
    };

    randomizedDelay = mkOption {
      type = types.str;
      default = "30min";
      description = "The longest time by which a run is put off, so that machines do not all come at once: `RandomizedDelaySec` of systemd.timer(5).";
    };
  };

  config = mkIf cfg.enable {
    assertions = [
      {
        assertion = cfg.sources != [ ] && cfg.allowedSigners != "";
        message = "services.hostlock.pull needs sources, and allowedSigners with at least one line";
      }
      {
        assertion = !(config.system.autoUpgrade.enable or false);
        message = "services.hostlock.pull and system.autoUpgrade would switch this machine by turns; enable one of them";
      }
    ];
    # The keys that may sign releases are a part of the system, so only a system that was released takes them away or adds some.
    environment.etc."hostlock/allowed_signers".text = cfg.allowedSigners;
    environment.etc."hostlock/pull.json".text = settings;
    environment.etc."hostlock/hostlock.toml" = mkIf (cfg.fleetFile != null) { source = cfg.fleetFile; };
    systemd.services.hostlock-pull = {
      description = "This machine takes its system from the newest release";
      wants = [ "network-online.target" ];
      after = [ "network-online.target" ];
      # nix, ssh-keygen and git, as they are at a terminal.
      path = [ "/run/wrappers" "/run/current-system/sw" ];
      # nix keeps what it knows of caches there, and the home of root can only be read.
      environment.XDG_CACHE_HOME = "/var/cache/hostlock";
      # It is at work while the machine switches, and must see the end of that.
      restartIfChanged = false;
      stopIfChanged = false;
      unitConfig.X-StopOnRemoval = false;
      serviceConfig = {
        Type = "oneshot";
        ExecStart = "${config.programs.hostlock.package}/bin/hostlock pull${optionalString (cfg.textfile != null) " --textfile ${cfg.textfile}"}";
        # A machine that is held, a gate that gives no clear answer, another run at work: none of it is a failure of this unit.
        SuccessExitStatus = "4 5 6";
        CacheDirectory = "hostlock";
        StateDirectory = "hostlock";
        # Systems are activated by a unit of their own, so nothing of this is in the way of an activation.
        LockPersonality = true;
        NoNewPrivileges = true;
        PrivateTmp = true;
        ProtectControlGroups = true;
        ProtectHome = "read-only";
        ProtectKernelLogs = true;
        ProtectKernelModules = true;
        ProtectSystem = "full";
        RestrictRealtime = true;
        SystemCallArchitectures = "native";
      };
    };
    systemd.timers.hostlock-pull = {
      wantedBy = [ "timers.target" ];
      timerConfig = { OnCalendar = cfg.interval; Persistent = true; RandomizedDelaySec = cfg.randomizedDelay; };
    };
  };
}
