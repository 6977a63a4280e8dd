using System.Collections.Immutable;
using Hostlock.Flakes;

namespace Hostlock.Locks;

/// <summary>
/// Compares the locks of a fleet with what is declared for them, as <see cref="LockStaleness"/> does one. Most hosts are declared by one
/// flake.nix, and locks that were read with one <see cref="LockReading"/> share their references, so most inputs are as in the lock before.
/// </summary>
sealed class LockComparisons
{
    readonly Dictionary<Flake, LockComparison> _comparisons = new(ReferenceEqualityComparer.Instance);

    /// <summary>The inputs in which a lock is behind its declarations; none if it is in line.</summary>
    /// <param name="flake">The declarations; those of other locks are the same object if they are the same.</param>
    /// <param name="file">The lock.</param>
    public ImmutableArray<StaleInput> Between(Flake flake, LockFile file)
    {
        if (!_comparisons.TryGetValue(flake, out var comparison))
            _comparisons[flake] = comparison = new(flake);
        return comparison.With(file);
    }
}
