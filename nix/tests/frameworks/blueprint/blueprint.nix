# The folders of the caller's `self`, taken for hosts, modules and packages. Blueprint's own inputs fill in what the caller has not.
own: { inputs, prefix ? null, systems ? [ "x86_64-linux" ] }:
let
  inherit (builtins) attrNames filter listToAttrs mapAttrs pathExists readDir;
  inherit (all.nixpkgs.lib) genAttrs;

  all = own // inputs;
  flake = inputs.self;
  source = if prefix == null then flake else "${flake}/${prefix}";
  folders = place:
    let path = source + "/${place}"; in
    if pathExists path then genAttrs (filter (name: (readDir path).${name} == "directory") (attrNames (readDir path))) (name: path + "/${name}") else { };

  perSystem = genAttrs systems (system:
    mapAttrs (_: input: input.legacyPackages.${system} or { } // input.packages.${system} or { }) all // { self = packages.${system}; });
  packages = genAttrs systems (system:
    mapAttrs (name: folder: import folder { inputs = all; inherit flake system; pname = name; pkgs = perSystem.${system}.nixpkgs; perSystem = perSystem.${system}; }) (folders "packages"));

  arguments = { inputs = all; inherit flake; self = throw "self is called flake here"; };
  nixos = name: folder: {
    class = "nixos";
    value = all.nixpkgs.lib.nixosSystem {
      modules = [ (folder + "/configuration.nix") ];
      specialArgs = arguments // { hostName = name; perSystem = perSystem.x86_64-linux; };
    };
  };
  load = name: folder:
    if pathExists (folder + "/default.nix") then import (folder + "/default.nix") { inputs = all; inherit flake; hostName = name; }
    else if pathExists (folder + "/configuration.nix") then nixos name folder
    else throw "host '${name}' has no configuration";
  hosts = mapAttrs load (folders "hosts");
  ofClass = class: listToAttrs (map (name: { inherit name; inherit (hosts.${name}) value; }) (filter (name: hosts.${name}.class == class) (attrNames hosts)));
in
{
  inherit packages;
  nixosConfigurations = ofClass "nixos";
  darwinConfigurations = ofClass "nix-darwin";
  nixosModules = mapAttrs (_: folder: import folder) (folders "modules/nixos");
  # Each host's closure is a check too, by what the finished flake says of it.
  checks = genAttrs systems (_: mapAttrs (_: host: host.config.system.build.toplevel) flake.nixosConfigurations);
}
