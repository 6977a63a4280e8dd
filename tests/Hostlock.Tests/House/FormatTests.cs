using Hostlock.Tests.Support;

namespace Hostlock.Tests.House;

/// <summary>Holds the sources to the width of STYLE.md, which the formatter does not look at.</summary>
public class FormatTests
{
    const int Width = 140;

    public static TheoryData<string> Folders => ["src", "bench", "fuzz", "tests"];

    [Theory]
    [MemberData(nameof(Folders))]
    public void No_line_is_wider_than_the_style_allows(string folder)
    {
        var files = Directory.EnumerateFiles(Path.Combine(Repository.Root, folder), "*.cs", SearchOption.AllDirectories);
        var wide = from file in files
                   from line in File.ReadLines(file).Index()
                   where line.Item.Length > Width
                   select $"{Path.GetRelativePath(Repository.Root, file)}:{line.Index + 1}: {line.Item.Length}";

        Assert.Equal("", string.Join('\n', wide));
    }
}
