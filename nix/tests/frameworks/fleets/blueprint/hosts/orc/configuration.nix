{ flake, inputs, hostName, perSystem, ... }: {
  imports = [ flake.nixosModules.common ];
  networking = { inherit hostName; };
  environment.systemPackages = [ perSystem.self.tool perSystem.nixpkgs.git ];
  environment.etc."wallpapers".source = "${inputs.wallpapers}";
}
