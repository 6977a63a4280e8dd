using System.Text;
using Hostlock.Flakes;
using Hostlock.Platform;

namespace Hostlock.Fleets.Changes;

/// <summary>
/// A commit of locks that was begun: its message, as a file in git's folder until the whole work of the commit is done. git takes the
/// message from the file, because it may outlive this program: through a pipe it would get the part that was written before a kill.
/// </summary>
/// <param name="Before">The commit that HEAD was at; zeros if it is not known.</param>
/// <param name="Path">The file, absolute.</param>
sealed record BegunCommit(Revision Before, string Path)
{
    const string Prefix = "hostlock-commit-";

    /// <summary>The commits that were begun and not ended, such as those of runs that were killed.</summary>
    /// <param name="gitFolder">git's folder of the work tree.</param>
    public static IReadOnlyList<BegunCommit> In(string gitFolder) =>
    [
        .. from path in Directory.EnumerateFiles(gitFolder, $"{Prefix}*")
           let before = Revision.TryParse(System.IO.Path.GetFileName(path)[Prefix.Length..])
           where before is not null && UnixFiles.Look(Encoding.UTF8.GetBytes(path)) is { Kind: UnixFiles.Kind.File }
           select new BegunCommit(before!, path),
    ];

    /// <summary>Begins a commit. One that was begun at the same place before has its message from then on.</summary>
    /// <param name="gitFolder">git's folder of the work tree.</param>
    /// <param name="before">The commit that HEAD is at; zeros if it is not known.</param>
    /// <param name="message">The message.</param>
    /// <exception cref="PlatformException">The file cannot be written.</exception>
    public static BegunCommit Begin(string gitFolder, Revision before, string message)
    {
        var path = System.IO.Path.Combine(gitFolder, $"{Prefix}{before}");
        AtomicFile.Replace(path, Encoding.UTF8.GetBytes(message));
        return new(before, path);
    }

    /// <summary>Ends it.</summary>
    /// <exception cref="PlatformException">The file cannot be deleted.</exception>
    public void End() => AtomicFile.Delete(Path);
}
