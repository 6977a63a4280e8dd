# The doubles of engines share this file. Each is strict: a word that it does not know ends it with exit code 2, before anything is done.
# `fleet fault ctl FAULT` has any of them go wrong; nixos-rebuild lists the faults.
usage() { echo "error: $1" >&2; exit 2; }
fault() { [ -e "/run/faults/$1" ]; }
ssh_to() { local to=$1; shift; ssh ${NIX_SSHOPTS:-} "$to" -- "$@"; }

# An engine that is interrupted records it, and leaves the host half-way.
trap 'echo "${0##*/}" >>/run/interrupted; exit 130' INT

# Refuses an option without a value: one that is the last of the words left.
value() { # OPTION WORDS-LEFT
    [ "$2" -gt 1 ] || usage "a value is required for '$1'"
}

toplevel() { # FLAKE HOST
    nix build --offline --quiet --no-link --print-out-paths "$1#nixosConfigurations.$2.config.system.build.toplevel"
}
copy() { # HOST PATH
    NIX_SSHOPTS="${NIX_SSHOPTS:-}" nix copy --quiet --no-check-sigs --to "ssh-ng://$1" "$2"
}

# Ends as engines do: with 1, whatever the exit code of the host was.
finish() { # CODE
    if fault engine-hang; then sleep infinity >/dev/null 2>&1 & wait $!; fi
    if fault engine-code; then exit "$(cat /run/faults/engine-code)"; fi
    [ "$1" = 0 ] || exit 1
    exit 0
}
