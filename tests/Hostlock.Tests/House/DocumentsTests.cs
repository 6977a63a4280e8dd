using System.Globalization;
using System.Text.RegularExpressions;
using Hostlock.Cli;
using Hostlock.Fleets;
using Hostlock.Tests.Support;

namespace Hostlock.Tests.House;

/// <summary>The documents, as far as a test can read them: their links lead somewhere, and what they list is all there is.</summary>
public partial class DocumentsTests
{
    static readonly string[] Folders = ["docs", "nix", "src", "tests"];

    public static TheoryData<string> Documents =>
    [
        .. Directory.EnumerateFiles(Repository.Root, "*.md")
            .Concat(
                Folders.SelectMany(
                    folder => Directory.EnumerateFiles(Path.Combine(Repository.Root, folder), "*.md", SearchOption.AllDirectories)))
            .Select(file => Path.GetRelativePath(Repository.Root, file)).Order(StringComparer.Ordinal),
    ];

    [Theory]
    [MemberData(nameof(Documents))]
    public void Every_link_leads_to_a_file_and_a_heading_that_exist(string document)
    {
        var file = Path.Combine(Repository.Root, document);
        var links = Link()
            .Matches(Prose(file))
            .Select(link => link.Groups[1].Value)
            .Where(link => !link.Contains("://", StringComparison.Ordinal));

        var broken = links.Where(link => !Exists(file, link));

        Assert.Empty(broken);
    }

    /// <summary>The program says each sentence that the page on troubleshooting quotes; names and paths stand for others.</summary>
    [Fact]
    public void Every_message_that_is_quoted_is_said()
    {
        var root = Repository.Root;
        string[] said =
        [
            .. Directory.EnumerateFiles(Path.Combine(root, "tests/Hostlock.Tests/House/messages"), "*.txt").SelectMany(File.ReadLines),
            .. File.ReadLines(Path.Combine(root, "nix/hostlock.nix")).Select(line => NixFailure().Replace(line, "hostlock: $1: ")),
            .. File.ReadLines(Path.Combine(root, "ci/hostlock-ci")).Select(line => line.Replace("fail \"", "hostlock-ci: ")),
        ];
        var quoted = Quoted().Matches(File.ReadAllText(Path.Combine(root, "docs/troubleshooting.md")))
            .SelectMany(block => block.Groups[1].Value.Split('\n', StringSplitOptions.RemoveEmptyEntries))
            .ToList();

        var unsaid = quoted.Where(quote => !Array.Exists(said, line => HasPieces(line, quote.Split('…'))));

        Assert.Empty(unsaid);
        Assert.All(quoted, quote => Assert.Contains(quote.Split('…'), piece => piece.Trim().Length > 10));
        Assert.True(quoted.Count > 20, $"{quoted.Count} quotes");
    }

    /// <summary>A path in ARCHITECTURE that begins with a floor is a file or a folder of it.</summary>
    [Fact]
    public void Every_file_that_the_architecture_names_exists()
    {
        var core = Path.Combine(Repository.Root, "src/Hostlock.Core");
        var floors = Directory.EnumerateDirectories(core).Select(Path.GetFileName).ToHashSet();
        var named = PathInCode()
            .Matches(File.ReadAllText(Path.Combine(Repository.Root, "ARCHITECTURE.md")))
            .Select(path => path.Groups[1].Value)
            .Where(path => floors.Contains(path.Split('/')[0]))
            .ToList();

        var missing = named.Where(path => !Directory.Exists(Path.Combine(core, path)) && !File.Exists(Path.Combine(core, $"{path}.cs")));

        Assert.Empty(missing);
        Assert.True(named.Count > 20, $"{named.Count} paths");
    }

    [Fact]
    public void Every_test_that_the_page_on_security_names_exists()
    {
        var tests = Directory.EnumerateFiles(Path.Combine(Repository.Root, "tests"), "*.cs", SearchOption.AllDirectories)
            .Select(file => Path.GetFileNameWithoutExtension(file))
            .ToHashSet();
        var named = TestInCode().Matches(File.ReadAllText(Path.Combine(Repository.Root, "docs/security.md")))
            .Select(test => test.Groups[1].Value)
            .ToList();

        Assert.Empty(named.Except(tests));
        Assert.True(named.Count > 20, $"{named.Count} tests");
    }

    [Fact]
    public void The_exit_codes_that_are_told_are_those_of_the_program()
    {
        var told = CodeRow().Matches(File.ReadAllText(Path.Combine(Repository.Root, "docs/files.md")))
            .Select(row => int.Parse(row.Groups[1].Value, CultureInfo.InvariantCulture));

        Assert.Equal(Enum.GetValues<ExitCode>().Select(code => (int)code), told);
    }

