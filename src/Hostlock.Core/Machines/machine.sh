# The beginning of all scripts that hostlock runs on machines. POSIX sh and coreutils suffice; other programs are used if they exist.
root=
LC_ALL=C
PATH=$PATH:/run/current-system/sw/bin:/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin
export LC_ALL PATH
profile=$root/nix/var/nix/profiles/system
switch=nixos-rebuild-switch-to-configuration
silence=hostlock-silence
held=$root/run/nixos/switch-to-configuration.lock
newline='
'

# The words in front of a program that asks a service, which may never answer. A function in their place would be one more process.
bounded=
! command -v timeout >/dev/null 2>&1 || bounded='timeout 5'

# A program that is started costs a machine as much as some hundred lines of sh, and probes are many. So these functions give their answers
# in variables, and start a program only if they need one.

# The first line of a file, as `first`; nothing if it cannot be read. Not for /proc/sys, where the kernel gives each reader one piece.
line() {
  first=
  # Reading a pipe would wait for a writer.
  [ -f "$1" ] || return
  { IFS= read -r first <"$1"; } 2>/dev/null || [ -n "$first" ]
}

# What a link leads to, as `to`; nothing if it leads nowhere, where readlink would name the link. The shell itself finds a folder.
lead() {
  if [ -d "$1" ] && cd -P "$1" 2>/dev/null; then
    to=$PWD
    cd /
  else
    to=$(readlink -f "$1" 2>/dev/null) && [ -e "$to" ] || to=
  fi
  to=${to#"$root"}
  [ -n "$to" ]
}

# What two links lead to, as `from` and `to`, by one program if both lead to files.
lead_both() {
  if [ -f "$1" ] && [ -f "$2" ]; then
    to=$(realpath "$1" "$2")
    from=${to%%"$newline"*}
    from=${from#"$root"}
    to=${to##*"$newline"}
    to=${to#"$root"}
  else
    lead "$1"
    from=$to
    lead "$2"
  fi
}

# The system of a profile, as `to`. deploy-rs puts a folder of links around it, so the folder that nixos-version really lies in tells.
top() {
  if [ -L "$1/nixos-version" ] && lead "$1/nixos-version"; then to=${to%/*}; else lead "$1"; fi
}

# Prints the numbers of the generations, the newest first.
numbers() {
  for link in "$profile"-*-link; do
    number=${link#"$profile-"}
    number=${number%-link}
    case $number in '' | *[!0-9]*) ;; *) echo "$number" ;; esac
  done | sort -rn
}

# What systemd says of the unit of a switch, as `switches`, and of the silence timer of a trial, as `armed`.
ask() {
  set -- $($bounded systemctl is-active "$switch.service" "$silence.timer" 2>/dev/null)
  switches=${1:-}
  armed=${2:-}
}

# True while the unit of a switch runs. Its name is that of nixos-rebuild.
is_active() {
  ask
  case $switches in
    active | activating | deactivating | reloading) return 0 ;;
  esac
  return 1
}

# True while the silence timer of a trial runs.
is_armed() {
  [ -d "$root/run/systemd/system" ] && ask && [ "$armed" = active ]
}

# True if NixOS refuses to switch from the system that runs to the system $1, which has to be booted then.
is_inhibited() {
  old=$root/run/current-system/switch-inhibitors
  [ -e "$old" ] && ! cmp -s "$old" "$root$1/switch-inhibitors"
}

# True while somebody holds the lock of a switch. It is looked up and not taken, because a switch that begins just then would fail.
is_held() {
  [ -e "$held" ] || return 1
  set -- $(stat -c '%d %i' "$held")
  grep -q "$(printf 'FLOCK .* %02x:%02x:%s ' $(($1 >> 8 & 4095)) $(($1 & 255 | $1 >> 12 & 1048320)) "$2")" "$root/proc/locks" 2>/dev/null
}

