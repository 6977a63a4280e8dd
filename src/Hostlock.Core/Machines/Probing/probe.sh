# hostlock probe 1: says what this machine runs, boots and has.
# $1 is a number that nobody could know before. The answer is KEY<TAB>VALUE lines between two lines with that number, so whatever a login
# script prints is no part of it. $2 is a system that is to be switched to, or nothing.
nonce=$1
wanted=${2:-}
running=$root/run/current-system
booted=$root/run/booted-system

say() { printf '%s\t%s\n' "$1" "$2"; }

# True if a path leads to a regular file that can be read. Reading a pipe would wait for a writer.
is_file() { [ -f "$1" ] && [ -r "$1" ]; }

# Says a small file in base64, on one line; nothing if it is larger than $3 bytes or cannot be read.
packed() {
  is_file "$2" && pick "$sizes" "$2" && [ "$word" -le "$3" ] || return
  printf '%s\t' "$1"
  base64 -w 0 <"$2"
  echo
}

# The first word of the line of $1 that ends with the word $2, as `word`; a dash, and false, if no line does.
pick() {
  word=-
  case $1$newline in *" $2$newline"*) ;; *) return 1 ;; esac
  word=$1$newline
  word=${word%%" $2$newline"*}
  word=${word##*"$newline"}
  word=${word%% *}
}

say hostlock-probe "1 $nonce"
# The kernel gives each of the two on a line of its own.
names=$(cat "$root/proc/sys/kernel/hostname" "$root/proc/sys/kernel/random/boot_id" 2>/dev/null)
case $names in *"$newline"*) ;; *) names=$names$newline ;; esac
say host "${names%%"$newline"*}"
line "$root/etc/machine-id"
say machine "$first"
say boot "${names##*"$newline"}"
line "$root/proc/uptime"
up=${first%%.*}
# In a namespace, the first process began with the boot, and the kernel earlier; the twentieth word behind its name is when.
line "$root/proc/1/stat"
set -- ${first##*) }
[ -z "$up" ] || [ $# -lt 20 ] || up=$((up - ${20} / 100))
say up "$up"

lead "$running"
now=$to
lead "$booted"
was=$to
say running "$now"
say booted "$was"
top "$profile"
next=$to
say next "$next"
[ "$was" = "$now" ] || for part in kernel initrd kernel-modules; do
  lead_both "$booted/$part" "$running/$part"
  [ "$from" = "$to" ] || say reboot "$part ${from:--} ${to:--}"
done

# There may be many generations, so one program looks at the locks of all, and one at their dates; one looks at the sizes of small files.
generations= count=0
set -- "$running/hostlock/flake.lock"
for number in $(numbers); do
  [ "$count" -lt 64 ] || break
  count=$((count + 1))
  top "$profile-$number-link" || continue
  generations=$generations$newline"$number $to"
  set -- "$@" "$root$to/hostlock/flake.lock"
done
carried=$(sha256sum "$@" 2>/dev/null)
made=$(stat -c '%Y %n' "$profile"-*-link 2>/dev/null)
about=$running/hostlock/host.json inhibitors=$running/switch-inhibitors refused=$root/var/lib/hostlock/refused
sizes=$(stat -L -c '%s %n' "$1" "$about" "$inhibitors" "$refused" 2>/dev/null)

pick "$carried" "$1"
say stamp "$word"
packed lock "$1" 524288
packed about "$about" 4096
packed inhibitors "$inhibitors" 65536

parent=
while read -r number system; do
  [ -n "$number" ] || continue
  pick "$made" "$profile-$number-link"
  date=$word
  pick "$carried" "$root$system/hostlock/flake.lock"
  say generation "$number $date $system $word"
  for choice in "$root$system"/specialisation/*; do
    [ -z "$parent" ] && [ -e "$choice" ] && lead "$choice" && [ "$to" = "$now" ] || continue
    parent=$system
    say specialisation "$system"
  done
done <<EOF
$generations
EOF

is_held && say switching lock
armed=
if [ -d "$root/run/systemd/system" ]; then
  if failed=$($bounded systemctl list-units --failed --plain --no-legend --no-pager 2>/dev/null); then
    say units known
    while read -r unit more _; do
      # Older ones put a mark before the name.
      case $unit in *.*) say failed "$unit" ;; ?*) say failed "$more" ;; esac
    done <<EOF
$failed
EOF
  fi
  is_active && say switching unit
fi
# What a switch of hostlock left here, and what the next one needs to know.
for mark in trial fired; do
  line "$root/var/lib/hostlock/$mark" && [ -n "$first" ] && say "$mark" "$first"
done
[ -e "$root/var/lib/hostlock/trial" ] && [ "$armed" = active ] && say armed timer
# What a pull left here: its last receipt, and what it refused since.
receipts=$root/var/lib/hostlock/receipts
if is_file "$receipts"; then
  receipt=$(tail -c 65536 "$receipts" | tail -n 1)
  [ -z "$receipt" ] || say receipt "$receipt"
fi
packed refused "$refused" 4096
# The time from which on it no longer begins with the release that it accepted last. A release is one long line, near the beginning of which
# this time stands.
if is_file "$root/var/lib/hostlock/accepted"; then
  accepted=$(head -c 128 "$root/var/lib/hostlock/accepted" | tr -d '\0')
  expires=${accepted#*'","expires":'}
  expires=${expires%%,*}
  case $expires in '' | *[!0-9]* | ?????????????*) ;; *) say expires "$expires" ;; esac
fi
if [ -n "$wanted" ]; then
  # A folder that is not registered is half of a copy. One that runs or boots is registered.
  if [ -e "$root$wanted/nixos-version" ] &&
    { [ "$wanted" = "$now" ] || [ "$wanted" = "$next" ] || ! command -v nix-store >/dev/null 2>&1 ||
      $bounded nix-store --check-validity "$wanted" 2>/dev/null; }; then
    say has wanted
    ! is_inhibited "$wanted" || say inhibited wanted
  fi
  if [ "$(id -u)" = 0 ]; then
    say power root
  elif command -v sudo >/dev/null 2>&1 && $bounded sudo -n true </dev/null >/dev/null 2>&1; then
    say power sudo
  fi
fi
while read -r blocks bytes folder; do
  case $blocks$bytes in '' | *[!0-9]*) ;; *) say left "${folder#"$root"} $((blocks * bytes / 1024))" ;; esac
done <<EOF
$($bounded stat -f -c '%a %S %n' "$root/nix/store" "$root/boot" 2>/dev/null)
EOF
say hostlock-end "$nonce"
