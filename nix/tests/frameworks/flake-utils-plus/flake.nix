{
  description = "A stand-in for flake-utils-plus: hosts and channels as arguments of one function";
  outputs = { self }: {
    lib.mkFlake = import ./mkFlake.nix { flake-utils-plus = self; };
    overlay = final: previous: { withPlus = true; };
  };
}
