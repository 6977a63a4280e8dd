# Builds the system of a fake host.
mkdir -p "$out/bin" "$out/etc/systemd/system/multi-user.target.wants" "$out/sw/bin" "$out/specialisation"
printf %s "$label" >"$out/nixos-version"
printf %s "systemd 2" >"$out/init-interface-version"
printf %s x86_64-linux >"$out/system"
ln -s "$linux/bzImage" "$out/kernel"
ln -s "$linux/initrd" "$out/initrd"
ln -s "$linux" "$out/kernel-modules"
printf '%s\n' "$inhibitors" >"$out/switch-inhibitors"
for package in $packages; do ln -s "$package"/bin/* "$out/sw/bin"; done
for unit in $units; do
    ln -s "${unit#*=}" "$out/etc/systemd/system/${unit%%=*}"
    ln -s "../${unit%%=*}" "$out/etc/systemd/system/multi-user.target.wants"
done
printf '{"configurationRevision":null,"nixosVersion":"%s"}\n' "$label" >"$out/nixos-version.json"
printf '#!/bin/sh\n[ "${1:-}" != --json ] || exec cat %s/nixos-version.json\necho "%s (Fake)"\n' "$out" "$label" \
    >"$out/sw/bin/nixos-version"
printf '#!/bin/sh\n' >"$out/init"
sed "s#@out@#$out#g" "$switch" >"$out/bin/switch-to-configuration"
sed "s#@out@#$out#g; s#@network@#$network#; s#@sshd@#$sshd#" "$activate" >"$out/activate"
chmod +x "$out/init" "$out/activate" "$out/bin/switch-to-configuration" "$out/sw/bin/nixos-version"
eval "$commands"
