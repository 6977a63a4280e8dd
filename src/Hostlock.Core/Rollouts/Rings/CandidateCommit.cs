using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using Hostlock.Fetching.Git;
using Hostlock.Fetching.Git.WorkTrees;
using Hostlock.Flakes;
using Hostlock.Fleets;
using Hostlock.Fleets.Changes;
using Hostlock.Platform;
using Hostlock.Platform.Programs;

namespace Hostlock.Rollouts.Rings;

/// <summary>
/// A commit with the files of HEAD and the locks that hosts are to get. All systems are made of it before any host is touched. HEAD, the
/// index and the files of the user stay as they are: only a ref of ours points to it, or none.
/// </summary>
public sealed class CandidateCommit
{
    // The answer of git cat-file to a name that means nothing, behind the name itself.
    const string Missing = " missing";

    // Locks of 50 kB make some megabytes.
    const int NamesAtOnce = 64;

    readonly IProcessRunner _processes;
    readonly string _root;

    CandidateCommit(IProcessRunner processes, string root, Revision id, Revision parent) =>
        (_processes, _root, Id, Base) = (processes, root, id, parent);

    /// <summary>The id of the commit.</summary>
    public Revision Id { get; }

    /// <summary>The commit that it was made from: that of HEAD at the time. The same as <see cref="Id"/> if HEAD had the locks
    /// already.</summary>
    public Revision Base { get; }

    /// <summary>Opens a candidate that was made before.</summary>
    /// <param name="processes">Runs git.</param>
    /// <param name="folder">The fleet.</param>
    /// <param name="source">Its part of the plan.</param>
    /// <exception cref="FleetException">The fleet is in no repository.</exception>
    public static CandidateCommit Of(IProcessRunner processes, FleetFolder folder, RolloutSource source) =>
        new(processes, RootOf(processes, folder), source.Commit, source.Base);

    /// <summary>Makes a candidate.</summary>
    /// <param name="processes">Runs git.</param>
    /// <param name="folder">The fleet.</param>
    /// <param name="locks">The new locks.</param>
    /// <param name="now">The present time.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="HostlockException">The fleet is in no repository, HEAD has no commit, git filters a lock, or git makes no
    /// commit.</exception>
    public static async Task<CandidateCommit> MakeAsync(
        IProcessRunner processes, FleetFolder folder, IReadOnlyList<PlannedLock> locks, DateTimeOffset now,
        CancellationToken cancellationToken)
    {
        var root = RootOf(processes, folder);
        var head = await HeadAsync(processes, folder, cancellationToken) ?? throw RolloutException.NoCommit();
        await RefuseFilteredAsync(processes, root, locks, cancellationToken);
        List<string> names = [.. locks.Select(planned => $"{head}:{PathIn(root, planned.Place)}")];
        var changed = new List<PlannedLock>();
        await foreach (var (i, committed) in ReadEachAsync(processes, root, names, cancellationToken))
        {
            if (committed is null || !locks[i].Contents.Span.SequenceEqual(committed))
                changed.Add(locks[i]);
        }
        if (changed.Count == 0)
            return new(processes, root, head, head);
        // The contents of a thousand locks are made one after the other.
        var files = changed.Select(planned => (PathIn(root, planned.Place), planned.Contents));
        return new(processes, root, await ImportAsync(processes, root, head, files, now, cancellationToken), head);
    }

    /// <summary>Makes a commit of some locks of the candidate on top of another commit. It is the user's, and no ref points to
    /// it.</summary>
    /// <param name="parent">The other commit.</param>
    /// <param name="places">The places of the locks.</param>
    /// <param name="message">The message.</param>
    /// <param name="now">The present time.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="RolloutException">git makes none.</exception>
    public async Task<Revision> OnTopOfAsync(
        Revision parent, IReadOnlyList<LockPlace> places, string message, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var known = await LocksAsync(places, cancellationToken);
        var files = places.Select(
            (place, i) => (PathIn(place), new ReadOnlyMemory<byte>(known[i].Wanted ?? throw RolloutException.CandidateIsGone()))).ToList();
        var imported = await ImportAsync(_processes, _root, parent, files, now, cancellationToken);
        var made = await _processes.RunAsync(
            GitProgram.Change(_root, "commit-tree", $"{imported}^{{tree}}", "-p", parent.ToString()).WithInput(message), cancellationToken);
        return made.Succeeded ? Revision.Parse(made.Output.Trim()) : throw RolloutException.NoCandidate(made.Errors.Trim());
    }

