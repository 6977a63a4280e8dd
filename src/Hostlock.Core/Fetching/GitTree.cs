using System.Globalization;
using System.Text;
using Hostlock.Locks;
using Hostlock.Nar;
using Hostlock.Platform;

namespace Hostlock.Fetching;

/// <summary>
/// The tree of a commit, from its objects and without a checkout: blobs as they are, no line ends converted, no filter run.
/// A gitlink is an empty folder.
/// </summary>
/// <remarks>Nix 2.34.8, libfetchers/git-utils.cc, GitSourceAccessor.</remarks>
sealed class GitTree : SourceTree
{
    const string FileMode = "100644", ExecutableMode = "100755", OldFileMode = "100664", LinkMode = "120000", GitlinkMode = "160000";

    readonly GitRepository _repository;
    readonly Folder _root;
    Blobs? _blobs;

    GitTree(GitRepository repository, Folder root) => (_repository, _root) = (repository, root);

    sealed class Folder
    {
        public Dictionary<string, object> Entries { get; } = new(StringComparer.Ordinal);
    }

    sealed record Blob(TreeEntryKind Kind, string Id, long Size);

    /// <summary>Reads the names of a whole commit; contents come later, in one stream.</summary>
    public static async Task<GitTree> OpenAsync(GitRepository repository, string commit, CancellationToken cancellationToken)
    {
        // Names are bytes; as Latin-1 each byte is a character of its own and nothing is lost.
        await using var listing = repository.Start("ls-tree", "-r", "-z", "-l", "--full-tree", commit);
        listing.Input.Close();
        var root = new Folder();
        await foreach (var line in LinesAsync(listing.Output, cancellationToken))
            Add(root, line);
        var finished = await listing.WaitAsync(cancellationToken);
        return finished.Succeeded ? new(repository, root) : throw FetchException.GitFailed(repository.Url, "list the files of", finished.Errors.Trim());
    }

    public override TreeEntry Root => new(default, TreeEntryKind.Folder, 0, _root);

    public override IEnumerable<TreeEntry> List(TreeEntry folder) =>
        ((Folder)folder.Handle!).Entries.Select(entry => entry.Value is Blob blob
            ? new TreeEntry(Encoding.Latin1.GetBytes(entry.Key), blob.Kind, blob.Kind == TreeEntryKind.Link ? 0 : blob.Size, blob)
            : new TreeEntry(Encoding.Latin1.GetBytes(entry.Key), TreeEntryKind.Folder, 0, entry.Value));

    public override ReadOnlyMemory<byte> ReadLink(TreeEntry link)
    {
        using var contents = Open(link);
        var target = new byte[((Blob)link.Handle!).Size];
        contents.ReadExactly(target);
        return target;
    }

    public override Stream Open(TreeEntry file) => (_blobs ?? throw new InvalidOperationException("contents are read within HashAsync")).Next((Blob)file.Handle!);

    /// <summary>The hash of the tree. All contents come from one process, asked for in the order they are needed.</summary>
    public async Task<NarHash> HashAsync(CancellationToken cancellationToken)
    {
        await using var process = _repository.Start("cat-file", "--batch", "--buffer");
        using var output = new BufferedStream(process.Output, 256 * 1024);
        _blobs = new(output, _repository);
        var asking = AskAsync(process.Input, cancellationToken);
        NarHash hash;
        try
        {
            // The walk blocks on the process; it must not hold up whoever waits for it.
            hash = await Task.Run(() => NarHash.Of(this, cancellationToken), cancellationToken);
        }
        catch (EndOfStreamException)
        {
            var finished = await process.WaitAsync(cancellationToken);
            throw FetchException.GitFailed(_repository.Url, "read the files of", finished.Errors.Trim());
        }
        await asking;
        return hash;
    }

    /// <summary>What lies at a path, and for a file or a link the id of the blob that holds its contents.</summary>
    public (TreeEntryKind Kind, string? Blob)? Find(string path)
    {
        object at = _root;
        foreach (var name in path.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            if (at is not Folder folder || !folder.Entries.TryGetValue(Encoding.Latin1.GetString(Encoding.UTF8.GetBytes(name)), out var next))
                return null;
            at = next;
        }
        return at is Blob blob ? (blob.Kind, blob.Id) : (TreeEntryKind.Folder, null);
    }

    async Task AskAsync(Stream input, CancellationToken cancellationToken)
    {
        var batch = new MemoryStream();
        foreach (var blob in InNarOrder(_root))
        {
            batch.Write(Encoding.ASCII.GetBytes(blob.Id));
            batch.WriteByte((byte)'\n');
            if (batch.Length < 32 * 1024)
                continue;
            await input.WriteAsync(batch.GetBuffer().AsMemory(0, (int)batch.Length), cancellationToken);
            batch.SetLength(0);
        }
        await input.WriteAsync(batch.GetBuffer().AsMemory(0, (int)batch.Length), cancellationToken);
        input.Close();
    }

