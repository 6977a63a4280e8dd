# The modules of this project in the module system of nixpkgs: what each sets, and the options that have no description.
{ lib, own }:
let
  inherit (lib) filter mkOption optionAttrSetToDocList types;
  loose = types.lazyAttrsOf types.anything;
  file = types.submodule {
    options.text = mkOption { type = types.nullOr types.lines; default = null; };
    options.source = mkOption { type = types.nullOr types.path; default = null; };
  };
  system = {
    options = {
      assertions = mkOption { type = types.listOf types.raw; default = [ ]; };
      warnings = mkOption { type = types.listOf types.str; default = [ ]; };
      networking.hostName = mkOption { type = types.nullOr types.str; default = "imbp"; };
      environment.etc = mkOption { type = types.attrsOf file; default = { }; };
      environment.systemPackages = mkOption { type = types.listOf types.package; default = [ ]; };
      environment.variables = mkOption { type = types.attrsOf types.str; default = { }; };
    } // lib.genAttrs [ "home" "launchd" "system" "systemd" ] (_: mkOption { type = loose; default = { }; });
  };
  used = {
    programs.hostlock = { enable = true; flake = "/etc/nixos"; stamp = { enable = true; host = "imbp"; lock = "${own}/flake.nix"; }; };
    services.hostlock.tick.enable = true;
  };
  evaluate = module: settings:
    let
      evaluated = lib.evalModules {
        modules = [ module system used settings ];
        specialArgs.pkgs = own.inputs.nixpkgs.legacyPackages.x86_64-linux;
      };
      ours = filter (option: lib.hasInfix ".hostlock." option.name) (optionAttrSetToDocList evaluated.options);
    in
    {
      inherit (evaluated.config) home launchd systemd warnings;
      inherit (evaluated.config.environment) variables;
      files = lib.attrNames evaluated.config.environment.etc;
      packages = map lib.getName evaluated.config.environment.systemPackages;
      failed = map (each: each.message) (filter (each: !each.assertion) evaluated.config.assertions);
      options = map (option: option.name) ours;
      undescribed = map (option: option.name) (filter (option: option.description or null == null) ours);
    };
in
{
  nixos = evaluate own.nixosModules.default {
    services.hostlock.tick = { user = "jono"; textfile = "/var/lib/n/h.prom"; };
    services.hostlock.pull = {
      enable = true;
      fleet = "home";
      sources = [ "https://releases.example.org" ];
      allowedSigners = "ada@example.org ssh-ed25519 AAAA";
    };
  };
  earlierNames = evaluate own.nixosModules.default { programs.hostlock.tick = { user = "jono"; interval = "daily"; }; };
  darwin = evaluate own.darwinModules.default { services.hostlock.tick = { user = "jono"; interval = 600; }; };
  home = evaluate own.homeModules.default { };
}
