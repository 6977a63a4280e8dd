# What flake-parts itself declares: outputs that may be set by several modules, and modules that are evaluated once for each system.
{ config, lib, self, ... }:
let
  inherit (builtins) all isAttrs head map mapAttrs;
  inherit (lib) genAttrs mkOption types;

  raw = _: definitions: (head definitions).value;
  output = name: definitions:
    if all (definition: isAttrs definition.value && !(definition.value ? outPath)) definitions then types.attrsOf raw name definitions else raw name definitions;

  # What an input has for a system, without the system.
  ofSystem = system: flake: mapAttrs (_: systems: systems.${system} or { }) flake;

  argumentsOf = system: rec {
    inherit system;
    inputs' = mapAttrs (name: input: if input._type or null == "flake" || input ? outputs then ofSystem system input else throw "${name} is not a flake") self.inputs;
    self' = ofSystem system self;
    pkgs = inputs'.nixpkgs.legacyPackages;
  };
in
{
  options = {
    systems = mkOption { type = types.list; };
    perSystem = mkOption { type = _: definitions: map (definition: definition.value) definitions; default = [ ]; };
    allSystems = mkOption { type = types.attrsOf raw; };
    flake = mkOption { type = types.attrsOf output; };
  };
  config = {
    allSystems = genAttrs config.systems (system:
      let
        arguments = argumentsOf system;
        declared = { options.packages = mkOption { type = types.attrsOf raw; default = { }; }; };
      in
      arguments // { inherit (lib.evalModules { modules = [ declared ] ++ config.perSystem; specialArgs = arguments; }) config; });
    flake.packages = mapAttrs (_: system: system.config.packages) config.allSystems;
  };
}
