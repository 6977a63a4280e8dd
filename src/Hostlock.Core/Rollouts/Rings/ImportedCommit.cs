using System.Globalization;
using System.Text;
using Hostlock.Flakes;
using Hostlock.Platform;
using Hostlock.Platform.Programs;

namespace Hostlock.Rollouts.Rings;

/// <summary>Makes commits from files in memory. No file, index or branch of the user is touched; a ref of ours points to the
/// commit.</summary>
static class ImportedCommit
{
    /// <summary>Makes a commit.</summary>
    /// <param name="processes">Runs git.</param>
    /// <param name="root">The folder of the work tree.</param>
    /// <param name="reference">The ref that points to it.</param>
    /// <param name="parent">The commit whose files it has too; null if it has only the given files.</param>
    /// <param name="message">The message.</param>
    /// <param name="files">The files that differ from the parent's, by their paths.</param>
    /// <param name="now">The present time.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <param name="areAll">True if it has no other files, whatever the parent has.</param>
    /// <returns>The id of the commit.</returns>
    /// <exception cref="RolloutException">git makes none.</exception>
    public static async Task<Revision> MakeAsync(
        IProcessRunner processes, string root, string reference, Revision? parent, string message,
        IEnumerable<(string Path, ReadOnlyMemory<byte> Contents)> files, DateTimeOffset now, CancellationToken cancellationToken,
        bool areAll = false)
    {
        var made = await GitTurn.RunAsync(
            processes,
            GitProgram.Change(root, "fast-import", "--quiet", "--force", "--done") with
            {
                Input = Stream(reference, parent, message, files, now, areAll),
            },
            cancellationToken);
        return made.Succeeded && Revision.TryParse(made.Output.Trim()) is { } id
            ? id
            : throw RolloutException.NoCandidate(made.Errors.Trim());
    }

    // The commit has no author of its own: the person who opens a ring signs for its locks.
    static ReadOnlyMemory<byte> Stream(
        string reference, Revision? parent, string message, IEnumerable<(string Path, ReadOnlyMemory<byte> Contents)> files,
        DateTimeOffset now, bool areAll)
    {
        using var stream = new MemoryStream();
        if (parent is null)
            Line($"reset {reference}");
        Line($"commit {reference}");
        Line("mark :1");
        Line(string.Create(CultureInfo.InvariantCulture, $"committer hostlock <hostlock@localhost> {now.ToUnixTimeSeconds()} +0000"));
        Data(Encoding.UTF8.GetBytes($"{message}\n"));
        if (parent is not null)
            Line($"from {parent}");
        if (areAll)
            Line("deleteall");
        foreach (var (path, contents) in files)
        {
            Line($"M 100644 inline {Quoted(path)}");
            Data(contents.Span);
        }
        Line("get-mark :1");
        Line("done");
        return stream.GetBuffer().AsMemory(0, (int)stream.Length);

        void Line(string text) => stream.Write(Encoding.UTF8.GetBytes($"{text}\n"));

        void Data(ReadOnlySpan<byte> bytes)
        {
            Line(string.Create(CultureInfo.InvariantCulture, $"data {bytes.Length}"));
            stream.Write(bytes);
            Line("");
        }
    }

    // git-fast-import(1): a path in quotes has C's escapes.
    static string Quoted(string path) =>
        $"\"{path.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"";
}
