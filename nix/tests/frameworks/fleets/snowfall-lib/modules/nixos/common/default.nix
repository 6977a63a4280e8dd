{ lib, inputs, host, ... }: {
  motd = lib.greeting host;
  environment.etc."wallpapers".source = "${inputs.wallpapers}";
}
