using Hostlock.Nar;
using Hostlock.Platform;

namespace Hostlock.Fetching.Git.WorkTrees;

/// <summary>Lists the tracked files of a work tree through git, for an index that only git can read.</summary>
static class GitListing
{
    /// <summary>The paths, and which of them are submodules.</summary>
    public static async Task<IReadOnlyList<(TreePath Path, bool IsSubmodule)>> OfAsync(
        GitRepository repository, CancellationToken cancellationToken)
    {
        var command = repository.Command($"--work-tree={repository.Place.WorkTree}", "ls-files", "-z", "--stage");
        var finished = await repository.RunAsync(command with { Output = new ProcessOutput.Bytes() }, cancellationToken);
        if (!finished.Succeeded)
            throw FetchException.GitFailed(repository.Url, "list the files of", finished.Errors.Trim());
        return
        [
            .. from line in GitFields.Of(finished.OutputBytes)
               select (TreePath.Of(line.Span[(line.Span.IndexOf((byte)'\t') + 1)..]), line.Span.StartsWith("160000"u8)),
        ];
    }
}
