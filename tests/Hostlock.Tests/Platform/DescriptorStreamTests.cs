using Hostlock.Platform;
using Hostlock.Tests.Support;

namespace Hostlock.Tests.Platform;

/// <summary>Writes to a descriptor that is open already.</summary>
public sealed class DescriptorStreamTests : IDisposable
{
    readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void What_others_write_to_the_same_file_stays()
    {
        using (var file = File.OpenHandle(_folder["file"], FileMode.CreateNew, FileAccess.Write))
        {
            var (first, second) = (Of(file), Of(file));
            first.Write("one "u8);
            second.Write("two "u8);
            first.Write("three"u8);
        }

        Assert.Equal("one two three", _folder.Read("file"));
    }

    [Fact]
    public void A_failure_says_why()
    {
        using var full = File.OpenHandle("/dev/full", FileMode.Open, FileAccess.Write);

        Assert.Equal("No space left on device", Assert.Throws<IOException>(() => Of(full).Write("x"u8)).Message);
    }

    static DescriptorStream Of(Microsoft.Win32.SafeHandles.SafeFileHandle file) => new((int)file.DangerousGetHandle());
}
