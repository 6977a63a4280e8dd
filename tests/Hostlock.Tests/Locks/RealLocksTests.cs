using System.Text;
using Hostlock.Locks;
using Hostlock.Tests.Support;

namespace Hostlock.Tests.Locks;

/// <summary>Locks out of public repositories: those Nix wrote come back byte for byte, the others are refused with their place.</summary>
public class RealLocksTests
{
    public static TheoryData<string> Written() => Files(why => IsReadable(why) && !IsReformatted(why));

    public static TheoryData<string> Reformatted() => Files(why => IsReadable(why) && IsReformatted(why));

    public static TheoryData<string> Unreadable() => Files(why => !IsReadable(why));

    [Theory]
    [MemberData(nameof(Written))]
    public void What_Nix_wrote_comes_back_byte_for_byte(string file)
    {
        var bytes = File.ReadAllBytes(Path.Combine(Repository.Vectors("locks"), file));

        var written = LockFileWriter.Write(LockFileReader.Read(file, bytes));

        Assert.Equal(Encoding.UTF8.GetString(bytes), Encoding.UTF8.GetString(written));
    }

    // A node that another lock has too is not parsed again, and neither is the way to the next one.
    [Fact]
    public void Locks_that_are_read_together_are_what_each_is_alone()
    {
        var reading = new LockReading();
        string[] files = [.. Written().Select(row => row.Data)];

        foreach (var file in (string[])[.. files, .. files.Reverse()])
        {
            var bytes = File.ReadAllBytes(Path.Combine(Repository.Vectors("locks"), file));
            Assert.Equal(
                Encoding.UTF8.GetString(bytes), Encoding.UTF8.GetString(LockFileWriter.Write(LockFileReader.Read(file, bytes, reading))));
        }
    }

    [Theory]
    [MemberData(nameof(Reformatted))]
    public void What_others_wrote_is_brought_into_the_form_of_Nix(string file)
    {
        var first = LockFileWriter.Write(LockFileReader.Read(file, File.ReadAllBytes(Path.Combine(Repository.Vectors("locks"), file))));

        var second = LockFileWriter.Write(LockFileReader.Read(file, first));

        Assert.Equal(Encoding.UTF8.GetString(first), Encoding.UTF8.GetString(second));
    }

    [Theory]
    [MemberData(nameof(Unreadable))]
    public void What_is_no_lock_is_an_error_with_its_place(string file)
    {
        var bytes = File.ReadAllBytes(Path.Combine(Repository.Vectors("locks"), file));

        var error = Assert.Throws<LockException>(() => LockFileReader.Read(file, bytes));

        Assert.StartsWith(file + ":", error.Span?.ToString(), StringComparison.Ordinal);
    }

    static bool IsReadable(string why) =>
        !why.StartsWith("not JSON", StringComparison.Ordinal)
        && why is not ("lock version 2" or "lock version 3" or "lock version 4" or "lock version 1");

    // Version 5 and 6 files are read, and written as version 7.
    static bool IsReformatted(string why) =>
        why.StartsWith("not byte-identical", StringComparison.Ordinal) || why.StartsWith("lock version", StringComparison.Ordinal);

    static TheoryData<string> Files(Predicate<string> wanted) =>
        [.. File.ReadLines(Path.Combine(Repository.Vectors("locks"), "INDEX.tsv")).Skip(1)
            .Select(line => line.Split('\t'))
            .Where(columns => wanted(columns[5]))
            .Select(columns => columns[0])];
}
