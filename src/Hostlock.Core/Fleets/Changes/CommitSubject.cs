using Hostlock.Locks;

namespace Hostlock.Fleets.Changes;

/// <summary>
/// The subject of a commit of locks: the hosts, and the moves, as far as they fit into a line. Names may have any text, so they are shown
/// without control characters, and the subject is one line.
/// </summary>
static class CommitSubject
{
    /// <summary>The longest subject, in columns.</summary>
    public const int MostColumns = 72;

    /// <summary>Makes the subject.</summary>
    /// <param name="locks">The locks that the commit has, at least one unless <paramref name="others"/> has files.</param>
    /// <param name="others">The other files of the commit, relative to the flake.</param>
    /// <param name="note">The purpose of the commit.</param>
    /// <param name="template">The template of hostlock.toml; null for our own
    /// form.</param>
    public static string Of(
        IReadOnlyList<PlannedLock> locks, IReadOnlyList<string> others, CommitNote note, string? template = null)
    {
        var action = ActionOf(locks, note);
        var names = locks.SelectMany(planned => planned.Place.Sharers).Select(owner => owner.ToString()).Distinct().ToList();
        if (names.Count == 0)
            names = [.. others.Select(Visible.Name)];
        string[] hosts = [string.Join(' ', names), locks.Count > 0 ? $"{names.Count} hosts" : $"{names.Count} files"];
        var moves = Moves(locks).ToList();
        var inputs = moves.Select(move => move.Input).Distinct().ToList();
        var candidates =
            from detail in Details(locks, moves, inputs)
            from whose in names.Count > 1 ? hosts : hosts[..1]
            select Line(whose, detail);
        var all = candidates.ToList();
        return all.Find(line => line.Length <= MostColumns) ?? $"{all[^1][..(MostColumns - 1)]}…";

        string Line(string whose, string detail)
        {
            var line = template is null
                ? $"locks: {Before(action)}{whose}{(note.PromotedFrom is { } from ? $" from {from}:" : "")} {detail}"
                : Fleets.Placeholders.Fill(template, name => name switch
                {
                    "action" => note.PromotedFrom is { } from ? $"promote from {from}" : action,
                    "hosts" => whose,
                    "inputs" => Names(inputs, template.Length),
                    _ => detail,
                });
            return line.Trim() is { Length: > 0 } text ? text.TrimEnd(':') : $"locks: {whose}";
        }

        static string Before(string action) => action is "update" or "promote" ? "" : $"{action} ";
    }

    /// <summary>The moves in some locks, in a few words.</summary>
    /// <param name="locks">The locks.</param>
    /// <param name="columns">The most columns that it may take.</param>
    internal static string MovesOf(IReadOnlyList<PlannedLock> locks, int columns)
    {
        var moves = Moves(locks).ToList();
        var details = Details(locks, moves, [.. moves.Select(move => move.Input).Distinct()]).ToList();
        return details.Find(detail => detail.Length <= columns) ?? details[^1];
    }

    static string ActionOf(IReadOnlyList<PlannedLock> locks, CommitNote note) =>
        note.Action ?? (note.PromotedFrom is not null ? "promote"
            : locks.Count > 0 && locks.All(planned => planned.Before is null) ? "add"
            : "update");

    sealed record InputMove(string Input, string? Before, string? After);

    // The inputs directly beneath the flake that moved; if none did, the moved inputs beneath those.
    static IEnumerable<InputMove> Moves(IReadOnlyList<PlannedLock> locks)
    {
        // All inputs of a new lock are new.
        var changes = locks.Where(planned => planned.Before is not null).SelectMany(planned => planned.Diff.Changes).ToList();
        var top = changes.Where(change => change.Path.Length == 1).ToList();
        return (top.Count > 0 ? top : changes)
            .Select(change => new InputMove(Visible.Name(change.Path.ToString()), Pin(change.Before), Pin(change.After)))
            .Distinct();
    }

    // The texts that may stand for the moves, the longest first.
    static IEnumerable<string> Details(IReadOnlyList<PlannedLock> locks, List<InputMove> moves, List<string> inputs)
    {
        if (inputs.Count == 0)
        {
            yield return locks.Count > 0 && locks.All(planned => planned.Before is not null) ? "in the form of Nix" : "";
            yield break;
        }
        // A revision is left out if the hosts come from, or go to, different ones.
        var byInput = moves.GroupBy(move => move.Input).Select(group => (
            Input: group.Key,
            Whole: group.ToList() is [var only] ? Move(only) : null,
            After: group.Select(move => move.After).Distinct().ToList() is [{ } after] ? $"{group.Key} → {after}" : group.Key)).ToList();
        yield return string.Join(", ", byInput.Select(each => each.Whole ?? each.After));
        yield return string.Join(", ", byInput.Select(each => each.After));
        for (var length = MostColumns; length > 0; length -= 8)
            yield return Names(inputs, length);
        yield return inputs.Count == 1 ? "an input" : $"{inputs.Count} inputs";
    }

    static string Move(InputMove move) => (move.Before, move.After) switch
    {
        (null, { } after) => $"+{move.Input} {after}",
        (_, null) => $"-{move.Input}",
        ({ } before, { } after) when before != after => $"{move.Input} {before} → {after}",
        _ => move.Input,
    };

    // As many names as fit, and the number of the others.
    static string Names(List<string> inputs, int length)
    {
        var shown = inputs.Count;
        while (shown > 1 && inputs.Take(shown).Sum(name => name.Length + 2) > length)
            shown--;
        return string.Join(", ", inputs.Take(shown)) + (shown < inputs.Count ? $" +{inputs.Count - shown}" : "");
    }

    // The pin of an entry, in a word; null if there is no entry.
    static string? Pin(LockEdge? edge) => edge switch
    {
        null => null,
        LockEdge.Follows(var target) => $"follows {Visible.Name(target.ToString())}",
        LockEdge.Locked({ Locked: var locked }) => Visible.Name(
            locked.ShortRevision ?? locked.LastModified?.ToString() ?? locked.Type),
        _ => throw new System.Diagnostics.UnreachableException(),
    };
}
