using System.Collections.Immutable;
using Hostlock.Flakes;
using Hostlock.Fleets;
using Hostlock.Locks;

namespace Hostlock.Reporting;

/// <summary>An input that is not the same in every lock.</summary>
/// <param name="Path">The path of the input. It has more than one name if only inputs of an input differ.</param>
/// <param name="Reference">The reference that most locks have for it; null if it is another name for an input in most of them.</param>
public sealed record DriftColumn(InputPath Path, FlakeRef? Reference);

/// <summary>An input of locks that are alike in it.</summary>
/// <param name="Edge">The entry of the input.</param>
/// <param name="SecondsBehind">The seconds by which the input is older than the newest one with the same reference.</param>
/// <param name="IsAhead">True if another lock has an older revision of the same reference, and none a newer one.</param>
public sealed record DriftCell(LockEdge Edge, ulong SecondsBehind, bool IsAhead);

/// <summary>Locks that pin the same in all columns.</summary>
/// <param name="Locks">The state of the locks, in their order.</param>
/// <param name="Cells">The inputs in the order of the columns; null for an input that the locks do not have.</param>
public sealed record DriftRow(ImmutableArray<LockStatus> Locks, ImmutableArray<DriftCell?> Cells)
{
    /// <summary>The hosts whose locks they are.</summary>
    public IEnumerable<LockOwner> Hosts => Locks.SelectMany(status => status.Place.Sharers);
}

