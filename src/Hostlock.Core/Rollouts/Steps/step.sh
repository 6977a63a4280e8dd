# hostlock step 1: one step of a switch, run by root of the machine that is switched. It needs Nix, and uses systemd if that runs.
#   VERB ID MACHINE TARGET RUNNING NEXT SECONDS ACTION
# ID names the rollout, MACHINE is the machine's own id. TARGET is the system that it is to get; RUNNING and NEXT are what it ran and booted
# next before anything was done. After SECONDS of silence it goes back by itself. ACTION is `test`; `switch` if an engine makes the target
# what boots at once; or `agent` if an agent does that by a profile of its own. Each verb looks first whether the machine still is where it
# should be, and refuses with 75 if it is not: somebody else, or an earlier try, has been here.
verb=$1 id=$2 machine=$3 target=$4 running=$5 next=$6 seconds=$7 action=$8
# Whoever asked may go away in the midst of it.
trap '' HUP INT PIPE
roots=$root/nix/var/nix/gcroots/hostlock
state=$root/var/lib/hostlock
run=$root/run/hostlock
unit=$silence

refuse() { echo "hostlock: $1" >&2; exit 75; }
has_systemd() { [ -d "$root/run/systemd/system" ] && command -v systemd-run >/dev/null 2>&1; }

# True if the system that boots next is the target, or the one that booted next before anything was done.
is_ours() {
  top "$profile"
  [ "$to" = "$next" ] || [ "$to" = "$target" ]
}

# True if the system $1, or a specialisation of it, runs.
runs() {
  [ -n "$1" ] || return 1
  lead "$root/run/current-system"
  now=$to
  [ "$now" = "$1" ] && return 0
  for choice in "$root$1"/specialisation/*; do
    [ -e "$choice" ] && lead "$choice" && [ "$to" = "$now" ] && return 0
  done
  return 1
}

# Writes a file so that it is whole even after a power cut.
put() { printf '%s\n' "$2" >"$1.new" && { sync "$1.new" 2>/dev/null || true; } && mv "$1.new" "$1"; }

# A collection of garbage must not take the way there, or the way back.
hold() {
  mkdir -p "$roots" && ln -sfn "$target" "$roots/target" &&
    { [ -z "$running" ] || ln -sfn "$running" "$roots/running"; } && { [ -z "$next" ] || ln -sfn "$next" "$roots/next"; }
}

# Makes a system the one of the profile, by its own generation if it has one. deploy-rs may have put folders of links around earlier ones.
point() {
  for number in $(numbers); do
    if [ "$1" = "$target" ]; then lead "$profile-$number-link"; else top "$profile-$number-link"; fi
    if [ "$to" = "$1" ]; then
      nix-env --profile "$profile" --switch-generation "$number"
      return
    fi
  done
  nix-env --profile "$profile" --set "$1"
}

# Has a system act. As a unit it outlives this connection, and excludes another switch; the name is that of nixos-rebuild.
act() {
  if [ "$verb" != silence ] && has_systemd; then
    systemd-run -E LOCALE_ARCHIVE -E NIXOS_INSTALL_BOOTLOADER -E NIXOS_NO_CHECK --collect --no-ask-password --pipe --quiet \
      --service-type=exec --unit="$switch" "$root$1/bin/switch-to-configuration" "$2"
  else
    "$root$1/bin/switch-to-configuration" "$2"
  fi
}

# Refuses while a switch is under way.
free() {
  if is_held || { has_systemd && is_active; }; then refuse "a switch is under way"; fi
}

# Refuses while somebody else's trial is not over. A mark without a timer is what a power cut left.
alone() {
  other=$(cat "$state/trial" 2>/dev/null) && [ -n "$other" ] && [ "$other" != "$id" ] || return 0
  if is_armed; then refuse "the rollout $other has this machine on trial"; fi
}

disarm() {
  ! has_systemd || systemctl stop "$unit.timer" 2>/dev/null
  rm -f "$state/trial"
}

# True while the machine is on trial by this rollout.
is_tried() {
  line "$state/trial"
  [ "$first" = "$id" ]
}

# Silence is measured anew from here on.
renew() {
  is_tried || return 0
  ! has_systemd || systemctl restart "$unit.timer" 2>/dev/null
}

# Marks the trial, and starts the silence timer. It survives a reload of systemd and an isolate.
arm() {
  mkdir -p "$run" "$state" || refuse "this user cannot write $state"
  rm -f "$state/fired"
  put "$state/trial" "$id" || refuse "this user cannot write $state"
  has_systemd || return 0
  systemctl stop "$unit.timer" 2>/dev/null
  systemctl reset-failed "$unit.service" 2>/dev/null
  systemd-run --quiet --unit="$unit" --on-active="${seconds}s" --timer-property=AccuracySec=1s --collect \
    --timer-property=DefaultDependencies=no --property=DefaultDependencies=no \
    --timer-property=IgnoreOnIsolate=yes --property=IgnoreOnIsolate=yes \
    /bin/sh "$run/step" silence "$id" "$machine" "$target" "$running" "$next" "$seconds" "$action" && return 0
  rm -f "$state/trial"
  refuse "the silence timer cannot be armed"
}

# Back to what ran and booted, unless somebody else has moved on; the profile only if the target was put into it.
back() {
  if runs "$next" && ! runs "$running"; then to_run=$next; else to_run=$running; fi
  runs "$target" || runs "$to_run" || return 75
  moved=
  if [ "$target" != "$next" ] && top "$profile" && [ "$to" = "$target" ]; then
    point "$next" || return 1
    moved=1
  fi
  # An engine or an agent may have written the entry of the boot loader, although the profile has not moved.
  entry=$next
  case $action in
    switch) [ -z "$next" ] || moved=1 ;;
    agent) entry=$to_run moved=1 ;;
  esac
  # The old system is activated even if it runs: an activation that was cut short has left units stopped.
  act "$to_run" test
  code=$?
  if [ -n "$moved" ]; then act "$entry" boot || return 1; fi
  runs "$to_run" || return $code
}

# True while units are on their way up, those that systemd starts again included. A pull that a timer started is such a unit itself.
starts() {
  has_systemd || return 1
  line /proc/self/cgroup
  own=${first##*/}
  systemctl list-units --state=activating --plain --no-legend --no-pager 2>/dev/null | (
    while read -r name more _; do
      # Older ones put a mark before the name.
      case $name in *.*) ;; *) name=$more ;; esac
      [ "$name" = "$own" ] || exit 0
    done
    exit 1
  )
}

