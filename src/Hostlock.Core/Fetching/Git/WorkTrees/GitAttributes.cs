using System.Text;
using Hostlock.Nar;
using Hostlock.Platform;

namespace Hostlock.Fetching.Git.WorkTrees;

/// <summary>The attributes of files of a work tree, which git itself reads.</summary>
static class GitAttributes
{
    /// <summary>The values of some attributes of files: for each file, in the order asked, its values in the order asked.</summary>
    /// <param name="repository">The repository, which has a work tree.</param>
    /// <param name="files">The paths.</param>
    /// <param name="attributes">The names of the attributes.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="FetchException">git does not tell them.</exception>
    public static async Task<IReadOnlyList<string[]>> OfAsync(
        GitRepository repository, IReadOnlyList<TreePath> files, string[] attributes, CancellationToken cancellationToken)
    {
        GitRules.RefuseOdd(repository.Place.WorkTree!, files);
        var command = repository.CommandBySettings(["check-attr", "-z", "--stdin", .. attributes]);
        var finished = await repository.RunAsync(
            command with
            {
                Folder = repository.Place.WorkTree,
                // For conversions, the attributes of the machine count too.
                Environment = command.Environment.Set("GIT_WORK_TREE", repository.Place.WorkTree!).Unset("GIT_ATTR_NOSYSTEM"),
                Input = GitFields.Join(files.Select(file => (file, false))),
                Output = new ProcessOutput.Bytes(),
            },
            cancellationToken);
        // PATH, ATTRIBUTE, VALUE for each attribute of each file.
        var lines = GitFields.Of(finished.OutputBytes).Chunk(3).Where(line => line.Length == 3);
        var values = lines.Select(line => Encoding.UTF8.GetString(line[2].Span)).Chunk(attributes.Length).ToList();
        return finished.Succeeded && values.Count == files.Count
            ? values
            : throw FetchException.GitFailed(repository.Url, "read the attributes of", finished.Errors.Trim());
    }
}
