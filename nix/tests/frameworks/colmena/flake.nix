{
  description = "A stand-in for colmena: it evaluates each node itself, by the package set that the hive names for it";
  outputs = { self }: {
    lib.makeHive = import ./hive.nix;
  };
}