    // The commit would have the contents of an encrypted lock as plain text, and Nix cannot read the encrypted one that git stores.
    static async Task RefuseFilteredAsync(
        IProcessRunner processes, string root, IReadOnlyList<PlannedLock> locks, CancellationToken cancellationToken)
    {
        using var history = new GitHistory(processes, root, [.. locks.Select(planned => PathIn(root, planned.Place))]);
        foreach (var planned in locks)
        {
            if (await history.IsFilteredAsync(PathIn(root, planned.Place), cancellationToken))
                throw RolloutException.Filtered(planned.Place);
        }
    }

    static Task<Revision> ImportAsync(
        IProcessRunner processes, string root, Revision parent, IEnumerable<(string Path, ReadOnlyMemory<byte> Contents)> files,
        DateTimeOffset now, CancellationToken cancellationToken) =>
        ImportedCommit.MakeAsync(
            processes, root, RolloutRefs.Planned, parent, "Locks of a rollout, before its rings are opened", files, now, cancellationToken);

    /// <summary>The id of the commit that HEAD is at; null if there is none yet.</summary>
    /// <param name="processes">Runs git.</param>
    /// <param name="folder">The fleet.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="HostlockException">The fleet is in no repository, or its objects are not named by SHA-1.</exception>
    public static async Task<Revision?> HeadAsync(IProcessRunner processes, FleetFolder folder, CancellationToken cancellationToken)
    {
        var root = RootOf(processes, folder);
        var found = await processes.RunAsync(
            GitProgram.AskAround(root, "rev-parse", "--verify", "--quiet", "HEAD^{commit}"), cancellationToken);
        return found.Succeeded ? GitCommit.IdOf(found.Output.Trim(), root) : null;
    }

    /// <summary>Has the ref of a rollout point to it, so that git keeps it.</summary>
    /// <param name="rollout">The id of the rollout.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="RolloutException">git does not.</exception>
    public async Task KeepAsync(string rollout, CancellationToken cancellationToken)
    {
        var finished = await GitTurn.RunAsync(
            _processes, GitProgram.Change(_root, "update-ref", $"{RolloutRefs.Prefix}{rollout}", Id.ToString()), cancellationToken);
        if (!finished.Succeeded)
            throw RolloutException.NoCandidate(finished.Errors.Trim());
    }

    /// <summary>Deletes the first ref of a commit. git deletes the commit in time if no rollout keeps it.</summary>
    /// <param name="cancellationToken">Stops it.</param>
    public Task ForgetPlanAsync(CancellationToken cancellationToken) =>
        GitTurn.RunAsync(_processes, GitProgram.Change(_root, "update-ref", "-d", RolloutRefs.Planned), cancellationToken);

