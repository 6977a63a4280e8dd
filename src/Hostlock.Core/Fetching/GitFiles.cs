using System.Buffers.Binary;
using System.Globalization;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using Hostlock.Platform;

namespace Hostlock.Fetching;

/// <summary>A commit as far as locking needs it.</summary>
/// <param name="Tree">The id of its tree.</param>
/// <param name="Parents">The ids of its parents.</param>
/// <param name="Time">The committer's time, seconds since the epoch.</param>
sealed record GitCommit(string Tree, IReadOnlyList<string> Parents, ulong Time);

/// <summary>A clean work tree: its commit, the branch it is on, and the files it tracks.</summary>
/// <param name="Commit">The id of HEAD.</param>
/// <param name="Head">What HEAD points to, or null where it is detached.</param>
/// <param name="Paths">The tracked files, as Latin-1 text so that each byte is a character.</param>
sealed record CleanWorkTree(string Commit, string? Head, IReadOnlyList<string> Paths);

/// <summary>
/// What a repository's own files say, read without starting git: a program takes longer to start than most of these answers to read.
/// Every method gives null where the answer is not plain to see (packed objects, unusual indexes, filters); git is asked then.
/// </summary>
/// <remarks>git's Documentation: gitformat-index(5), gitrepository-layout(5).</remarks>
static class GitFiles
{
    const int MaximumObject = 1024 * 1024;
    const int EntryFixed = 62;
    const int Unusual = 0xF000; // assume-valid, extended, and the two bits of a merge's stage

    /// <summary>The commit HEAD is at, and the ref it points to; null where git has to be asked.</summary>
    public static (string Commit, string? Head)? Head(string workTree)
    {
        var folder = Path.Combine(workTree, ".git");
        if (!Directory.Exists(folder))
            return null; // a linked work tree
        var text = Line(Path.Combine(folder, "HEAD"));
        if (text is null || !text.StartsWith("ref: ", StringComparison.Ordinal))
            return text is { Length: 40 } ? (text, null) : null;
        var name = text["ref: ".Length..];
        if (name.Contains("..", StringComparison.Ordinal) || !name.StartsWith("refs/", StringComparison.Ordinal))
            return null;
        return (Line(Path.Combine(folder, name)) ?? Packed(folder, name)) is { Length: 40 } commit ? (commit, name) : null;
    }

