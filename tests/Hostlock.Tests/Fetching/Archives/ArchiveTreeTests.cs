using System.Formats.Tar;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using CsCheck;
using Hostlock.Fetching;
using Hostlock.Fetching.Archives;
using Hostlock.Nar;
using Hostlock.Platform;
using Hostlock.Tests.Support;

namespace Hostlock.Tests.Fetching.Archives;

/// <summary>Archives, and the trees and hashes Nix 2.34.8 makes of them.</summary>
public class ArchiveTreeTests
{
    const long Time = 1700000000;

    /// <summary>An entry: a path, and its contents; ending in a slash a folder, with <c>-&gt;</c> a link, with <c>=&gt;</c> a hard
    /// link.</summary>
    static byte[] Tar(TarEntryFormat format, params string[] entries)
    {
        using var bytes = new MemoryStream();
        using (var tar = new TarWriter(bytes, format, leaveOpen: true))
        {
            foreach (var entry in entries)
                tar.WriteEntry(Entry(format, entry));
        }
        return bytes.ToArray();
    }

    static TarEntry Entry(TarEntryFormat format, string text)
    {
        var (type, name, target) = text switch
        {
            _ when text.Split("->") is [var at, var to] => (TarEntryType.SymbolicLink, at, to),
            _ when text.Split("=>") is [var at, var to] => (TarEntryType.HardLink, at, to),
            [.., '/'] => (TarEntryType.Directory, text, ""),
            _ => (TarEntryType.RegularFile, text.TrimEnd('*'), ""),
        };
        TarEntry entry = format == TarEntryFormat.Pax
            ? new PaxTarEntry(type, name)
            : format == TarEntryFormat.Gnu
            ? new GnuTarEntry(type, name)
            : new UstarTarEntry(type, name);
        entry.ModificationTime = DateTimeOffset.FromUnixTimeSeconds(Time);
        entry.Mode = (UnixFileMode)(text.EndsWith('*') ? 0b111_101_101 : 0b110_100_100);
        if (target.Length > 0)
            entry.LinkName = target;
        if (type == TarEntryType.RegularFile)
            entry.DataStream = new MemoryStream("hello\n"u8.ToArray());
        return entry;
    }

    static async Task<(string Hash, ulong? LastModified)> ReadAsync(byte[] archive)
    {
        using var folder = new TempFolder();
        using var body = new MemoryStream(archive);
        var read = await ArchiveReader.ReadAsync(body, new(folder.Path, ArchiveBounds.Default), TestContext.Current.CancellationToken);
        return (read.Hash.ToString(), read.LastModified?.Seconds);
    }

