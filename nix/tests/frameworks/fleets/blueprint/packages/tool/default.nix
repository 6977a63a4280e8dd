{ pname, pkgs, ... }: pkgs.mkShell { name = pname; }
