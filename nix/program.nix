# What NixOS, nix-darwin and home-manager have alike: programs.hostlock, and what services.hostlock.tick is told everywhere.
{ config, lib, pkgs, ... }:
let
  inherit (lib) literalExpression literalMD mkEnableOption mkOption types;
  tick = config.services.hostlock.tick;
in
{
  options.programs.hostlock = {
    enable = mkEnableOption "hostlock, which keeps a lock for each host of one flake, with its manual pages and its completion for bash, zsh and fish";

    package = mkOption {
      type = types.package;
      default = pkgs.callPackage ./package.nix { };
      defaultText = literalMD "hostlock, built by the nixpkgs of this system";
      description = "The package to install.";
    };

    flake = mkOption {
      type = types.nullOr types.str;
      default = null;
      example = "/etc/nixos";
      description = "The folder of the flake that commands are about, wherever they are typed (`HOSTLOCK_FLAKE`). Null: the flake of the folder at hand.";
    };

    stamp = {
      enable = mkEnableOption "a copy of the lock in `/etc/hostlock` and in `hostlock/` of the system itself, for a configuration that `hostlock.nix` does not put together";

      host = mkOption {
        type = types.str;
        example = "plex";
        description = "The name of the host in `host.json`. If it is left out, NixOS and nix-darwin take `networking.hostName`.";
      };

      lock = mkOption {
        type = types.path;
        example = literalExpression "./locks/plex.lock";
        description = "The lock that this system is built by.";
      };
    };
  };

  options.services.hostlock.tick = {
    enable = mkEnableOption "a timer that runs `hostlock tick`, which goes on with the rollouts of a flake";

    flake = mkOption {
      type = types.nullOr types.str;
      default = config.programs.hostlock.flake;
      defaultText = literalExpression "config.programs.hostlock.flake";
      example = "/home/jono/fleet";
      description = "The folder of the flake, a clone that nobody else switches machines from at the same time.";
    };

    textfile = mkOption {
      # systemd takes it as one word, and no character of it as a sign.
      type = types.nullOr (types.strMatching "/[a-zA-Z0-9._/-]+");
      default = null;
      example = "/var/lib/node-exporter/hostlock.prom";
      description = "A file for the textfile collector of node_exporter, in a folder that the user can write to. Null writes none.";
    };

    command = mkOption {
      type = types.listOf types.str;
      internal = true;
      readOnly = true;
      description = "The words of the command that the timer runs.";
    };
  };

  config = {
    services.hostlock.tick.command = [ "${config.programs.hostlock.package}/bin/hostlock" "tick" ] ++ lib.optionals (tick.textfile != null) [ "--textfile" tick.textfile ];
    assertions = [ {
      assertion = tick.enable -> tick.flake != null;
      message = "services.hostlock.tick.flake is not set, and neither is programs.hostlock.flake";
    } ];
  };
}
