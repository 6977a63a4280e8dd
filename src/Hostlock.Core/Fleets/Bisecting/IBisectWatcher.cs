using Hostlock.Locks;

namespace Hostlock.Fleets.Bisecting;

/// <summary>Is told the steps of a search.</summary>
public interface IBisectWatcher
{
    /// <summary>Another search of the host was open, and is given up for this one.</summary>
    /// <param name="command">The command of that search.</param>
    void GaveUp(string command);

    /// <summary>These inputs differ.</summary>
    void Suspected(IReadOnlyList<string> inputs);

    /// <summary>The good lock was tried with these inputs of the bad one.</summary>
    void Tried(IReadOnlyList<string> inputs, Verdict verdict);

    /// <summary>These inputs of the bad lock broke the host. Their revisions may still be searched.</summary>
    /// <param name="inputs">The inputs, by name; several if they do so only together.</param>
    /// <param name="diff">The entries that they change.</param>
    void Blamed(IReadOnlyList<string> inputs, LockDiff diff);

    /// <summary>The revisions of the culprit between the good lock and the bad one were counted.</summary>
    void FoundRevisions(string input, int count);

    /// <summary>The good lock was tried with a revision of the culprit.</summary>
    void TriedRevision(string input, NewestRevision revision, Verdict verdict);

    /// <summary>The revisions of the culprit cannot be searched.</summary>
    void Warned(Warning warning);

    /// <summary>The user's command printed this.</summary>
    void Said(string text);
}
