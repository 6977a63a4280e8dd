{
  description = "A stand-in for flake-parts: the outputs are what a set of modules is put together to";
  inputs.nixpkgs-lib.url = "git+file://@INPUTS@/nixpkgs";
  outputs = { self, nixpkgs-lib }: {
    lib.mkFlake = { inputs, self ? inputs.self, moduleLocation ? "${self.outPath}/flake.nix" }: module:
      let
        inherit (nixpkgs-lib) lib;
        core = lib.evalModules {
          modules = [ ./core.nix module ];
          specialArgs = { inherit inputs self moduleLocation withSystem; };
        };
        withSystem = system: use: use core.config.allSystems.${system};
      in
      core.config.flake;
  };
}
