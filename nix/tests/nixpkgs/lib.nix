# A module system in thirty lines: modules are functions or sets, their settings are merged, and the toplevel depends on all of it.
{ nixpkgs }:
let
  inherit (builtins) all concatLists foldl' isAttrs isFunction isList isPath listToAttrs map toJSON zipAttrsWith;
  merge = zipAttrsWith (_: values:
    if all isAttrs values && all (value: !(value ? outPath)) values then merge values
    else if all isList values then concatLists values
    else foldl' (_: value: value) null values);
in
rec {
  genAttrs = names: f: listToAttrs (map (name: { inherit name; value = f name; }) names);

  nixosSystem = { system, modules, specialArgs ? { } }@base:
    let
      arguments = specialArgs // { inherit config lib; };
      lib = { inherit genAttrs; version = builtins.readFile ./version; };
      load = module:
        let
          loaded = if isPath module then import module else module;
          value = if isFunction loaded then loaded arguments else loaded;
        in
        [ (removeAttrs value [ "imports" ]) ] ++ concatLists (map load (value.imports or [ ]));
      settings = merge (concatLists (map load modules));
      config = settings // {
        system = (settings.system or { }) // {
          build.toplevel = derivation {
            name = "nixos-${settings.networking.hostName or "unnamed"}";
            inherit system;
            builder = "/bin/sh";
            args = [ "-c" "echo $settings > $out" ];
            settings = toJSON settings;
            nixpkgs = "${nixpkgs}";
          };
        };
      };
    in
    {
      inherit config;
      extendModules = more: nixosSystem (base // { modules = base.modules ++ more.modules or [ ]; });
    };
}
