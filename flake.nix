{
  description = "One flake, many NixOS hosts, one lock per host";

  inputs.nixpkgs.url = "github:NixOS/nixpkgs/nixos-unstable";

  outputs = { self, nixpkgs }:
    let
      inherit (nixpkgs) lib;
      systems = [ "x86_64-linux" "aarch64-linux" "x86_64-darwin" "aarch64-darwin" ];
      # A nixpkgs from after 26.05 no longer has x86_64-darwin.
      eachSystem = f: lib.genAttrs (builtins.filter (system: nixpkgs.legacyPackages ? ${system}) systems) (system: f nixpkgs.legacyPackages.${system});
      # global.json asks for an SDK as new as this.
      sdkOf = pkgs: pkgs.dotnetCorePackages.sdk_10_0_4xx or pkgs.dotnetCorePackages.sdk_10_0;
      revision = self.rev or ""; # changed files are of no commit
      ownOf = pkgs: self.packages.${pkgs.stdenv.hostPlatform.system};
    in
    {
      packages = eachSystem (pkgs: rec {
        hostlock = pkgs.callPackage ./nix/package.nix { inherit revision; };
        hostlock-ci = pkgs.callPackage ./nix/ci.nix { inherit hostlock; };
        default = hostlock;
      });

      apps = eachSystem (pkgs: rec {
        hostlock = { type = "app"; program = "${(ownOf pkgs).hostlock}/bin/hostlock"; meta.description = "Locks, updates and promotes the hosts of a flake"; };
        hostlock-ci = { type = "app"; program = "${(ownOf pkgs).hostlock-ci}/bin/hostlock-ci"; meta.description = "What a CI does with a fleet"; };
        default = hostlock;
      });

      overlays.default = final: _: { hostlock = final.callPackage ./nix/package.nix { inherit revision; }; hostlock-ci = final.callPackage ./nix/ci.nix { }; };

      nixosModules = rec {
        hostlock = { imports = [ ./nix/module.nix ]; };
        default = hostlock;
      };
      darwinModules = rec {
        hostlock = { imports = [ ./nix/darwin-module.nix ]; };
        default = hostlock;
      };
      homeModules = rec {
        hostlock = { imports = [ ./nix/home-module.nix ]; };
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
      checks = eachSystem (pkgs: { inherit (ownOf pkgs) hostlock hostlock-ci; });

      # `nix fmt` lays out what `./test` asks to be laid out: the sources of the program.
      formatter = eachSystem (pkgs: pkgs.writeShellScriptBin "hostlock-format" ''
        cd "$(${pkgs.git}/bin/git rev-parse --show-toplevel)" && exec ${sdkOf pkgs}/bin/dotnet format whitespace . --folder --exclude artifacts
      '');

      devShells = eachSystem (pkgs: {
        default = pkgs.mkShell {
          # python3 is for eng/nix-deps, nix for ./demo.
          packages = [ (sdkOf pkgs) pkgs.git pkgs.nix pkgs.python3 ];
          # The program opens OpenSSL by name. The compiler comes as a NuGet package that knows nothing of the store: on NixOS it
          # starts where programs.nix-ld is enabled.
          LD_LIBRARY_PATH = lib.makeLibraryPath [ pkgs.openssl ];
          NIX_LD = pkgs.stdenv.cc.bintools.dynamicLinker;
          NIX_LD_LIBRARY_PATH = lib.makeLibraryPath [ pkgs.stdenv.cc.cc pkgs.zlib pkgs.openssl ];
        };
      });
    };
}
