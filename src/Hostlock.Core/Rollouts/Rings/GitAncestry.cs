using Hostlock.Flakes;
using Hostlock.Platform;
using Hostlock.Platform.Programs;

namespace Hostlock.Rollouts.Rings;

/// <summary>Tells which of two commits comes first.</summary>
static class GitAncestry
{
    // git-merge-base(1): 0 and 1 are answers, anything else is an error.
    const int No = 1;

    /// <summary>True if a commit is another one, or comes before it; null if git does not have one of the two.</summary>
    /// <param name="processes">Runs git.</param>
    /// <param name="root">The folder of the work tree.</param>
    /// <param name="one">The commit that may come first.</param>
    /// <param name="other">The other one.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public static async Task<bool?> IsAncestorAsync(
        IProcessRunner processes, string root, Revision one, Revision other, CancellationToken cancellationToken)
    {
        var asked = await processes.RunAsync(
            GitProgram.AskAround(root, "merge-base", "--is-ancestor", one.ToString(), other.ToString()), cancellationToken);
        return asked.Succeeded ? true : asked.ExitCode == No ? false : null;
    }
}
