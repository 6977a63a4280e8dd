hive:
let
  inherit (builtins) attrNames filter foldl' isAttrs isList listToAttrs mapAttrs seq;

  names = filter (name: name != "meta" && name != "defaults") (attrNames hive);
  genAttrs = names: value: listToAttrs (map (name: { inherit name; value = value name; }) names);
  # The options of meta are sets of any values: each is looked at when one is asked for.
  looked = set: foldl' (all: name: seq set.${name} all) set (attrNames set);
  initialised = pkgs: if isAttrs pkgs && !(pkgs ? outputs) then pkgs else throw "meta.nixpkgs has to be a set of packages";

  options = { lib, ... }: {
    options.deployment.targetHost = lib.mkOption { type = lib.types.str; default = "nowhere"; };
  };
  evaluate = name:
    let
      pkgs = initialised ((looked (hive.meta.nodeNixpkgs or { })).${name} or hive.meta.nixpkgs);
      module = { nixpkgs.overlays = pkgs.overlays; };
    in
    import (pkgs.path + "/nixos/lib/eval-config.nix") {
      inherit (pkgs) system;
      modules = [ module options (hive.defaults or { }) ] ++ (if isList hive.${name} then hive.${name} else [ hive.${name} ]);
      specialArgs = { inherit name nodes; } // hive.meta.specialArgs or { } // (looked (hive.meta.nodeSpecialArgs or { })).${name} or { };
    };
  nodes = genAttrs names evaluate;
in
{
  __schema = "v0.5";
  inherit nodes;
  toplevel = mapAttrs (_: node: node.config.system.build.toplevel) nodes;
  deploymentConfig = mapAttrs (_: node: node.config.deployment) nodes;
  evalSelectedDrvPaths = wanted: genAttrs wanted (name: nodes.${name}.config.system.build.toplevel.drvPath);
}
