using System.Collections.Immutable;
using System.Globalization;

namespace Hostlock.Conformance.FakeHosts;

/// <summary>What a fake host is in, read from inside of it and not by the program's own probe.</summary>
/// <param name="Running">The store path of the running system.</param>
/// <param name="Booted">The store path of the system it booted.</param>
/// <param name="Boots">The store path that its boot loader starts next.</param>
/// <param name="Profile">The store path of the newest generation of its profile.</param>
/// <param name="BootId">The id of this boot.</param>
/// <param name="Generations">The store paths of its generations by number.</param>
/// <param name="FailedUnits">The names of its failed units.</param>
/// <param name="Activations">What its switches did, in order: action, store path, and <c>begin</c> or how it ended.</param>
sealed record HostState(
    string Running,
    string Booted,
    string Boots,
    string Profile,
    string BootId,
    ImmutableSortedDictionary<int, string> Generations,
    ImmutableArray<string> FailedUnits,
    ImmutableArray<string> Activations)
{
    /// <summary>Reads the answer of <c>tests/fleet/state</c>: lines of a key, a tab and a value.</summary>
    public static HostState Parse(string answer)
    {
        var values = answer.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => line.Split('\t', 2))
            .ToLookup(line => line[0], line => line[1]);
        return new(
            One("running"),
            One("booted"),
            One("boots"),
            One("profile"),
            One("boot-id"),
            values["generation"].Select(line => line.Split(' ')).ToImmutableSortedDictionary(
                words => int.Parse(words[0], CultureInfo.InvariantCulture), words => words[1]),
            [.. values["failed"]],
            [.. values["activation"]]);

        string One(string key) => values[key].Single();
    }
}
