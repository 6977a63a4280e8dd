{
  inputs = {
    nixpkgs.url = "git+file://@INPUTS@/nixpkgs";
    flake-parts.url = "git+file://@INPUTS@/flake-parts";
    flake-parts.inputs.nixpkgs-lib.follows = "nixpkgs";
    wallpapers = { url = "git+file://@INPUTS@/wallpapers"; flake = false; };
  };

  outputs = inputs@{ self, flake-parts, ... }:
    flake-parts.lib.mkFlake { inherit inputs; } {
      systems = [ "x86_64-linux" "aarch64-linux" ];
      imports = [ ./hosts ];
      perSystem = { pkgs, self', inputs', ... }: {
        packages.default = self'.packages.tool;
        packages.tool = inputs'.nixpkgs.legacyPackages.git;
        packages.shell = pkgs.mkShell { name = "tools"; };
      };
    };
}
