using Hostlock.Fetching;
using Hostlock.Platform;
using Hostlock.Tests.Support;

namespace Hostlock.Tests.Fetching;

public sealed class CacheFolderTests : IDisposable
{
    const UnixFileMode Owners = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void It_is_made_for_this_user_alone_and_stays()
    {
        using (var cache = CacheFolder.Open(_folder["home/.cache/hostlock"]))
        {
            Assert.Null(cache.Loss);
            Assert.Equal(Owners, File.GetUnixFileMode(cache.Path));
        }

        Assert.True(Directory.Exists(_folder["home/.cache/hostlock"]));
    }

    [Fact]
    public void What_others_could_only_read_is_closed_to_them()
    {
        Directory.CreateDirectory(_folder["cache"], Owners | UnixFileMode.GroupRead | UnixFileMode.OtherRead);

        using var cache = CacheFolder.Open(_folder["cache"]);

        Assert.Equal(Owners, File.GetUnixFileMode(_folder["cache"]));
    }

    [Theory]
    [InlineData("cache", UnixFileMode.GroupWrite, "others may write to it")]
    [InlineData("cache", UnixFileMode.OtherWrite, "others may write to it")]
    [InlineData("", UnixFileMode.OtherWrite, "everybody may write to '")]
    public void A_folder_that_others_can_change_is_refused_by_name(string which, UnixFileMode others, string why)
    {
        Directory.CreateDirectory(_folder["cache"], Owners);
        File.SetUnixFileMode(_folder[which], Owners | others);

        var error = Assert.Throws<PlatformException>(() => CacheFolder.Open(_folder["cache"]));

        Assert.StartsWith($"the cache '{_folder["cache"]}' is not used: {why}", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_command_that_can_do_without_the_cache_finds_it_and_makes_none()
    {
        Assert.Null(CacheFolder.Find(null));
        Assert.Null(CacheFolder.Find(_folder["cache"]));
        Assert.False(Directory.Exists(_folder["cache"]));

        Directory.CreateDirectory(_folder["cache"], Owners);
        Assert.Equal(_folder["cache"], CacheFolder.Find(_folder["cache"]));

        File.SetUnixFileMode(_folder["cache"], Owners | UnixFileMode.OtherWrite);
        Assert.Null(CacheFolder.Find(_folder["cache"]));
    }

    [Theory]
    [Trait("part", "programs")]
    [InlineData("above/cache", "it belongs to another user")]
    [InlineData("above", "belongs to another user")]
    public void A_folder_of_somebody_else_is_refused_also_behind_a_link(string which, string why)
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "only root can give a folder away");
        Directory.CreateDirectory(_folder["above/cache"], Owners);
        Directory.CreateSymbolicLink(_folder["link"], _folder["above"]);
        _ = Run.Program("chown", _folder.Path, TestGit.Variables, "nobody", which).Succeeded;

        var error = Assert.Throws<PlatformException>(() => CacheFolder.Open(_folder["link/cache"]));

        Assert.Contains(why, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_a_place_a_folder_of_this_run_stands_in()
    {
        string path;
        using (var cache = CacheFolder.Open(null))
        {
            path = cache.Path;
            File.WriteAllText(Path.Combine(path, "answer"), "");
            Assert.NotNull(cache.Loss);
        }

        Assert.False(Directory.Exists(path));
    }

    [Fact]
    public void A_place_that_cannot_be_made_does_not_stop_the_run()
    {
        _folder.Write("file", "");

        using var cache = CacheFolder.Open(_folder["file/hostlock"]);

        Assert.NotNull(cache.Loss);
        Assert.True(Directory.Exists(cache.Path));
    }
}
