using System.Text;
using Hostlock.Platform;

namespace Hostlock.Tests.Platform;

public class PrintedWriterTests
{
    [Fact]
    public void What_goes_to_one_place_has_the_order_in_which_it_was_printed()
    {
        using var place = new Place();
        using var output = new PrintedWriter(place, output: null);
        using var errors = new PrintedWriter(place, output);

        output.Write("host  lock\n");
        output.WriteLine("plex  12 hours");
        errors.Write("plex is not committed\n");
        output.Write("{"u8);
        output.Write('}');
        errors.Write(['\n']);
        output.Write("last");
        output.Flush();

        Assert.Equal(
            ["host  lock\nplex  12 hours\n", "plex is not committed\n", "{", "}", "\n", "last"], place.Pieces);
    }

    [Fact]
    public void Output_is_held_until_there_is_talk()
    {
        using var place = new Place();
        using var output = new PrintedWriter(place, output: null);
        using var errors = new PrintedWriter(place, output);

        for (var host = 0; host < 1000; host++)
            output.Write("a host\n");

        Assert.Single(place.Pieces);
        errors.Write("that was all\n");
        Assert.Equal(3, place.Pieces.Count);
    }

    [Fact]
    public async Task Several_threads_may_print()
    {
        using var place = new Place();
        using var output = new PrintedWriter(place, output: null);
        using var errors = new PrintedWriter(place, output);

        await Task.WhenAll(
            Enumerable.Range(0, 8).Select(
                thread => Task.Run(() =>
                {
                    var writer = thread % 2 == 0 ? output : errors;
                    for (var line = 0; line < 1000; line++)
                        writer.Write($"line {line} of {thread}\n");
                })));
        output.Flush();

        var lines = string.Concat(place.Pieces).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(
            (from thread in Enumerable.Range(0, 8) from line in Enumerable.Range(0, 1000) select $"line {line} of {thread}")
                .Order(StringComparer.Ordinal),
            lines.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Output_that_fails_while_something_else_is_said_is_told_afterwards()
    {
        using var full = new FileStream("/dev/full", FileMode.Open, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);
        using var printed = new PrintedStream(full, PlatformException.CannotPrint);
        using var place = new Place();
        using var output = new PrintedWriter(printed, output: null);
        using var errors = new PrintedWriter(place, output);

        output.Write("lost");
        errors.Write("the locks are written\n");

        Assert.Equal(["the locks are written\n"], place.Pieces);
        Assert.Throws<PlatformException>(output.Flush);
        output.Write("more");
        output.Flush();
    }

    /// <summary>A pipe or a file, and the pieces that it got.</summary>
    sealed class Place : OutputStream
    {
        public List<string> Pieces { get; } = [];

        public override void Write(ReadOnlySpan<byte> buffer) => Pieces.Add(Encoding.UTF8.GetString(buffer));
    }
}
