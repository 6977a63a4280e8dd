using System.Text;
using Hostlock.Nar;
using Hostlock.Platform;

namespace Hostlock.Fetching.Git.WorkTrees;

/// <summary>Lists the tracked files of a work tree through git, for an index that only git can read.</summary>
static class GitListing
{
    /// <summary>One tracked file, or one version of a file that is not merged.</summary>
    /// <param name="Path">Its path from the root of the work tree.</param>
    /// <param name="Id">The id of its blob.</param>
    /// <param name="Stage">As in <see cref="GitIndex.Entry"/>.</param>
    /// <param name="IsSubmodule">True if it is the commit of a submodule.</param>
    public readonly record struct Line(TreePath Path, string Id, int Stage, bool IsSubmodule);

    /// <summary>The files, in the order of the index.</summary>
    /// <exception cref="FetchException">git does not list them.</exception>
    public static async Task<IReadOnlyList<Line>> OfAsync(GitRepository repository, CancellationToken cancellationToken)
    {
        var command = repository.Command($"--work-tree={repository.Place.WorkTree}", "ls-files", "-z", "--stage");
        var finished = await repository.RunAsync(command with { Output = new ProcessOutput.Bytes() }, cancellationToken);
        if (!finished.Succeeded)
            throw FetchException.GitFailed(repository.Url, "list the files of", finished.Errors.Trim());
        return
        [
            .. from line in GitFields.Of(finished.OutputBytes)
               let tab = line.Span.IndexOf((byte)'\t')
               let fields = Encoding.ASCII.GetString(line.Span[..tab]).Split(' ')
               select new Line(TreePath.Of(line.Span[(tab + 1)..]), fields[1], fields[2][0] - '0', fields[0] == "160000"),
        ];
    }
}
