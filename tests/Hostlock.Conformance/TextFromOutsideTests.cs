using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Hostlock.Cli;
using Hostlock.Platform;
using Hostlock.Tests.Support;

namespace Hostlock.Conformance;

/// <summary>
/// A fleet whose every text is somebody's who wants a terminal, a CI or a password: names and addresses in flake.nix, locks and
/// hostlock.toml, and subjects of commits. No command shows any of them as it is, be it as text or as JSON.
/// </summary>
[Trait("program", "none")]
public sealed partial class TextFromOutsideTests : IDisposable
{
    const string Link = "\e]8;;http://evil.example/\e\\click\e]8;;\e\\\e[2J\u009b1m";
    const string Lines = "a\nINJECTED\n::error file=x::INJECTED\n##[error]INJECTED\r\nb";
    const string Reversed = "x\u202eyx\u2066\u200b";
    const string Order = "::error file=x::INJECTED";
    const string Url = "https://ada:SECRET%2Fword@127.0.0.1:1/\e[41mRED\n::error?token=SECRET";

    static readonly string Long = new('a', 50_000);
    static readonly string[] Names = [Link, Lines, Reversed, Order, Long, "u", "##[error]INJECTED"];

    static readonly string[] Locks = ["flake.lock", "locks/plex.lock", "locks/web.lock", "other.lock"];

    public static TheoryData<string> Commands =>
    [
        "status", "show plex", "show plex@HEAD~1", "diff plex web", "diff plex other.lock", "diff plex plex@HEAD~1", "check",
        "check --base HEAD~1", "follows", "outdated", "log plex", "report -o -", "report --format markdown",
        "lock --dry-run", "lock plex --locked", "update --all --dry-run",
        "update plex -i u --dry-run", "update plex -i u --to git+https://ada:SECRET@127.0.0.1:1/b.git --dry-run",
        "promote plex web --dry-run", "promote web plex -i u --dry-run", "restore plex HEAD~1 --dry-run", "undo plex --dry-run", "eject",
        "init", "freeze plex u --dry-run", "unfreeze web u --dry-run", "resolve", "bisect plex --good web --run false",
        "hash https://ada:SECRET@127.0.0.1:1/a.tar.gz", "hash git+https://ada:SECRET@127.0.0.1:1/a.git",
        "hash git+ssh://ada:SECRET@127.0.0.1:1/a.git", "hash file+http://ada:SECRET@127.0.0.1:1/a?sig=SECRET",
        "hash hg+https://ada:SECRET@127.0.0.1:1/a", "hash https://ada:SECRET@[::1/a", "hash https://ada:SECRET@127.0.0.1:99999/a",
    ];

    readonly TempFolder _folder = new();

