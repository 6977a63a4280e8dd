{
  description = "Seven hosts at home, one flake, shared modules";

  inputs = {
    nixpkgs.url = "git+file://@INPUTS@/nixpkgs";
    home-manager.url = "git+file://@INPUTS@/home-manager";
    home-manager.inputs.nixpkgs.follows = "nixpkgs";
    hardware.url = "git+file://@INPUTS@/hardware";
    wallpapers = { url = "git+file://@INPUTS@/wallpapers"; flake = false; };
  };

  outputs = { self, nixpkgs, home-manager, hardware, ... }@inputs:
    let
      host = name: modules: nixpkgs.lib.nixosSystem {
        system = "x86_64-linux";
        specialArgs = { inherit inputs; };
        modules = [ ./modules/common.nix home-manager.module (./hosts + "/${name}.nix") ] ++ modules;
      };
    in
    {
      # The laptops have drivers of their own.
      nixosConfigurations = {
        dobro = host "dobro" [ ];
        zeeba = host "zeeba" [ hardware.laptop ];
        plex = host "plex" [ ];
        orc = host "orc" [ ];
        imbp = host "imbp" [ hardware.laptop ];
        nixahi = host "nixahi" [ hardware.laptop ];
        matcha = host "matcha" [ ];
      };
    };
}