    /// <summary>The table of the README is where a newcomer looks for a command.</summary>
    [Fact]
    public void The_table_of_the_README_has_every_command()
    {
        var rows = File.ReadLines(Path.Combine(Repository.Root, "README.md"))
            .Where(line => line.StartsWith("| `", StringComparison.Ordinal));
        var told = rows.SelectMany(row => Word().Matches(row.Split(" | ")[0])).Select(word => word.Groups[1].Value);

        Assert.Empty(App.Whole(CliTests.Nowhere).Subcommands.Select(command => command.Name).Except(told));
    }

    [Fact]
    public void The_page_on_engines_has_every_engine() =>
        Assert.All(
            RolloutSettings.Engines, engine => Assert.Contains(
                $"\n| `\"{engine}\"`", File.ReadAllText(Path.Combine(Repository.Root, "docs/engines.md")), StringComparison.Ordinal));

    [Fact]
    public void The_site_has_every_page()
    {
        var docs = Path.Combine(Repository.Root, "docs");
        var pages = Directory.EnumerateFiles(docs, "*.md").Concat(Directory.EnumerateFiles(Path.Combine(docs, "layouts"), "*.md"))
            .Select(file => Path.GetRelativePath(Repository.Root, file));
        var listed = PageOfSite().Matches(File.ReadAllText(Path.Combine(Repository.Root, "mkdocs.yml")))
            .Select(line => line.Groups[1].Value)
            .Where(page => page.StartsWith("docs/", StringComparison.Ordinal));

        Assert.Equal(pages.Order(StringComparer.Ordinal), listed.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void The_figures_of_the_README_are_those_of_the_page_on_performance()
    {
        static string[] Ratios(string document) =>
            [.. Ratio().Matches(File.ReadAllText(Path.Combine(Repository.Root, document)))
                .SelectMany(row => row.Groups[1].Value.Split("; ")).Order(StringComparer.Ordinal)];

        Assert.Equal(Ratios("README.md"), Ratios("docs/performance.md"));
        Assert.NotEmpty(Ratios("README.md"));
    }

    [Fact]
    public void Every_decision_has_a_number_of_its_own()
    {
        var numbers = Directory.EnumerateFiles(Path.Combine(Repository.Root, "docs/decisions"), "*.md")
            .Select(file => Path.GetFileName(file)[..4])
            .ToList();

        Assert.Equal(numbers.Distinct().Count(), numbers.Count);
    }

    // Whether a line has the pieces, one behind the other.
    static bool HasPieces(string line, string[] pieces)
    {
        var at = 0;
        foreach (var piece in pieces)
        {
            var found = line.IndexOf(piece, at, StringComparison.Ordinal);
            if (found < 0)
                return false;
            at = found + piece.Length;
        }
        return true;
    }

    static bool Exists(string from, string link)
    {
        var (path, heading) = link.Split('#') is [var before, var after] ? (before, after) : (link, "");
        var to = path.Length == 0 ? from : Path.GetFullPath(path, Path.GetDirectoryName(from)!);
        return Path.Exists(to)
            && (heading.Length == 0 || Heading().Matches(Prose(to)).Select(line => Anchor(line.Groups[1].Value)).Contains(heading));
    }

    // A document without its fenced blocks.
    static string Prose(string file) => Fenced().Replace(File.ReadAllText(file), "");

    // The name that a forge gives a heading.
    static string Anchor(string heading) =>
        string.Concat(heading.ToLowerInvariant().Where(letter => char.IsLetterOrDigit(letter) || letter is ' ' or '-' or '_'))
            .Replace(' ', '-');

    // The first word of what is typed.
    [GeneratedRegex(@"`([a-z-]+)")]
    private static partial Regex Word();

    [GeneratedRegex(@"^ +- (\S+\.md)$", RegexOptions.Multiline)]
    private static partial Regex PageOfSite();

    [GeneratedRegex(@"^\|.*\| ([0-9.]+(?:; [0-9.]+)*) \|$", RegexOptions.Multiline)]
    private static partial Regex Ratio();

    [GeneratedRegex(@"\]\(([^)\s]+)\)")]
    private static partial Regex Link();

    [GeneratedRegex(@"\b([A-Z][A-Za-z]+(?:/[A-Z][A-Za-z]+)+)\b")]
    private static partial Regex PathInCode();

    [GeneratedRegex(@"`(?:[A-Za-z]+/)*([A-Z][A-Za-z]+Tests)`")]
    private static partial Regex TestInCode();

    [GeneratedRegex(@"^#+ (.+)$", RegexOptions.Multiline)]
    private static partial Regex Heading();

    [GeneratedRegex(@"^```.*?^```$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Fenced();

    [GeneratedRegex("fail \"?([^\" ]+)\"? \"")]
    private static partial Regex NixFailure();

    [GeneratedRegex("^```text\n(.*?)^```$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Quoted();

    [GeneratedRegex(@"^\| (\d+) \|", RegexOptions.Multiline)]
    private static partial Regex CodeRow();
}
