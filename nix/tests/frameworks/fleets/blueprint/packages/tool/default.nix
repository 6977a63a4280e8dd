{ pname, mkShell, ... }: mkShell { name = pname; }
