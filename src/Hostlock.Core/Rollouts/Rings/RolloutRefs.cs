using Hostlock.Platform;
using Hostlock.Platform.Programs;
using Hostlock.Rollouts.Journals;

namespace Hostlock.Rollouts.Rings;

/// <summary>The refs of rollouts in a repository: the commits that they are built from, and their journals if those are shared.</summary>
static class RolloutRefs
{
    /// <summary>The beginning of the names of all of them.</summary>
    public const string Prefix = "refs/hostlock/";

    /// <summary>The beginning of the names of journals.</summary>
    public const string Journals = $"{Prefix}journals/";

    /// <summary>The name of the newest release, which is no rollout's.</summary>
    public const string Releases = $"{Prefix}releases";

    /// <summary>The name of the commit of a rollout that has no name yet.</summary>
    public const string Planned = $"{Prefix}planned";

    /// <summary>Deletes the refs of the oldest rollouts, so that as many stay as journals do.</summary>
    /// <param name="processes">Runs git.</param>
    /// <param name="root">The folder of the work tree.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>The names of those that are gone.</returns>
    public static async Task<IReadOnlyList<string>> ForgetOldAsync(
        IProcessRunner processes, string root, CancellationToken cancellationToken)
    {
        // The name of a rollout begins with its day.
        var listed = await processes.RunAsync(
            GitProgram.AskAround(root, "for-each-ref", "--sort=-refname", "--format=%(refname)", "--", Prefix), cancellationToken);
        var old = listed.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Where(name => name is not (Planned or Releases))
            .GroupBy(name => name.StartsWith(Journals, StringComparison.Ordinal))
            .SelectMany(names => names.Skip(RolloutJournals.Most))
            .ToList();
        if (old.Count > 0)
        {
            await GitTurn.RunAsync(
                processes,
                // git-update-ref(1): without -z, git would take a quoted name apart. The old value is left empty, and not checked.
                GitProgram.Change(root, "update-ref", "-z", "--stdin").WithInput(string.Concat(old.Select(name => $"delete {name}\0\0"))),
                cancellationToken);
        }
        return old;
    }
}
