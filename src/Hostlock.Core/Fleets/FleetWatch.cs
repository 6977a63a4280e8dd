using System.Globalization;
using System.Text;
using Hostlock.Fetching.Git;
using Hostlock.Fetching.Git.WorkTrees;
using Hostlock.Platform;

namespace Hostlock.Fleets;

/// <summary>
/// Tells when the files that a page about a flake shows have changed: its locks, its settings and declarations, git's files, and the
/// journals of rollouts. The kernel says when to look, and a look now and then finds changes that it did not report. Only the files
/// themselves decide whether something has changed.
/// </summary>
public sealed class FleetWatch : IDisposable
{
    /// <summary>The most files that are looked at. Changes of others are seen once one of these changes.</summary>
    public const int MostFiles = 20_000;

    static readonly TimeSpan Settling = TimeSpan.FromMilliseconds(50);
    static readonly TimeSpan Slow = TimeSpan.FromSeconds(3);
    static readonly TimeSpan WithoutKernel = TimeSpan.FromMilliseconds(500);

    // The files in the git folder of a work tree, besides refs.
    static readonly string[] OfWorkTree = ["HEAD", "index", "MERGE_HEAD"];

    static readonly EnumerationOptions Listing = new() { RecurseSubdirectories = false, AttributesToSkip = 0 };
    static readonly EnumerationOptions ListingAll = new() { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint };

    // The page may be made anew while the files are watched.
    readonly Lock _gate = new();
    readonly TimeProvider _time;
    readonly string _journals;
    readonly GitPlace? _git;
    readonly List<FileSystemWatcher> _watchers = [];
    readonly SemaphoreSlim _told = new(0, 1);
    IReadOnlyList<string> _files = [];
    IReadOnlyList<string> _folders = [];
    string[] _watched = [];
    bool _isToldByKernel;
    bool _isOver;

    /// <summary>Begins to watch.</summary>
    /// <param name="processes">The seam to git, which is not started.</param>
    /// <param name="folder">The flake.</param>
    /// <param name="journals">The folder of its journals, which need not exist.</param>
    /// <param name="time">The clock.</param>
    public FleetWatch(IProcessRunner processes, FleetFolder folder, string journals, TimeProvider time)
    {
        (_time, _journals) = (time, journals);
        _git = GitWorkTreeFiles.Around(processes, folder.Path)?.Root is { } root ? GitPlace.OfWorkTree(root) : null;
        Follow(folder);
    }

    /// <summary>Watches the files that the flake has now: its settings may name other locks than before.</summary>
    /// <param name="folder">The flake, as it was opened anew.</param>
    public void Follow(FleetFolder folder)
    {
        var places = folder.AllPlaces();
        _files =
        [
            .. places.SelectMany(place => new[] { place.FullPath, folder.Full(place.DeclaredIn) })
                .Concat([folder.Full(FleetFolder.FlakeFile), folder.Full(FleetFolder.RootLock), folder.Full(Settings.FleetFile.Name)])
                .Distinct(StringComparer.Ordinal),
        ];
        _folders = [.. _files.Select(file => Path.GetDirectoryName(file)!).Distinct(StringComparer.Ordinal)];
        Listen();
    }

    /// <summary>The state of the files, as one word that changes if any of them changes.</summary>
    public string State() => WordOf(Files().Concat(FilesOfGit()));

    /// <summary>The state of the files that a plan is made of: the locks, the declarations, the settings and the journals. Git may write
    /// its index anew without a change of any of these.</summary>
    public string PlanState() => WordOf(Files());

    IEnumerable<string> Files() => _files.Concat(In(_journals, Listing));

    static string WordOf(IEnumerable<string> paths)
    {
        using var digest = new ByteDigest(ByteDigest.Kind.Sha256);
        foreach (var path in paths.Take(MostFiles))
            digest.Append(Encoding.UTF8.GetBytes($"{path}\0{Look(path)}\n"));
        return Convert.ToHexStringLower(digest.Finish());
    }

    /// <summary>Waits until a file changes.</summary>
    /// <param name="known">The state of the files, as <see cref="State"/> gave it.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>The present state of the files.</returns>
    public async Task<string> ChangedAsync(string known, CancellationToken cancellationToken)
    {
        while (true)
        {
            if (State() is var now && now != known)
                return now;
            if (await IsToldAsync(cancellationToken))
                await Task.Delay(Settling, _time, cancellationToken);
            Listen();
        }
    }

