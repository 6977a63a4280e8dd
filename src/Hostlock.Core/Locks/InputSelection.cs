using System.Collections.Immutable;
using Hostlock.Flakes;

namespace Hostlock.Locks;

/// <summary>The inputs that somebody asks about: all, or some that are named, each with all beneath it.</summary>
/// <param name="Named">The paths of the named inputs; empty for all inputs.</param>
public sealed record InputSelection(ImmutableArray<InputPath> Named)
{
    /// <summary>All inputs.</summary>
    public static readonly InputSelection All = new([]);

    /// <summary>True if no input is named.</summary>
    public bool IsAll => Named.IsEmpty;

    /// <summary>Tells whether an input is asked about.</summary>
    /// <param name="path">The path of the input.</param>
    public bool Includes(InputPath path) => IsAll || Named.Any(path.StartsWith);

    /// <summary>A lock that has the named inputs alone, all directly beneath the flake and with their whole paths for names; the lock
    /// itself if none is named. It is for reading.</summary>
    /// <param name="file">The whole lock.</param>
    public LockFile ByPath(LockFile file) => IsAll ? file : file.With(NameMap<LockEdge>.Of(
    [
        .. from path in Named.Distinct()
           let edge = file.EdgeAt(path)
           where edge is not null
           let name = path.ToString()
           select KeyValuePair.Create(name, edge),
    ]));

    /// <summary>The changes of the inputs that are asked about.</summary>
    /// <param name="diff">The changes of all inputs.</param>
    public LockDiff Of(LockDiff diff) => IsAll ? diff : new([.. diff.Changes.Where(change => Includes(change.Path))]);

    /// <summary>A lock that has only the inputs that are asked about, and the inputs on the way to them. It is for reading: an input may
    /// follow one that is left out.</summary>
    /// <param name="file">The whole lock.</param>
    public LockFile Of(LockFile file)
    {
        return IsAll ? file : file.With(Beneath(file.Root, InputPath.Root));

        NameMap<LockEdge> Beneath(LockNode node, InputPath at)
        {
            var inputs = new List<KeyValuePair<string, LockEdge>>();
            foreach (var (name, edge) in node.Inputs)
            {
                var path = at.Append(name);
                if (Includes(path))
                    inputs.Add(new(name, edge));
                else if (edge is LockEdge.Locked(var child) && Named.Any(named => named.StartsWith(path))
                    && Beneath(child, path) is { Count: > 0 } beneath)
                    inputs.Add(new(name, new LockEdge.Locked(child.WithInputs(beneath))));
            }
            return NameMap<LockEdge>.Of(inputs);
        }
    }
}
