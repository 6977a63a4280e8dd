using Hostlock.Flakes;

namespace Hostlock.Locks;

/// <summary>
/// The overrides met on the way down, by the path they are for. The first to speak for a path wins, so that an outer flake
/// beats an inner one and the command line beats both.
/// </summary>
/// <remarks>Nix 2.34.8, libflake/flake.cc, lockFlake: the map named overrides.</remarks>
sealed class InputOverrides
{
    readonly SortedDictionary<InputPath, InputOverride> _byPath = [];
    readonly HashSet<InputPath> _used = [];

    /// <summary>An override: what it says, where its relative paths start, and the flake that says it (none for the command line).</summary>
    internal sealed record InputOverride(FlakeInput Input, FlakePlace Place, InputPath? DeclaredBy);

    public void Add(InputPath path, InputOverride value) => _byPath.TryAdd(path, value);

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

    public InputOverride? Use(InputPath path)
    {
        if (!_byPath.TryGetValue(path, out var value))
            return null;
        _used.Add(path);
        return value;
    }

    public bool Has(InputPath path) => _byPath.ContainsKey(path);

    public bool WasUsed(InputPath path) => _used.Contains(path);

    /// <summary>The overrides for inputs directly beneath a flake.</summary>
    public IEnumerable<InputPath> Beneath(InputPath flake) =>
        _byPath.Keys.Where(path => path.Length == flake.Length + 1 && path.StartsWith(flake));
}
