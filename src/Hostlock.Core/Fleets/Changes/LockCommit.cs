using System.Globalization;
using System.Text;
using Hostlock.Platform;
using Hostlock.Platform.Programs;

namespace Hostlock.Fleets.Changes;

/// <summary>The message of a commit of locks.</summary>
/// <param name="Describe">Says in words which inputs moved.</param>
public sealed record CommitNote(Func<IReadOnlyList<PlannedLock>, string> Describe)
{
    /// <summary>Whose lock was promoted; null if it is no promotion.</summary>
    public LockOwner? PromotedFrom { get; init; }
}

/// <summary>
/// Commits the locks that were just written, and nothing else. git takes only those files, through an index of its own, so that staged
/// changes stay staged and dirty files stay dirty. Hooks and signing work as for any commit.
/// </summary>
static class LockCommit
{
    /// <summary>Makes the commit. The message has Nix's form, with the hosts and the source of a promotion in trailers.</summary>
    /// <param name="processes">Runs git.</param>
    /// <param name="root">The work tree.</param>
    /// <param name="locks">The locks that were written.</param>
    /// <param name="note">The contents of the message.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>The subject of the commit; null if git has these locks already, as after an update that was taken back.</returns>
    /// <exception cref="FleetException">git does not make the commit.</exception>
    public static async Task<string?> MakeAsync(
        IProcessRunner processes, string root, IReadOnlyList<PlannedLock> locks, CommitNote note, CancellationToken cancellationToken)
    {
        var subject = Subject(locks, note.PromotedFrom);
        var message = new StringBuilder();
        message.Append(CultureInfo.InvariantCulture, $"{subject}\n\nFlake lock file updates:\n\n{note.Describe(locks).TrimEnd()}\n\n");
        message.Append(
            CultureInfo.InvariantCulture, $"Hostlock-Hosts: {string.Join(' ', locks.SelectMany(planned => planned.Place.Sharers))}\n");
        if (note.PromotedFrom is { } from)
            message.Append(CultureInfo.InvariantCulture, $"Hostlock-Promoted-From: {from}\n");
        string[] files = [.. locks.Select(planned => Path.GetRelativePath(root, planned.Place.FullPath))];
        var finished = await processes.RunAsync(
            GitProgram.InWorkTree(
                root, ["--literal-pathspecs", "commit", "--quiet", "--cleanup=verbatim", "--only", "--file=-", "--", .. files])
                .WithInput(message.ToString()),
            cancellationToken);
        if (finished.Succeeded)
            return subject;
        var status = await processes.RunAsync(
            GitProgram.InWorkTree(root, ["--literal-pathspecs", "status", "--porcelain", "--ignored", "--", .. files]), cancellationToken);
        return status.Succeeded && status.Output.Length == 0
            ? null
            : throw FleetException.CommitFailed($"{finished.Errors}{finished.Output}".Trim());
    }

    static string Subject(IReadOnlyList<PlannedLock> locks, LockOwner? promotedFrom)
    {
        var verb = promotedFrom is not null
            ? $"Promote from {promotedFrom}"
            : locks.All(planned => planned.Before is null)
            ? "Add"
            : "Update";
        return locks.Count == 1 ? $"{locks[0].Place.RelativePath}: {verb}" : $"{locks.Count} locks: {verb}";
    }
}
