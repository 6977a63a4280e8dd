# The system of a fake host: an ordinary derivation in the shape of a NixOS toplevel. Each of its files does what NixOS's does.
# A host's modules may set, beside what the stand-in for nixpkgs knows:
#   systemd.services.NAME        the text of a unit, which starts with the host
#   environment.systemPackages   names out of packages.json
#   switchInhibitors             an attribute set: a switch between systems that differ in it is refused
#   fake.network, fake.sshd      false if this system takes its host's network, or sshd, away
{ name, system, commands, settings, nixpkgs }:
let
  inherit (builtins) attrValues concatStringsSep fromJSON listToAttrs mapAttrs placeholder readFile replaceStrings toFile toJSON;

  versions = fromJSON (readFile ./packages.json);
  run = name: script: more: derivation ({
    inherit name system;
    builder = "/bin/sh";
    PATH = "/usr/bin:/bin";
    args = [ "-e" script ];
  } // more);
  package = name: run "${name}-${versions.${name}}" ./package.sh { pname = name; version = versions.${name}; };

  units = mapAttrs (unit: text: toFile "unit-${unit}.service" text) (settings.systemd.services or { });
  fake = { network = true; sshd = true; } // settings.fake or { };
  word = value: if value then "yes" else "no";
  # The text of a program that names its own system.
  own = marks: values: file: replaceStrings ([ "@out@" ] ++ marks) ([ (placeholder "out") ] ++ values) (readFile file);
in
run name ./toplevel.sh {
  inherit commands;
  nixpkgs = "${nixpkgs}";
  # Systems with the same settings share this, so it is built once. Each system is a copy of it, and does not refer to it.
  common = run "common" ./common.sh {
    label = settings.version;
    linux = package "linux";
    packages = map package ([ "systemd" "openssh" "bash" ] ++ settings.environment.systemPackages or [ ]);
    units = concatStringsSep " " (attrValues (mapAttrs (unit: file: "${unit}.service=${file}") units));
    inhibitors = toJSON (settings.switchInhibitors or { });
  };
  label = settings.version;
  switch = own [ ] [ ] ./switch-to-configuration.sh;
  activate = own [ "@network@" "@sshd@" ] [ (word fake.network) (word fake.sshd) ] ./activate.sh;
}
