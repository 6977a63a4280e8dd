using System.Globalization;
using Hostlock.Platform;
using Hostlock.Platform.Programs;

namespace Hostlock.Rollouts.Gates;

/// <summary>Runs a gate on the machine of a host, and leaves nothing of it there.</summary>
static class GateScript
{
    // $1 is the number of seconds, and the other words are the program. It runs as a unit of systemd, so that all that it starts ends with
    // it. If no unit can be made, its group of processes is ended.
    const string Text = """
        limit=$1
        shift
        PATH=$PATH:/run/current-system/sw/bin:/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin
        if [ "$(id -u)" = 0 ] && [ -d /run/systemd/system ] && command -v systemd-run >/dev/null; then
          exec systemd-run --quiet --pipe --wait --collect --property=TimeoutStopSec=2 --property=RuntimeMaxSec=$((limit + 5)) \
            -E PATH -- timeout -k 2 "$limit" "$@" </dev/null
        fi
        setsid timeout -k 2 "$limit" "$@" </dev/null &
        group=$!
        wait "$group"
        code=$?
        kill -KILL -- "-$group" 2>/dev/null
        exit "$code"

        """;

    // ssh needs a moment to begin and to end.
    static readonly TimeSpan Margin = TimeSpan.FromSeconds(20);

    /// <summary>Builds the command.</summary>
    /// <param name="target">The machine as ssh knows it; null for this machine.</param>
    /// <param name="limit">The longest time that the gate may run.</param>
    /// <param name="words">The program and its arguments.</param>
    public static ProcessRequest Request(string? target, TimeSpan limit, IEnumerable<string> words) =>
        Ssh.Script(
            target, Text, [Math.Max(1, (long)limit.TotalSeconds).ToString(CultureInfo.InvariantCulture), .. words]) with
        {
            TimeLimit = limit + Margin,
        };
}
