using System.Text;
using Hostlock.Fetching.Git.WorkTrees;
using Hostlock.Flakes;
using Hostlock.Locks;
using Hostlock.Nar;
using Hostlock.Platform;
using Hostlock.Platform.Programs;

namespace Hostlock.Fetching.Git;

/// <summary>
/// The history of files of a repository, commit by commit. Contents are as git would check them out: a file that git keeps encrypted by a
/// filter is read through that filter.
/// </summary>
public sealed class GitHistory : IDisposable
{
    // The bound of Linux.
    const int MaximumLinks = 40, MaximumTarget = 4095;

    // Contents are cut off one byte above the size of a lock, so that nobody takes them for whole.
    const int MostOfBlob = LockFileReader.MaximumBytes + 1;

    // The bytes of contents that are kept for the next commit, which mostly has some of them too.
    const int MostKept = 64 * 1024 * 1024;

    // The fields of a commit.
    const string Fields = "%H%x00%ct%x00%s%x00%(trailers:key=Hostlock-Promoted-From,valueonly,separator=%x20)"
        + "%x00%(trailers:key=Hostlock-Action,valueonly,separator=%x20)";

    const int FieldCount = 5;

    readonly IProcessRunner _processes;
    readonly string _root;
    readonly GitRepository _repository;
    readonly IReadOnlyList<string> _files;
    readonly Dictionary<string, bool> _isFiltered = new(StringComparer.Ordinal);
    readonly GitFolders _folders = new();
    // The commit that was named last. Its message may tell of thousands of locks.
    (string Word, Revision? Commit)? _named;
    string? _lastVersion;
    readonly Dictionary<string, byte[]> _blobs = new(StringComparer.Ordinal);
    long _kept;

    /// <summary>Opens the repository of a work tree.</summary>
    /// <param name="processes">The seam to git.</param>
    /// <param name="root">The folder of the work tree.</param>
    /// <param name="files">The files that are asked about, relative to the work tree.</param>
    /// <exception cref="FetchException">The folder is not a work tree.</exception>
    public GitHistory(IProcessRunner processes, string root, IReadOnlyList<string> files)
    {
        (_processes, _root, _files) = (processes, root, files);
        _repository = new(processes, GitPlace.OfWorkTree(root) ?? throw FetchException.NotARepository(root), root);
    }

    /// <summary>True if the repository has only the last commits of its branches.</summary>
    public bool IsShallow => _repository.IsShallow;

    /// <summary>The commits that changed one of some files, the newest first.</summary>
    /// <param name="paths">The files, relative to the work tree.</param>
    /// <param name="most">The most commits to return.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <param name="skipped">The number of the newest commits that are left out.</param>
    public async Task<IReadOnlyList<FileCommit>> OfAsync(
        IEnumerable<string> paths, int most, CancellationToken cancellationToken, int skipped = 0)
    {
        var finished = await _repository.RunAsync(
            cancellationToken,
            [
                "--literal-pathspecs", "rev-list", $"--max-count={most}", $"--skip={skipped}",
                $"--format={Fields}", "HEAD", "--", .. paths,
            ]);
        // A repository without a commit has no history; any other failure is an error.
        if (!finished.Succeeded && await _repository.CommitAsync("HEAD", cancellationToken) is not null)
            throw FetchException.GitFailed(_repository.Url, "read the history of", finished.Errors.Trim());
        // The line before each of these names the commit alone.
        return
        [
            .. from line in finished.Output.Split('\n')
               let fields = line.Split('\0')
               where fields.Length == FieldCount
               select CommitOf(fields),
        ];
    }

    FileCommit CommitOf(ReadOnlySpan<string> fields) =>
        new(GitCommit.IdOf(fields[0], _repository.Url), Moment.TryParse(fields[1]), fields[2], fields[3].Trim())
        {
            IsUndo = fields[4].Trim() == "undo",
        };

