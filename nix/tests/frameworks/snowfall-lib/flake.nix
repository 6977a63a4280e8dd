{
  description = "A stand-in for snowfall-lib: hosts, modules and a library are found by where their files are";
  inputs.nixpkgs.url = "git+file://@INPUTS@/nixpkgs";
  inputs.flake-utils-plus.url = "git+file://@INPUTS@/flake-utils-plus";
  outputs = core: {
    mkFlake = import ./mkFlake.nix core;
  };
}
