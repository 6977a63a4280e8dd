# NixOS by its file, for flakes that have only the folder of nixpkgs.
(import ../../lib.nix).nixosSystem