    /// <summary>Deletes the refs of the oldest rollouts, and returns their names.</summary>
    /// <param name="processes">Runs git.</param>
    /// <param name="folder">The fleet.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public static Task<IReadOnlyList<string>> ForgetOldAsync(
        IProcessRunner processes, FleetFolder folder, CancellationToken cancellationToken) =>
        RolloutRefs.ForgetOldAsync(processes, RootOf(processes, folder), cancellationToken);

    /// <summary>The bytes of some locks in the candidate, and in the commit that it was made from; null for one that it does not
    /// have.</summary>
    /// <param name="places">The places of the locks.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="RolloutException">git no longer has the candidate.</exception>
    public async Task<IReadOnlyList<(byte[]? Wanted, byte[]? Before)>> LocksAsync(
        IReadOnlyList<LockPlace> places, CancellationToken cancellationToken)
    {
        var locks = new List<(byte[]? Wanted, byte[]? Before)>();
        await foreach (var each in EachLockAsync(places, cancellationToken))
            locks.Add(each);
        return locks;
    }

    /// <summary>The same, one after the other: a ring may have a thousand locks, and nobody needs the bytes of all at once.</summary>
    /// <param name="places">The places of the locks.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="RolloutException">git no longer has the candidate.</exception>
    public async IAsyncEnumerable<(byte[]? Wanted, byte[]? Before)> EachLockAsync(
        IReadOnlyList<LockPlace> places, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var names = places.SelectMany(place => new[] { Id, Base }.Select(commit => $"{commit}:{PathIn(_root, place)}"));
        byte[]? wanted = null;
        await foreach (var (i, found) in ReadEachAsync(_processes, _root, [.. names], cancellationToken))
        {
            if (i % 2 == 1)
                yield return (wanted, found);
            wanted = found;
        }
    }

    /// <summary>The bytes of some locks in another commit; null for one that it does not have.</summary>
    /// <param name="commit">The commit.</param>
    /// <param name="places">The places of the locks.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public Task<IReadOnlyList<byte[]?>> LocksInAsync(
        Revision commit, IReadOnlyList<LockPlace> places, CancellationToken cancellationToken) =>
        ReadAsync(_processes, _root, [.. places.Select(place => $"{commit}:{PathIn(_root, place)}")], cancellationToken);

    /// <summary>The files that differ from HEAD, from the folder of the repository on, without those that git does not know.</summary>
    /// <param name="cancellationToken">Stops it.</param>
    public async Task<IReadOnlyList<string>> UncommittedAsync(CancellationToken cancellationToken)
    {
        var told = await _processes.RunAsync(
            GitProgram.AskAround(
                _root, "status", "--porcelain", "-z", "--untracked-files=no", "--ignore-submodules=all", "--no-renames"),
            cancellationToken);
        // git-status(1): two letters and a blank, then the path.
        return [.. told.Output.Split('\0', StringSplitOptions.RemoveEmptyEntries).Where(line => line.Length > 3).Select(line => line[3..])];
    }

    /// <summary>The path of a lock, from the folder of the repository on.</summary>
    /// <param name="place">The place of the lock.</param>
    public string PathIn(LockPlace place) => PathIn(_root, place);

    /// <summary>True if it descends from a commit; null if git does not have the commit.</summary>
    /// <param name="commit">The commit.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public Task<bool?> ComesAfterAsync(Revision commit, CancellationToken cancellationToken) =>
        GitAncestry.IsAncestorAsync(_processes, _root, commit, Id, cancellationToken);

    /// <summary>True if HEAD is at the commit that it was made from, or descends from it; false after a switch to another branch, for
    /// example. Null if git does not have one of the two.</summary>
    /// <param name="folder">The fleet.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public async Task<bool?> IsInHeadAsync(FleetFolder folder, CancellationToken cancellationToken) =>
        await HeadAsync(_processes, folder, cancellationToken) is { } head
            ? await GitAncestry.IsAncestorAsync(_processes, _root, Base, head, cancellationToken)
            : null;

    static string PathIn(string root, LockPlace place) => GitWorkTreeFiles.PathOf(root, place.FullPath);

    static string RootOf(IProcessRunner processes, FleetFolder folder) =>
        GitWorkTreeFiles.Around(processes, folder.Path)?.Root ?? throw RolloutException.NoRepository(folder.Path);

    // The contents of blobs or other objects; null for a name that means none.
    internal static async Task<IReadOnlyList<byte[]?>> ReadAsync(
        IProcessRunner processes, string root, IReadOnlyList<string> names, CancellationToken cancellationToken, string kind = "blob")
    {
        var all = new List<byte[]?>();
        await foreach (var (_, contents) in ReadEachAsync(processes, root, names, cancellationToken, kind))
            all.Add(contents);
        return all;
    }

    // The same, each with the number of its name, in their order. One git reads many of them, and not all.
    static async IAsyncEnumerable<(int Number, byte[]? Contents)> ReadEachAsync(
        IProcessRunner processes, string root, IReadOnlyList<string> names, [EnumeratorCancellation] CancellationToken cancellationToken,
        string kind = "blob")
    {
        var number = 0;
        foreach (var some in names.Chunk(NamesAtOnce))
        {
            foreach (var contents in await ReadSomeAsync(processes, root, some, kind, cancellationToken))
                yield return (number++, contents);
        }
    }

    static async Task<IReadOnlyList<byte[]?>> ReadSomeAsync(
        IProcessRunner processes, string root, string[] names, string kind, CancellationToken cancellationToken)
    {
        var finished = await processes.RunAsync(
            GitProgram.AskAround(root, "cat-file", "--batch").WithInput(string.Concat(names.Select(name => $"{name}\n"))) with
            {
                Output = new ProcessOutput.Bytes(),
            },
            cancellationToken);
        if (!finished.Succeeded)
            throw RolloutException.NoCandidate(finished.Errors.Trim());
        var found = new List<byte[]?>();
        var rest = finished.OutputBytes;
        while (rest.Span.IndexOf((byte)'\n') is >= 0 and var end)
        {
            var header = Encoding.UTF8.GetString(rest.Span[..end]);
            rest = rest[(end + 1)..];
            if (header.EndsWith(Missing, StringComparison.Ordinal))
            {
                found.Add(null);
                continue;
            }
            var length = int.Parse(header.AsSpan(header.LastIndexOf(' ') + 1), NumberStyles.None, CultureInfo.InvariantCulture);
            found.Add(header.Contains($" {kind} ", StringComparison.Ordinal) ? rest[..length].ToArray() : null);
            rest = rest[(length + 1)..];
        }
        return found.Count == names.Length ? found : throw RolloutException.NoCandidate(finished.Errors.Trim());
    }
}
