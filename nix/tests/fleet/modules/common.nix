{ inputs, lib, ... }: {
  time.timeZone = "Europe/Berlin";
  system.nixos.version = lib.version;
  environment.etc."wallpapers".source = "${inputs.wallpapers}";
}
