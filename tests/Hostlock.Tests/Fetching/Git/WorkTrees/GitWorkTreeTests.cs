using Hostlock.Fetching.Git.WorkTrees;
using Hostlock.Nar;
using Hostlock.Tests.Support;

namespace Hostlock.Tests.Fetching.Git.WorkTrees;

public sealed class GitWorkTreeTests : IDisposable
{
    readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(TreeEntryKind.File, "nothing")]
    [InlineData(TreeEntryKind.Executable, "nothing")]
    [InlineData(TreeEntryKind.Link, "nothing")]
    [InlineData(TreeEntryKind.File, "folder")]
    [InlineData(TreeEntryKind.Link, "folder")]
    [InlineData(TreeEntryKind.File, "link")]
    [InlineData(TreeEntryKind.File, "link to a file")]
    [InlineData(TreeEntryKind.Link, "file")]
    public void An_entry_that_was_replaced_after_git_named_it_is_an_error_that_names_it(TreeEntryKind before, string now)
    {
        var path = _folder["tree/changed"];
        _folder.Write("tree/other", "x");
        if (now == "folder")
            Directory.CreateDirectory(path);
        else if (now == "link")
            File.CreateSymbolicLink(path, "nowhere");
        else if (now == "link to a file")
            File.CreateSymbolicLink(path, "other");
        else if (now == "file")
            _folder.Write("tree/changed", "x");
        var tree = new GitWorkTree(_folder["tree"], [new(TreePath.Parse("changed"), before)], []);

        var error = Assert.Throws<NarException>(() => NarWriter.Hash(tree, null, TestContext.Current.CancellationToken));

        Assert.Equal($"'{path}' was replaced or deleted while its tree was read", error.Message);
    }
}
