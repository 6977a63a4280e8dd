using Hostlock.Flakes;

namespace Hostlock.Locks;

/// <summary>
/// The overrides met on the way down, by the path they are for. The first override of a path counts, so that an outer flake beats an inner
/// one and the command line beats both.
/// </summary>
/// <remarks>Nix 2.34.8, libflake/flake.cc, lockFlake: the map named overrides.</remarks>
sealed class InputOverrides
{
    readonly Dictionary<InputPath, InputOverride> _byPath = [];
    readonly Dictionary<InputPath, SortedSet<InputPath>> _byFlake = [];
    readonly HashSet<InputPath> _used = [];

    /// <summary>An override.</summary>
    /// <param name="Input">The input as the override declares it.</param>
    /// <param name="Place">The place that relative paths of the override start from.</param>
    /// <param name="DeclaredBy">The input whose flake says it; null for the command line.</param>
    internal sealed record InputOverride(FlakeInput Input, FlakePlace Place, InputPath? DeclaredBy);

    /// <summary>Adds an override, if none was added for this path before.</summary>
    public void Add(InputPath path, InputOverride value)
    {
        if (!_byPath.TryAdd(path, value))
            return;
        var flake = path.Parent;
        if (!_byFlake.TryGetValue(flake, out var beneath))
            _byFlake.Add(flake, beneath = []);
        beneath.Add(path);
    }

    /// <summary>Registers what an input says about the inputs beneath it, at any depth.</summary>
    public void AddNested(FlakeInput input, InputPath path, FlakePlace place, InputPath declaredBy)
    {
        foreach (var (name, nested) in input.Overrides)
        {
            var at = path.Append(name);
            AddNested(nested, at, place, declaredBy);
            if (nested.Reference is not null || nested.Follows is not null)
                Add(at, new(nested, place, declaredBy));
        }
    }

    /// <summary>The override of an input; null if it has none.</summary>
    public InputOverride? Find(InputPath path) => _byPath.GetValueOrDefault(path);

    /// <summary>Notes that an override found its input.</summary>
    public void MarkUsed(InputPath path) => _used.Add(path);

    /// <summary>Returns true if the override of this path found its input.</summary>
    public bool WasUsed(InputPath path) => _used.Contains(path);

    /// <summary>The overrides for inputs directly beneath a flake, in path order.</summary>
    public IEnumerable<InputPath> Beneath(InputPath flake) => _byFlake.TryGetValue(flake, out var beneath) ? beneath : [];
}
