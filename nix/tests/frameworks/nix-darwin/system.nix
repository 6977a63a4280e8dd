{ config, lib, nixpkgs, ... }: {
  options = {
    networking.hostName = lib.mkOption { type = lib.types.str; };
    nixpkgs.hostPlatform = lib.mkOption { type = lib.types.str; };
    system.build.toplevel = lib.mkOption { type = lib.types.package; };
  };
  config.system.build.toplevel = derivation {
    name = "darwin-system-${config.networking.hostName}-${lib.version}";
    system = config.nixpkgs.hostPlatform;
    builder = "/bin/sh";
    args = [ "-c" "echo $nixpkgs >$out" ];
    nixpkgs = "${nixpkgs}";
  };
}
