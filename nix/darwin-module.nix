# For nix-darwin: the program, the lock that built the system in /etc, and a timer that goes on with rollouts.
{ config, lib, ... }:
let
  inherit (lib) mkDefault mkIf mkMerge mkOption types;
  cfg = config.programs.hostlock;
  tick = config.services.hostlock.tick;
in
{
  imports = [ ./machine.nix ];

  options.services.hostlock.tick.interval = mkOption {
    type = types.ints.positive;
    default = 3600;
    description = "The seconds from one run to the next, as `StartInterval` of launchd.plist(5) takes them.";
  };

  config = mkMerge [
    { programs.hostlock.stamp.host = mkIf (config.networking.hostName != null) (mkDefault config.networking.hostName); }
    (mkIf tick.enable {
      launchd.daemons.hostlock-tick.serviceConfig = {
        ProgramArguments = tick.command;
        UserName = tick.user;
        WorkingDirectory = tick.flake;
        StartInterval = tick.interval;
        # ssh, nix and git, as the user has them at a terminal.
        EnvironmentVariables.PATH = "/run/current-system/sw/bin:/nix/var/nix/profiles/default/bin:/usr/bin:/bin";
      };
    })
    (mkIf cfg.stamp.enable { environment.etc = (import ./stamp.nix cfg.stamp).etc mkDefault; })
  ];
}
