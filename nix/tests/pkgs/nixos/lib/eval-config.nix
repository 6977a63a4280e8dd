# NixOS by its file, for whoever has only the folder of nixpkgs.
(import ../../lib.nix).nixosSystem