    static IEnumerable<Blob> InNarOrder(Folder folder)
    {
        foreach (var name in folder.Entries.Keys.Order(StringComparer.Ordinal))
        {
            if (folder.Entries[name] is Blob blob)
            {
                yield return blob;
                continue;
            }
            foreach (var below in InNarOrder((Folder)folder.Entries[name]))
                yield return below;
        }
    }

    // "100644 blob 0123…  42\tpath"
    static void Add(Folder root, string line)
    {
        var tab = line.IndexOf('\t', StringComparison.Ordinal);
        var columns = line[..tab].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var names = line[(tab + 1)..].Split('/');
        foreach (var name in names[..^1])
        {
            if (!root.Entries.TryGetValue(name, out var next))
                root.Entries[name] = next = new Folder();
            root = (Folder)next;
        }
        root.Entries[names[^1]] = columns[0] switch
        {
            GitlinkMode => new Folder(),
            LinkMode => new Blob(TreeEntryKind.Link, columns[2], Size()),
            ExecutableMode => new Blob(TreeEntryKind.Executable, columns[2], Size()),
            FileMode or OldFileMode => new Blob(TreeEntryKind.File, columns[2], Size()),
            var mode => throw FetchException.BadArchive($"'{names[^1]}' has mode {mode}"),
        };

        long Size() => long.Parse(columns[3], CultureInfo.InvariantCulture);
    }

    static async IAsyncEnumerable<string> LinesAsync(Stream stream, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var buffer = new byte[64 * 1024];
        var (start, end) = (0, 0);
        while (true)
        {
            var zero = Array.IndexOf(buffer, (byte)0, start, end - start);
            if (zero >= 0)
            {
                yield return Encoding.Latin1.GetString(buffer, start, zero - start);
                start = zero + 1;
                continue;
            }
            if (start > 0)
            {
                buffer.AsSpan(start, end - start).CopyTo(buffer);
                (start, end) = (0, end - start);
            }
            if (end == buffer.Length)
                Array.Resize(ref buffer, buffer.Length * 2);
            var read = await stream.ReadAsync(buffer.AsMemory(end), cancellationToken);
            if (read == 0)
                yield break;
            end += read;
        }
    }

    /// <summary>The answers of <c>cat-file --batch</c>, one behind the other.</summary>
    sealed class Blobs(BufferedStream output, GitRepository repository)
    {
        public Stream Next(Blob expected)
        {
            var header = new StringBuilder();
            int c;
            while ((c = output.ReadByte()) != '\n')
                header.Append(c < 0 ? throw new EndOfStreamException() : (char)c);
            return header.ToString().Split(' ') is [_, "blob", var size] && long.Parse(size, CultureInfo.InvariantCulture) == expected.Size
                ? new Contents(output, expected.Size)
                : throw FetchException.GitFailed(repository.Url, "read an object of", header.ToString());
        }

        /// <summary>One blob; what is left of it, and the line feed behind it, are read when it is closed.</summary>
        sealed class Contents(Stream output, long left) : ForwardStream
        {
            public override int Read(Span<byte> buffer)
            {
                if (left == 0)
                    return 0;
                var read = output.Read(buffer[..(int)Math.Min(buffer.Length, left)]);
                if (read == 0)
                    throw new EndOfStreamException();
                left -= read;
                return read;
            }

            protected override void Dispose(bool disposing)
            {
                if (disposing && left >= 0)
                {
                    var rest = new byte[4096];
                    while (left > 0)
                        _ = Read(rest);
                    output.ReadByte();
                    left = -1;
                }
                base.Dispose(disposing);
            }
        }
    }
}

/// <summary>The files of a commit as locking looks at them; the list of names is read when first asked.</summary>
sealed class GitCommitFiles(GitRepository repository, string commit) : TreeFiles
{
    GitTree? _tree;

    public GitCommitFiles(GitRepository repository, string commit, GitTree tree)
        : this(repository, commit) => _tree = tree;

    public override async ValueTask<TreeItem?> FindAsync(string path, CancellationToken cancellationToken)
    {
        _tree ??= await GitTree.OpenAsync(repository, commit, cancellationToken);
        return _tree.Find(path) switch
        {
            null => null,
            (TreeEntryKind.Folder, _) => new TreeItem.Folder(),
            (TreeEntryKind.Link, var blob) => new TreeItem.Link(Encoding.UTF8.GetString(await BlobAsync(blob!, cancellationToken))),
            (_, var blob) => new TreeItem.File(await BlobAsync(blob!, cancellationToken)),
        };
    }

    async Task<byte[]> BlobAsync(string id, CancellationToken cancellationToken)
    {
        await using var process = repository.Start("cat-file", "blob", id);
        process.Input.Close();
        using var contents = new MemoryStream();
        var buffer = new byte[64 * 1024];
        int read;
        while ((read = await process.Output.ReadAsync(buffer, cancellationToken)) > 0 && contents.Length <= LockFileReader.MaximumBytes)
            contents.Write(buffer, 0, read);
        return contents.ToArray();
    }
}
