{ config, lib, pkgs, ... }: {
  options.home = {
    username = lib.mkOption { type = lib.types.str; };
    packages = lib.mkOption { type = lib.types.list; default = [ ]; };
    extraBuilderCommands = lib.mkOption { type = lib.types.lines; default = ""; };
    activationPackage = lib.mkOption { type = lib.types.package; };
  };
  config.home.activationPackage = derivation {
    name = "home-${config.home.username}-${lib.version}";
    inherit (pkgs) system;
    builder = "/bin/sh";
    inherit (config.home) packages;
    commands = config.home.extraBuilderCommands;
    args = [ "-c" "echo $packages >$out; eval \"$commands\"" ];
  };
}
