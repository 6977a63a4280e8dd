namespace Hostlock.Fleets.Checks;

/// <summary>What a rule looks at.</summary>
public enum Evidence
{
    /// <summary>The locks themselves, and what hostlock.toml says of them.</summary>
    Locks,

    /// <summary>The locks beside what flake.nix and hostlock.toml declare.</summary>
    Declarations,

    /// <summary>Other files of the repository: hostlock.nix, the flakes in its folders, and which of them git knows.</summary>
    Repository,

    /// <summary>The locks of an earlier commit, which <c>--base</c> names.</summary>
    EarlierLocks,

    /// <summary>The trees that the locks pin, which <c>--fetch</c> fetches once more.</summary>
    FetchedTrees,
}

/// <summary>One rule that a fleet has to keep.</summary>
/// <param name="Code">The word that stands for it in <c>--json</c>, and that stays the same from release to release.</param>
/// <param name="Severity">How much it weighs if a fleet does not keep it.</param>
/// <param name="Sentence">What a finding of it means, as docs/checks.md says it.</param>
/// <param name="Evidence">What it looks at; it is left out if the run has not gathered that.</param>
/// <param name="Find">Where a fleet does not keep it. Reads files at most; it fetches nothing, and runs no program.</param>
public sealed record CheckRule(string Code, Severity Severity, string Sentence, Evidence Evidence, Func<CheckedFleet, IEnumerable<Problem>> Find);
