{
  inputs = {
    nixpkgs.url = "git+file://@INPUTS@/nixpkgs";
    snowfall-lib.url = "git+file://@INPUTS@/snowfall-lib";
    snowfall-lib.inputs.nixpkgs.follows = "nixpkgs";
    wallpapers = { url = "git+file://@INPUTS@/wallpapers"; flake = false; };
  };

  outputs = inputs: inputs.snowfall-lib.mkFlake {
    inherit inputs;
    src = ./.;
    systems.hosts.plex.specialArgs.serves = "films";
    outputsBuilder = channels: { packages = { inherit (channels.nixpkgs) git; }; };
  };
}
