{
  description = "Hosts of one flake, each built by a lock of its own";

  inputs.nixpkgs.url = "github:NixOS/nixpkgs/nixos-unstable";

  outputs = inputs: import ./hostlock.nix inputs ({ self, nixpkgs, ... }@inputs:
    let
      host = name: nixpkgs.lib.nixosSystem {
        specialArgs = { inherit inputs; };
        modules = [ ./modules/common.nix (./hosts + "/${name}.nix") ];
      };
    in
    {
      nixosConfigurations = {
        laptop = host "laptop";
        server = host "server";
      };
    });
}