    /// <summary>The files, of some, that each of some commits changed against any of its parents.</summary>
    /// <param name="commits">The commits.</param>
    /// <param name="paths">The files, relative to the work tree.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="FetchException">git cannot read a commit.</exception>
    public async Task<ILookup<Revision, string>> ChangedAsync(
        IReadOnlyList<FileCommit> commits, IEnumerable<string> paths, CancellationToken cancellationToken)
    {
        var finished = await _processes.RunAsync(
            GitProgram.AskAround(
                _root,
                [
                    "--literal-pathspecs", "diff-tree", "--stdin", "-r", "-m", "-z", "--root", "--no-renames", "--name-only", "--",
                    .. paths,
                ])
                .WithInput(string.Concat(commits.Select(commit => $"{commit.Id}\n"))),
            cancellationToken);
        if (!finished.Succeeded)
            throw FetchException.GitFailed(_repository.Url, "read the history of", finished.Errors.Trim());
        var known = commits.ToDictionary(commit => commit.Id.ToString(), commit => commit.Id, StringComparer.Ordinal);
        var changed = new List<(Revision Commit, string Path)>();
        Revision? at = null;
        // The id of a commit stands before the files that it changed.
        foreach (var word in finished.Output.Split('\0', StringSplitOptions.RemoveEmptyEntries))
        {
            if (known.TryGetValue(word, out var commit))
                at = commit;
            else if (at is { } current)
                changed.Add((current, word));
        }
        return changed.Distinct().ToLookup(each => each.Commit, each => each.Path);
    }

