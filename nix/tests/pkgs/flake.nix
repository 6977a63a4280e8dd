{
  description = "A stand-in for the nixpkgs that this project's own flake is built with: its functions, and a NixOS with real options";
  outputs = { self }: {
    lib = import ./lib.nix;
    legacyPackages = self.lib.genAttrs [ "x86_64-linux" "aarch64-linux" "x86_64-darwin" "aarch64-darwin" ] (system: import ./. { inherit system; });
  };
}
