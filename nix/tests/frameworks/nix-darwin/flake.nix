{
  description = "A stand-in for nix-darwin: a system of modules, by the nixpkgs that nix-darwin has as its own input";
  inputs.nixpkgs.url = "git+file://@INPUTS@/nixpkgs";
  outputs = { self, nixpkgs }: {
    lib.darwinSystem = { modules, specialArgs ? { }, system ? "aarch64-darwin" }@base:
      let
        evaluated = nixpkgs.lib.evalModules { modules = [ ./system.nix { nixpkgs.hostPlatform = system; } ] ++ modules; specialArgs = specialArgs // { inherit nixpkgs; }; };
      in
      evaluated // {
        system = evaluated.config.system.build.toplevel;
        extendModules = more: self.lib.darwinSystem (base // { modules = modules ++ more.modules; });
      };
  };
}
