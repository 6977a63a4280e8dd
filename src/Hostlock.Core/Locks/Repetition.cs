using System.Collections.Immutable;
using Hostlock.Flakes;
using Hostlock.Flakes.Nix;

namespace Hostlock.Locks;

/// <summary>A source that is in a lock more than once, and inputs of inputs that could follow one directly beneath the flake.</summary>
/// <param name="Target">The input beneath the flake that the others could follow.</param>
/// <param name="Revisions">The number of revisions of the source in the lock.</param>
/// <param name="Others">The inputs that are locked on their own, by path.</param>
public sealed record Repetition(string Target, int Revisions, ImmutableArray<InputPath> Others)
{
    /// <summary>The number of times that the lock has the source, those included that are not among <see cref="Others"/>.</summary>
    public int Times { get; private init; } = Others.Length + 1;

    /// <summary>Finds the inputs that a lock has more than once, by the name of the input to follow.</summary>
    /// <param name="file">The lock.</param>
    /// <param name="leftOut">Inputs of the flake that are left out with all beneath them.</param>
    public static IReadOnlyList<Repetition> In(LockFile file, IReadOnlySet<string> leftOut)
    {
        var locked = file.AllInputs()
            .Where(input => input.Edge is LockEdge.Locked && !leftOut.Contains(input.Path.Names[0]))
            .Select(input => (input.Path, ((LockEdge.Locked)input.Edge).Node))
            .ToList();
        var below = locked.Where(input => input.Path.Length > 1).ToLookup(input => SourceOf(input.Node));
        var repetitions = new List<Repetition>();
        // An input whose name a follows may not have can be no target.
        var targets = locked.Where(input => input.Path.Length == 1 && InputPath.IsReferable(input.Path.Last));
        foreach (var source in targets.GroupBy(input => SourceOf(input.Node)))
        {
            var others = below[source.Key].ToList();
            if (others.Count == 0)
                continue;
            // If several inputs have one source, the target is the one with the commonest name.
            var named = others.CountBy(input => input.Path.Last).ToDictionary();
            var target = source.MaxBy(input => named.GetValueOrDefault(input.Path.Last));
            var revisions = others.Append(target)
                .Select(input => input.Node.Locked.Revision ?? input.Node.Locked.NarHash)
                .Distinct()
                .Count();
            repetitions.Add(new(target.Path.Last, revisions, [.. others.Select(input => input.Path)]));
        }
        return repetitions;
    }

    /// <summary>The same without the inputs that are not asked about; null if nothing remains to be joined. A question about the input to
    /// follow includes all that could follow it.</summary>
    /// <param name="asked">The inputs that are asked about.</param>
    public Repetition? About(InputSelection asked) =>
        asked.Includes(InputPath.Of(Target)) ? this
        : Others.Where(asked.Includes).ToImmutableArray() is { IsEmpty: false } others ? this with { Others = others }
        : null;

    /// <summary>The changes of a flake.nix that join the repeated inputs of some locks. Inputs beneath one that follows another need
    /// none.</summary>
    /// <param name="repetitions">The repeated inputs.</param>
    public static ImmutableArray<InputChange> Joining(IEnumerable<Repetition> repetitions)
    {
        var targets = new SortedDictionary<InputPath, string>();
        foreach (var repetition in repetitions)
        {
            foreach (var path in repetition.Others)
                targets.TryAdd(path, repetition.Target);
        }
        return
        [
            .. targets.Where(each => !targets.Keys.Any(other => !other.Equals(each.Key) && each.Key.StartsWith(other)))
                .Select(each => new InputChange.Follow(each.Key, InputPath.Of(each.Value))),
        ];
    }

    /// <summary>The line of flake.nix that makes an input follow the target.</summary>
    public string LineFor(InputPath path) =>
        $"inputs.{string.Join(".inputs.", path.Names.Select(NixWords.Attribute))}.follows = {NixWords.Text(Target)};";

    // The repository, whatever branch or folder of it: that is what people mean by one input.
    static RefAttributes SourceOf(LockedNode node)
    {
        var source = node.Original.IsIndirect ? node.Locked.Input : node.Original.Input;
        foreach (var name in (ReadOnlySpan<string>)["ref", "rev", "narHash", "lastModified", "revCount", "shallow"])
            source = source.Without(name);
        foreach (var name in (ReadOnlySpan<string>)["owner", "repo"])
        {
            // Forges do not tell NixOS from nixos.
            if (source.Text(name) is { } text)
                source = source.With(name, text.ToLowerInvariant());
        }
        return source;
    }
}
