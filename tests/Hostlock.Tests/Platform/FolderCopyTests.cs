using Hostlock.Platform;
using Hostlock.Tests.Support;

namespace Hostlock.Tests.Platform;

public sealed class FolderCopyTests : IDisposable
{
    readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void No_link_of_the_copy_leads_out_of_it()
    {
        _folder.Write("outside/mine", "mine");
        _folder.Write("other/link/deep/new", "new");
        Directory.CreateDirectory(_folder["source"]);
        Directory.CreateSymbolicLink(_folder["source/link"], _folder["outside"]);
        var copy = FolderCopy.Into(_folder["copy"]);

        copy.Add(_folder["source"], "link"u8);
        copy.Add(_folder["other"], "link/deep/new"u8);
        copy.Add(_folder["other"], []);

        Assert.Equal(_folder["outside"], new FileInfo(_folder["copy/link"]).LinkTarget);
        Assert.Equal(["mine"], Directory.EnumerateFileSystemEntries(_folder["outside"]).Select(Path.GetFileName));
    }
}
