using System.Globalization;
using Hostlock.Flakes;
using Hostlock.Locks;
using Hostlock.Platform;

namespace Hostlock.Fetching.Git;

/// <summary>The history of a file of a repository, commit by commit.</summary>
public sealed class GitHistory : IDisposable
{
    readonly GitRepository _repository;

    /// <summary>Opens the repository of a work tree.</summary>
    /// <param name="processes">The seam to git.</param>
    /// <param name="root">The folder of the work tree.</param>
    /// <exception cref="FetchException">The folder is not a work tree.</exception>
    public GitHistory(IProcessRunner processes, string root) =>
        _repository = new(processes, GitPlace.OfWorkTree(root) ?? throw FetchException.NotARepository(root), root);

    /// <summary>The commits that changed a file, the newest first.</summary>
    /// <param name="path">The file, relative to the work tree.</param>
    /// <param name="most">The most commits to return.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public async Task<IReadOnlyList<FileCommit>> OfAsync(string path, int most, CancellationToken cancellationToken)
    {
        var finished = await _repository.RunAsync(
            cancellationToken, "--literal-pathspecs", "log", $"--max-count={most}", "--format=%H%x00%ct%x00%s%x00%(trailers:key=Hostlock-Promoted-From,valueonly,separator=%x20)", "HEAD", "--", path);
        // A repository without a commit has no history; any other failure is an error.
        if (!finished.Succeeded && await _repository.CommitAsync("HEAD", cancellationToken) is not null)
            throw FetchException.GitFailed(_repository.Url, "read the history of", finished.Errors.Trim());
        return
        [
            .. from line in finished.Output.Split('\n')
               let fields = line.Split('\0')
               where fields.Length == 4
               let time = ulong.TryParse(fields[1], NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) ? new Moment(seconds) : default
               select new FileCommit(fields[0], time, fields[2], fields[3].Trim()),
        ];
    }

    /// <summary>The contents of a file in a commit; null if the commit has no such file.</summary>
    public Task<byte[]?> ContentsAsync(string commit, string path, CancellationToken cancellationToken) =>
        _repository.UseAsync(objects => objects.Find($"{commit}:{path}", LockFileReader.MaximumBytes) is ({ Kind: "blob" }, var contents) ? contents : null, cancellationToken);

    /// <summary>
    /// The commit that a word means: one by name, or the last one of a day, <c>2026-03-01</c>, that has the file; null if no commit is
    /// meant.
    /// </summary>
    public async Task<string?> FindAsync(string word, string path, CancellationToken cancellationToken)
    {
        if (DateOnly.TryParseExact(word, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day))
        {
            var end = new DateTimeOffset(day.AddDays(1).ToDateTime(TimeOnly.MinValue), TimeSpan.Zero).ToUnixTimeSeconds() - 1;
            var finished = await _repository.RunAsync(cancellationToken, "--literal-pathspecs", "rev-list", "-1", $"--before={end}", "HEAD", "--", path);
            return finished.Output.Trim() is { Length: > 0 } found ? found : null;
        }
        return word.Any(char.IsControl) || word.Length > 256 ? null : (await _repository.CommitAsync(word, cancellationToken))?.Id;
    }

    /// <summary>Lets go of the repository.</summary>
    public void Dispose() => _repository.Dispose();
}
