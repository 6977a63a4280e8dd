{ self, inputs, withSystem, ... }:
let
  host = name: withSystem "x86_64-linux" ({ self', config, ... }: inputs.nixpkgs.lib.nixosSystem {
    specialArgs = { inherit inputs self; };
    modules = [
      self.nixosModules.common
      { networking.hostName = name; environment.systemPackages = [ self'.packages.default config.packages.tool ]; }
    ];
  });
in
{
  flake.nixosModules.common = { inputs, self, lib, ... }: {
    environment.etc."wallpapers".source = "${inputs.wallpapers}";
    peers = builtins.concatStringsSep " " (builtins.attrNames self.nixosConfigurations);
    nixpkgsOfSelf = self.inputs.nixpkgs.lib.version;
  };
  flake.nixosConfigurations = { plex = host "plex"; orc = host "orc"; dobro = host "dobro"; };
}