    public TextFromOutsideTests()
    {
        TestGit.In(_folder.Path, "init", "-q");
        _folder.Write("flake.nix", $$"""
            { inputs = {
                u.url = "git+https://ada:SECRET@127.0.0.1:1/u.git"; t.url = "https://ada:SECRET@127.0.0.1:1/t.tar.gz?token=SECRET";
                f = { url = "file+http://ada:SECRET@127.0.0.1:1/f"; flake = false; };
                "{{Reversed}}".url = "git+ssh://a:SECRET@127.0.0.1:1/s";
                "{{Order}}".follows = "u"; };
              outputs = inputs: { nixosConfigurations = { plex = 1; web = 2; }; }; }
            """);
        _folder.Write("hostlock.toml", $$"""
            version = 1
            [hosts.plex]
            [hosts.web]
            inputs.u = "git+https://ada:SECRET@127.0.0.1:1/own.git"
            freeze.u = { reason = {{JsonValue.Create(Lines.Replace("\r", "", StringComparison.Ordinal) + Link).ToJsonString()}} }
            """);
        foreach (var (name, day) in Locks.Zip([1, 2, 3, 4]))
            _folder.Write(name, LockOf(day));
        Commit($"{Order} \e[2J {Reversed} {Url}");
        _folder.Write("locks/plex.lock", LockOf(5));
        Commit("##[error]INJECTED");
    }

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(Commands))]
    public async Task No_command_shows_it_as_it_is(string line)
    {
        foreach (var form in (string[][])[[], ["--color", "always"], ["--json"]])
        {
            var (output, errors) = await RunAsync([.. line.Split(' '), .. form]);

            Assert.NotEqual("", output + errors);
            AssertShown(output);
            AssertShown(errors);
        }
    }

    [Fact]
    public async Task Findings_for_a_forge_are_the_only_commands_to_it()
    {
        var (output, _) = await RunAsync(["check", "--format", "github"]);

        var lines = output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.NotEmpty(lines);
        Assert.All(lines, line => Assert.Matches("^::(error|warning) file=(flake|hostlock|locks)[^:,]*(,line=[0-9]+)?::", line));
        AssertShown(string.Concat(lines.Select(line => line[2..] + "\n")));
    }

    [Fact]
    public async Task Json_still_says_the_same()
    {
        var (output, _) = await RunAsync(["status", "--json"]);

        var inputs = JsonDocument.Parse(output).RootElement.GetProperty("hosts").GetProperty("plex").GetProperty("inputs");
        Assert.Equal(
            Names.Order(StringComparer.Ordinal), inputs.EnumerateObject().Select(input => input.Name).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_driver_that_cannot_merge_tells_so_in_the_same_way()
    {
        foreach (var (name, day) in new[] { ("base", 1), ("ours", 2), ("theirs", 3) })
            _folder.Write(name, LockOf(day));

        var (output, errors) = await RunAsync(["merge-driver", "base", "ours", "theirs", "locks/plex.lock"]);

        Assert.Contains("Both sides changed", errors, StringComparison.Ordinal);
        AssertShown(output);
        AssertShown(errors);
    }

    static void AssertShown(string text)
    {
        var plain = OwnMarks().Replace(text, "");
        Assert.DoesNotContain(plain, character => Visible.IsUnfit(character));
        Assert.DoesNotContain("SECRET", plain, StringComparison.Ordinal);
        Assert.DoesNotContain("##[", plain, StringComparison.Ordinal);
        Assert.DoesNotMatch(LineOfSomebody(), plain);
        Assert.DoesNotContain(plain.Split('\n'), line => !line.Contains('"', StringComparison.Ordinal) && line.Length > 20_000);
    }

    [GeneratedRegex(@"\e\[(0|1|2|31|32|33)m")]
    private static partial Regex OwnMarks();

    [GeneratedRegex(@"^\s*(::|INJECTED)", RegexOptions.Multiline)]
    private static partial Regex LineOfSomebody();

    static string LockOf(int day)
    {
        var nodes = new JsonObject
        {
            ["root"] = new JsonObject
            {
                ["inputs"] = new JsonObject(Names.Select(name =>
            KeyValuePair.Create(name, name == Reversed ? new JsonArray(Link) : (JsonNode?)name)))
            }
        };
        foreach (var name in Names.Where(name => name != Reversed))
            nodes[name] = new JsonObject
            {
                ["inputs"] = name == "u" ? new JsonObject { [Order] = Order } : [],
                ["locked"] = new JsonObject
                {
                    ["type"] = "git",
                    ["url"] = Url,
                    ["ref"] = "r\e[31mef\u202e",
                    ["rev"] = new string((char)('0' + day), 40),
                    ["lastModified"] = day,
                    ["narHash"] = $"sha256-{new string('A', 43)}=",
                },
                ["original"] = new JsonObject { ["type"] = "git", ["url"] = Url },
            };
        return new JsonObject { ["nodes"] = nodes, ["root"] = "root", ["version"] = 7 }.ToJsonString();
    }

    void Commit(string subject)
    {
        TestGit.In(_folder.Path, "add", "-A");
        TestGit.In(_folder.Path, "commit", "-q", "--cleanup=verbatim", "-m", subject);
    }

    async Task<(string Output, string Errors)> RunAsync(string[] words)
    {
        using var output = new StringWriter();
        using var errors = new StringWriter();
        var variables = new Dictionary<string, string>
        {
            ["HOME"] = _folder["home"],
            ["NIX_CONF_DIR"] = _folder["home"],
            ["NIX_CONFIG"] = "download-attempts = 1",
        };
        var surroundings = new Surroundings(
            output, TextWriter.Synchronized(errors), null, _folder.Path, variables, _ => new Refusing(), new TestPrograms(),
            TimeProvider.System, false, 80);
        await App.RunAsync(words, surroundings, TestContext.Current.CancellationToken);
        return (output.ToString(), errors.ToString());
    }

    /// <summary>A network in which no server is reached, and which says whom it did not reach.</summary>
    sealed class Refusing : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            throw new HttpRequestException($"no way to {request.RequestUri}\e[2J");
    }

    /// <summary>git as it is, and no other program.</summary>
    sealed class TestPrograms : IProcessRunner
    {
        readonly ProcessRunner _real = new();

        static ProcessRequest Prepared(ProcessRequest request) => request with
        {
            Program = request.Program is "git" or "sh" ? request.Program : "/nowhere",
            Environment = TestGit.Variables
                .Aggregate(EnvironmentChanges.None, (changes, variable) => changes.Set(variable.Key, variable.Value))
                .Then(request.Environment),
        };

        public Task<Finished> RunAsync(ProcessRequest request, CancellationToken cancellationToken) =>
            _real.RunAsync(Prepared(request), cancellationToken);

        public IRunningProcess Start(ProcessRequest request) => _real.Start(Prepared(request));
    }
}
