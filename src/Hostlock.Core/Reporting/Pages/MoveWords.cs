using Hostlock.Fleets.History;
using Hostlock.Locks;

namespace Hostlock.Reporting.Pages;

/// <summary>Says in a few words which inputs a commit moved.</summary>
static class MoveWords
{
    const int InputsNamed = 3, MovesNamed = 1;

    /// <summary>The day, the moves, and the promotion that made them.</summary>
    /// <param name="move">The move.</param>
    public static string Of(LockMove move) =>
        $"{move.Commit.Time?.ToString() ?? "no date"} {move.Commit.Id.Shortened}: "
        + $"{string.Join(", ", Inputs(move, InputsNamed))}{From(move)}";

    /// <summary>The same for several moves.</summary>
    /// <param name="moves">The moves, the oldest first.</param>
    public static string Of(IReadOnlyList<LockMove> moves) =>
        string.Join("; ", moves.TakeLast(MovesNamed).Select(move => Of(move)))
        + (moves.Count > MovesNamed ? $"; and {PageWords.Number(moves.Count - MovesNamed)} more" : "");

    /// <summary>The moves directly beneath the flake, and the number of others.</summary>
    /// <param name="move">The move.</param>
    /// <param name="most">The most inputs to name.</param>
    public static IEnumerable<string> Inputs(LockMove move, int most)
    {
        if (move is not { Before: { } before, After: { } after })
            return ["a lock that cannot be read"];
        if (before.Root.Inputs.Count == 0 && after.Root.Inputs.Count > 0)
            return [$"a new lock of {PageWords.Count(after.Root.Inputs.Count, "input")}"];
        if (before.Root.Inputs.Count > 0 && after.Root.Inputs.Count == 0)
            return ["the lock was deleted"];
        var changes = LockDiff.Between(before, after).Changes;
        var named = changes.Where(change => change.Path.Length == 1).Take(most)
            .Select(change => $"{change.Path} {HistoryText.Move(change)}").ToList();
        if (changes.Length > named.Count)
            named.Add($"{(named.Count > 0 ? "and " : "")}{PageWords.Number(changes.Length - named.Count)} more");
        return named.Count > 0 ? named : ["only the form of the file"];
    }

    static string From(LockMove move) => move.Commit.PromotedFrom.Length > 0 ? $"; promoted from {move.Commit.PromotedFrom}" : "";
}
