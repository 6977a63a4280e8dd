{ flake, inputs, hostName }: {
  class = "nixos";
  value = inputs.nixpkgs.lib.nixosSystem { modules = [ flake.nixosModules.common { networking = { inherit hostName; }; } ]; };
}
