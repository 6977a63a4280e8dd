{ ... }: {
  # Put here what `nixos-generate-config --show-hardware-config` says on the machine.
  nixpkgs.hostPlatform = "x86_64-linux";
  fileSystems."/" = { device = "/dev/disk/by-label/nixos"; fsType = "ext4"; };
  boot.loader.systemd-boot.enable = true;

  networking.hostName = "server";
  services.openssh.enable = true;

  # The release that the machine was installed with; it stays.
  system.stateVersion = "26.05";
}
