# The toplevel of a host: its settings in a file, and what modules add to it.
{ name, system, commands, settings, nixpkgs }:
derivation {
  inherit name system commands;
  builder = "/bin/sh";
  PATH = "/usr/bin:/bin";
  args = [ "-c" "mkdir $out; cp $settingsPath $out/settings.json; eval \"$commands\"" ];
  passAsFile = [ "settings" ];
  settings = builtins.toJSON settings;
  nixpkgs = "${nixpkgs}";
}
