using System.CommandLine;
using System.Globalization;
using System.Text;
using Hostlock.Fetching.Git.WorkTrees;
using Hostlock.Fleets;
using Hostlock.Platform.Programs;

namespace Hostlock.Cli.Commands;

/// <summary>
/// Commits the locks that were just written, and nothing else: git takes those files alone, by an index of its own, so what is staged stays staged
/// and what is dirty stays dirty. Hooks and signing are as for any commit.
/// </summary>
static class LockCommit
{
    public static Option<bool> Option() => new("--commit") { Description = "Commit the locks, and only them" };

    /// <summary>What comes after locks were written: Nix gets to see the new ones, and what is asked to be committed is.</summary>
    /// <param name="surroundings">What is outside.</param>
    /// <param name="folder">The fleet.</param>
    /// <param name="written">The locks, and whether each is new.</param>
    /// <param name="body">What moved, for the message of the commit; null where none is wanted.</param>
    /// <param name="promotedFrom">The host whose lock was promoted, or null.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>The line that says what was committed, for the user; nothing where nothing was.</returns>
    public static async Task<string> SettleAsync(
        Surroundings surroundings, FleetFolder folder, IReadOnlyList<(LockPlace Place, bool IsNew)> written, Func<string>? body, string? promotedFrom, CancellationToken cancellationToken)
    {
        await Visibility.ShowToNixAsync(surroundings, folder, [.. written.Where(each => each.IsNew).Select(each => each.Place.File)], cancellationToken);
        return body is null || written.Count == 0
            ? ""
            : $"committed: {await MakeAsync(surroundings, folder, written, body(), promotedFrom, cancellationToken)}\n";
    }

    /// <summary>Makes the commit; the message is in Nix's shape, with the hosts and where a promotion came from in trailers.</summary>
    /// <param name="surroundings">What is outside.</param>
    /// <param name="folder">The fleet.</param>
    /// <param name="locks">The locks that were written, and whether each is new.</param>
    /// <param name="body">What moved.</param>
    /// <param name="promotedFrom">The host whose lock was promoted, or null.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="FleetException">git does not make the commit.</exception>
    static async Task<string> MakeAsync(
        Surroundings surroundings, FleetFolder folder, IReadOnlyList<(LockPlace Place, bool IsNew)> locks, string body, string? promotedFrom, CancellationToken cancellationToken)
    {
        var root = GitWorkTreeFiles.Around(surroundings.Processes, folder.Path)?.Root ?? throw FleetException.NoRepository(folder.Path);
        var verb = promotedFrom is not null ? "Promote" : locks.All(each => each.IsNew) ? "Add" : "Update";
        var hosts = string.Join(' ', locks.SelectMany(each => each.Place.Sharers));
        var subject = locks.Count == 1 ? $"{locks[0].Place.Shown}: {verb}" : $"{locks.Count} locks: {verb}";
        if (promotedFrom is not null)
            subject += $" from {promotedFrom}";
        var message = new StringBuilder();
        message.Append(CultureInfo.InvariantCulture, $"{subject}\n\nFlake lock file updates:\n\n{body.TrimEnd()}\n\nHostlock-Hosts: {hosts}\n");
        if (promotedFrom is not null)
            message.Append(CultureInfo.InvariantCulture, $"Hostlock-Promoted-From: {promotedFrom}\n");
        var files = locks.Select(each => Path.GetRelativePath(root, each.Place.File));
        var finished = await surroundings.Processes.RunAsync(
            GitProgram.InWorkTree(root, ["--literal-pathspecs", "commit", "--quiet", "--cleanup=verbatim", "--only", "--file=-", "--", .. files])
                .WithInput(message.ToString()),
            cancellationToken);
        return finished.Succeeded ? subject : throw FleetException.CommitFailed($"{finished.Errors}{finished.Output}".Trim());
    }
}
