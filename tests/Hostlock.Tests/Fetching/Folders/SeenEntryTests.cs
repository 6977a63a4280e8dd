using System.Text;
using Hostlock.Fetching.Folders;
using Hostlock.Nar;
using Hostlock.Platform;
using Hostlock.Tests.Support;

namespace Hostlock.Tests.Fetching.Folders;

public sealed class SeenEntryTests : IDisposable
{
    readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_file_that_a_link_takes_the_place_of_is_not_read_through()
    {
        _folder.Write("tree/file", "seen");
        _folder.Write("other", "secret");
        var tree = new FolderTree(_folder["tree"]);
        var file = Assert.Single(tree.List(tree.Root));
        File.Delete(_folder["tree/file"]);
        File.CreateSymbolicLink(_folder["tree/file"], "../other");

        var error = Assert.Throws<NarException>(() => tree.Open(file));

        Assert.Equal($"'{_folder["tree/file"]}' was replaced or deleted while its tree was read", error.Message);
    }

    [Fact]
    public void A_file_that_this_user_may_not_read_is_told_by_its_path()
    {
        var path = Encoding.UTF8.GetBytes(_folder.Write("file", "seen"));

        var error = Assert.Throws<PlatformException>(
            () => SeenEntry.Read<byte[]>(path, UnixFiles.Kind.File, _ => throw new DeniedException(_folder["file"], new("no"))));

        Assert.Equal(($"cannot read '{_folder["file"]}': no", true), (error.Message, error.IsUnread));
        Assert.NotNull(error.Hint);
    }
}