    // Each hash was printed by nix flake prefetch.
    [Theory]
    [InlineData("sha256-lYm+o5HTptO6iNGG6L41EMhGGyh2L9gt5P7stJH8gqI=", "p/", "p/a")]
    [InlineData("sha256-lYm+o5HTptO6iNGG6L41EMhGGyh2L9gt5P7stJH8gqI=", "p/a")]
    [InlineData("sha256-f+wIjvoQqEP0r59Ot4CoDN2fL5T21Fg8Lf9bltl8YDw=", "p/", "p/q/", "p/q/a")]
    [InlineData("sha256-ZjZy5f7wiuyWQPNpFyOfNVN0OuDVG18jllz0KWVpHOQ=", "p/", "p/a", "q/", "q/b")]
    [InlineData("sha256-EJkivsAnql4V+VA5KnG/jHeVcB+jQIxTPbpSmc31LaU=", "p/", "p/a", "README")]
    [InlineData("sha256-lYm+o5HTptO6iNGG6L41EMhGGyh2L9gt5P7stJH8gqI=", "a")]
    [InlineData("sha256-FBdWN5OmA4Dcs5Ibyknj+w80mHhfoU9zBeesT/gxBFY=", "a", "b")]
    [InlineData("sha256-xxA7GXW9a+fSsSejz805oFRkRxzxW8KCTZPNRSbPBnY=", "s->a")]
    [InlineData("sha256-pQpattmS9VmO3ZIQUFn66az8GSmB4IvYhTTCFn6SUmo=", "p/")]
    [InlineData("sha256-lYm+o5HTptO6iNGG6L41EMhGGyh2L9gt5P7stJH8gqI=", "./p/", "./p/a")]
    [InlineData("sha256-lYm+o5HTptO6iNGG6L41EMhGGyh2L9gt5P7stJH8gqI=", "/p/", "/p/a")]
    [InlineData("sha256-lYm+o5HTptO6iNGG6L41EMhGGyh2L9gt5P7stJH8gqI=", "../p/", "../p/a")]
    [InlineData("sha256-0FX1cu9MylKFKxFw9swtM6rw62xZA4cpgX99sshhkwc=", "p/", "p/a", "p/e/")]
    [InlineData("sha256-ieOnLgR+Ok1DXDNficym60XrD9w0fAu1rpPG1IgxSpA=", "p/", "p/a", "p/h=>p/a")]
    [InlineData("sha256-ieOnLgR+Ok1DXDNficym60XrD9w0fAu1rpPG1IgxSpA=", "p/", "p/h=>p/a", "p/a")]
    [InlineData("sha256-CG32+J7ka1tP+dS97h5RsUUYPFnbxciqradkLCYOkDs=", "p/", "p/a*", "p/h=>p/a")]
    [InlineData("sha256-OhQER5nwWZnTU9jjphoUQOq5sgT/5n2dJJnG7nmnAjc=", "p/", "p/a\\b")]
    [InlineData("sha256-y1BwzTNiusIT/k8WnHQooJJdpWhq+5JnGqfvEzZdqeA=", "p/", "p/é")]
    [InlineData("sha256-dDsbLsysEmzP0QmmlNxrC/8SPv1q6Tpby/XtCpbBCeM=", "p/", "p/😀")]
    public async Task An_archive_hashes_as_in_Nix(string hash, params string[] entries)
    {
        foreach (var format in (TarEntryFormat[])[TarEntryFormat.Pax, TarEntryFormat.Gnu])
        {
            var (actual, modified) = await ReadAsync(Tar(format, entries));

            Assert.Equal(hash, actual);
            Assert.Equal((ulong)Time, modified);
        }
    }

    [Fact]
    public async Task Long_names_are_whole_in_every_format()
    {
        const string hash = "sha256-916r5uZib1XEQPCd2BTBGfMx+rPzjyiaBw+vYYeqb8A=";

        Assert.Equal(hash, (await ReadAsync(Tar(TarEntryFormat.Gnu, "p/", $"p/{new string('n', 120)}"))).Hash);
        Assert.Equal(hash, (await ReadAsync(Tar(TarEntryFormat.Pax, "p/", $"p/{new string('n', 120)}"))).Hash);
    }

    [Theory]
    [InlineData("p/.git/", "p/.git/a")]
    [InlineData("p/.GIT")]
    [InlineData("p/git~1")]
    [InlineData("p/a", "p/a/b")]
    [InlineData("p/l->x", "p/l/a")]
    [InlineData("p/h=>p/a")]
    [InlineData("p/d/", "p/h=>p/d")]
    [InlineData("p/a", "p/a->x")]
    [InlineData("p/a", ".=>p/a")]
    [InlineData("p/h=>.")]
    public async Task What_Nix_refuses_or_cannot_settle_is_refused(params string[] entries) =>
        await Assert.ThrowsAsync<FetchException>(() => ReadAsync(Tar(TarEntryFormat.Pax, entries)));

