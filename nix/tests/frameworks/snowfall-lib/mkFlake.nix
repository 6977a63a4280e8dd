# The folders of the user's source name the hosts; they are handed on to flake-utils-plus, which builds them.
core: { inputs, src, systems ? { }, ... }@options:
let
  inherit (builtins) attrNames concatMap filter listToAttrs mapAttrs match pathExists readDir unsafeDiscardStringContext;
  inherit (core.nixpkgs.lib) genAttrs;

  foldersIn = folder: if pathExists folder then filter (name: (readDir folder).${name} == "directory") (attrNames (readDir folder)) else [ ];
  places = concatMap (target: map (name: { inherit target name; }) (foldersIn "${src}/systems/${target}")) (foldersIn "${src}/systems");
  modules = genAttrs (map unsafeDiscardStringContext (foldersIn "${src}/modules/nixos")) (name: import "${src}/modules/nixos/${name}");

  # The libraries of all inputs are one library, and the function that makes the outputs is in it: every input is asked.
  named = filter (name: name != "self" && inputs.${name} ? lib && builtins.isAttrs inputs.${name}.lib) (attrNames inputs);
  own = if pathExists "${src}/lib" then import "${src}/lib" { inherit inputs lib; } else { };
  lib = core.nixpkgs.lib // genAttrs named (name: inputs.${name}.lib) // { internal = own; };

  host = { target, name }: {
    name = unsafeDiscardStringContext name;
    value = {
      system = unsafeDiscardStringContext target;
      output = if match ".*darwin" target != null then "darwinConfigurations" else "nixosConfigurations";
      builder = arguments: core.nixpkgs.lib.nixosSystem (arguments // { specialArgs = arguments.specialArgs // { format = "linux"; }; });
      modules = [ "${src}/systems/${target}/${name}" ] ++ builtins.attrValues modules ++ systems.modules.nixos or [ ];
      specialArgs = { inherit inputs lib target; host = name; } // (systems.hosts.${name} or { }).specialArgs or { };
    };
  };
in
builtins.seq lib core.flake-utils-plus.lib.mkFlake (removeAttrs options [ "src" "systems" ] // {
  inherit inputs lib;
  inherit (inputs) self;
  hosts = listToAttrs (map host places);
  nixosModules = modules;
})
