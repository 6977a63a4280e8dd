using System.Text;
using Hostlock.Platform;
using Hostlock.Tests.Support;

namespace Hostlock.Tests.Platform;

public sealed class RegularFileTests : IDisposable
{
    readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Bytes_are_read_as_they_are_and_through_links()
    {
        byte[] bytes = [0xEF, 0xBB, 0xBF, (byte)'a', 0xFF, 0];
        File.WriteAllBytes(_folder["file"], bytes);
        File.CreateSymbolicLink(_folder["link"], "file");

        Assert.Equal(bytes, RegularFile.Read(_folder["link"], 6));
    }

    [Fact]
    public void Nothing_is_null_and_has_to_be_asked_for_as_such()
    {
        _folder.Write("file", "");

        Assert.Null(RegularFile.TryRead(_folder["none"], 1));
        Assert.Null(RegularFile.TryRead(_folder["file/none"], 1));
        Assert.Equal("there is no file 'x'", Assert.Throws<PlatformException>(() => RegularFile.Read(_folder["none"], 1, "x")).Message);
    }

    [Fact]
    [Trait("part", "programs")]
    public void A_pipe_a_device_or_a_folder_is_refused_and_not_waited_for()
    {
        _ = Run.Program("mkfifo", _folder.Path, TestGit.Variables, "pipe").Succeeded;

        foreach (var path in new[] { _folder["pipe"], "/dev/zero", _folder.Path })
            Assert.Equal("'x' is not a regular file", Assert.Throws<PlatformException>(() => RegularFile.Read(path, 1, "x")).Message);
        // A pipe that takes the place of a file after the look is not waited for either.
        Assert.Throws<IOException>(() => UnixFiles.Open(Encoding.UTF8.GetBytes(_folder["pipe"])));
    }

    [Fact]
    public void The_bound_is_kept_and_told()
    {
        _folder.Write("file", "12345");

        Assert.Equal(5, RegularFile.Read(_folder["file"], 5).Length);
        Assert.Equal(
            "'x' is too large: 5 bytes, at most 4 are read",
            Assert.Throws<PlatformException>(() => RegularFile.Read(_folder["file"], 4, "x")).Message);
    }

    [Fact]
    public void A_file_that_says_it_is_empty_is_read_to_its_end()
    {
        Assert.Contains("Linux", RegularFile.ReadText("/proc/version", 4096));
        Assert.Throws<PlatformException>(() => RegularFile.Read("/proc/version", 4));
    }

    [Fact]
    public void Text_is_utf8_without_its_mark_or_refused()
    {
        File.WriteAllBytes(_folder["marked"], [.. Encoding.UTF8.Preamble, .. "é"u8]);
        File.WriteAllBytes(_folder["latin"], [0xE9]);

        Assert.Equal("é", RegularFile.ReadText(_folder["marked"], 10));
        Assert.Equal(
            "'x' is not UTF-8 text",
            Assert.Throws<PlatformException>(() => RegularFile.ReadText(_folder["latin"], 10, "x")).Message);
        Assert.Null(RegularFile.TryReadText(_folder["none"], 10));
    }

    [Fact]
    public void Text_that_is_only_looked_at_is_what_can_be_read_of_it()
    {
        File.WriteAllBytes(_folder["latin"], [(byte)'a', 0xE9]);

        Assert.Equal("a\uFFFD", RegularFile.TextIfReadable(_folder["latin"], 10));
        Assert.Null(RegularFile.TextIfReadable(_folder["latin"], 1));
        Assert.Null(RegularFile.TextIfReadable(_folder.Path, 10));
        Assert.Null(RegularFile.TextIfReadable(_folder["none"], 10));
    }
}
