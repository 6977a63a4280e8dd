using System.Collections.Immutable;
using Hostlock.Flakes;

namespace Hostlock.Locks;

/// <summary>Compares many locks with the declarations of one flake.nix, as <see cref="LockStaleness"/> does one.</summary>
/// <param name="flake">The flake.nix.</param>
sealed class LockComparison(Flake flake)
{
    readonly (string Name, FlakeInput Declared)[] _inputs = [.. flake.Inputs.Select(input => (input.Key, input.Value))];

    // By input, the reference that a lock without a difference has. Inputs with overrides are compared each time.
    readonly FlakeRef?[] _inLine = new FlakeRef?[flake.Inputs.Count];

    /// <summary>Compares a lock.</summary>
    /// <param name="file">The lock.</param>
    /// <returns>The inputs in which the lock is behind; none if it is in line.</returns>
    public ImmutableArray<StaleInput> With(LockFile file)
    {
        ImmutableArray<StaleInput>.Builder? stale = null;
        var locked = file.Root.Inputs;
        var found = 0;
        for (var i = 0; i < _inputs.Length; i++)
        {
            var (name, declared) = _inputs[i];
            if (!locked.TryGetValue(name, found, out var edge))
            {
                Stale().Add(new(InputPath.Of(name), "it is not in the lock", declared.Span));
                continue;
            }
            found++;
            var original = edge is LockEdge.Locked(var node) ? node.Original : null;
            if (original is not null && ReferenceEquals(original, _inLine[i]))
                continue;
            if (original is not null && declared is { Follows: null, Reference: { } reference, Overrides.IsEmpty: true }
                && LockStaleness.AreAlike(reference, original))
            {
                _inLine[i] = original;
                continue;
            }
            var differences = LockStaleness.Between(InputPath.Of(name), declared, edge);
            if (!differences.IsEmpty)
                Stale().AddRange(differences);
            else if (declared.Overrides.IsEmpty)
                _inLine[i] = original;
        }
        if (found < locked.Count)
        {
            foreach (var name in locked.Names.Where(name => !flake.Inputs.ContainsKey(name)))
                Stale().Add(new(InputPath.Of(name), "it is in the lock and no longer declared", null));
        }
        return stale?.ToImmutable() ?? [];

        ImmutableArray<StaleInput>.Builder Stale() => stale ??= ImmutableArray.CreateBuilder<StaleInput>();
    }
}
