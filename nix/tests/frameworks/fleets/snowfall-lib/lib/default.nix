{ lib, ... }: { greeting = name: "this is ${name} of ${lib.version}"; }
