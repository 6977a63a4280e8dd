using System.Text;
using System.Text.RegularExpressions;
using Hostlock.Flakes;
using Hostlock.Flakes.Schemes;
using Hostlock.Tests.Support;

namespace Hostlock.Tests.Flakes.Schemes;

/// <summary>
/// Every type of input in one table, <c>schemes.txt</c>: the meaning of a reference, its text, and its place. The table is for reading:
/// <c>HOSTLOCK_BLESS=1</c> rewrites it.
/// </summary>
public partial class SchemesTests
{
    const string Earlier = "1111111111111111111111111111111111111111";
    const string Later = "2222222222222222222222222222222222222222";

    static readonly string[] References =
    [
        "nixpkgs/nixos-25.11",
        "github:acme/tool",
        "github:acme/tool/release",
        $"github:acme/tool/{Earlier}",
        "github:acme/tool?host=github.acme.test",
        "gitlab:acme/tool/release",
        $"gitlab:group%252Fsub/tool/{Earlier}",
        "sourcehut:~acme/tool",
        $"sourcehut:~acme/tool/{Earlier}?host=hut.acme.test",
        "git+https://acme.test/tool?ref=release",
        "git+ssh://git@acme.test/tool",
        "git+file:///srv/tool",
        "hg+https://acme.test/tool",
        "https://acme.test/tool.tar.gz",
        "tarball+https://acme.test/tool",
        "file+https://acme.test/list.txt",
        "file:///srv/tool.tar.gz",
        "path:/srv/tool",
        "path:./tool",
    ];

    static FlakeRef Read(string text) => FlakeRef.ParseInput(text, wantsTree: true, null, null);

    [Fact]
    public void The_types_read_as_recorded()
    {
        var text = string.Join('\n', References.Select(Render));
        var file = Path.Combine(Repository.Root, "tests/Hostlock.Tests/Flakes/Schemes/schemes.txt");

        if (Environment.GetEnvironmentVariable("HOSTLOCK_BLESS") == "1")
            File.WriteAllText(file, text);
        Assert.Equal(File.ReadAllText(file), text);
    }

    [Fact]
    public void Every_type_is_in_the_table() =>
        Assert.Empty(InputSchemes.All.Select(scheme => scheme.Name).Except(References.Select(text => Read(text).Type)));

    [Fact]
    public void What_is_written_reads_as_what_was_read() =>
        Assert.All(References.Select(Read), reference =>
            Assert.Equal(reference, FlakeRef.ParseInput(reference.ToString(), wantsTree: reference.Type != "file", null, null)));

    [Fact]
    public void A_type_with_a_history_has_a_git_address_and_no_other_has() =>
        Assert.All(References.Select(Read), reference => Assert.Equal(reference.Scheme.HasHistory, reference.GitAddress is not null));

    [Fact]
    public void The_page_on_hostlock_toml_names_the_types_with_a_history() =>
        Assert.Contains(
            $"for {InputSchemes.WithHistory()}",
            File.ReadAllText(Path.Combine(Repository.Root, "docs/files.md")),
            StringComparison.Ordinal);

    // nix/hostlock.nix is written by hand, so it might disagree with the types on which inputs are archives.
    [Fact]
    public void Archives_are_for_hostlock_nix_where_the_types_say()
    {
        var table = ArchiveTable().Match(File.ReadAllText(Path.Combine(Repository.Root, "nix/hostlock.nix"))).Groups[1].Value;
        var arms = ArchiveArm()
            .Matches(table)
            .ToDictionary(arm => arm.Groups[1].Value, arm => (Host: arm.Groups[2].Value, Url: arm.Groups[3].Value));

        foreach (var scheme in InputSchemes.All)
        {
            var attributes = RefAttributes.Of(
                ("type", scheme.Name),
                ("owner", "group/acme"),
                ("repo", "tool"),
                ("rev", Earlier),
                ("url", "https://acme.test/tool.tar.gz"));
            var url = scheme.Locate(attributes, hasToken: false) switch
            {
                TreeLocation.Snapshot snapshot => snapshot.Url,
                TreeLocation.Archive archive => archive.Url,
                _ => null,
            };
            Assert.True(arms.Remove(scheme.Name, out var arm) == url is not null, $"archiveOf in nix/hostlock.nix and {scheme.Name}");
            if (url is null)
                continue;
            Assert.Equal(scheme.RepositoryOf(attributes)?.Host ?? "", arm.Host);
            Assert.Equal(url.Replace("group/acme%2F", "group%2Facme%2F", StringComparison.Ordinal), Filled(arm.Url, attributes));
        }
        Assert.Empty(arms);
    }

