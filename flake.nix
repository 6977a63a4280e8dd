{
  description = "One flake, many NixOS hosts, one lock per host";

  inputs.nixpkgs.url = "github:NixOS/nixpkgs/nixos-unstable";

  outputs = { self, nixpkgs }:
    let
      inherit (nixpkgs) lib;
      eachSystem = f: lib.genAttrs [ "x86_64-linux" "aarch64-linux" ] (system: f nixpkgs.legacyPackages.${system});
    in
    {
      packages = eachSystem (pkgs: rec {
        hostlock = pkgs.callPackage ./nix/package.nix { };
        default = hostlock;
      });

      overlays.default = final: _: { hostlock = final.callPackage ./nix/package.nix { }; };

      nixosModules = rec {
        hostlock = { imports = [ ./nix/module.nix ]; };
        default = hostlock;
      };

      templates = rec {
        fleet = {
          path = ./nix/template;
          description = "Two NixOS hosts of one flake, each with a lock of its own";
          welcomeText = "Two hosts, each with a lock of its own. README.md has the first commands: `git init && git add -A`, then `hostlock lock`.";
        };
        default = fleet;
      };

      # Building the package starts the program once.
      checks = eachSystem (pkgs: { inherit (self.packages.${pkgs.stdenv.hostPlatform.system}) hostlock; });

      devShells = eachSystem (pkgs: {
        default = pkgs.mkShell {
          # global.json asks for an SDK as new as this; python3 is for eng/nix-deps, nix for ./demo.
          packages = [ (pkgs.dotnetCorePackages.sdk_10_0_4xx or pkgs.dotnetCorePackages.sdk_10_0) pkgs.git pkgs.nix pkgs.python3 ];
          # The program opens OpenSSL by name. The compiler comes as a NuGet package that knows nothing of the store: on NixOS it
          # starts where programs.nix-ld is enabled.
          LD_LIBRARY_PATH = lib.makeLibraryPath [ pkgs.openssl ];
          NIX_LD = pkgs.stdenv.cc.bintools.dynamicLinker;
          NIX_LD_LIBRARY_PATH = lib.makeLibraryPath [ pkgs.stdenv.cc.cc pkgs.zlib pkgs.openssl ];
        };
      });
    };
}
