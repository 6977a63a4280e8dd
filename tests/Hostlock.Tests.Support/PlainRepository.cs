using System.Buffers.Binary;
using System.IO.Compression;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;

namespace Hostlock.Tests.Support;

/// <summary>
/// A repository of git whose settings are those of a new one and whose files have no attributes. All files of it can be committed without
/// starting git: the tests make hundreds of such commits, and git would start twice for each.
/// </summary>
/// <remarks>git's Documentation: gitrepository-layout(5), gitformat-index(5), git-commit-tree(1).</remarks>
/// <param name="folder">The work tree.</param>
sealed partial class PlainRepository(string folder)
{
    const int KindOf = 0xF000, OfFolder = 0x4000, OfFile = 0x8000, OfLink = 0xA000, Executable = 0x40;

    static readonly EnumerationOptions WithoutLinks =
        new() { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint };

    // Files that commits and other commands leave in .git, and that change nothing of the next commit.
    static readonly string[] Left = ["index", "COMMIT_EDITMSG", "ORIG_HEAD", "FETCH_HEAD"];

    readonly string _git = Path.Combine(folder, ".git");
    readonly List<byte> _entries = [];

    /// <summary>True if a folder is the work tree of such a repository. The branch is that of a new repository.</summary>
    /// <param name="folder">The work tree.</param>
    public static bool IsAt(string folder)
    {
        var git = Path.Combine(folder, ".git");
        return new[] { git, Path.Combine(git, "info"), Path.Combine(git, "hooks") }.SelectMany(Directory.EnumerateFiles)
                .All(path => Left.Contains(Path.GetFileName(path))
                    || TestGit.NewRepository.Value.Any(made =>
                        Path.Combine(folder, made.Path) == path && File.ReadAllBytes(path).SequenceEqual(made.Bytes!)))
            && Directory.EnumerateFileSystemEntries(folder, ".git*", WithoutLinks).All(path => path == git)
            && IsPlainIndex(Path.Combine(git, "index"));
    }

    // No entry has a flag: that it is in conflict, is not looked at, or is not to be checked out.
    static bool IsPlainIndex(string path)
    {
        if (!File.Exists(path))
            return true;
        var index = File.ReadAllBytes(path);
        if (BinaryPrimitives.ReadInt32BigEndian(index.AsSpan(4)) != 2)
            return false;
        var at = 12;
        for (var left = BinaryPrimitives.ReadInt32BigEndian(index.AsSpan(8)); left > 0; left--)
        {
            var length = BinaryPrimitives.ReadUInt16BigEndian(index.AsSpan(at + 60));
            if (length >= 0xFFF)
                return false;
            at += Padded(62 + length);
        }
        return true;
    }

    /// <summary>Commits all files as <c>git add -A</c> and <c>git commit -m</c> do.</summary>
    /// <param name="name">Who writes and commits, with the address: <c>Ada &lt;ada@example.org&gt;</c>.</param>
    /// <param name="time">The time of both.</param>
    /// <param name="message">The message, one line.</param>
    public void Commit(string name, DateTimeOffset time, string message)
    {
        var by = $"{name} {time.ToUnixTimeSeconds()} +0000";
        var branch = Path.Combine(_git, "refs/heads/main");
        var parent = File.Exists(branch) ? File.ReadAllText(branch).Trim() : null;

        var tree = WriteTree("");
        var commit = Hex(WriteObject(
            "commit",
            Utf8($"tree {Hex(tree.Id)}\n{(parent is null ? "" : $"parent {parent}\n")}author {by}\ncommitter {by}\n\n{message}\n")));

        WriteIndex(tree);
        File.WriteAllText(Path.Combine(_git, "COMMIT_EDITMSG"), $"{message}\n");
        var logged = $"{parent ?? new('0', 40)} {commit} {by}\tcommit{(parent is null ? " (initial)" : "")}: {message}\n";
        Directory.CreateDirectory(Path.Combine(_git, "logs/refs/heads"));
        File.AppendAllText(Path.Combine(_git, "logs/HEAD"), logged);
        File.AppendAllText(Path.Combine(_git, "logs/refs/heads/main"), logged);
        File.WriteAllText(branch, $"{commit}\n");
    }

    // A folder: its id, how many files are in it and beneath, and what the index says of it and the folders beneath.
    readonly record struct Tree(byte[] Id, int Files, byte[] Cached);

