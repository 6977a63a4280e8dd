# Builds the system of a fake host, by one program and the commands of its modules: a run of the tests builds hundreds of systems.
cp -r "$common" "$out"
printf '#!/bin/sh\n[ "${1:-}" != --json ] || exec cat %s/nixos-version.json\necho "%s (Fake)"\n' "$out" "$label" \
    >"$out/sw/bin/nixos-version"
printf %s "$switch" >"$out/bin/switch-to-configuration"
printf %s "$activate" >"$out/activate"
eval "$commands"
