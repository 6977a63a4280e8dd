{
  description = "A stand-in for home-manager: a home is modules and the package set it is given";
  inputs.nixpkgs.url = "git+file://@INPUTS@/nixpkgs";
  outputs = { self, nixpkgs }: {
    lib.homeManagerConfiguration = { pkgs, lib ? pkgs.lib, modules, extraSpecialArgs ? { } }@base:
      let
        evaluated = lib.evalModules { modules = [ ./home.nix ] ++ modules; specialArgs = extraSpecialArgs // { inherit pkgs; }; };
      in
      evaluated // {
        inherit (evaluated.config.home) activationPackage;
        extendModules = more: self.lib.homeManagerConfiguration (base // { modules = modules ++ more.modules; });
      };
  };
}
