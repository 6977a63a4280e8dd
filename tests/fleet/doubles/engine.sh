# What the doubles of engines have in common. Each is strict about its words: one that it does not know ends it with 2, before anything is
# done. `fleet fault ctl FAULT` has any of them go wrong as nixos-rebuild says.
usage() { echo "error: $1" >&2; exit 2; }
fault() { [ -e "/run/faults/$1" ]; }
ssh_to() { local to=$1; shift; ssh ${NIX_SSHOPTS:-} "$to" -- "$@"; }

# An engine that hears a Ctrl-C says so, and has left the host half-way.
trap 'echo "${0##*/}" >>/run/interrupted; exit 130' INT

# The words that the rest of the line must be: an option's value is taken off with it.
value() { [ "$2" -gt 1 ] || usage "a value is required for '$1'"; }

toplevel() { # FLAKE HOST
    nix build --offline --quiet --no-link --print-out-paths "$1#nixosConfigurations.$2.config.system.build.toplevel"
}
copy() { # HOST PATH
    NIX_SSHOPTS="${NIX_SSHOPTS:-}" nix copy --quiet --no-check-sigs --to "ssh-ng://$1" "$2"
}

# Ends as engines do: whatever the exit code of the host was, it is 1.
finish() { # CODE
    if fault engine-hang; then sleep infinity >/dev/null 2>&1 & wait $!; fi
    if fault engine-code; then exit "$(cat /run/faults/engine-code)"; fi
    [ "$1" = 0 ] || exit 1
    exit 0
}
