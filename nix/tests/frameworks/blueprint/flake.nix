{
  description = "A stand-in for blueprint: the flake is a function, and reads the folders of whoever calls it";
  inputs.nixpkgs.url = "git+file://@INPUTS@/nixpkgs";
  outputs = inputs: {
    __functor = _: import ./blueprint.nix inputs;
  };
}
