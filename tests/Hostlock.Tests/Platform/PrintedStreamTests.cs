using Hostlock.Platform;

namespace Hostlock.Tests.Platform;

public class PrintedStreamTests
{
    [Fact]
    public void What_cannot_be_written_is_said_once()
    {
        using var full = new FileStream("/dev/full", FileMode.Open, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);
        using var printed = new PrintedStream(full, PlatformException.CannotPrint);

        var error = Assert.Throws<PlatformException>(() => printed.Write("lost"u8));
        printed.Write("more"u8);

        Assert.StartsWith("cannot write the output: ", error.Message, StringComparison.Ordinal);
        Assert.True(error.IsOutside);
    }

    [Fact]
    public void Errors_that_cannot_be_told_are_dropped()
    {
        using var full = new FileStream("/dev/full", FileMode.Open, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);
        using var told = new PrintedStream(full, failure: null);

        told.Write("lost"u8);
    }

    [Fact]
    public void All_else_is_passed_on()
    {
        using var kept = new MemoryStream();
        using (var printed = new PrintedStream(kept, PlatformException.CannotPrint))
        using (var text = new StreamWriter(printed))
            text.Write("text");

        Assert.Equal("text"u8.ToArray(), kept.ToArray());
    }
}
