{
  inputs = {
    nixpkgs.url = "git+file://@INPUTS@/nixpkgs";
    unstable.url = "git+file://@INPUTS@/nixpkgs";
    utils.url = "git+file://@INPUTS@/flake-utils-plus";
    wallpapers = { url = "git+file://@INPUTS@/wallpapers"; flake = false; };
  };

  outputs = inputs@{ self, nixpkgs, utils, ... }:
    utils.lib.mkFlake {
      inherit self inputs;
      supportedSystems = [ "x86_64-linux" ];

      channels.nixpkgs.input = inputs.nixpkgs;
      channels.later.input = inputs.unstable;
      sharedOverlays = [ (final: previous: { tool = previous.git; }) ];

      hostDefaults.modules = [ ({ channel, inputs, ... }: {
        environment.systemPackages = [ channel.tool ];
        environment.etc."wallpapers".source = "${inputs.wallpapers}";
      }) ];
      hosts.plex = { };
      hosts.orc.channelName = "later";
      hosts.dobro.modules = [ { services.jellyfin = true; } ];

      outputsBuilder = channels: { packages = { inherit (channels.nixpkgs) tool; }; };
    };
}
