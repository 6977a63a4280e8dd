{
  description = "A stand-in for nixpkgs: just enough of nixosSystem to give hosts a derivation";
  outputs = { self }: {
    lib = import ./lib.nix { nixpkgs = self; };
  };
}