    static string Filled(string template, RefAttributes attributes)
    {
        if (template == "url")
            return attributes.Text("url")!;
        template = template.Trim('"')
            .Replace(
                "${replaceStrings [ \"/\" ] [ \"%2F\" ] owner}",
                attributes.Text("owner")!.Replace("/", "%2F", StringComparison.Ordinal),
                StringComparison.Ordinal);
        return Hole().Replace(template, hole => attributes.Text(hole.Groups[1].Value) ?? hole.Value);
    }

    static string Render(string written)
    {
        var reference = Read(written);
        var scheme = reference.Scheme;
        var pinned = Try(() => reference.MovedTo(Later));
        var text = new StringBuilder("## ").Append(written).Append('\n');
        Line("attributes", reference.Input);
        Line("written", reference);
        Line("tree", scheme.Locate(reference.Input, hasToken: false));
        if (scheme.RepositoryOf(reference.Input) is not null)
            Line("by token", scheme.Locate(reference.Input, hasToken: true));
        Line("branch", Try(() => reference.MovedTo("next")));
        Line("revision", pinned);
        Line("pinned", (pinned as FlakeRef)?.Scheme.Locate(((FlakeRef)pinned).Input, hasToken: false));
        Line("identity", reference.With(reference.Input.With("narHash", "HASH").With("lastModified", 1)).Identity);
        Line("git", reference.GitAddress);
        Line("before", scheme.AskRevisionBefore(reference.Input, "TIME"));
        Line("distance", scheme.AskDistance(reference.Input, Revision.Parse(Earlier), Revision.Parse(Later)));
        Line("compare", scheme.CompareLink(reference.Input, Revision.Parse(Earlier), Revision.Parse(Later)));
        Line("commit", scheme.CommitLink(reference.Input, Revision.Parse(Later)));
        Line("is", string.Join(", ", Claims(reference)));
        return text.ToString();

        void Line(string name, object? value)
        {
            if (Shown(value) is { Length: > 0 } shown)
                text.Append(name.PadRight(11)).Append(shown).Append('\n');
        }
    }

    static string? Shown(object? value) => value switch
    {
        TreeLocation.Branch(var question) => $"asks {Shown(question)}",
        RevisionQuery.Json json =>
            $"{json.Url}: {json.Field}{(json.InFirstElement ? " of the first" : "")}, time in {string.Join('.', json.TimePath)}",
        _ => value?.ToString(),
    };

    static IEnumerable<string> Claims(FlakeRef reference)
    {
        if (reference.IsLocked)
            yield return "locked";
        if (reference.IsIndirect)
            yield return "indirect";
        if (reference.IsRelativePath)
            yield return "relative";
        if (reference.IsOfThisMachine)
            yield return "of this machine";
    }

    static object Try(Func<FlakeRef> move)
    {
        try
        {
            return move();
        }
        catch (FlakeException why)
        {
            return $"error: {why.Message}";
        }
    }

    [GeneratedRegex(@"archiveOf = [^\n]*\n(.*?)\n    else null;", RegexOptions.Singleline)]
    private static partial Regex ArchiveTable();

    [GeneratedRegex("""if type == "(\w+)"(?: && elem host \[ null "([^"]+)" \])? then\s+("[^\n]*"|\w+)(?=\n|$)""")]
    private static partial Regex ArchiveArm();

    [GeneratedRegex(@"\$\{(\w+)\}")]
    private static partial Regex Hole();
}
