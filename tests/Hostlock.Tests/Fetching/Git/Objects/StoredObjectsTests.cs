using System.Buffers.Binary;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using Hostlock.Fetching.Git.Objects;
using Hostlock.Tests.Support;

namespace Hostlock.Tests.Fetching.Git.Objects;

/// <summary>Objects read from the files of a repository, in all the ways in which git keeps them.</summary>
[Trait("part", "programs")]
public sealed class StoredObjectsTests : IDisposable
{
    const int Most = 1024 * 1024;

    readonly TempFolder _folder = new();

    string Repository => _folder["r"];

    string Folder => Path.Combine(Repository, ".git", "objects");

    string Packs => Path.Combine(Folder, "pack");

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("files of their own")]
    [InlineData("a pack")]
    [InlineData("deltas that name the other object by its id")]
    [InlineData("two packs")]
    [InlineData("two packs and files of their own")]
    [InlineData("an index of two packs")]
    [InlineData("an index of two packs, and a newer pack")]
    [InlineData("an index with places of 64 bits")]
    [InlineData("borrowed")]
    [InlineData("borrowed by a relative path, twice")]
    public void Every_object_is_read(string how)
    {
        Make();
        Keep(how);
        var all = AllObjects();
        using var stored = new StoredObjects(Folder);

        var read = all.ToDictionary(each => each.Id, each => stored.Read(each.Id, each.Kind, Most));

        Assert.True(all.Count > 100);
        Assert.All(all, each => Assert.Equal(each.Id, IdOf(each.Kind, Assert.IsType<byte[]>(read[each.Id]))));
    }

    [Theory]
    [InlineData("an index of version 1")]
    [InlineData("more packs than git leaves")]
    public void What_git_alone_reads_is_left_to_it(string how)
    {
        Make();
        Keep(how);
        using var stored = new StoredObjects(Folder);

        Assert.Null(stored.Read(TestGit.Head(Repository), "commit", Most));
    }

    [Fact]
    public void What_is_not_there_or_of_another_kind_or_too_large_is_null()
    {
        Make();
        Keep("a pack");
        using var stored = new StoredObjects(Folder);
        var head = TestGit.Head(Repository);
        var tree = TestGit.In(Repository, "rev-parse", "HEAD^{tree}").Trim();

        Assert.Null(stored.Read(new string('1', 40), "commit", Most));
        Assert.Null(stored.Read(head, "tree", Most));
        Assert.Null(stored.Read(tree, "commit", Most));
        Assert.Null(stored.Read(head, "commit", 10));
        Assert.NotNull(stored.Read(head, "commit", Most));
    }

    [Theory]
    [InlineData("a pack", "*.pack")]
    [InlineData("a pack", "*.idx")]
    [InlineData("deltas that name the other object by its id", "*.pack")]
    [InlineData("an index of two packs", "multi-pack-index")]
    public void Damage_never_gives_other_bytes(string how, string file)
    {
        Make();
        Keep(how);
        var all = AllObjects();
        var path = Directory.GetFiles(Packs, file).Single();
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        var whole = File.ReadAllBytes(path);
        var chance = new Random(Sample.Seed);
        var (read, missed) = (0, 0);
        for (var i = 0; i < 100; i++)
        {
            var damaged = i % 4 == 0 ? whole[..chance.Next(whole.Length)] : [.. whole];
            if (damaged.Length == whole.Length)
                damaged[i % 4 == 1 ? chance.Next(Math.Min(whole.Length, 1200)) : chance.Next(whole.Length)] ^= (byte)(1 << chance.Next(8));
            File.WriteAllBytes(path, damaged);
            using var stored = new StoredObjects(Folder);
            foreach (var (id, kind) in chance.GetItems([.. all], 8))
            {
                if (stored.Read(id, kind, Most) is { } bytes)
                {
                    read++;
                    Assert.Equal(id, IdOf(kind, bytes));
                }
                else
                {
                    missed++;
                }
            }
        }

        Assert.True(read > 0 && missed > 0, $"{read} {missed}");
    }

    // A pack by somebody who wants the reader to go round for ever, or to take all memory.
    [Theory]
    [InlineData("itself")]
    [InlineData("each other")]
    [InlineData("a large size")]
    [InlineData("a distance to before the pack")]
    public void A_hostile_pack_is_given_up(string how)
    {
        var (one, two) = (new string('1', 40), new string('2', 40));
        byte[] delta = [0x0A, 0x01, 0x01, 0x61];
        WritePack(how switch
        {
            "itself" => [(one, By(one, delta))],
            "each other" => [(one, By(two, delta)), (two, By(one, delta))],
            "a large size" => [(one, [0xBF, 0xFF, 0xFF, 0xFF, 0x7F, .. Deflated([1, 2, 3])])],
            _ => [(one, [0x64, 0xFF, 0xFF, 0x7F, .. Deflated(delta)])],
        });
        using var stored = new StoredObjects(Folder);

        Assert.Null(stored.Read(one, "blob", Most));

        static byte[] By(string other, byte[] delta) => [0x74, .. Convert.FromHexString(other), .. Deflated(delta)];
    }

    // The places in a file of several packs are numbers of 64 bits, which nobody has checked.
    [Theory]
    [InlineData("OIDF", -1024)]
    [InlineData("OIDL", -11)]
    [InlineData("OIDL", -2000)]
    [InlineData("OOFF", -4)]
    [InlineData("OOFF", -800)]
    [InlineData("PNAM", 0)]
    public void A_hostile_index_of_packs_is_given_up(string chunk, int fromEnd)
    {
        Make();
        Keep("an index of two packs");
        var all = AllObjects();
        var path = Path.Combine(Packs, "multi-pack-index");
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        var whole = File.ReadAllBytes(path);
        var entry = whole.AsSpan().IndexOf(Encoding.ASCII.GetBytes(chunk));
        BinaryPrimitives.WriteInt64BigEndian(whole.AsSpan(entry + 4), long.MaxValue + fromEnd);
        File.WriteAllBytes(path, whole);
        using var stored = new StoredObjects(Folder);

        Assert.All(all, each => Assert.True(stored.Read(each.Id, each.Kind, Most) is not { } bytes || IdOf(each.Kind, bytes) == each.Id));
    }

    // Each of many objects is unpacked out of a large one, which a pack of a few bytes asks for.
    [Fact]
    public void No_more_is_unpacked_than_a_limit()
    {
        const int Size = 10_000_000, Piece = 64 * 1024;
        var ids = Enumerable.Range(16, 64).Select(i => $"{i:x2}{new string('0', 38)}").ToList();
        var rest = Size % Piece;
        // All of the large object is copied.
        byte[] delta =
        [
            .. Sevens(Size), .. Sevens(Size),
            .. Enumerable.Range(0, Size / Piece).SelectMany(i => (byte[])[0x8C, (byte)i, 0]),
            0xBC, Size / Piece, 0, (byte)rest, (byte)(rest >> 8),
        ];
        WritePack(
        [
            (new string('0', 40), [.. Head(3, Size), .. Deflated(new byte[Size])]),
            .. ids.Select(id => (id, (byte[])[.. Head(7, delta.Length), .. new byte[20], .. Deflated(delta)])),
        ]);
        using var stored = new StoredObjects(Folder);
        var before = GC.GetAllocatedBytesForCurrentThread();

        Assert.All(ids, id => Assert.Null(stored.Read(id, "blob", 2 * Size)));

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, Size, 5 * Size);

        static byte[] Head(int type, int size) => [(byte)(0x80 | (type << 4) | (size & 15)), .. Sevens(size >> 4)];

        static byte[] Sevens(int number) => number < 0x80 ? [(byte)number] : [(byte)(0x80 | number), .. Sevens(number >> 7)];
    }

    [Theory]
    [InlineData("other contents")]
    [InlineData("no checksum")]
    public void A_damaged_file_of_an_object_is_left_to_git(string how)
    {
        Make();
        var head = TestGit.Head(Repository);
        var path = Path.Combine(Folder, head[..2], head[2..]);
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        if (how == "no checksum")
            File.WriteAllBytes(path, File.ReadAllBytes(path)[..^4]);
        else
            File.WriteAllBytes(path, Deflated([.. "commit 6\0other\n"u8]));
        using var stored = new StoredObjects(Folder);

        Assert.Null(stored.Read(head, "commit", Most));
    }

    [Fact]
    public void Repositories_that_borrow_from_each_other_come_to_an_end()
    {
        Make();
        Directory.CreateDirectory(Path.Combine(Folder, "info"));
        File.WriteAllText(
            Path.Combine(Folder, "info/alternates"), $"# of its own\n{Folder}\n../objects\n/nowhere\n\"quoted\"\nzero\0byte\n");
        using var stored = new StoredObjects(Folder);

        Assert.Null(stored.Read(new string('1', 40), "commit", Most));
        Assert.NotNull(stored.Read(TestGit.Head(Repository), "commit", Most));
    }

    // A history with files that grow, so that git stores most of them as what differs from another one.
    void Make()
    {
        Directory.CreateDirectory(Repository);
        TestGit.In(Repository, "init", "-q", "-b", "main");
        var script = new StringBuilder();
        for (var i = 0; i < 40; i++)
        {
            var lines = string.Concat(Enumerable.Range(0, 200 + i).Select(line => $"line {line} {line * line}\n"));
            script.Append($"commit refs/heads/main\ncommitter a <a@example.org> {1_600_000_000 + i} +0000\ndata 1\nx\n");
            script.Append($"M 100644 inline large\ndata {lines.Length}\n{lines}\n");
            script.Append($"M 100755 inline a/b/c{i % 7}\ndata {$"{i}".Length}\n{i}\n");
        }
        script.Append("M 100644 inline empty\ndata 0\n\n");
        script.Append("tag v1\nfrom refs/heads/main\ntagger a <a@example.org> 1600000000 +0000\ndata 1\nt\n");
        _ = Run.ProgramOn(script.ToString(), "git", Repository, TestGit.Variables, "fast-import", "--quiet").Succeeded;
        // As single objects at first.
        foreach (var pack in Directory.GetFiles(Packs, "*.pack"))
        {
            File.Move(pack, _folder["imported"]);
            foreach (var file in Directory.GetFiles(Packs))
                File.Delete(file);
            _ = Run.Program("sh", Repository, TestGit.Variables, "-c", "git unpack-objects -q <../imported").Succeeded;
            File.Delete(_folder["imported"]);
        }
    }

    void Keep(string how)
    {
        switch (how)
        {
            case "files of their own":
                break;
            case "a pack":
                Pack();
                break;
            case "deltas that name the other object by its id":
                Pack("-c", "repack.useDeltaBaseOffset=false");
                break;
            case "an index of version 1":
                Pack("-c", "pack.indexVersion=1");
                break;
            case "an index with places of 64 bits":
                Pack();
                var index = Directory.GetFiles(Packs, "*.idx").Single();
                File.Delete(index);
                TestGit.In(Repository, "index-pack", "--index-version=2,0x40", "-o", index, Path.ChangeExtension(index, ".pack"));
                break;
            case "two packs":
                TwoPacks();
                break;
            case "two packs and files of their own":
                TwoPacks();
                Change("more");
                break;
            case "an index of two packs":
                TwoPacks();
                TestGit.In(Repository, "multi-pack-index", "write");
                break;
            case "an index of two packs, and a newer pack":
                TwoPacks();
                TestGit.In(Repository, "multi-pack-index", "write");
                Change("more");
                TestGit.In(Repository, "repack", "-dq");
                break;
            case "borrowed":
            case "borrowed by a relative path, twice":
                Pack();
                Directory.Move(Repository, _folder["origin"]);
                TestGit.In(_folder.Path, "clone", "-q", "--shared", "origin", how == "borrowed" ? "r" : "between");
                if (how == "borrowed")
                    break;
                TestGit.In(_folder.Path, "clone", "-q", "--shared", "between", "r");
                File.WriteAllText(Path.Combine(Folder, "info/alternates"), "../../../between/.git/objects");
                break;
            default:
                Pack();
                foreach (var file in Directory.GetFiles(Packs))
                {
                    for (var number = 0; number < 50; number++)
                        File.Copy(file, Path.Combine(Packs, $"pack-{number}{Path.GetExtension(file)}"));
                }
                break;
        }
    }

    void Pack(params string[] settings) => TestGit.In(Repository, [.. settings, "repack", "-adfq", "--depth=50", "--window=20"]);

    void TwoPacks()
    {
        Pack();
        Change("other");
        TestGit.In(Repository, "repack", "-dq");
        Assert.Equal(2, Directory.GetFiles(Packs, "*.pack").Length);
    }

    void Change(string name)
    {
        TestGit.In(Repository, "reset", "-q", "--hard");
        File.WriteAllText(Path.Combine(Repository, name), name);
        TestGit.In(Repository, "add", "-A");
        TestGit.In(Repository, "commit", "-qm", name);
    }

    List<(string Id, string Kind)> AllObjects() =>
    [
        .. TestGit.In(Repository, "cat-file", "--batch-all-objects", "--batch-check")
            .Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => line.Split(' '))
            .Select(words => (words[0], words[1])),
    ];

    // A pack and its index, as gitformat-pack(5) describes them, without their checksums, which are not looked at.
    void WritePack(List<(string Id, byte[] Entry)> objects)
    {
        Directory.CreateDirectory(Packs);
        var pack = new List<byte>([.. "PACK"u8, 0, 0, 0, 2, 0, 0, 0, (byte)objects.Count]);
        var index = new List<byte>([0xff, .. "tOc"u8, 0, 0, 0, 2]);
        for (var first = 0; first < 256; first++)
            index.AddRange(Number(objects.Count(each => Convert.FromHexString(each.Id)[0] <= first)));
        index.AddRange(objects.SelectMany(each => Convert.FromHexString(each.Id)));
        index.AddRange(new byte[4 * objects.Count]);
        foreach (var (_, entry) in objects)
        {
            index.AddRange(Number(pack.Count));
            pack.AddRange(entry);
        }
        File.WriteAllBytes(Path.Combine(Packs, "pack-1.pack"), [.. pack, .. new byte[20]]);
        File.WriteAllBytes(Path.Combine(Packs, "pack-1.idx"), [.. index, .. new byte[40]]);

        static byte[] Number(int number)
        {
            var bytes = new byte[4];
            BinaryPrimitives.WriteInt32BigEndian(bytes, number);
            return bytes;
        }
    }

    static byte[] Deflated(byte[] bytes)
    {
        using var into = new MemoryStream();
        using (var deflated = new ZLibStream(into, CompressionMode.Compress))
            deflated.Write(bytes);
        return into.ToArray();
    }

    static string IdOf(string kind, byte[] bytes) =>
#pragma warning disable CA5350 // git names objects so
        Convert.ToHexStringLower(SHA1.HashData([.. Encoding.ASCII.GetBytes($"{kind} {bytes.Length}\0"), .. bytes]));
#pragma warning restore CA5350
}
