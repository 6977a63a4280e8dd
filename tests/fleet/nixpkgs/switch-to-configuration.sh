#!/bin/bash
# switch-to-configuration of a fake host. It stops, starts and reports units in NixOS's order, and has NixOS's exit codes: 1 usage, check,
# lock or boot loader; 2 activation script; 3 daemon-reload; 4 units; 100 another init. Files in /run/faults, which a boot deletes, have it
# fail:
#   pre-switch-check      a check refuses the system
#   bootloader            the boot entry cannot be written
#   init                  the system has another init
#   activate              the activation script ends half-way, so what runs stays what it was
#   snippet               a part of the activation script fails, and the other parts are done, as in NixOS
#   reload                systemd cannot read the units
#   unit NAME             NAME.service fails as it starts
#   late SECONDS          late.service fails so long after a switch that went well
#   code N                all is done, and the exit code says N
#   nothing               nothing is done, and the exit code says 0
#   hold-before SECONDS   it hangs before activation, for so long, or until the fault is taken back if no time is given
#   hold-after SECONDS    it hangs after activation
#   die-before            it is killed with units stopped and nothing activated
#   die-after             it is killed with the system activated and no unit started
#   sshd SECONDS          sshd and its sessions are killed after activation, for so long, or for good if no time is given
#   panic                 the host reboots at once after activation
#   link SECONDS          the network goes down after activation, for so long, or for good if no time is given
out=@out@ action=${1:-} faults=/run/faults code=0
case $action in
    switch | boot | test | dry-activate | check) ;;
    *) echo "Usage: $0 [check|switch|boot|test|dry-activate]" >&2; exit 1 ;;
esac
fault() { [ -e "$faults/$1" ]; }
value() { echo "$(<"$faults/$1")"; }
same() { [ -e "$1" ] && [ -e "$2" ] && [ "$(<"$1")" = "$(<"$2")" ]; }
hold() {
    fault "$1" || return 0
    if [ -n "$(value "$1")" ]; then sleep "$(value "$1")"; return; fi
    # Nobody writes to this pipe: bash waits at it without another program.
    exec 7<> <(:)
    while fault "$1"; do read -rt 0.05 -u 7 || true; done
    exec 7>&-
}
note() { echo "$EPOCHREALTIME $action $out $*" >>/var/log/activations; }
words() { [ -z "$2" ] || echo "$1 the following units:$2" >&2; }
# Finds the names of the units of a system, as `units`. A folder is no unit.
units_of() {
    local file
    units=()
    for file in "$1"/etc/systemd/system/*.*; do [ ! -e "$file" ] || [ -d "$file" ] || units+=("${file##*/}"); done
}

[ -d /run/nixos ] || mkdir -p /run/nixos
if [ "$action" != dry-activate ]; then
    exec 9>>/run/nixos/switch-to-configuration.lock
    flock -n 9 || { echo "Could not acquire lock" >&2; exit 1; }
fi
if fault nothing; then note nothing; exit 0; fi
[ "$action" = dry-activate ] || note begin

if fault pre-switch-check; then refused=fake; fi
[ ! -e /run/current-system/switch-inhibitors ] || same {"$out",/run/current-system}/switch-inhibitors || refused=switchInhibitors
if [ -n "${refused:-}" ] && [ "${NIXOS_NO_CHECK:-}" != 1 ] && [ "$action" != boot ] && [ "$action" != dry-activate ]; then
    echo "Pre-switch check '$refused' failed" >&2
    note refused
    exit 1
fi
if [ "$action" = check ]; then note done rc=0; exit 0; fi

if [ "$action" = switch ] || [ "$action" = boot ]; then
    entry=/boot/loader/default
    # The system that writes the entry boots next, whatever the profile says.
    if fault bootloader || ! printf '%s\n' "$out" >$entry.new || ! mv $entry.new $entry; then
        rm -f $entry.new
        echo "Failed to install bootloader" >&2
        note bootloader
        exit 1
    fi
fi
if [ "$action" = boot ]; then note done rc=0; exit 0; fi
if fault init || ! same {"$out",/run/current-system}/init-interface-version; then
    echo "Warning: the 'init' of the new configuration is another one; it takes effect at the next boot" >&2
    note init
    exit 100
fi

old=$(cd -P /run/current-system && pwd) stop='' start=''
units_of "$old"
for unit in "${units[@]}"; do
    if [ ! -e "$out/etc/systemd/system/$unit" ]; then
        stop+=" $unit"
    elif ! cmp -s "$old/etc/systemd/system/$unit" "$out/etc/systemd/system/$unit"; then
        stop+=" $unit" start+=" $unit"
    fi
done
# A unit that neither runs nor has failed is started too.
known=$(systemctl list-units --all --state=active,failed --plain --no-legend --no-pager)
units_of "$out"
for unit in "${units[@]}"; do
    if [ -e "$old/etc/systemd/system/$unit" ] && [[ $'\n'$known == *$'\n'"$unit "* ]]; then continue; fi
    case "$start " in *" $unit "*) ;; *) start+=" $unit" ;; esac
done
if [ "$action" = dry-activate ]; then
    words "would stop" "$stop"
    echo "would activate the configuration..." >&2
    words "would start" "$start"
    exit 0
fi

words stopping "$stop"
[ -z "$stop" ] || systemctl stop -- $stop
hold hold-before
if fault die-before; then note died; kill -9 $$; fi
echo "activating the configuration..." >&2
if fault activate; then
    echo "activate: No such file or directory" >&2
    code=2
else
    "$out/activate" || code=2
fi
if fault snippet; then echo "Activation script snippet 'users' failed (1)" >&2; code=2; fi
if fault die-after; then note died; kill -9 $$; fi
systemctl daemon-reload || code=3
if fault reload; then echo "Failed to reload systemd" >&2; code=3; fi
words starting "$start"
[ -z "$start" ] || systemctl start -- $start || code=4
if fault unit; then
    systemd-run --quiet --wait --unit="$(value unit)" --property=Type=oneshot -- /bin/false || true
fi
sleep 0.1
failed=
while read -r unit _; do failed+="$unit "; done < <(systemctl list-units --state=failed --plain --no-legend --no-pager)
if [ -n "$failed" ]; then
    echo "warning: the following units failed: $failed" >&2
    code=4
fi

later() { systemd-run --quiet --collect --unit="fake-$1" --on-active="$2" --timer-property=AccuracySec=100ms -- /bin/sh -c "$3"; }
if fault late; then systemd-run --quiet --unit=late --on-active="$(value late)" --timer-property=AccuracySec=100ms -- /bin/false; fi
if fault link; then
    [ -z "$(value link)" ] || later link "$(value link)" 'ip link set eth0 up'
    ip link set eth0 down
fi
if fault sshd; then
    [ -z "$(value sshd)" ] || later sshd "$(value sshd)" 'systemctl start sshd.service'
    systemctl stop sshd.service
    pkill -9 -x sshd
fi
# systemctl ends with 0 once it has asked for the reboot. This script then waits, so that nobody hears of success.
if fault panic; then note panic; /usr/bin/systemctl reboot --force --force; sleep infinity; fi
hold hold-after
if fault code; then code=$(value code); fi
note "done rc=$code"
exit "$code"
