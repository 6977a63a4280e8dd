using Hostlock.Fetching;
using Hostlock.Fetching.Folders;
using Hostlock.Nar;
using Hostlock.Tests.Support;

namespace Hostlock.Tests.Nar;

/// <summary>Trees and the hashes Nix gives them.</summary>
public class NarHashTests
{
    [Fact]
    public void Trees_hash_as_Nix_hashes_them()
    {
        using var folder = new TempFolder();
        Directory.CreateDirectory(folder["empty"]);
        folder.Write("nothing", "");
        folder.Write("hello", "hello\n");
        File.SetUnixFileMode(folder.Write("program", "hello\n"), (UnixFileMode)0b111_101_101);
        File.CreateSymbolicLink(folder["link"], "a");
        folder.Write("mixed/a", "hello\n");
        File.SetUnixFileMode(folder.Write("mixed/b", "#!/bin/sh\n"), (UnixFileMode)0b111_101_101);
        File.CreateSymbolicLink(folder["mixed/c"], "a");
        Directory.CreateDirectory(folder["mixed/d"]);
        folder.Write("order/B", "3");
        folder.Write("order/a/z", "2");
        folder.Write("order/a-b", "1");
        folder.Write("order/a.txt", "4");

        Assert.Equal("sha256-pQpattmS9VmO3ZIQUFn66az8GSmB4IvYhTTCFn6SUmo=", Hash("empty"));
        Assert.Equal("sha256-d6xi4mKdjkX2JFicDIv5niSzpyI0m/Hnm8GGAIU04kY=", Hash("nothing"));
        Assert.Equal("sha256-HDfQGvQL4ugGkd48w99EN3ppmvuxfGjwgJZLL9Bx/BM=", Hash("hello"));
        Assert.Equal("sha256-ZUNgOdP5PKGajb8cYLFXOe1Y9T8UuNNyrMGzUVMwEPo=", Hash("program"));
        Assert.Equal("sha256-stRxoI0wZi8UwK4ecYsW+fwfON5CX0fMoEN+npO8HyQ=", Hash("link"));
        Assert.Equal("sha256-1DPx6MLVtwp9cY4L7OVaRD+AL8r/TWYugrk2Lmhft/w=", Hash("mixed"));
        Assert.Equal("sha256-Qnrr0S4hf7JEwAGMYgwuAi/4/KFlHaS7ePzrVsu6Q4E=", Hash("order"));

        string Hash(string name) => NarHash.Of(new FolderTree(folder[name]), CancellationToken.None).ToString();
    }

    [Fact]
    public void Sixty_two_folders_deep_is_the_end()
    {
        using var folder = new TempFolder();
        folder.Write($"fits/{string.Join('/', Enumerable.Repeat("d", 62))}/file", "");
        folder.Write($"deep/{string.Join('/', Enumerable.Repeat("d", 63))}/file", "");

        _ = NarHash.Of(new FolderTree(folder["fits"]), CancellationToken.None);
        Assert.Throws<NarException>(() => NarHash.Of(new FolderTree(folder["deep"]), CancellationToken.None));
    }

    [Fact]
    [Trait("part", "programs")]
    public void A_pipe_in_a_folder_is_refused_and_not_waited_for()
    {
        using var folder = new TempFolder();
        folder.Write("a/file", "");
        _ = Run.Program("mkfifo", folder.Path, new Dictionary<string, string>(), "a/pipe").Succeeded;

        var error = Assert.Throws<FetchException>(() => NarHash.Of(new FolderTree(folder["a"]), CancellationToken.None));
        Assert.Contains("has an unsupported type", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("sha256-pQpattmS9VmO3ZIQUFn66az8GSmB4IvYhTTCFn6SUmo=", true)]
    [InlineData("sha256-pQpattmS9VmO3ZIQUFn66az8GSmB4IvYhTTCFn6SUmo", true)]
    [InlineData("sha256-pQpattmS9VmO3ZIQUFn66az8GSmB4IvYhTTCFn6SUm", false)]
    [InlineData("sha512-pQpattmS9VmO3ZIQUFn66az8GSmB4IvYhTTCFn6SUmo=", false)]
    [InlineData("pQpattmS9VmO3ZIQUFn66az8GSmB4IvYhTTCFn6SUmo=", false)]
    public void An_SRI_text_is_read_with_and_without_padding(string text, bool isOne) =>
        Assert.Equal(isOne, NarHash.TryParse(text) is not null);
}
