{
  inputs = {
    nixpkgs.url = "git+file://@INPUTS@/nixpkgs";
    blueprint.url = "git+file://@INPUTS@/blueprint";
    blueprint.inputs.nixpkgs.follows = "nixpkgs";
    wallpapers = { url = "git+file://@INPUTS@/wallpapers"; flake = false; };
  };

  outputs = inputs: inputs.blueprint { inherit inputs; };
}