    [Fact]
    public async Task Compression_is_told_by_the_contents()
    {
        var plain = Tar(TarEntryFormat.Pax, "p/", "p/a");
        using var gzip = new MemoryStream();
        using (var compress = new GZipStream(gzip, CompressionLevel.Fastest, leaveOpen: true))
            compress.Write(plain);
        using var zstd = new MemoryStream();
        using (var compress = new ZstdSharp.CompressionStream(zstd, leaveOpen: true))
            compress.Write(plain);

        Assert.Equal((await ReadAsync(plain)).Hash, (await ReadAsync(gzip.ToArray())).Hash);
        Assert.Equal((await ReadAsync(plain)).Hash, (await ReadAsync(zstd.ToArray())).Hash);
    }

    [Fact]
    [Trait("part", "programs")]
    public async Task Xz_and_bzip2_are_read_where_their_programs_are_there_to_write_them()
    {
        using var folder = new TempFolder();
        File.WriteAllBytes(folder["a.tar"], Tar(TarEntryFormat.Pax, "p/", "p/a"));
        foreach (var (program, ending) in (ReadOnlySpan<(string, string)>)[("xz", "xz"), ("bzip2", "bz2")])
        {
            Assert.SkipUnless(File.Exists($"/usr/bin/{program}") || File.Exists($"/bin/{program}"), $"{program} is not installed");
            _ = Run.Program(program, folder.Path, new Dictionary<string, string>(), "-k", "a.tar").Succeeded;
        }

        Assert.Equal("sha256-lYm+o5HTptO6iNGG6L41EMhGGyh2L9gt5P7stJH8gqI=", (await ReadAsync(File.ReadAllBytes(folder["a.tar.xz"]))).Hash);
        Assert.Equal("sha256-lYm+o5HTptO6iNGG6L41EMhGGyh2L9gt5P7stJH8gqI=", (await ReadAsync(File.ReadAllBytes(folder["a.tar.bz2"]))).Hash);
    }