    // Writes what is in a folder. The path ends in a slash, or is empty. Folders without files are not there for git.
    Tree WriteTree(string path)
    {
        var (lines, inner, files) = (new List<byte>(), new List<(int Length, byte[] Cached)>(), 0);
        var entries = Directory.EnumerateFileSystemEntries(Path.Combine(folder, path))
            .Select(entry => (Name: Path.GetFileName(entry), Status: Look(entry)))
            .Where(entry => entry.Name != ".git")
            .OrderBy(entry => (entry.Status.Mode & KindOf) == OfFolder ? $"{entry.Name}/" : entry.Name, StringComparer.Ordinal);
        foreach (var (name, status) in entries)
        {
            var full = Path.Combine(folder, path + name);
            switch (status.Mode & KindOf)
            {
                case OfFolder when WriteTree($"{path}{name}/") is { Files: > 0 } tree:
                    Add("40000", name, tree.Id);
                    inner.Add((Utf8(name).Length, tree.Cached));
                    files += tree.Files;
                    break;
                case OfFile:
                    var mode = (status.Mode & Executable) != 0 ? "100755" : "100644";
                    AddFile(mode, name, status, File.ReadAllBytes(full));
                    break;
                case OfLink:
                    AddFile("120000", name, status, Utf8(new FileInfo(full).LinkTarget!));
                    break;
            }
        }
        if (files == 0 && path != "")
            return default;
        var id = WriteObject("tree", [.. lines]);
        // Short names come before long ones there (cache-tree.c, subtree_name_cmp).
        var cached = inner.OrderBy(tree => tree.Length).SelectMany(tree => tree.Cached);
        return new(id, files, [.. Utf8($"{Path.GetFileName(path.TrimEnd('/'))}\0{files} {inner.Count}\n"), .. id, .. cached]);

        void AddFile(string mode, string name, FileStatus status, byte[] contents)
        {
            var id = WriteObject("blob", contents);
            Add(mode, name, id);
            AddEntry(path + name, Convert.ToUInt32(mode, 8), status, id);
            files++;
        }

        void Add(string mode, string name, byte[] id)
        {
            lines.AddRange(Utf8($"{mode} {name}\0"));
            lines.AddRange(id);
        }
    }

    // The times and numbers of a file, by which git sees that it did not change.
    void AddEntry(string path, uint mode, FileStatus status, byte[] id)
    {
        var name = Utf8(path);
        var entry = new byte[Padded(62 + name.Length)];
        var at = 0;
        foreach (var number in (ReadOnlySpan<long>)
            [
                status.Changed, status.ChangedNanoseconds, status.Modified, status.ModifiedNanoseconds, status.Device, status.Inode, mode,
                status.User, status.Group, status.Size,
            ])
        {
            BinaryPrimitives.WriteUInt32BigEndian(entry.AsSpan(at), (uint)number);
            at += 4;
        }
        id.CopyTo(entry, at);
        BinaryPrimitives.WriteUInt16BigEndian(entry.AsSpan(60), (ushort)Math.Min(name.Length, 0xFFF));
        name.CopyTo(entry, 62);
        _entries.AddRange(entry);
    }

    void WriteIndex(Tree root)
    {
        byte[] index =
            [.. "DIRC"u8, .. Number(2), .. Number(root.Files), .. _entries, .. "TREE"u8, .. Number(root.Cached.Length), .. root.Cached];
        File.WriteAllBytes(Path.Combine(_git, "index"), [.. index, .. Hash(index)]);
    }

    byte[] WriteObject(string kind, byte[] contents)
    {
        byte[] bytes = [.. Utf8($"{kind} {contents.Length}\0"), .. contents];
        var id = Hash(bytes);
        var path = Path.Combine(_git, "objects", Hex(id)[..2], Hex(id)[2..]);
        if (File.Exists(path))
            return id;
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var readOnly = UnixFileMode.UserRead | UnixFileMode.GroupRead | UnixFileMode.OtherRead;
        using var file = new FileStream(
            path, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = readOnly });
        using var packed = new ZLibStream(file, CompressionLevel.Fastest);
        packed.Write(bytes);
        return id;
    }

    // An entry ends in one to eight zero bytes, and takes a multiple of eight.
    static int Padded(int length) => length / 8 * 8 + 8;

    static byte[] Hash(byte[] bytes) => CryptographicOperations.HashData(HashAlgorithmName.SHA1, bytes);

    static byte[] Utf8(string text) => Encoding.UTF8.GetBytes(text);

    static string Hex(byte[] id) => Convert.ToHexStringLower(id);

    static byte[] Number(int number)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(bytes, number);
        return bytes;
    }

    static FileStatus Look(string path) =>
        LStat(path, out var status) == 0 ? status : throw new FileNotFoundException("it is gone", path);

    // As the runtime has it: pal_io.h of libSystem.Native.
    [StructLayout(LayoutKind.Sequential)]
    struct FileStatus
    {
        public int Flags, Mode;
        public uint User, Group;
        public long Size, Read, ReadNanoseconds, Modified, ModifiedNanoseconds, Changed, ChangedNanoseconds, Born, BornNanoseconds;
        public long Device, RealDevice, Inode;
        public uint UserFlags;
    }

    [LibraryImport("libSystem.Native", EntryPoint = "SystemNative_LStat", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int LStat(string path, out FileStatus status);
}