    /// <summary>The newest commits that changed files beneath some paths, the newest first, with these files. One process lists all of
    /// them.</summary>
    /// <param name="paths">The files or folders, relative to the work tree; none for all files.</param>
    /// <param name="most">The most commits to return.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public async Task<IReadOnlyList<CommitChanges>> ChangesAsync(
        IEnumerable<string> paths, int most, CancellationToken cancellationToken)
    {
        var finished = await _repository.RunAsync(
            cancellationToken,
            [
                "-c", "log.follow=false", "--literal-pathspecs", "log", $"--max-count={most}", "-m", "--raw", "-z", "-O/dev/null",
                "--no-abbrev", "--no-renames", "--no-ext-diff", "--no-textconv", "--no-relative", $"--format={Fields}", "HEAD", "--",
                .. paths,
            ]);
        if (!finished.Succeeded && await _repository.CommitAsync("HEAD", cancellationToken) is not null)
            throw FetchException.GitFailed(_repository.Url, "read the history of", finished.Errors.Trim());
        var commits = new List<CommitChanges>();
        var changes = new List<FileChange>();
        var words = finished.Output.Split('\0');
        for (var at = 0; at < words.Length;)
        {
            // ':100644 100644 BEFORE AFTER M', and then the path. All other words are the five fields of a commit, which a merge has once
            // for each parent.
            if (words[at].TrimStart('\n') is [':', ..] raw && raw.Split(' ') is [_, _, var before, var after, _])
            {
                changes.Add(new(words[at + 1], Blob(before), Blob(after)));
                at += 2;
            }
            else if (at + FieldCount <= words.Length && Revision.TryParse(words[at]) is { } id)
            {
                if (commits.Count == 0 || commits[^1].Commit.Id != id)
                    commits.Add(new(CommitOf(words.AsSpan(at, FieldCount)), changes = []));
                at += FieldCount;
            }
            else
            {
                at++;
            }
        }
        return commits;

        static string? Blob(string id) => Revision.IsNone(id) ? null : id;
    }

    /// <summary>The contents of a file in a commit; null if the commit has no such file. A link of the commit, on the way or at the end,
    /// leads to another file of it.</summary>
    /// <param name="version">The commit, as git names it.</param>
    /// <param name="path">The file, relative to the work tree.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="FetchException">The filter of the file does not give them.</exception>
    public async Task<byte[]?> ContentsAsync(string version, string path, CancellationToken cancellationToken)
    {
        // If a commit was asked about before, git would go through the same folders again.
        var isFirst = version != _lastVersion;
        _lastVersion = version;
        // A larger file is neither a link nor anything else that is followed.
        if (!isFirst || await StoredAsync($"{version}:{path}", cancellationToken) is not { Length: > MaximumTarget } stored)
            return (await ContentsAsync(version, [path], cancellationToken))[0];
        return await IsFilteredAsync(path, cancellationToken)
            ? await FilterAsync($"{version}:{path}", path, cancellationToken)
            : stored;
    }

    /// <summary>The contents of files in a commit, as for one; null for each file that the commit does not have. Each folder of the commit
    /// is read once, and files with equal contents share one array.</summary>
    /// <param name="version">The commit, as git names it.</param>
    /// <param name="paths">The files, relative to the work tree.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="FetchException">The filter of a file does not give them.</exception>
    public async Task<IReadOnlyList<byte[]?>> ContentsAsync(
        string version, IReadOnlyList<string> paths, CancellationToken cancellationToken)
    {
        var found = paths.Count == 0 ? [] : await _repository.UseAsync(objects => Read(objects, version, paths), cancellationToken);
        var contents = new byte[]?[paths.Count];
        for (var i = 0; i < contents.Length; i++)
        {
            if (found[i] is var (path, blob))
                contents[i] = await IsFilteredAsync(path, cancellationToken)
                    ? await FilterAsync($"{version}:{path}", path, cancellationToken)
                    : blob;
        }
        return contents;
    }

    /// <summary>The contents of a blob as those of a file; null if there is no such blob.</summary>
    /// <param name="id">The id of the blob.</param>
    /// <param name="path">The file, relative to the work tree.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="FetchException">The filter of the file does not give them.</exception>
    public Task<byte[]?> BlobAsync(string id, string path, CancellationToken cancellationToken) => ReadAsync(id, path, cancellationToken);

    /// <summary>
    /// The commit that a word means: one by name, or the last one of a day, <c>2026-03-01</c>, that changed one of some files; null if no
    /// commit is meant.
    /// </summary>
    public async Task<Revision?> FindAsync(string word, IEnumerable<string> paths, CancellationToken cancellationToken)
    {
        if (Moment.TryParseDay(word) is { } day)
        {
            var end = new DateTimeOffset(day.ToDateTime(TimeOnly.MaxValue), TimeSpan.Zero).ToUnixTimeSeconds();
            var finished = await _repository.RunAsync(
                cancellationToken, ["--literal-pathspecs", "rev-list", "-1", $"--before={end}", "HEAD", "--", .. paths]);
            return Revision.TryParse(finished.Output.Trim());
        }
        if (_named is var (known, commit) && known == word)
            return commit;
        commit = word.Any(char.IsControl) || word.Length > 256 ? null : (await _repository.CommitAsync(word, cancellationToken))?.Id;
        _named = (word, commit);
        return commit;
    }

    /// <summary>Lets go of the repository.</summary>
    public void Dispose() => _repository.Dispose();

    async Task<byte[]?> ReadAsync(string name, string path, CancellationToken cancellationToken)
    {
        var contents = await StoredAsync(name, cancellationToken);
        return contents is not null && await IsFilteredAsync(path, cancellationToken)
            ? await FilterAsync(name, path, cancellationToken)
            : contents;
    }

    Task<byte[]?> StoredAsync(string name, CancellationToken cancellationToken) =>
        _repository.UseAsync(
            objects => objects.FindBeginning(name, MostOfBlob) is ({ Kind: "blob" }, var blob) ? blob : null,
            cancellationToken);

    // By file, its place in a commit and its blob; null for a file that the commit does not have.
    List<(string Path, byte[] Blob)?> Read(GitObjects objects, string version, IReadOnlyList<string> paths)
    {
        if (objects.FindBeginning($"{version}^{{tree}}", 0) is not ({ Kind: "tree", Id: var tree }, _))
            return [.. paths.Select(_ => ((string, byte[])?)null)];
        if (_kept > MostKept)
        {
            _blobs.Clear();
            _kept = 0;
        }
        var found = paths.Select(path => Follow(objects, tree, TreePath.Parse(path))).ToList();
        var unknown = found.OfType<(TreePath, string Id)>().Select(file => file.Id).Distinct().Where(id => !_blobs.ContainsKey(id));
        foreach (var ids in unknown.Chunk(GitObjects.MostAhead))
        {
            foreach (var id in ids)
                objects.Ask(id);
            objects.Send();
            foreach (var id in ids)
            {
                if (objects.NextHeader() is not { } header)
                    continue;
                var blob = objects.ReadBeginning(header, MostOfBlob);
                if (header.Kind != "blob")
                    continue;
                _blobs[id] = blob;
                _kept += blob.Length;
            }
        }
        return
        [
            .. found.Select(file => file is var (path, id) && _blobs.TryGetValue(id, out var blob)
                ? (path.ToText(), blob)
                : ((string, byte[])?)null),
        ];
    }

    // The place of the file that a path leads to through the links of a commit, and the id of its blob; null if the commit has no such
    // file, or if a link leads out of it or in a circle.
    (TreePath Path, string Id)? Follow(GitObjects objects, string tree, TreePath path)
    {
        for (var links = 0; links <= MaximumLinks; links++)
        {
            var steps = path.Folders.Append(path).Select(step => (Path: step, Entry: Entry(step)));
            if (steps.FirstOrDefault(step => step.Entry is { Kind: TreeEntryKind.Link }) is not { Entry: { } entry, Path: var link })
                return Entry(path) is { Kind: not TreeEntryKind.Folder, Id: var id } ? (path, id) : null;
            if (objects.FindBeginning(entry.Id, MaximumTarget + 1) is not (_, [not (byte)'/', ..] target)
                || target.Length > MaximumTarget
                || link.Folder.ResolveWithin(Encoding.UTF8.GetString(target)) is not { } found)
                return null;
            path = found.Join(path.Below(link));
        }
        return null;

        GitTree.Entry? Entry(TreePath step) =>
            _folders.TryFind(tree, step, id => GitTree.AskFolder(objects, id, _repository.Url), out var entry) ? entry : null;
    }

    /// <summary>The contents of a file as git would check them out.</summary>
    /// <param name="stored">The contents as git stores them.</param>
    /// <param name="path">The file, relative to the work tree.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="FetchException">The filter of the file does not give them.</exception>
    public async Task<byte[]> CheckedOutAsync(ReadOnlyMemory<byte> stored, string path, CancellationToken cancellationToken) =>
        await FilterAsync(await StoreAsync(stored, path, "--no-filters", cancellationToken), path, cancellationToken);

    /// <summary>The contents of a file as git would store them.</summary>
    /// <param name="contents">The contents as they are in the work tree.</param>
    /// <param name="path">The file, relative to the work tree.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="FetchException">The filter of the file does not give them.</exception>
    public async Task<byte[]> StoredAsync(ReadOnlyMemory<byte> contents, string path, CancellationToken cancellationToken)
    {
        var id = await StoreAsync(contents, path, $"--path={path}", cancellationToken);
        return await StoredAsync(id, cancellationToken) ?? throw FetchException.GitFailed(_repository.Url, $"store '{path}' in", "");
    }

    async Task<string> StoreAsync(ReadOnlyMemory<byte> contents, string path, string option, CancellationToken cancellationToken)
    {
        var request = GitProgram.Change(_root, "hash-object", "-w", "--stdin", option) with { Input = contents };
        var finished = await _processes.RunAsync(request, cancellationToken);
        return finished.Succeeded
            ? finished.Output.Trim()
            : throw FetchException.GitFailed(_repository.Url, $"store '{path}' through its filter, in", finished.Errors.Trim());
    }

    /// <summary>True if git reads and writes a file through a filter.</summary>
    /// <param name="path">The file, relative to the work tree.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public async Task<bool> IsFilteredAsync(string path, CancellationToken cancellationToken)
    {
        if (_isFiltered.TryGetValue(path, out var isFiltered))
            return isFiltered;
        // The first question is about all files, so that git is started once for them.
        IReadOnlyList<string> asked = _isFiltered.Count == 0 ? [.. _files.Append(path).Distinct()] : [path];
        var values = await GitAttributes.OfAsync(_repository, [.. asked.Select(TreePath.Parse)], ["filter"], cancellationToken);
        foreach (var (file, value) in asked.Zip(values))
            _isFiltered[file] = value is not (["unspecified"] or ["unset"] or ["set"]);
        return _isFiltered[path];
    }

    // The filter is a program of the user. git, which runs it, refuses a repository of another owner.
    async Task<byte[]> FilterAsync(string name, string path, CancellationToken cancellationToken)
    {
        var request = GitProgram.AskAround(_root, "cat-file", "--filters", $"--path={path}", name) with
        {
            Output = new ProcessOutput.Bytes(LockFileReader.MaximumBytes),
        };
        var finished = await _processes.RunAsync(request, cancellationToken);
        return finished.Succeeded
            ? finished.OutputBytes.ToArray()
            : throw FetchException.GitFailed(_repository.Url, $"read '{path}' through its filter, of", finished.Errors.Trim());
    }
}
