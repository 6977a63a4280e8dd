namespace Hostlock.Fleets.Checks;

/// <summary>The evidence that a rule looks at.</summary>
public enum Evidence
{
    /// <summary>The locks themselves, and what hostlock.toml says of them.</summary>
    Locks,

    /// <summary>The locks, and the declarations in flake.nix and hostlock.toml.</summary>
    Declarations,

    /// <summary>Other files of the repository: hostlock.nix, the flakes in its folders, and which of them git knows.</summary>
    Repository,

    /// <summary>The newest release, which lies in <c>refs/hostlock/releases</c> of this clone.</summary>
    Releases,

    /// <summary>The locks of an earlier commit, which <c>--base</c> names.</summary>
    EarlierLocks,

    /// <summary>The trees that the locks pin, which <c>--fetch</c> fetches once more.</summary>
    FetchedTrees,
}

/// <summary>One rule that a fleet has to keep.</summary>
/// <param name="Code">The word that stands for it in <c>--json</c>, and that stays the same from release to release.</param>
/// <param name="Severity">The severity of its findings.</param>
/// <param name="Sentence">The meaning of a finding, for docs/checks.md.</param>
/// <param name="Evidence">The evidence that the rule needs. Without it, the rule is left out.</param>
/// <param name="Find">Finds the places that break the rule. It may read files, but fetches nothing and runs no program.</param>
public sealed record CheckRule(
    string Code, Severity Severity, string Sentence, Evidence Evidence, Func<CheckedFleet, IEnumerable<Problem>> Find);