    /// <summary>A commit, where it is a file of its own.</summary>
    public static GitCommit? Commit(string workTree, string id)
    {
        if (id.Length != 40 || !id.All(char.IsAsciiHexDigitLower))
            return null;
        try
        {
            using var file = File.OpenRead(Path.Combine(workTree, ".git/objects", id[..2], id[2..]));
            using var inflated = new ZLibStream(file, CompressionMode.Decompress);
            var bytes = new byte[MaximumObject];
            var text = Encoding.Latin1.GetString(bytes, 0, inflated.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false));
            return text.StartsWith("commit ", StringComparison.Ordinal) ? Parse(text[(text.IndexOf('\0', StringComparison.Ordinal) + 1)..]) : null;
        }
        catch (Exception why) when (why is IOException or InvalidDataException or UnauthorizedAccessException)
        {
            return null; // packed, or not there
        }
    }

    /// <summary>The work tree, where it is clean beyond doubt: no tracked file differs from HEAD, nothing is staged.</summary>
    public static CleanWorkTree? Clean(string workTree)
    {
        if (Head(workTree) is not var (commit, head) || Commit(workTree, commit) is not { } at)
            return null;
        var path = Path.Combine(workTree, ".git/index");
        byte[] index;
        DateTime written;
        try
        {
            written = File.GetLastWriteTimeUtc(path);
            index = File.ReadAllBytes(path);
        }
        catch (IOException)
        {
            return null;
        }
        // Settings that make the bytes on disk differ from those in git make sizes and hashes say nothing.
        if (HasFilters(workTree))
            return null;
        return ReadIndex(index, workTree, written, at.Tree) is { } paths ? new(commit, head, paths) : null;
    }

    static List<string>? ReadIndex(byte[] index, string workTree, DateTime written, string tree)
    {
        // Versions 2 and 3; 4 packs its names.
        if (index.Length < 32 || !index.AsSpan(0, 4).SequenceEqual("DIRC"u8) || Int(index, 4) is not (2 or 3))
            return null;
        var count = (int)Int(index, 8);
        var paths = new List<string>(Math.Min(count, 1 << 20));
        var root = Encoding.UTF8.GetBytes(workTree);
        var at = 12;
        for (var i = 0; i < count; i++)
        {
            if (at + EntryFixed > index.Length)
                return null;
            var flags = BinaryPrimitives.ReadUInt16BigEndian(index.AsSpan(at + 60));
            var end = index.AsSpan(at + EntryFixed).IndexOf((byte)0);
            if (end <= 0 || (flags & Unusual) != 0)
                return null;
            var name = index.AsSpan(at + EntryFixed, end);
            if (name.EndsWith(".gitattributes"u8) || !IsUnchanged(index.AsSpan(at, EntryFixed), [.. root, (byte)'/', .. name], written))
                return null;
            paths.Add(Encoding.Latin1.GetString(name));
            at += (EntryFixed + end + 8) / 8 * 8;
        }
        return IsStagedAs(index, at, tree) ? paths : null;
    }

    static bool IsUnchanged(ReadOnlySpan<byte> entry, byte[] path, DateTime written)
    {
        var mode = Int(entry, 24);
        if (UnixFiles.Look(path) is not { } status)
            return false;
        var isLink = mode == 0xA000;
        if (isLink != (status.Kind == UnixFiles.Kind.Link) || (!isLink && (status.Kind != UnixFiles.Kind.File || mode != (status.IsExecutable ? 0x81EDu : 0x81A4u))))
            return false;
        if (Int(entry, 36) != (uint)status.Size)
            return false;
        // A file as young as the index may have changed within the same tick: its contents decide (git calls it racily clean).
        var isOld = Int(entry, 8) == (uint)status.Modified && status.Modified < new DateTimeOffset(written).ToUnixTimeSeconds();
        return isOld || entry.Slice(40, 20).SequenceEqual(BlobId(path, status, isLink));
    }

    static byte[] BlobId(byte[] path, UnixFiles.Status status, bool isLink)
    {
        byte[] contents;
        if (isLink)
        {
            contents = UnixFiles.ReadLink(path);
        }
        else
        {
            using var file = UnixFiles.Open(path);
            contents = new byte[status.Size];
            _ = file.ReadAtLeast(contents, contents.Length, throwOnEndOfStream: false);
        }
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA1);
        hash.AppendData(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"blob {contents.Length}\0")));
        hash.AppendData(contents);
        return hash.GetHashAndReset();
    }

    // The extension TREE holds the id of the tree the index would make, as long as nothing was staged since.
    static bool IsStagedAs(byte[] index, int at, string tree)
    {
        while (at + 8 <= index.Length - 20)
        {
            var size = (int)Int(index, at + 4);
            if (size < 0 || at + 8 + size > index.Length)
                return false;
            var name = index.AsSpan(at, 4);
            if (name.SequenceEqual("link"u8) || name.SequenceEqual("sdir"u8))
                return false; // a split or a sparse index
            if (name.SequenceEqual("TREE"u8))
            {
                // "\0" (the root has no name), the number of entries, a blank, the number of subtrees, a line feed, the id.
                var body = index.AsSpan(at + 8, size);
                var line = body.IndexOf((byte)'\n');
                return line > 1 && body[1] != (byte)'-' && body.Length >= line + 21 && Convert.ToHexStringLower(body.Slice(line + 1, 20)) == tree;
            }
            at += 8 + size;
        }
        return false;
    }

    static bool HasFilters(string workTree)
    {
        var config = Text(Path.Combine(workTree, ".git/config")) ?? "";
        return config.Contains("autocrlf", StringComparison.OrdinalIgnoreCase) || config.Contains("eol", StringComparison.OrdinalIgnoreCase)
            || config.Contains("fileMode = false", StringComparison.OrdinalIgnoreCase) || config.Contains("[filter", StringComparison.OrdinalIgnoreCase)
            || config.Contains("worktree", StringComparison.OrdinalIgnoreCase) || config.Contains("objectFormat", StringComparison.OrdinalIgnoreCase)
            || config.Contains("include", StringComparison.OrdinalIgnoreCase)
            || new FileInfo(Path.Combine(workTree, ".git/info/attributes")).Exists;
    }

    static GitCommit? Parse(string text)
    {
        string? tree = null;
        var parents = new List<string>();
        foreach (var line in text.Split('\n'))
        {
            if (line.StartsWith("tree ", StringComparison.Ordinal))
                tree = line["tree ".Length..];
            else if (line.StartsWith("parent ", StringComparison.Ordinal))
                parents.Add(line["parent ".Length..]);
            else if (line.StartsWith("committer ", StringComparison.Ordinal))
                return tree is not null && line.Split(' ') is [.., var time, _] && ulong.TryParse(time, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) ? new(tree, parents, seconds) : null;
            else if (line.Length == 0)
                return null;
        }
        return null;
    }

    static string? Packed(string folder, string name) =>
        Text(Path.Combine(folder, "packed-refs"))?.Split('\n')
            .Select(line => line.Split(' '))
            .FirstOrDefault(words => words is [_, var packed] && packed == name)?[0];

    static string? Line(string path) => Text(path)?.TrimEnd('\n');

    static string? Text(string path)
    {
        try
        {
            return new FileInfo(path) is { Exists: true, Length: < MaximumObject } ? File.ReadAllText(path) : null;
        }
        catch (Exception why) when (why is IOException or UnauthorizedAccessException)
        {
            return null; // git will say what is wrong
        }
    }

    static uint Int(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt32BigEndian(bytes[at..]);
}
