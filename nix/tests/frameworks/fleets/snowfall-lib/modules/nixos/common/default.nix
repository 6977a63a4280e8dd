{ lib, inputs, host, ... }: {
  motd = lib.internal.greeting host;
  environment.etc."wallpapers".source = "${inputs.wallpapers}";
}
