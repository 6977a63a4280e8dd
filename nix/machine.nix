# What NixOS and nix-darwin have alike beside program.nix: they install for the whole machine, and the timer runs as a user of it.
{ config, lib, ... }:
let
  inherit (lib) mkIf mkMerge mkOption types;
  cfg = config.programs.hostlock;
in
{
  imports = [ ./program.nix ];

  options.services.hostlock.tick.user = mkOption {
    type = types.str;
    example = "jono";
    description = "The user who owns the clone, and whom the machines let in by ssh.";
  };

  config = mkMerge [
    (mkIf cfg.enable { environment.systemPackages = [ cfg.package ]; })
    (mkIf (cfg.enable && cfg.flake != null) { environment.variables.HOSTLOCK_FLAKE = cfg.flake; })
  ];
}
