# Hosts are built by the package sets that the outputs themselves offer as `pkgs`, so `self` has to be the one whose inputs count.
{ flake-utils-plus }:
{ self
, inputs
, supportedSystems ? [ "x86_64-linux" "aarch64-linux" ]
, channels ? { }
, channelsConfig ? { }
, sharedOverlays ? [ ]
, hosts ? { }
, hostDefaults ? { }
, outputsBuilder ? _: { }
, ...
}@arguments:
let
  inherit (builtins) attrNames attrValues filter foldl' isAttrs isList listToAttrs mapAttrs;

  genAttrs = names: value: listToAttrs (map (name: { inherit name; value = value name; }) names);
  join = a: b: a // mapAttrs (name: value: if isAttrs value then a.${name} or { } // value else if isList value then a.${name} or [ ] ++ value else value) b;
  others = removeAttrs arguments [ "self" "inputs" "supportedSystems" "channels" "channelsConfig" "sharedOverlays" "hosts" "hostDefaults" "outputsBuilder" ];

  # Every input that looks like nixpkgs is a channel; this asks each of them, and self.
  isNixpkgs = input: input ? legacyPackages && input.legacyPackages ? x86_64-linux && input.legacyPackages.x86_64-linux ? nix;
  ownChannels = genAttrs (filter (name: isNixpkgs inputs.${name}) (attrNames inputs)) (name: { input = inputs.${name}; });

  ofSystem = system:
    let
      pkgs = mapAttrs
        (name: channel: import channel.input { inherit system; overlays = sharedOverlays ++ [ flake-utils-plus.overlay ]; } // { inherit name; inherit (channel) input; })
        (join ownChannels channels);
      outputs = outputsBuilder pkgs;
    in
    { inherit pkgs; } // genAttrs (attrNames outputs) (name: outputs.${name});
  perSystem = genAttrs supportedSystems ofSystem;
  outputNames = attrNames (foldl' (all: system: all // perSystem.${system}) { } supportedSystems);

  build = name: given:
    let
      host = { channelName = "nixpkgs"; system = "x86_64-linux"; output = "nixosConfigurations"; modules = [ ]; specialArgs = { }; } // join hostDefaults given;
      channel = self.pkgs.${host.system}.${host.channelName};
      builder = host.builder or channel.input.lib.nixosSystem;
    in
    {
      ${host.output}.${name} = builder {
        inherit (host) system;
        modules = [
          {
            networking.hostName = name;
            # As the real one does: every commit is another system.
            system.configurationRevision = self.rev or "none";
          }
          ./options.nix
        ] ++ host.modules;
        specialArgs = { inherit inputs channel; } // host.specialArgs;
      };
    };
in
join others (genAttrs outputNames (name: mapAttrs (_: outputs: outputs.${name} or { }) perSystem) // foldl' join { } (attrValues (mapAttrs build hosts)))
