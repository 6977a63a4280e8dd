# For home-manager: the program, the lock that built the home in the home, and a timer of the user that goes on with rollouts.
{ config, lib, pkgs, ... }:
let
  inherit (lib) mkAfter mkIf mkMerge mkOption types;
  cfg = config.programs.hostlock;
  tick = config.services.hostlock.tick;
in
{
  imports = [ ./program.nix ];

  options.services.hostlock.tick.interval = mkOption {
    type = types.str;
    default = "hourly";
    description = "When it runs, as `OnCalendar` of systemd.timer(5) takes it.";
  };

  config = mkMerge [
    (mkIf cfg.enable { home.packages = [ cfg.package ]; })
    (mkIf (cfg.enable && cfg.flake != null) { home.sessionVariables.HOSTLOCK_FLAKE = cfg.flake; })
    (mkIf tick.enable {
      assertions = [ {
        assertion = pkgs.stdenv.hostPlatform.isLinux;
        message = "services.hostlock.tick of home-manager needs systemd; on macOS, the module for nix-darwin has it";
      } ];
      systemd.user.services.hostlock-tick = {
        Unit.Description = "Rollouts of ${toString tick.flake} go on";
        Service = {
          Type = "oneshot";
          WorkingDirectory = tick.flake;
          ExecStart = toString tick.command;
          # ssh, nix and git, as the user has them at a terminal.
          Environment = "PATH=/run/wrappers/bin:%h/.nix-profile/bin:/etc/profiles/per-user/%u/bin:/run/current-system/sw/bin:/nix/var/nix/profiles/default/bin:/usr/bin:/bin";
          # A host that is out of reach, a ring that waits, another run at work: none of it is a failure of this unit.
          SuccessExitStatus = "4 5 6";
        };
      };
      systemd.user.timers.hostlock-tick = {
        Unit.Description = "Rollouts of ${toString tick.flake} go on";
        Timer = { OnCalendar = tick.interval; Persistent = true; };
        Install.WantedBy = [ "timers.target" ];
      };
    })
    (mkIf cfg.stamp.enable { home.extraBuilderCommands = mkAfter (import ./stamp.nix cfg.stamp).commands; })
  ];
}
