# The inputs of a host, as links in its /etc. Not self: that is another one at every commit.
{ inputs, lib, ... }: {
  environment.etc = builtins.listToAttrs (map (name: { name = "nix/inputs/${name}"; value.source = "${inputs.${name}}"; })
    (builtins.filter (name: name != "self") (builtins.attrNames inputs)));
}
