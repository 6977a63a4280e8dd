using Hostlock.Fetching;
using Hostlock.Fetching.Git.WorkTrees;
using Hostlock.Locks;
using Hostlock.Nar;
using Hostlock.Platform;
using Hostlock.Tests.Support;

namespace Hostlock.Tests.Fetching.Git.WorkTrees;

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