/// <summary>
/// Hosts × inputs as a value: which inputs differ from lock to lock, and which locks are alike in them. An input that some locks do not
/// have differs only if it differs among the others; relative paths, which are part of the flake itself, differ in nothing. Locks that pin
/// the same share a row, so that a thousand hosts are a page.
/// </summary>
/// <param name="Columns">The inputs that differ, nixpkgs first, and nixpkgs even if it does not; so are inputs that are asked
/// about.</param>
/// <param name="Rows">The rows, in the order of the first lock of each; locks that cannot be read are in none.</param>
/// <param name="Same">The inputs that are the same wherever they are locked, each with its entry, by name. Those that follow another input
/// and relative paths are not among them.</param>
public sealed record DriftMatrix(
    ImmutableArray<DriftColumn> Columns, ImmutableArray<DriftRow> Rows, ImmutableArray<(string Input, LockEdge.Locked Edge)> Same)
{
    /// <summary>The name of the input that is always looked at first.</summary>
    public const string Nixpkgs = "nixpkgs";

    /// <summary>Compares locks.</summary>
    /// <param name="locks">The state of the locks.</param>
    /// <param name="asked">The inputs that are asked about, which some lock has.</param>
    public static DriftMatrix Of(IReadOnlyList<LockStatus> locks, InputSelection asked)
    {
        var read = locks.Where(status => status.Lock is not null).ToList();
        var found = new Comparison(asked);
        foreach (var path in (asked.IsAll ? PathsOf(read) : asked.Named.Distinct()).Order())
            found.Add(path, [.. read.Select(status => status.Lock!.EdgeAt(path))]);
        if (found.Differing.Count == 0)
            return new([], read.Count == 0 ? [] : [new([.. read], [])], [.. found.Same]);
        var columns = found.Differing.DistinctBy(column => column.Path)
            .OrderBy(column => (RankOf(column.Path.Names[0]), column.Path))
            .ToList();
        var cells = columns.ConvertAll(column => CellsOf(read, column));
        var rows = ImmutableArray.CreateBuilder<DriftRow>();
        foreach (var alike in Enumerable.Range(0, read.Count).GroupBy(i => string.Join('\0', columns.Select(column => column.Pins[i]))))
            rows.Add(new([.. alike.Select(i => read[i])], [.. cells.Select(column => column[alike.First()])]));
        return new(
            [.. columns.Select(column => new DriftColumn(column.Path, ReferenceOf(column.Edges)))],
            rows.ToImmutable(),
            [.. found.Same]);
    }

    // The inputs directly beneath the flake of any of the locks.
    static IEnumerable<InputPath> PathsOf(List<LockStatus> locks)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var status in locks)
            names.UnionWith(status.Lock!.Root.Inputs.Names);
        return names.Select(name => InputPath.Of(name));
    }

    static int RankOf(string input) =>
        input == Nixpkgs ? 0
        : input.StartsWith(Nixpkgs, StringComparison.Ordinal) ? 1
        : 2;

    // Inputs directly beneath the flake, or asked about, were compared with those of the whole fleet; deeper ones are compared with each
    // other.
    static List<DriftCell?> CellsOf(List<LockStatus> locks, Column column)
    {
        var name = column.Path.ToString();
        if (column.Path.Length == 1 || locks.Exists(status => status.Inputs.Any(input => input.Name == name)))
        {
            return locks.ConvertAll(status =>
                status.Inputs.FirstOrDefault(input => input.Name == name) is { } input
                    ? new DriftCell(input.Edge, input.SecondsBehind, input.IsAhead)
                    : null);
        }
        var dated = column.Edges.OfType<LockEdge.Locked>()
            .Where(edge => edge.Node.Locked.LastModified is not null)
            .ToLookup(edge => edge.Node.Original, edge => edge.Node.Locked.LastModified!.Value);
        var spans = dated.ToDictionary(each => each.Key, each => (Oldest: each.Min(), Newest: each.Max()));
        return [.. column.Edges.Select(edge => edge switch
        {
            null => null,
            LockEdge.Locked(var node) when node.Locked.LastModified is { } modified && spans[node.Original] is var span =>
                new DriftCell(edge, span.Newest.SecondsSince(modified), modified == span.Newest && span.Oldest < span.Newest),
            _ => new DriftCell(edge, 0, false),
        })];
    }

    static FlakeRef? ReferenceOf(IEnumerable<LockEdge?> edges) =>
        edges.OfType<LockEdge.Locked>()
            .GroupBy(edge => edge.Node.Original)
            .OrderByDescending(alike => alike.Count())
            .FirstOrDefault()?.Key;

    static LockEdge? EdgeOf(LockNode node, string name) => node.Inputs.TryGetValue(name, out var edge) ? edge : null;

    /// <summary>An input of all locks.</summary>
    /// <param name="Path">Its path.</param>
    /// <param name="Edges">Its entry in each lock; null in a lock that does not have it.</param>
    /// <param name="Pins">What each entry pins, in a text that is equal for equal pins.</param>
    sealed record Column(InputPath Path, List<LockEdge?> Edges, List<string> Pins);

    sealed class Comparison(InputSelection asked)
    {
        public List<Column> Differing { get; } = [];

        public List<(string Input, LockEdge.Locked Edge)> Same { get; } = [];

        public void Add(InputPath path, List<LockEdge?> edges)
        {
            var pins = edges.ConvertAll(PinOf);
            var first = edges.FindIndex(edge => edge is not null);
            var isAsked = !asked.IsAll && asked.Named.Contains(path);
            if (!isAsked && edges[first] is LockEdge.Locked { Node.Locked.IsRelativePath: true }
                && edges.TrueForAll(edge => edge is null or LockEdge.Locked { Node.Locked.IsRelativePath: true }))
                return;
            var differs = pins.Exists(pin => pin.Length > 0 && pin != pins[first]);
            if (differs || isAsked || (path.Length == 1 && path.Last == Nixpkgs))
                Differing.Add(new(path, edges, pins));
            if (differs)
                return;
            if (!isAsked && path.Length == 1 && path.Last != Nixpkgs && edges[first] is LockEdge.Locked same)
                Same.Add((path.Last, same));
            AddInputs(path, edges);
        }

        // Locks that were read together share equal nodes, so there is seldom anything to look into.
        void AddInputs(InputPath path, List<LockEdge?> edges)
        {
            var nodes = edges.ConvertAll(edge => (edge as LockEdge.Locked)?.Node);
            var first = nodes.Find(node => node is not null);
            if (nodes.TrueForAll(node => node is null || ReferenceEquals(node, first)))
                return;
            var names = nodes.OfType<LockedNode>()
                .Distinct(ReferenceEqualityComparer.Instance)
                .Cast<LockedNode>()
                .SelectMany(node => node.Inputs.Names)
                .Distinct(StringComparer.Ordinal);
            foreach (var name in names.Order(Utf8Order.Instance))
                Add(path.Append(name), nodes.ConvertAll(node => node is null ? null : EdgeOf(node, name)));
        }

        static string PinOf(LockEdge? edge) => edge switch
        {
            null => "",
            LockEdge.Follows(var target) => $"follows {target}",
            LockEdge.Locked({ Locked: var locked }) =>
                locked.Revision ?? locked.NarHash ?? (locked.IsRelativePath ? locked.Type : locked.ToString()),
            _ => throw new System.Diagnostics.UnreachableException(),
        };
    }
}