    /// <summary>Stops watching.</summary>
    public void Dispose()
    {
        using var turn = _gate.EnterScope();
        _isOver = true;
        foreach (var watcher in _watchers)
            watcher.Dispose();
        _told.Dispose();
    }

    // True once a change was told; false if none was told for so long that it is time to look.
    async Task<bool> IsToldAsync(CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var told = _told.WaitAsync(patience.Token);
        var over = Task.Delay(_isToldByKernel ? Slow : WithoutKernel, _time, patience.Token);
        var isTold = await Task.WhenAny(told, over) == told;
        await patience.CancelAsync();
        await Task.WhenAny(told);
        cancellationToken.ThrowIfCancellationRequested();
        return isTold || told.IsCompletedSuccessfully;
    }

    void Tell()
    {
        try
        {
            if (_told.CurrentCount == 0)
                _told.Release();
        }
        catch (Exception why) when (why is SemaphoreFullException or ObjectDisposedException)
        {
            // Another thread told of a change at the same time, or nobody listens any more.
        }
    }

    // A folder that came or went is watched anew; so is everything if the settings name other files.
    void Listen()
    {
        using var turn = _gate.EnterScope();
        string[] wanted = [.. _folders.Concat(_git is null ? [] : [_git.Folder, _git.Common]).Append(_journals)
            .Where(Directory.Exists).Distinct(StringComparer.Ordinal)];
        if (_isOver || (_isToldByKernel && wanted.SequenceEqual(_watched, StringComparer.Ordinal)))
            return;
        foreach (var watcher in _watchers)
            watcher.Dispose();
        _watchers.Clear();
        _watched = wanted;
        _isToldByKernel = wanted.All(folder => TryListen(folder, isDeep: false))
            && RefFolders().All(folder => TryListen(folder, isDeep: true));
    }

    // The kernel has a limit for the folders that a user watches; then the slow look has to be quicker.
    bool TryListen(string folder, bool isDeep)
    {
        try
        {
            var watcher = new FileSystemWatcher(folder) { IncludeSubdirectories = isDeep };
            watcher.NotifyFilter = NotifyFilters.FileName | NotifyFilters.DirectoryName | NotifyFilters.LastWrite | NotifyFilters.Size;
            watcher.Changed += (_, _) => Tell();
            watcher.Created += (_, _) => Tell();
            watcher.Deleted += (_, _) => Tell();
            watcher.Renamed += (_, _) => Tell();
            watcher.Error += (_, _) => Tell();
            watcher.EnableRaisingEvents = true;
            _watchers.Add(watcher);
            return true;
        }
        catch (Exception why) when (why is IOException or ArgumentException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    IEnumerable<string> RefFolders() =>
        _git is null
            ? []
            : new[] { _git.Folder, _git.Common }.Distinct(StringComparer.Ordinal).Select(git => Path.Combine(git, "refs"))
                .Where(Directory.Exists);

    IEnumerable<string> FilesOfGit() =>
        _git is null
            ? []
            : OfWorkTree.Select(name => Path.Combine(_git.Folder, name))
                .Append(Path.Combine(_git.Common, "packed-refs"))
                .Concat(RefFolders().SelectMany(folder => In(folder, ListingAll)));

    // A folder that cannot be listed counts as missing: the page says why, if it needs it.
    static List<string> In(string folder, EnumerationOptions how)
    {
        try
        {
            return Directory.Exists(folder)
                ? [.. Directory.EnumerateFiles(folder, "*", how).Take(MostFiles).Order(StringComparer.Ordinal)]
                : [];
        }
        catch (Exception why) when (why is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    static string Look(string path)
    {
        try
        {
            return UnixFiles.LookThrough(Encoding.UTF8.GetBytes(path)) is { } status
                ? string.Create(
                    CultureInfo.InvariantCulture,
                    $"{status.Inode} {status.Size} {status.Modified} {status.ModifiedNanoseconds} {status.Changed}")
                : "-";
        }
        catch (Exception why) when (why is IOException or UnauthorizedAccessException)
        {
            return "?";
        }
    }
}
