# Builds a package: a program that prints its version, and for linux the files of a kernel. The longer the version, the larger the package.
mkdir -p "$out/bin"
printf '#!/bin/sh\necho %s %s\n' "$pname" "$version" >"$out/bin/fake-$pname"
chmod +x "$out/bin/fake-$pname"
printf "%0$((1000 * ${#version}))d" 0 >"$out/contents"
[ "$pname" = linux ] || exit 0
echo "$version" >"$out/kernel"
echo "$version" >"$out/initrd"
mkdir -p "$out/kernel-modules/lib/modules/$version"
