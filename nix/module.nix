# For NixOS: the program, the lock that built the system in the system, and a timer that goes on with rollouts.
{ config, lib, options, ... }:
let
  inherit (lib) mkAfter mkDefault mkIf mkMerge mkOption mkRenamedOptionModule types;
  cfg = config.programs.hostlock;
  tick = config.services.hostlock.tick;
  stamp = import ./stamp.nix cfg.stamp;
in
{
  imports = [ ./machine.nix ./pull.nix ]
    ++ map (name: mkRenamedOptionModule [ "programs" "hostlock" "tick" name ] [ "services" "hostlock" "tick" name ]) [ "enable" "flake" "user" "interval" "textfile" ];

  options.services.hostlock.tick.interval = mkOption {
    type = types.str;
    default = "hourly";
    description = "When it runs, as `OnCalendar` of systemd.timer(5) takes it.";
  };

  config = mkMerge [
    { programs.hostlock.stamp.host = mkDefault config.networking.hostName; }
    (mkIf tick.enable {
      systemd.services.hostlock-tick = {
        description = "Rollouts of ${toString tick.flake} go on";
        wants = [ "network-online.target" ];
        after = [ "network-online.target" ];
        # ssh, nix and git, as the user has them at a terminal.
        path = [ "/run/wrappers" "/run/current-system/sw" ];
        serviceConfig = {
          Type = "oneshot";
          User = tick.user;
          WorkingDirectory = tick.flake;
          ExecStart = toString tick.command;
          # A host that is out of reach, a ring that waits, another run at work: none of it is a failure of this unit.
          SuccessExitStatus = "4 5 6";
        };
      };
      systemd.timers.hostlock-tick = {
        wantedBy = [ "timers.target" ];
        timerConfig = { OnCalendar = tick.interval; Persistent = true; };
      };
    })
    (mkIf cfg.stamp.enable {
      environment.etc = stamp.etc mkDefault;
      system.${if options.system ? systemBuilderCommands then "systemBuilderCommands" else "extraSystemBuilderCmds"} = mkAfter stamp.commands;
    })
  ];
}