line "$root/etc/machine-id"
[ "$first" = "$machine" ] || refuse "this is another machine"
case $verb in
  hold) hold ;;
  preview)
    for part in kernel initrd kernel-modules; do
      lead_both "$root/run/booted-system/$part" "$root$target/$part"
      [ "$from" = "$to" ] || echo "reboot $part ${from:--} ${to:--}"
    done
    ! is_inhibited "$target" || echo inhibited
    has_systemd || echo no-timer
    "$root$target/bin/switch-to-configuration" dry-activate 2>&1
    ;;
  arm | activate)
    free
    alone
    runs "$running" || runs "$target" || refuse "another system runs"
    is_ours || refuse "another system boots next"
    hold || refuse "this user cannot write $roots"
    arm
    [ "$verb" = arm ] || act "$target" test
    ;;
  boot)
    free
    alone
    runs "$running" || refuse "another system runs"
    is_ours || refuse "another system boots next"
    hold || refuse "this user cannot write $roots"
    mkdir -p "$state" && put "$state/trial" "$id" || refuse "this user cannot write $state"
    point "$target" && act "$target" boot && disarm
    ;;
  renew) renew ;;
  check)
    renew
    sleep 2
    tries=0
    while starts && [ "$tries" -lt 20 ]; do
      sleep 1
      tries=$((tries + 1))
    done
    renew
    ;;
  keep)
    runs "$target" || refuse "another system runs"
    is_ours || refuse "another system boots next"
    renew
    point "$target" && act "$target" boot && disarm
    ;;
  return)
    renew
    back
    code=$?
    [ "$code" = 0 ] && disarm
    exit "$code"
    ;;
  silence)
    # Lets a switch that is under way finish first.
    mkdir -p "${held%/*}"
    ! command -v flock >/dev/null 2>&1 || flock "$held" true
    is_tried || exit 0
    back
    code=$?
    # Somebody else's system is left alone.
    [ "$code" = 75 ] || put "$state/fired" "$id"
    rm -f "$state/trial"
    exit "$code"
    ;;
  *) refuse "no step is called $verb" ;;
esac
