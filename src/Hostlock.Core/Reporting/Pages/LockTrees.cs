using System.Collections.Immutable;
using Hostlock.Flakes;
using Hostlock.Fleets;
using Hostlock.Locks;

namespace Hostlock.Reporting.Pages;

/// <summary>Shows locks as trees, with their follows, repeated inputs, and the lines that join those.</summary>
static class LockTrees
{
    const int MostTrees = 8, MostInputs = 80;

    /// <summary>Renders the trees, each folded.</summary>
    /// <param name="page">The fleet.</param>
    /// <param name="rings">Its locks.</param>
    public static Html Render(FleetPage page, ImmutableArray<RingRows> rings)
    {
        var distinct = rings.SelectMany(ring => ring.Rows).Where(row => row.Status.Lock is not null)
            .GroupBy(row => row.Status, SameLock.Instance)
            .Select(alike => (alike.Key.Lock!, Owners: alike.SelectMany(row => row.Owners).ToList()))
            .ToList();
        var (trees, left) = (Html.Nothing, MostInputs);
        var shown = 0;
        foreach (var (file, owners) in distinct.Take(MostTrees))
        {
            var count = file.AllInputs().Count();
            if (count > left && shown > 0)
                break;
            (left, shown) = (left - count, shown + 1);
            trees.AppendFormatted(Tree(file, owners, count, page.InputsOfHosts));
        }
        Html rest = distinct.Count > shown
            ? $"<p>{PageWords.Count(distinct.Count - shown, "other lock")} left out: {PageWords.Command("hostlock show HOST")} shows each, "
                + $"and {PageWords.Command("hostlock follows")} what it has more than once.</p>\n"
            : Html.Nothing;
        return shown == 0 ? $"<p>No lock can be read.</p>\n" : (Html)$"{trees}{rest}";
    }

    static Html Tree(LockFile file, List<LockOwner> owners, int count, IReadOnlySet<string> ofHosts)
    {
        var repetitions = Repetition.In(file, ofHosts);
        var repeated = repetitions.SelectMany(repetition => repetition.Others, (repetition, path) => (path, repetition))
            .ToDictionary(pair => pair.path, pair => pair.repetition);
        var again = repeated.Count == 0 ? "nothing is repeated" : $"{PageWords.Number(repeated.Count)} repeated";
        return $"""
            <details class="tree"><summary>{PageWords.Names(owners):line}: {PageWords.Count(count, "input")}, {again}</summary>
            {Beneath(file.Root, InputPath.Root, repeated, new(ReferenceEqualityComparer.Instance))}
            {repetitions.Select(Joins)}</details>

            """;
    }

    static Html Joins(Repetition repetition) => $"""
        <p>{repetition.Target} occurs {repetition.Others.Length + 1} times, {Revisions(repetition.Revisions)}; these lines of flake.nix join
        them:</p>
        <ul class="joins">{repetition.Others.Select(path => (Html)$"<li>{PageWords.Command(repetition.LineFor(path))}</li>")}</ul>

        """;

    static string Revisions(int count) => count == 1 ? "all of one revision" : $"{PageWords.Number(count)} revisions";

    // If two inputs of an old file share a node, it is shown in full only once.
    static Html Beneath(LockNode node, InputPath at, Dictionary<InputPath, Repetition> repeated, HashSet<LockNode> shown)
    {
        if (node.Inputs.Count == 0)
            return Html.Nothing;
        return $"<ul>{node.Inputs.Select(input => Item(input.Key, input.Value))}</ul>";

        Html Item(string name, LockEdge edge)
        {
            var path = at.Append(name);
            switch (edge)
            {
                case LockEdge.Follows(var target):
                    return $"<li>{name} <i>→ {(target.IsRoot ? "the flake itself" : target.ToString())}</i></li>";
                case LockEdge.Locked(var child):
                    var again = repeated.TryGetValue(path, out var repetition)
                        ? $" <b class=\"warn\">{repetition.Target} again</b>"
                        : Html.Nothing;
                    var below = shown.Add(child) ? Beneath(child, path, repeated, shown) : Html.Nothing;
                    var date = child.Locked.LastModified is { } modified ? $" {modified.ToString()}" : Html.Nothing;
                    return $"<li><b>{name}</b> {PinText.Short(child.Locked)}{date}{again}{below}</li>";
                default:
                    throw new System.Diagnostics.UnreachableException();
            }
        }
    }
}
