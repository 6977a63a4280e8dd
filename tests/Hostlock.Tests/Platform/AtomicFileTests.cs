using Hostlock.Platform;
using Hostlock.Tests.Support;

namespace Hostlock.Tests.Platform;

public sealed class AtomicFileTests : IDisposable
{
    readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_file_is_made_or_replaced_and_nothing_is_left_beside(bool isDurable)
    {
        _folder.Write("old", "before");

        AtomicFile.ReplaceAll([(_folder["old"], "after"u8.ToArray()), (_folder["new"], "new"u8.ToArray())], isDurable);

        Assert.Equal(("after", "new"), (_folder.Read("old"), _folder.Read("new")));
        Assert.Equal(["new", "old"], Names());
    }

    [Fact]
    public void The_mode_of_a_file_stays()
    {
        const UnixFileMode Mode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherExecute;
        File.SetUnixFileMode(_folder.Write("file", "before"), Mode);

        AtomicFile.Replace(_folder["file"], "after"u8.ToArray());

        Assert.Equal(Mode, File.GetUnixFileMode(_folder["file"]));
    }

    [Fact]
    public void A_link_stays_and_what_it_leads_to_is_replaced()
    {
        _folder.Write("inner/file", "before");
        File.CreateSymbolicLink(_folder["link"], "inner/file");
        File.CreateSymbolicLink(_folder["dangling"], "inner/new");

        AtomicFile.ReplaceAll([(_folder["link"], "after"u8.ToArray()), (_folder["dangling"], "new"u8.ToArray())]);

        Assert.Equal("inner/file", new FileInfo(_folder["link"]).LinkTarget);
        Assert.Equal(("after", "new"), (_folder.Read("inner/file"), _folder.Read("inner/new")));
    }

    [Fact]
    [Trait("part", "programs")]
    public void What_is_no_regular_file_is_left_alone_and_so_are_the_others()
    {
        _folder.Write("file", "before");
        Directory.CreateDirectory(_folder["folder"]);
        _ = Run.Program("mkfifo", _folder.Path, TestGit.Variables, "pipe").Succeeded;
        File.CreateSymbolicLink(_folder["null"], "/dev/null");
        File.CreateSymbolicLink(_folder["round"], "round");

        foreach (var name in new[] { "folder", "pipe", "null", "round" })
        {
            var error = Assert.Throws<PlatformException>(
                () => AtomicFile.ReplaceAll([(_folder["file"], "after"u8.ToArray()), (_folder[name], "x"u8.ToArray())]));
            Assert.Contains($"'{_folder[name]}'", error.Message);
        }

        Assert.Equal("before", _folder.Read("file"));
        Assert.Equal(["file", "folder", "null", "pipe", "round"], Names());
    }

    [Fact]
    public void If_one_cannot_be_written_none_is_replaced()
    {
        _folder.Write("file", "before");

        var error = Assert.Throws<PlatformException>(
            () => AtomicFile.ReplaceAll([(_folder["file"], "after"u8.ToArray()), (_folder["none/file"], "x"u8.ToArray())]));

        // The user knows the file, and not the temporary one beside it.
        Assert.Equal($"cannot write '{_folder["none/file"]}': No such file or directory", error.Message);
        Assert.Equal("before", _folder.Read("file"));
        Assert.Equal(["file"], Names());
    }

    [Theory]
    [InlineData("first")]
    [InlineData("none/last")]
    public void If_a_file_of_any_step_cannot_be_written_no_step_is_taken(string odd)
    {
        _folder.Write("record", "before");
        Directory.CreateDirectory(_folder["first"]);
        ReadOnlyMemory<byte> after = "after"u8.ToArray();

        Assert.Throws<PlatformException>(() => AtomicFile.ReplaceInSteps([[(_folder["record"], after)], [(_folder[odd], after)]]));

        Assert.Equal("before", _folder.Read("record"));
        Assert.Equal(["first", "record"], Names());
    }

    // More than are open at once, and more than one thread flushes.
    [Fact]
    public void Many_files_are_replaced_as_one()
    {
        var files = Enumerable.Range(0, 600).Select(i => (_folder[$"{i:D3}"], (ReadOnlyMemory<byte>)BitConverter.GetBytes(i))).ToList();
        foreach (var (path, _) in files.Take(300))
            File.WriteAllText(path, "before");

        AtomicFile.ReplaceAll(files);

        Assert.All(files, file => Assert.Equal(file.Item2.ToArray(), File.ReadAllBytes(file.Item1)));
        Assert.Equal(files.Count, Names().Length);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(300)]
    [InlineData(599)]
    public void If_one_of_many_cannot_be_written_none_is_replaced(int which)
    {
        var files = Enumerable.Range(0, 600)
            .Select(i => (_folder[i == which ? "none/file" : $"{i:D3}"], (ReadOnlyMemory<byte>)"after"u8.ToArray())).ToList();

        var error = Assert.Throws<PlatformException>(() => AtomicFile.ReplaceAll(files));

        // The user knows the file, and not the temporary one beside it.
        Assert.Equal($"cannot write '{_folder["none/file"]}': No such file or directory", error.Message);
        Assert.Empty(Names());
    }

    [Fact]
    public void Only_what_a_killed_run_left_is_cleared_away()
    {
        _folder.Write(".hostlock-tmp-0123", "");
        _folder.Write(".hostlock-tmp-1-of-the-first-process-that-runs-always", "");
        _folder.Write(".hostlock-tmp-999999999-of-a-process-that-cannot-be", "");
        _folder.Write($".hostlock-tmp-{Environment.ProcessId}-of-an-earlier-process-of-this-number", "");
        _folder.Write(".hostlock-tmp-folder/file", "");
        _folder.Write("plex.lock.0123.tmp", "");
        _folder.Write("hostlock-tmp-mine", "");

        AtomicFile.Replace(_folder["new"], "new"u8.ToArray());

        Assert.Equal(
            [
                ".hostlock-tmp-1-of-the-first-process-that-runs-always",
                ".hostlock-tmp-folder",
                "hostlock-tmp-mine",
                "new",
                "plex.lock.0123.tmp",
            ],
            Names());
    }

    [Fact]
    public void Folders_that_killed_runs_left_in_a_cache_go_with_all_in_them()
    {
        _folder.Write(".hostlock-tmp-999999999-of-a-process-that-cannot-be/inner/file", "");
        _folder.Write(".hostlock-tmp-1-of-the-first-process-that-runs-always/file", "");
        Directory.CreateDirectory(AtomicFile.NewName(_folder.Path));
        _folder.Write("mine/file", "");

        AtomicFile.ClearLeftoverFolders(_folder.Path);
        AtomicFile.ClearLeftoverFolders(_folder["none"]);

        Assert.Equal(3, Names().Length);
        Assert.DoesNotContain(Names(), name => name!.Contains("cannot-be", StringComparison.Ordinal));
    }

    [Fact]
    public void What_is_not_there_need_not_be_deleted()
    {
        AtomicFile.Delete(_folder["none"]);
        AtomicFile.Delete(_folder["none/none"]);

        Assert.Throws<PlatformException>(() => AtomicFile.Delete(Path.GetDirectoryName(_folder.Write("folder/file", ""))!));
    }

    string?[] Names() => [.. Directory.EnumerateFileSystemEntries(_folder.Path).Select(Path.GetFileName).Order(StringComparer.Ordinal)];
}