    [Fact]
    public async Task A_bomb_ends_in_an_error()
    {
        using var folder = new TempFolder();
        using var bomb = new MemoryStream();
        using (var compress = new GZipStream(bomb, CompressionLevel.Fastest, leaveOpen: true))
        {
            using var tar = new TarWriter(compress, TarEntryFormat.Pax);
            tar.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, "zeros") { DataStream = new MemoryStream(new byte[4 * 1024 * 1024]) });
        }
        bomb.Position = 0;

        var error = await Assert.ThrowsAsync<FetchException>(() =>
            ArchiveTree.ReadAsync(
                bomb, new(folder.Path, ArchiveBounds.Default with { Unpacked = 1024 * 1024 }), TestContext.Current.CancellationToken));

        Assert.Contains("its size in bytes exceeds 1048576", error.Message, StringComparison.Ordinal);
    }

    // Nix 2.34.8 looks a piece behind the end of an archive, and no further.
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_is_wrong_far_behind_the_end_is_not_seen(bool isDamage)
    {
        using var folder = new TempFolder();
        var tar = Tar(TarEntryFormat.Ustar, "p/", "p/a");
        var behind = Convert.ToHexString(RandomNumberGenerator.GetBytes(1024 * 1024));
        using var packed = new MemoryStream();
        using var gzip = new GZipStream(packed, CompressionLevel.Fastest);
        gzip.Write([.. tar, .. Encoding.ASCII.GetBytes(behind)]);
        gzip.Flush();
        // A block of a kind that does not exist.
        var damaged = new MemoryStream([.. packed.ToArray(), 0xff, 0xff]);
        var bounds = isDamage ? ArchiveBounds.Default : ArchiveBounds.Default with { Inflated = 1024 * 1024 };

        using var tree = await ArchiveTree.ReadAsync(damaged, new(folder.Path, bounds), TestContext.Current.CancellationToken);

        Assert.Equal((await ReadAsync(tar)).Hash, NarHash.Of(tree, TestContext.Current.CancellationToken).ToString());
    }

    [Fact]
    public async Task Empty_members_of_gzip_do_not_go_on_for_ever()
    {
        byte[] empty = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0];
        var members = Enumerable.Repeat(empty, 50_000).SelectMany(bytes => bytes).ToArray();

        await RefusedAsync(new Endless(members), "beside what it inflates to");
    }

    [Fact]
    public async Task Zeros_do_not_go_on_for_ever() =>
        await RefusedAsync(new Endless(new byte[64 * 1024]), "exceeds", ArchiveBounds.Default with { Received = 32 << 20 });

    [Fact]
    public async Task Folders_that_only_paths_name_count_as_entries()
    {
        var deep = string.Join('/', Enumerable.Repeat("d", 50));
        var archive = Tar(TarEntryFormat.Pax, [.. Enumerable.Range(0, 30).Select(number => $"{number}/{deep}/a")]);

        await RefusedAsync(new MemoryStream(archive), "the number of entries exceeds 1000", ArchiveBounds.Default with { Members = 1000 });
    }

    [Fact]
    public async Task A_window_of_gigabytes_is_not_given()
    {
        byte[] lzma = [0x5d, 0, 0, 0, 0x80, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0, 0];

        await RefusedAsync(new MemoryStream(lzma), "the window of its lzma file");
        await RefusedAsync(new MemoryStream(ZipOf(method: 14, [9, 20, 5, 0, .. lzma])), "the window of a member");
    }

    // A zip archive with one member, a; both of its headers have the fields from the version to the length of the extra field.
    static byte[] ZipOf(byte method, byte[] packed)
    {
        var size = (byte)packed.Length;
        byte[] fields = [20, 0, 0, 0, method, 0, 0, 0, 33, 0, 1, 0, 0, 0, size, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0];
        byte[] member = [.. "PK\u0003\u0004"u8, .. fields, .. "a"u8, .. packed];
        byte[] directory = [.. "PK\u0001\u0002"u8, 20, 0, .. fields, .. new byte[14], .. "a"u8];
        byte[] end = [1, 0, 1, 0, (byte)directory.Length, 0, 0, 0, (byte)member.Length, 0, 0, 0, 0, 0];
        return [.. member, .. directory, .. "PK\u0005\u0006"u8, 0, 0, 0, 0, .. end];
    }

    [Fact]
    public async Task The_target_of_a_link_is_no_longer_than_a_path() =>
        await RefusedAsync(
            new MemoryStream(Tar(TarEntryFormat.Pax, "p/", $"p/l->{new string('x', 4096)}")), "the target of a link in bytes exceeds 4095");

    static async Task RefusedAsync(Stream body, string why, ArchiveBounds? bounds = null)
    {
        using var folder = new TempFolder();
        var error = await Assert.ThrowsAsync<FetchException>(() =>
            ArchiveReader.ReadAsync(body, new(folder.Path, bounds ?? ArchiveBounds.Default), TestContext.Current.CancellationToken));
        Assert.Contains(why, error.Message, StringComparison.Ordinal);
    }

    /// <summary>The same bytes again and again.</summary>
    sealed class Endless(byte[] bytes) : ForwardStream
    {
        int _at;

        public override int Read(Span<byte> buffer)
        {
            var read = Math.Min(buffer.Length, bytes.Length - _at);
            bytes.AsSpan(_at, read).CopyTo(buffer);
            _at = (_at + read) % bytes.Length;
            return read;
        }
    }

    [Fact]
    public void Damage_gives_a_typed_error_and_nothing_else()
    {
        var archive = Tar(TarEntryFormat.Pax, "p/", "p/a", "p/b->a", $"p/{new string('n', 120)}", "p/h=>p/a");
        Gen.Select(Gen.Int[0, archive.Length - 1], Gen.Byte, Gen.Int[0, 3]).Array[1, 8].Sample(
            changes =>
            {
                var damaged = archive.ToArray();
                foreach (var (at, value, _) in changes)
                    damaged[at] = value;
                if (changes[0].Item3 == 0)
                    damaged = damaged[..changes[0].Item1];
                try
                {
                    _ = ReadAsync(damaged).GetAwaiter().GetResult();
                }
                catch (HostlockException)
                {
                    // what is damaged may be refused
                }
            },
            iter: 120);
    }
}
