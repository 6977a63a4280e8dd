# Builds the system of a fake host, by few programs: hundreds are built in a run of the tests.
mkdir -p "$out/bin" "$out/etc/systemd/system/multi-user.target.wants" "$out/sw/bin" "$out/specialisation"
printf %s "$label" >"$out/nixos-version"
printf %s "systemd 2" >"$out/init-interface-version"
printf %s x86_64-linux >"$out/system"
ln -s "$linux/kernel" "$linux/initrd" "$linux/kernel-modules" "$out"
printf '%s\n' "$inhibitors" >"$out/switch-inhibitors"
set --
for package in $packages; do set -- "$@" "$package"/bin/*; done
ln -s "$@" "$out/sw/bin"
set --
for unit in $units; do
    ln -s "${unit#*=}" "$out/etc/systemd/system/${unit%%=*}"
    set -- "$@" "../${unit%%=*}"
done
[ $# -eq 0 ] || ln -s "$@" "$out/etc/systemd/system/multi-user.target.wants"
printf '{"configurationRevision":null,"nixosVersion":"%s"}\n' "$label" >"$out/nixos-version.json"
printf '#!/bin/sh\n[ "${1:-}" != --json ] || exec cat %s/nixos-version.json\necho "%s (Fake)"\n' "$out" "$label" \
    >"$out/sw/bin/nixos-version"
printf '#!/bin/sh\n' >"$out/init"
sed "s#@out@#$out#g" "$switch" >"$out/bin/switch-to-configuration"
sed "s#@out@#$out#g; s#@network@#$network#; s#@sshd@#$sshd#" "$activate" >"$out/activate"
chmod +x "$out/init" "$out/activate" "$out/bin/switch-to-configuration" "$out/sw/bin/nixos-version"
eval "$commands"
