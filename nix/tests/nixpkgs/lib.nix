# A module system in sixty lines: modules are functions or sets, their settings are merged, and the toplevel depends on all of it.
{ nixpkgs }:
let
  inherit (builtins) all concatLists foldl' isAttrs isFunction isList isPath isString listToAttrs map toJSON zipAttrsWith;

  merge = zipAttrsWith (_: values:
    if all isAttrs values && all (value: !(value ? outPath)) values then merge values
    else if all isList values then concatLists values
    else foldl' (_: value: value) null values);

  # Text of these options is joined; every other value is replaced by a later one.
  linesOf = modules: foldl' (text: module: text + (module.system or { }).systemBuilderCommands or "") "" modules;
in
rec {
  genAttrs = names: f: listToAttrs (map (name: { inherit name; value = f name; }) names);
  nixosVersion = builtins.head (builtins.match "([^\n]*)\n?" (builtins.readFile ./version));

  nixosSystem = { system ? "x86_64-linux", modules, specialArgs ? { } }@base:
    let
      options = {
        environment.etc = { };
        networking.hostName = { };
        system = { systemBuilderCommands = { }; nixos.version = { }; };
      };
      arguments = specialArgs // { inherit config lib options; };
      lib = { inherit genAttrs; version = nixosVersion; };

      # A module and those it imports, as settings. `config` may stand around the settings.
      load = module:
        let
          loaded = if isPath module || isString module then import module else module;
          value = if isFunction loaded then loaded arguments else loaded;
        in
        concatLists (map load (value.imports or [ ])) ++ [ (value.config or (removeAttrs value [ "imports" ])) ];
      loadedModules = concatLists (map load modules);
      settings = merge loadedModules;

      config = settings // {
        system = settings.system or { } // {
          systemBuilderCommands = linesOf loadedModules;
          build = (settings.system or { }).build or { } // {
            toplevel = import ./toplevel.nix {
              inherit system nixpkgs;
              name = "nixos-system-${settings.networking.hostName or "unnamed"}-${nixosVersion}";
              commands = linesOf loadedModules;
              settings = removeAttrs settings [ "system" ] // { version = settings.system.nixos.version or nixosVersion; };
            };
          };
        };
      };
    in
    {
      inherit config options;
      extendModules = more: nixosSystem (base // { modules = base.modules ++ more.modules or [ ]; });
    };
}
