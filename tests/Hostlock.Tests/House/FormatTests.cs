using System.Text.RegularExpressions;
using Hostlock.Tests.Support;

namespace Hostlock.Tests.House;

/// <summary>Holds the sources to what STYLE.md says and the formatter does not look at: the width of lines, empty lines, and how a
/// summary begins.</summary>
public partial class FormatTests
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

    // A removed line leaves them behind.
    [Theory]
    [MemberData(nameof(Folders))]
    public void No_file_begins_with_an_empty_line_or_has_two_together(string folder)
    {
        var files = Directory.EnumerateFiles(Path.Combine(Repository.Root, folder), "*.cs", SearchOption.AllDirectories);
        var empty = from file in files
                    let lines = File.ReadAllLines(file)
                    from i in Enumerable.Range(0, lines.Length)
                    where lines[i].Length == 0 && (i == 0 || lines[i - 1].Length == 0)
                    select $"{Path.GetRelativePath(Repository.Root, file)}:{i + 1}";

        Assert.Equal("", string.Join('\n', empty));
    }

    // The compiler's own rule for it (IDE0161) is not reported by a build.
    [Theory]
    [MemberData(nameof(Folders))]
    public void A_namespace_is_that_of_its_file(string folder)
    {
        var files = Directory.EnumerateFiles(Path.Combine(Repository.Root, folder), "*.cs", SearchOption.AllDirectories);
        var indented = from file in files
                       from line in File.ReadLines(file)
                       where line.StartsWith("namespace ", StringComparison.Ordinal) && !line.EndsWith(';')
                       select $"{Path.GetRelativePath(Repository.Root, file)}: {line}";

        Assert.Equal("", string.Join('\n', indented));
    }

    // "What is known of a host" leaves it to the reader to find the noun.
    [Fact]
    public void A_summary_begins_with_a_verb_or_a_noun()
    {
        var files = Directory.EnumerateFiles(Path.Combine(Repository.Root, "src"), "*.cs", SearchOption.AllDirectories);
        var riddles = from file in files
                      from riddle in Riddle().Matches(File.ReadAllText(file))
                      select $"{Path.GetRelativePath(Repository.Root, file)}: {riddle.Value}";

        Assert.Equal("", string.Join('\n', riddles));
    }

    [GeneratedRegex(@"<summary>\s*(///)?\s*(Wh(at|o|oever|ose|y|en|ere|ich|ether)|How|By how much|Those|(True|Null) where)\b.{0,60}")]
    private static partial Regex Riddle();
}
