# hostlock probe 1: says what this machine runs, boots and has.
# $1 is a number that nobody could know before. The answer is KEY<TAB>VALUE lines between two lines with that number, so whatever a login
# script prints is no part of it. $2 is a system that is to be switched to, or nothing.
nonce=$1
wanted=${2:-}
running=$root/run/current-system
booted=$root/run/booted-system

say() { printf '%s\t%s\n' "$1" "$2"; }

# The first line of a file; nothing if it cannot be read.
line() { head -n 1 "$1" 2>/dev/null; }

# A small file in base64, on one line; nothing if it is larger than $2 bytes or cannot be read.
packed() { [ -r "$1" ] && [ "$(wc -c <"$1")" -le "$2" ] && base64 <"$1" | tr -d '\n'; }

# The SHA-256 of the lock that a system carries; a dash if it carries none.
carried() { if [ -r "$1/hostlock/flake.lock" ]; then sha256sum <"$1/hostlock/flake.lock" | cut -c 1-64; else printf -; fi; }

say hostlock-probe "1 $nonce"
say host "$(line "$root/proc/sys/kernel/hostname")"
say machine "$(line "$root/etc/machine-id")"
say boot "$(line "$root/proc/sys/kernel/random/boot_id")"
say up "$(line "$root/proc/uptime" | cut -d . -f 1)"

now=$(lead "$running")
next=$(top "$profile")
say running "$now"
say booted "$(lead "$booted")"
say next "$next"
for part in kernel initrd kernel-modules; do
  old=$(lead "$booted/$part")
  new=$(lead "$running/$part")
  [ "$old" = "$new" ] || say reboot "$part ${old:--} ${new:--}"
done

say stamp "$(carried "$running")"
lock=$(packed "$running/hostlock/flake.lock" 524288) && say lock "$lock"
about=$(packed "$running/hostlock/host.json" 4096) && say about "$about"
inhibitors=$(packed "$running/switch-inhibitors" 65536) && say inhibitors "$inhibitors"

parent=
for number in $(numbers | head -n 64); do
  link=$profile-$number-link
  system=$(top "$link")
  [ -n "$system" ] || continue
  say generation "$number $(stat -c %Y "$link") $system $(carried "$root$system")"
  for choice in "$root$system"/specialisation/*; do
    [ -z "$parent" ] && [ -n "$now" ] && [ "$(lead "$choice")" = "$now" ] && parent=$system && say specialisation "$system"
  done
done

is_held && say switching lock
if [ -d "$root/run/systemd/system" ]; then
  if failed=$(bounded systemctl list-units --failed --plain --no-legend --no-pager 2>/dev/null); then
    say units known
    printf '%s\n' "$failed" | while read -r unit more _; do
      # Older ones put a mark before the name.
      case $unit in *.*) say failed "$unit" ;; ?*) say failed "$more" ;; esac
    done
  fi
  is_active && say switching unit
fi
# What a switch of hostlock left here, and what the next one needs to know.
trial=$(line "$root/var/lib/hostlock/trial") && [ -n "$trial" ] && say trial "$trial"
fired=$(line "$root/var/lib/hostlock/fired") && [ -n "$fired" ] && say fired "$fired"
if [ -n "$wanted" ]; then
  # A folder that is not registered is half of a copy.
  if [ -e "$root$wanted/nixos-version" ] && { ! command -v nix-store >/dev/null 2>&1 || bounded nix-store --check-validity "$wanted" 2>/dev/null; }; then
    say has wanted
    ! is_inhibited "$wanted" || say inhibited wanted
  fi
  if [ "$(id -u)" = 0 ]; then
    say power root
  elif command -v sudo >/dev/null 2>&1 && bounded sudo -n true </dev/null >/dev/null 2>&1; then
    say power sudo
  fi
fi
for folder in /nix/store /boot; do
  [ -d "$root$folder" ] || continue
  left=$(bounded df -Pk "$root$folder" 2>/dev/null | { read -r _ && read -r _ _ _ free _ && printf %s "$free"; })
  [ -n "$left" ] && say left "$folder $left"
done
say hostlock-end "$nonce"
