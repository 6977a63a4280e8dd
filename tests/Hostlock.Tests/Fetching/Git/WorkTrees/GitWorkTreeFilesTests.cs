using Hostlock.Fetching;
using Hostlock.Fetching.Git.WorkTrees;
using Hostlock.Locks;
using Hostlock.Nar;
using Hostlock.Platform;
using Hostlock.Tests.Support;

namespace Hostlock.Tests.Fetching.Git.WorkTrees;

[Trait("part", "programs")]
public sealed class GitWorkTreeFilesTests : IDisposable
{
    static readonly CancellationToken Stop = TestContext.Current.CancellationToken;

    readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_submodule_is_an_empty_place_until_it_is_asked_for()
    {
        Fleet();

        Assert.Null(await Files().FindAsync(TreePath.Parse("lib/flake.nix"), Stop));
        Assert.IsType<TreeItem.File>(await (await Files().WithSubmodulesAsync(Stop)).FindAsync(TreePath.Parse("lib/flake.nix"), Stop));
    }

    [Fact]
    public async Task Submodules_of_submodules_are_there_and_untracked_files_of_them_are_not()
    {
        Fleet();
        _folder.Write("fleet/lib/inner/untracked", "x");

        var files = await Files().WithSubmodulesAsync(Stop);

        Assert.IsType<TreeItem.File>(await files.FindAsync(TreePath.Parse("lib/inner/flake.nix"), Stop));
        Assert.Null(await files.FindAsync(TreePath.Parse("lib/inner/untracked"), Stop));
    }

    [Fact]
    public async Task A_submodule_that_is_not_checked_out_is_an_error()
    {
        Fleet();
        Directory.Delete(_folder["fleet/lib"], recursive: true);

        var error = await Assert.ThrowsAsync<FetchException>(async () => await Files().WithSubmodulesAsync(Stop));

        Assert.Contains("submodule 'lib'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_behind_a_linked_folder_is_known_by_the_path_of_that_folder()
    {
        _folder.Write("fleet/real/plex.lock", "{}");
        Directory.CreateSymbolicLink(_folder["fleet/locks"], "real");
        TestGit.Commit(_folder["fleet"], 1);

        Assert.Equal("real/plex.lock", GitWorkTreeFiles.PathOf(_folder["fleet"], _folder["fleet/locks/plex.lock"]));
        Assert.Empty(await UnknownAsync());

        TestGit.In(_folder["fleet"], "rm", "-q", "--cached", "locks", "real/plex.lock");
        Assert.Equal(["locks", "real/plex.lock"], await UnknownAsync());

        async Task<IEnumerable<string>> UnknownAsync() =>
            (await Files().UnknownAsync(TreePath.Parse("locks/plex.lock"))).Select(path => path.ToText());
    }

    [Fact]
    public async Task What_lies_beyond_a_link_out_of_the_work_tree_is_unknown_although_the_index_has_it()
    {
        _folder.Write("fleet/locks/plex.lock", "{}");
        TestGit.Commit(_folder["fleet"], 1);
        Directory.Move(_folder["fleet/locks"], _folder["above"]);
        Directory.CreateSymbolicLink(_folder["fleet/locks"], "../above");

        var path = Assert.Single(await Files().UnknownAsync(TreePath.Parse("locks/plex.lock")));

        Assert.Equal(("locks/plex.lock", "locks"), (path.ToText(), GitWorkTreeFiles.UnfollowedLink(_folder["fleet"], path)?.ToText()));
    }

    [Fact]
    public async Task A_file_that_is_a_link_by_an_absolute_path_is_unknown_although_the_index_has_the_link()
    {
        _folder.Write("fleet/real", "{}");
        Directory.CreateDirectory(_folder["fleet/locks"]);
        File.CreateSymbolicLink(_folder["fleet/locks/plex.lock"], _folder["fleet/real"]);
        TestGit.Commit(_folder["fleet"], 1);

        var path = Assert.Single(await Files().UnknownAsync(TreePath.Parse("locks/plex.lock")));

        Assert.Equal(path, GitWorkTreeFiles.UnfollowedLink(_folder["fleet"], path));
    }

    [Fact]
    public async Task A_path_beyond_a_link_does_not_hide_what_git_ignores()
    {
        _folder.Write("fleet/.gitignore", "result");
        Directory.CreateDirectory(_folder["above"]);
        Directory.CreateSymbolicLink(_folder["fleet/locks"], "../above");
        TestGit.Commit(_folder["fleet"], 1);

        var ignored = await Files().IgnoredAsync([TreePath.Parse("locks/plex.lock"), TreePath.Parse("result")], Stop);

        Assert.Equal("result", Assert.Single(ignored).ToText());
    }

    [Fact]
    public void A_link_out_of_the_work_tree_changes_no_path()
    {
        Directory.CreateDirectory(_folder["fleet"]);
        Directory.CreateSymbolicLink(_folder["fleet/above"], "../above");
        Directory.CreateSymbolicLink(_folder["fleet/round"], "round");

        Assert.Equal("above/plex.lock", GitWorkTreeFiles.PathOf(_folder["fleet"], _folder["fleet/above/plex.lock"]));
        Assert.Equal("round/plex.lock", GitWorkTreeFiles.PathOf(_folder["fleet"], _folder["fleet/round/plex.lock"]));
    }

    GitWorkTreeFiles Files() => GitWorkTreeFiles.Around(new ProcessRunner(), _folder["fleet"])!;

    void Fleet()
    {
        foreach (var (name, below) in (ReadOnlySpan<(string, string?)>)[("inner", null), ("lib", "inner"), ("fleet", "lib")])
        {
            _folder.Write($"{name}/flake.nix", "{ outputs = _: { }; }");
            TestGit.Commit(_folder[name], 1);
            if (below is not null)
                TestGit.In(_folder[name], "-c", "protocol.file.allow=always", "submodule", "--quiet", "add", _folder[below], below);
            TestGit.Commit(_folder[name], 2);
        }
        TestGit.In(_folder["fleet"], "-c", "protocol.file.allow=always", "submodule", "--quiet", "update", "--init", "--recursive");
    }
}
