{
  inputs = {
    nixpkgs.url = "git+file://@INPUTS@/nixpkgs";
    deploy-rs = { url = "git+file://@INPUTS@/deploy-rs"; inputs.nixpkgs.follows = "nixpkgs"; };
    colmena.url = "git+file://@INPUTS@/colmena";
    home-manager = { url = "git+file://@INPUTS@/home-manager"; inputs.nixpkgs.follows = "nixpkgs"; };
    nix-darwin = { url = "git+file://@INPUTS@/nix-darwin"; inputs.nixpkgs.follows = "nixpkgs"; };
  };

  outputs = { self, nixpkgs, deploy-rs, colmena, home-manager, nix-darwin }:
    let
      inherit (nixpkgs) lib;
      host = name: lib.nixosSystem { modules = [ { networking.hostName = name; } ]; };
      home = user: home-manager.lib.homeManagerConfiguration {
        pkgs = nixpkgs.legacyPackages.x86_64-linux;
        modules = [ ({ pkgs, ... }: { home.username = user; home.packages = [ pkgs.git ]; }) ];
      };
    in
    {
      nixosConfigurations = lib.genAttrs [ "plex" "orc" "spare" ] host;
      darwinConfigurations.imbp = nix-darwin.lib.darwinSystem { modules = [ { networking.hostName = "imbp"; } ]; };
      homeConfigurations = { "jono@plex" = home "jono"; "jono@orc" = home "jono"; };

      deploy.nodes = builtins.mapAttrs
        (name: configuration: {
          hostname = "${name}.lan";
          profiles.system.path = deploy-rs.lib.x86_64-linux.activate.nixos configuration;
        })
        self.nixosConfigurations;
      checks = builtins.mapAttrs (_: lib: lib.deployChecks self.deploy) deploy-rs.lib;

      colmena = {
        meta = {
          nixpkgs = nixpkgs.legacyPackages.x86_64-linux;
          nodeNixpkgs = builtins.mapAttrs (_: configuration: configuration.pkgs) self.nixosConfigurations;
          nodeSpecialArgs = builtins.mapAttrs (_: configuration: configuration._module.specialArgs) self.nixosConfigurations;
        };
      } // builtins.mapAttrs (name: configuration: { imports = configuration._module.args.modules; deployment.targetHost = "${name}.lan"; }) self.nixosConfigurations;
      colmenaHive = colmena.lib.makeHive self.outputs.colmena;
    };
}
