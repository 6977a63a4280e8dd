using Hostlock.Fleets;
using Hostlock.Platform;
using Hostlock.Tests.Support;

namespace Hostlock.Tests.Fleets;

public sealed class RepositoryFilesTests : IDisposable
{
    readonly TempFolder _folder = new();
    readonly RepositoryFiles _files;

    public RepositoryFilesTests() => _files = new(_folder["flake"]);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Folders_on_the_way_are_made_and_leftovers_there_go()
    {
        _folder.Write("flake/locks/.hostlock-tmp-0", "");
        _folder.Write("flake/locks/mine.tmp", "");

        _files.ReplaceAll([("locks/plex.lock", "plex"u8.ToArray()), ("hosts/web/flake.lock", "web"u8.ToArray())]);

        Assert.Equal(("plex", "web"), (_folder.Read("flake/locks/plex.lock"), _folder.Read("flake/hosts/web/flake.lock")));
        Assert.Equal(
            ["mine.tmp", "plex.lock"],
            Directory.EnumerateFiles(_folder["flake/locks"]).Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Files_of_several_flakes_are_all_replaced_or_none()
    {
        _folder.Write("flake/a.lock", "old");
        Directory.CreateDirectory(_folder["other/b.lock"]);
        var other = new RepositoryFiles(_folder["other"]);

        Assert.Throws<PlatformException>(
            () => RepositoryFiles.ReplaceAll([(_files, "a.lock", "new"u8.ToArray()), (other, "b.lock", "new"u8.ToArray())]));
        Assert.Equal("old", _folder.Read("flake/a.lock"));

        RepositoryFiles.ReplaceAll([(_files, "a.lock", "new"u8.ToArray()), (other, "c.lock", "new"u8.ToArray())]);
        Assert.Equal(("new", "new"), (_folder.Read("flake/a.lock"), _folder.Read("other/c.lock")));
    }

    [Fact]
    public void Leftovers_keep_no_folder_alive()
    {
        _folder.Write("flake/locks/plex.lock", "");
        _folder.Write("flake/locks/.hostlock-tmp-0", "");
        _folder.Write("flake/.hostlock-tmp-0", "");

        _files.Delete("locks/plex.lock");
        _files.Replace("hosts/web.lock", "web"u8.ToArray());

        Assert.Equal(["hosts"], Directory.EnumerateFileSystemEntries(_folder["flake"]).Select(Path.GetFileName));
    }

    [Theory]
    [InlineData("out/file")]
    [InlineData("file")]
    [InlineData("git/config")]
    public void A_link_that_leads_out_or_into_git_is_not_followed(string path)
    {
        _folder.Write("outside/file", "mine");
        _folder.Write("flake/.git/config", "mine");
        Directory.CreateSymbolicLink(_folder["flake/out"], "../outside");
        Directory.CreateSymbolicLink(_folder["flake/git"], ".git");
        File.CreateSymbolicLink(_folder["flake/file"], _folder["outside/file"]);

        Assert.Throws<FleetException>(() => _files.Replace(path, "x"u8.ToArray()));
        Assert.Throws<FleetException>(() => _files.Delete(path));

        Assert.Equal(("mine", "mine"), (_folder.Read("outside/file"), _folder.Read("flake/.git/config")));
    }

    [Fact]
    public void The_folders_that_links_lead_to_are_made()
    {
        Directory.CreateDirectory(_folder["flake/locks"]);
        File.CreateSymbolicLink(_folder["flake/locks/plex.lock"], "../deep/er/plex.lock");
        Directory.CreateSymbolicLink(_folder["flake/more"], "real");

        _files.ReplaceAll([("locks/plex.lock", "plex"u8.ToArray()), ("more/below/web.lock", "web"u8.ToArray())]);

        Assert.Equal(("plex", "web"), (_folder.Read("flake/deep/er/plex.lock"), _folder.Read("flake/real/below/web.lock")));
        Assert.NotNull(new FileInfo(_folder["flake/locks/plex.lock"]).LinkTarget);
        Assert.NotNull(new FileInfo(_folder["flake/more"]).LinkTarget);
    }

    [Theory]
    [InlineData("../file")]
    [InlineData("/file")]
    [InlineData(".GIT/config")]
    public void A_path_that_leads_out_or_to_git_by_itself_is_refused(string path)
    {
        Directory.CreateDirectory(_folder["flake"]);

        Assert.Throws<FleetException>(() => _files.Replace(path, "x"u8.ToArray()));

        Assert.Empty(Directory.EnumerateFileSystemEntries(_folder["flake"]));
    }

    [Fact]
    [Trait("part", "programs")]
    public void A_pipe_is_neither_replaced_nor_deleted()
    {
        Directory.CreateDirectory(_folder["flake"]);
        _ = Run.Program("mkfifo", _folder["flake"], TestGit.Variables, "pipe", "named").Succeeded;

        Assert.Throws<PlatformException>(() => _files.Replace("pipe", "x"u8.ToArray()));
        Assert.Throws<PlatformException>(() => _files.Delete("pipe"));
        Assert.Throws<PlatformException>(() => RepositoryFiles.ReplaceNamed(_folder["flake/named"], "x"u8.ToArray()));

        Assert.Equal(2, Directory.EnumerateFileSystemEntries(_folder["flake"]).Count());
    }

    [Fact]
    public void A_file_that_git_names_is_no_link()
    {
        _folder.Write("outside", "mine");
        Directory.CreateDirectory(_folder["flake"]);
        File.CreateSymbolicLink(_folder["flake/ours"], _folder["outside"]);

        Assert.Throws<PlatformException>(() => RepositoryFiles.ReplaceNamed(_folder["flake/ours"], "x"u8.ToArray()));

        Assert.Equal("mine", _folder.Read("outside"));
    }

    [Fact]
    public void What_is_no_file_and_no_folder_is_left_as_it_is()
    {
        _folder.Write("flake/locks", "mine");
        _folder.Write("flake/plex.lock/file", "mine");

        Assert.Throws<PlatformException>(() => _files.Replace("locks/plex.lock", "x"u8.ToArray()));
        Assert.Throws<PlatformException>(() => _files.Replace("plex.lock", "x"u8.ToArray()));
        Assert.Throws<PlatformException>(() => _files.Delete("plex.lock"));

        Assert.Equal(("mine", "mine"), (_folder.Read("flake/locks"), _folder.Read("flake/plex.lock/file")));
    }

    [Fact]
    public void The_last_file_of_a_folder_takes_it_along_but_not_the_flakes()
    {
        _folder.Write("flake/locks/plex.lock", "");
        _folder.Write("flake/locks/web.lock", "");
        _folder.Write("flake/hostlock.toml", "");

        _files.Delete("locks/plex.lock");
        Assert.True(Directory.Exists(_folder["flake/locks"]));
        _files.Delete("locks/web.lock");
        _files.Delete("hostlock.toml");
        _files.Delete("none/none");

        Assert.Empty(Directory.EnumerateFileSystemEntries(_folder["flake"]));
    }
}
