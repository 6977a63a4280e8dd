{
  description = "A stand-in for home-manager: a module that knows which nixpkgs it was given";
  inputs.nixpkgs.url = "git+file://@INPUTS@/nixpkgs";
  outputs = { self, nixpkgs }: {
    module = { ... }: { home-manager.nixpkgs = builtins.readFile (nixpkgs + "/version"); };
  };
}
