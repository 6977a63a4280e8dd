# Builds the system of a fake host, by one program and those of its modules: hundreds are built in a run of the tests.
cp -r "$common" "$out"
printf '#!/bin/sh\n[ "${1:-}" != --json ] || exec cat %s/nixos-version.json\necho "%s (Fake)"\n' "$out" "$label" \
    >"$out/sw/bin/nixos-version"
printf %s "$switch" >"$out/bin/switch-to-configuration"
printf %s "$activate" >"$out/activate"
eval "$commands"
