{
  description = "A stand-in for deploy-rs: a profile is what a host builds, with a script that activates it";
  inputs.nixpkgs.url = "git+file://@INPUTS@/nixpkgs";
  outputs = { self, nixpkgs }: {
    lib = nixpkgs.lib.genAttrs [ "x86_64-linux" "aarch64-linux" ] (system: rec {
      activate = {
        custom = base: script: derivation {
          name = "activatable-${base.name}";
          inherit system base script;
          builder = "/bin/sh";
          args = [ "-c" "echo $base $script >$out" ];
        };
        nixos = host: activate.custom host.config.system.build.toplevel "switch-to-configuration switch";
        home-manager = home: activate.custom home.activationPackage "activate";
      };
      deployChecks = deploy: { deploy-schema = builtins.toFile "deploy.json" (builtins.unsafeDiscardStringContext (builtins.toJSON deploy)); };
    });
  };
}
