# Builds what fake hosts with the same settings share, by few programs. A file that names its own system is empty here.
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
printf '#!/bin/sh\n' >"$out/init"
: >"$out/activate" >"$out/bin/switch-to-configuration" >"$out/sw/bin/nixos-version"
chmod +x "$out/init" "$out/activate" "$out/bin/switch-to-configuration" "$out/sw/bin/nixos-version"
