{ lib, ... }: { motd = "built of ${lib.version}"; }
