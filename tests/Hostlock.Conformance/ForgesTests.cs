using System.Formats.Tar;
using System.IO.Compression;
using Hostlock.Conformance.Support;
using Hostlock.Tests.Support;

namespace Hostlock.Conformance;

/// <summary>
/// hostlock and Nix 2.34 in a web of their own: the same inputs give the same bytes, and both ask for the same things.
/// What Nix asked and wrote is recorded in vectors/forges, and the usual run asks Nix itself about a part of it; HOSTLOCK_BLESS=1 records
/// all anew.
/// </summary>
public sealed class ForgesTests : IAsyncLifetime
{
    // The usual run asks Nix anew for one of so many recorded answers.
    const int UsualShare = 3;

    const string Plain = "{ outputs = _: { }; }";
    const string Nobody = "0123456789abcdef0123456789abcdef01234567";

    readonly TempFolder _folder = new();
    readonly Forges _forges = new();
    readonly ForgeProxy _web;

    public ForgesTests() => _web = new(_forges.Answer);

    public ValueTask InitializeAsync()
    {
        _folder.Write("certificates.pem", ForgeProxy.AuthorityPem);
        return default;
    }

    public async ValueTask DisposeAsync()
    {
        await _web.DisposeAsync();
        _folder.Dispose();
    }

    /// <param name="Name">What it is about.</param>
    /// <param name="Inputs">The inputs of the flake, as Nix code.</param>
    /// <param name="Settings">Of nix.conf.</param>
    public sealed record Case(string Name, string Inputs, string Settings = "");

    public static readonly Case[] Cases =
    [
        new("github", "a.url = \"github:acme/a\";"),
        new(
            "github by branch, tag and revision",
            "b.url = \"github:acme/a/dev\"; t.url = \"github:acme/a/v1\"; q.url = \"github:acme/a?ref=feature/x\"; r.url = "
                + "\"github:acme/a/@REV@\";"),
        new("github of a company", "a.url = \"github:acme/a?host=git.acme.test\"; b.url = \"github:acme/a/dev?host=git.acme.test\";"),
        new(
            "github with a token",
            "a.url = \"github:acme/a\"; z = { url = \"github:acme/z\"; flake = false; };",
            "access-tokens = github.com=secret"),
        new(
            "github with tokens by owner",
            "a.url = \"github:acme/a\"; z = { url = \"github:other/z\"; flake = false; };",
            "access-tokens = github.com=one github.com/acme=two github.com/acme/b=three"),
        new("one tree by two names", "a.url = \"github:acme/a\"; same.url = \"github:acme/a\"; main.url = \"github:acme/a/main\";"),
        new("an input of an input", "top.url = \"github:acme/top\";"),
        new("a lock of its own", "locked.url = \"github:acme/locked\";"),
        new("a folder in a repository", "a.url = \"github:acme/a?dir=sub\";"),
        new("gitlab", "a.url = \"gitlab:acme/a\"; d.url = \"gitlab:acme/a/dev\"; r.url = \"gitlab:acme/a/@REV@\";"),
        new("gitlab with groups", "a.url = \"gitlab:acme%252Ftools/a\"; c.url = \"gitlab:acme/a?host=gitlab.acme.test\";"),
        new(
            "gitlab with tokens",
            "a.url = \"gitlab:acme/a\"; c.url = \"gitlab:acme/a?host=gitlab.acme.test\";",
            "access-tokens = gitlab.com=PAT:secret gitlab.acme.test=OAuth2:other"),
        new(
            "sourcehut",
            "a.url = \"sourcehut:~acme/a\"; d.url = \"sourcehut:~acme/a/dev\"; t.url = \"sourcehut:~acme/a/v1\"; c.url = "
                + "\"sourcehut:~acme/a?host=hut.acme.test\";"),
        new("sourcehut with a token", "a.url = \"sourcehut:~acme/a\";", "access-tokens = git.sr.ht=secret"),
        new("a tarball", "a.url = \"https://files.test/a.tar.gz\";"),
        new("a tarball with a tag", "a.url = \"https://files.test/tagged.tar.gz\";"),
        new(
            "a tarball with an immutable link",
            "a.url = \"https://files.test/link.tar.gz\"; b.url = \"https://files.test/moved/link.tar.gz?dir=sub\";"),
        new("a file", "a = { url = \"https://files.test/a.json\"; flake = false; };"),
        new("a registry", "a.url = \"acme\"; b.url = \"acme/dev\";", "flake-registry = https://registry.test/registry.json"),
        new("a registry is asked only for names", "a.url = \"github:acme/a\";", "flake-registry = https://registry.test/registry.json"),
        new("a registry that is not there", "a.url = \"acme\";", "flake-registry = https://registry.test/nothing.json"),
        new("nothing there", "a.url = \"github:acme/nothing\";"),
        new("no such branch", "a.url = \"github:acme/a/nothing\";"),
        new("no such branch at gitlab", "a.url = \"gitlab:acme/a/nothing\";"),
        new("no such branch at sourcehut", "a.url = \"sourcehut:~acme/a/nothing\";"),
        new("no such revision", $"a.url = \"github:acme/a/{Nobody}\";"),
        new("no archive", "a.url = \"https://files.test/nothing.tar.gz\";"),
        new("an archive that is none", "a.url = \"https://files.test/text.tar.gz\";"),
        new("an archive that ends too soon", "a.url = \"https://files.test/half.tar.gz\";"),
        new("redirects without end", "a.url = \"https://files.test/round/1.tar.gz\";"),
        new("a limit that is used up", "a.url = \"https://files.test/limit.tar.gz\";"),
    ];

    public static TheoryData<string> Names() => [.. Cases.Select(each => each.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Both_write_the_same_and_ask_the_same(string name)
    {
        var each = Cases.Single(known => known.Name == name);
        var recorded = Path.Combine(Repository.Vectors("forges"), $"{name.Replace(' ', '-')}.txt");
        var revision = Fill();
        var settings = $"flake-registry =\ndownload-attempts = 1\n{each.Settings}";
        // hostlock asks whether a branch was rewritten, and Nix does not. If going back is allowed, nobody asks.
        var ours = Story(each, revision, "ours", (folder, arguments) => Run.Program(
            HostlockProgram.Path,
            folder,
            Variables(settings),
            [
                arguments[0],
                "root",
                .. arguments.Skip(1).SelectMany(input => new[] { "-i", input }),
                .. arguments[0] == "update" ? (string[])["--allow-downgrade"] : [],
            ]));
        var isBlessing = Environment.GetEnvironmentVariable("HOSTLOCK_BLESS") == "1";
        var isAsked = isBlessing || Sample.Has(Array.IndexOf(Cases, each), UsualShare);
        if (isAsked && RealNix.Find("2.34") is not null)
        {
            revision = Fill();
            var nix = RealNix.Get("2.34", _folder);
            nix.Configure(settings, _web.Variables(_folder["certificates.pem"]));
            var theirs = Story(each, revision, "theirs", (folder, arguments) => nix.Run(folder, ["flake", .. arguments]));
            if (isBlessing)
            {
                Directory.CreateDirectory(Path.GetDirectoryName(recorded)!);
                File.WriteAllText(recorded, theirs);
            }
            Assert.Equal(theirs, ours);
        }
        Assert.Equal(File.ReadAllText(recorded), ours);
    }

    [Fact]
    public void Seven_hosts_ask_for_no_more_than_one()
    {
        Fill();
        _folder.Write(
            "fleet/flake.nix",
            "{ inputs.a.url = \"github:acme/a\"; inputs.g.url = \"gitlab:acme/a\"; inputs.t.url = \"https://files.test/a.tar.gz\"; "
                + "inputs.top.url = \"github:acme/top\"; outputs = _: { }; }");
        string[] hosts = ["dobro", "zeeba", "plex", "orc", "imbp", "nixahi", "matcha"];
        _folder.Write("fleet/hostlock.toml", $"version = 1\n{string.Concat(hosts.Select(host => $"[hosts.{host}]\n"))}");
        // Each host has a lock of its own, so that each is worked out by itself.
        foreach (var (host, i) in hosts.Select((host, i) => (host, i)))
            _folder.Write(
                $"fleet/locks/{host}.lock",
                $$"""{ "nodes": { "root": { "inputs": { "gone{{i}}": ["a"] } } }, "root": "root", "version": 7 }""");
        _web.TakeRequests();

        _ = Run.Program(HostlockProgram.Path, _folder["fleet"], Variables("flake-registry ="), ["update", .. hosts]).Succeeded;

        Assert.Equal(
            [
                "GET api.github.com/repos/acme/a/commits/HEAD", "GET "
                    + "api.github.com/repos/acme/top/commits/HEAD", "GET api.github.com/repos/acme/z/commits/HEAD",
                "GET files.test/a.tar.gz", "GET gitlab.com/api/v4/projects/acme%2Fa/repository/commits?ref_name=HEAD",
            ],
            _web.Requests.Select(Shown).Where(
                request => !request.Contains("archive", StringComparison.Ordinal)).Order(StringComparer.Ordinal));
        Assert.Equal(4, _web.Requests.Count(request => request.Target.Contains("archive", StringComparison.Ordinal)));
        Assert.Single(hosts.Select(host => _folder.Read($"fleet/locks/{host}.lock")).Distinct());
    }

    [Fact]
    public void A_host_that_fails_does_not_take_from_the_others_what_both_wait_for()
    {
        Fill();
        _forges.File("files.test/broken.tar.gz", new(200, Forges.Archive("a", [("flake.nix", "{ outputs = ")], 5)));
        // What both wait for is under way when the one gets what it fails by, and is answered only then. AskedOnceTests has the rest.
        var (isUnderWay, hasBroken) = (new TaskCompletionSource(), new TaskCompletionSource());
        var stop = TestContext.Current.CancellationToken;
        _web.Answer = request =>
        {
            if (request.Target.StartsWith("/acme/z/archive", StringComparison.Ordinal))
            {
                isUnderWay.TrySetResult();
                hasBroken.Task.Wait(stop);
            }
            else if (request.Target == "/broken.tar.gz")
            {
                isUnderWay.Task.Wait(stop);
                hasBroken.TrySetResult();
            }
            return _forges.Answer(request);
        };
        _folder.Write(
            "fleet/flake.nix",
            "{ inputs.a.url = \"github:acme/a\"; inputs.z = { url = \"github:acme/z\"; flake = false; }; outputs = _: { }; }");
        _folder.Write("fleet/hostlock.toml", "version = 1\n[hosts.orc]\n[hosts.plex]\ninputs.a = \"https://files.test/broken.tar.gz\"\n");

        var ended = Run.Program(HostlockProgram.Path, _folder["fleet"], Variables("flake-registry ="), "lock", "plex", "orc");

        Assert.Equal(4, ended.ExitCode);
        Assert.Contains("plex: error:", ended.Errors, StringComparison.Ordinal);
        Assert.Contains("acme", _folder.Read("fleet/locks/orc.lock"), StringComparison.Ordinal);
        Assert.False(File.Exists(_folder["fleet/locks/plex.lock"]));
    }

    /// <summary>Errors that no answer of a server may turn into a wait without end, a crash or a lock.</summary>
    [Theory]
    [InlineData("hang", "no answer within 5 seconds", "stalled-download-timeout = 5")]
    [InlineData("stall", "nothing came for 5 seconds", "stalled-download-timeout = 5")]
    [InlineData("bomb", "flake.nix' does not exist")]
    [InlineData("reset", "the connection broke off")]
    [InlineData("deep", "deeper than")]
    public void Wrong_answers_are_errors(string what, string message, string setting = "")
    {
        _forges.File($"files.test/{what}.tar.gz", what switch
        {
            "hang" => new(200, []) { Hangs = true },
            "stall" => new(200, Forges.Archive("a", [("x", Random(100_000))], 1)) { StallsAt = 30_000 },
            "bomb" => new(200, Bomb()),
            "reset" => new(200, Forges.Archive("a", [("x", Random(100_000))], 1)) { CutAt = 30_000 },
            _ => new(200, Forges.Archive("a", [(string.Concat(Enumerable.Repeat("d/", 70)) + "x", "")], 1)),
        });
        _folder.Write("top/flake.nix", $"{{ inputs.a.url = \"https://files.test/{what}.tar.gz\"; outputs = _: {{ }}; }}");
        // Only the cases about waiting have a short limit, so that a busy machine gives no wrong answer.
        var settings = $"flake-registry =\ndownload-attempts = 1\n{setting}";

        var ended = Run.Program(HostlockProgram.Path, _folder["top"], Variables(settings), "lock", "root");

        Assert.True(ended.ExitCode is 2 or 3, $"{ended.ExitCode} {ended.Errors}");
        Assert.Contains(message, ended.Errors, StringComparison.Ordinal);
        Assert.False(File.Exists(_folder["top/flake.lock"]));
        Assert.Empty(Directory.Exists(_folder["home/cache/hostlock/tmp"]) ? Directory.GetFiles(_folder["home/cache/hostlock/tmp"]) : []);
    }

    [Fact]
    public void What_passes_is_tried_again()
    {
        var count = 0;
        _web.Answer = request => request.Host == "files.test" && ++count < 3 ? WebAnswer.Text("later", 500) : _forges.Answer(request);
        _forges.File("files.test/a.tar.gz", new(200, Forges.Archive("a", [("flake.nix", Plain)], 5)));
        _folder.Write("top/flake.nix", "{ inputs.a.url = \"https://files.test/a.tar.gz\"; outputs = _: { }; }");

        _ = Run.Program(HostlockProgram.Path, _folder["top"], Variables("flake-registry ="), "lock", "root").Succeeded;

        Assert.Equal(3, count);
    }

    [Fact]
    public void A_lock_whose_tree_is_another_now_is_refused()
    {
        _forges.File(
            "files.test/a.tar.gz",
            new(
                200,
                Forges.Archive(
                    "a",
                    [("flake.nix", "{ inputs.b.url = \"https://files.test/b.tar.gz\"; inputs.c.follows = \"b\"; outputs = _: { }; }")],
                    5)));
        _forges.File("files.test/b.tar.gz", new(200, Forges.Archive("b", [("flake.nix", Plain)], 5)));
        _folder.Write("top/flake.nix", "{ inputs.a.url = \"https://files.test/a.tar.gz\"; outputs = _: { }; }");
        _ = Run.Program(HostlockProgram.Path, _folder["top"], Variables("flake-registry ="), "lock", "root").Succeeded;
        var before = _folder.Read("top/flake.lock");
        _forges.File("files.test/a.tar.gz", new(200, Forges.Archive("a", [("flake.nix", Plain)], 6)));
        _folder.Clear("home");

        var ended = Run.Program(HostlockProgram.Path, _folder["top"], Variables("flake-registry ="), "update", "root", "-i", "a/b");

        Assert.Equal(3, ended.ExitCode);
        Assert.Contains("NAR hash", ended.Errors, StringComparison.Ordinal);
        Assert.Equal(before, _folder.Read("top/flake.lock"));
    }

    [Fact]
    public void Tokens_are_never_shown()
    {
        _folder.Write(
            "top/flake.nix",
            "{ inputs.a.url = \"github:acme/nothing\"; inputs.b.url = \"https://user:password@files.test/b.tar.gz\"; outputs = _: { }; }");

        var ended = Run.Program(
            HostlockProgram.Path,
            _folder["top"],
            Variables("flake-registry =\naccess-tokens = github.com=verysecret\ndownload-attempts = 1"),
            "lock",
            "root");

        Assert.Equal(3, ended.ExitCode);
        Assert.DoesNotContain("verysecret", ended.Errors + ended.Output, StringComparison.Ordinal);
        Assert.Contains(_web.Requests, request => request.Headers.GetValueOrDefault("authorization") == "token verysecret");
    }

    Dictionary<string, string> Variables(string settings) =>
        new([.. HostlockProgram.Variables(_folder["home"]), .. _web.Variables(_folder["certificates.pem"])]) { ["NIX_CONFIG"] = settings };

    // The world before each program's turn; the revisions of acme/a at GitHub and GitLab that some flakes name.
    string Fill()
    {
        _forges.Clear();
        foreach (var host in (string[])["github.com", "git.acme.test", "gitlab.com", "gitlab.acme.test"])
        {
            _forges.Commit($"{host}/acme/a", "main", ("flake.nix", Plain), ("sub/flake.nix", Plain), ("version", "1"));
            _forges.Commit($"{host}/acme/a", "dev", ("flake.nix", Plain), ("version", "dev"));
        }
        _forges.Commit("gitlab.com/acme/tools/a", "main", ("flake.nix", Plain));
        foreach (var host in (string[])["git.sr.ht", "hut.acme.test"])
        {
            _forges.Tag($"{host}/~acme/a", "v1", _forges.Commit($"{host}/~acme/a", "main", ("flake.nix", Plain), ("version", "1")));
            _forges.Commit($"{host}/~acme/a", "dev", ("flake.nix", Plain), ("version", "dev"));
        }
        var github = _forges.Commit("github.com/acme/a", "main", ("flake.nix", Plain), ("sub/flake.nix", Plain), ("version", "1"));
        _forges.Tag("github.com/acme/a", "v1", github);
        _forges.Commit("github.com/acme/a", "feature/x", ("flake.nix", Plain), ("version", "x"));
        var gitlab = _forges.Commit("gitlab.com/acme/a", "main", ("flake.nix", Plain), ("sub/flake.nix", Plain), ("version", "1"));
        _forges.Commit("github.com/acme/z", "main", ("data", "z"));
        _forges.Commit("github.com/other/z", "main", ("data", "other z"));
        _forges.Commit(
            "github.com/acme/top",
            "main",
            (
                "flake.nix",
                "{ inputs.a.url = \"github:acme/a\"; inputs.z = { url = \"github:acme/z\"; flake = false; }; outputs = _: { }; }"));
        _forges.Commit("github.com/acme/locked", "main",
            ("flake.nix", "{ inputs.z = { url = \"github:acme/z\"; flake = false; }; outputs = _: { }; }"),
            (
                "flake.lock",
                """{ "nodes": { "root": { "inputs": { "z": "z" } }, "z": { "flake": false, "locked": {"""
                    + $$""" "lastModified": 5, "narHash": "sha256-{{new string('A', 43)}}=", "owner": "acme", "repo": "z","""
                    + $$""" "rev": "{{Nobody}}", "type": "github" """
                    + """}, "original": { "owner": "acme", "repo": "z", "type": "github" } } }, "root": "root", "version": 7 }"""));
        var archive = Forges.Archive("a", [("flake.nix", Plain), ("sub/flake.nix", Plain)], 1_700_000_100);
        _forges.File("files.test/a.tar.gz", new(200, archive));
        _forges.File("files.test/tagged.tar.gz", new(200, archive, ("ETag", "\"first\"")));
        _forges.File(
            "files.test/link.tar.gz",
            new(200, archive, ("Link", "<https://files.test/fixed/a.tar.gz?rev=" + Nobody + "&revCount=7>; rel=\"immutable\"")));
        _forges.File("files.test/moved/link.tar.gz", new(302, [], ("Location", "/link.tar.gz")));
        _forges.File("files.test/a.json", WebAnswer.Text("{ }"));
        _forges.File("files.test/text.tar.gz", WebAnswer.Text("this is no archive, and never was one"));
        _forges.File("files.test/half.tar.gz", new(200, archive[..(archive.Length / 2)]));
        _forges.File("files.test/round/1.tar.gz", new(302, [], ("Location", "/round/2.tar.gz")));
        _forges.File("files.test/round/2.tar.gz", new(302, [], ("Location", "/round/1.tar.gz")));
        _forges.File("files.test/limit.tar.gz", new(403, [], ("x-ratelimit-remaining", "0")));
        _forges.File(
            "registry.test/registry.json",
            WebAnswer.Text(
                """
                {
                  "version": 2,
                  "flakes": [
                    { "from": { "type": "indirect", "id": "acme" }, "to": { "type": "github", "owner": "acme", "repo": "a" } }
                  ]
                }
                """));
        return $"{github} {gitlab}";
    }

    // What is asked and written in each step; the moves of upstream lie between them.
    string Story(Case each, string revisions, string name, Func<string, string[], Ended> run)
    {
        var said = new System.Text.StringBuilder();
        var revision = revisions.Split(' ')[each.Name.StartsWith("gitlab", StringComparison.Ordinal) ? 1 : 0];
        _folder.Write(
            $"{name}/flake.nix",
            $"{{ inputs = {{ {each.Inputs.Replace("@REV@", revision, StringComparison.Ordinal)} }}; outputs = _: {{ }}; }}");
        Step("lock", "lock");
        Step("lock again", "lock");
        string[] repositories =
            ["github.com/acme/a", "git.acme.test/acme/a", "gitlab.com/acme/a", "git.sr.ht/~acme/a", "github.com/acme/z"];
        foreach (var repository in repositories)
            _forges.Commit(repository, "main", ("flake.nix", Plain), ("sub/flake.nix", Plain), ("data", "moved"), ("version", "2"));
        Step("lock after upstream moved", "lock");
        Step("update a", "update", "a");
        Step("update", "update");
        _forges.File(
            "files.test/tagged.tar.gz",
            new(200, Forges.Archive("a", [("flake.nix", Plain), ("version", "3")], 1_700_000_200), ("ETag", "\"second\"")));
        Step("update again", "update");
        return said.ToString();

        void Step(string what, params string[] arguments)
        {
            _web.TakeRequests();
            if (arguments is [_, var input]
                && !each.Inputs.StartsWith($"{input}.", StringComparison.Ordinal)
                && !each.Inputs.StartsWith($"{input} ", StringComparison.Ordinal))
                return;
            var ended = run(_folder[name], arguments);
            said.Append(System.Globalization.CultureInfo.InvariantCulture, $"== {what}: {(ended.ExitCode == 0 ? "done" : "failed")}\n");
            foreach (var request in _web.TakeRequests().Select(Shown).Order(StringComparer.Ordinal))
                said.Append(request).Append('\n');
            said.Append(File.Exists(_folder[$"{name}/flake.lock"]) ? _folder.Read($"{name}/flake.lock") : "no lock\n");
        }
    }

    static string Shown(WebRequest request) =>
        request + string.Concat(
            ((string[])["authorization", "private-token", "if-none-match"]).Where(request.Headers.ContainsKey).Select(
                name => $" {name}: {request.Headers[name]}"));

    // 192 MiB in a few kilobytes: a gzip of many members, of which each file's contents are the same one.
    static byte[] Bomb()
    {
        var contents = new byte[16 * 1024 * 1024];
        var packed = Gzip(contents);
        using var bytes = new MemoryStream();
        for (var i = 0; i < 12; i++)
        {
            using var tar = new MemoryStream();
            using (var writer = new TarWriter(tar, TarEntryFormat.Ustar, leaveOpen: true))
                writer.WriteEntry(new UstarTarEntry(TarEntryType.RegularFile, $"a/{i}") { DataStream = new MemoryStream(contents) });
            bytes.Write(Gzip(tar.GetBuffer().AsSpan(0, 512)));
            bytes.Write(packed);
        }
        bytes.Write(Gzip(new byte[1024]));
        return bytes.ToArray();

        static byte[] Gzip(ReadOnlySpan<byte> data)
        {
            using var gzip = new MemoryStream();
            using (var stream = new GZipStream(gzip, CompressionLevel.Fastest, leaveOpen: true))
                stream.Write(data);
            return gzip.ToArray();
        }
    }

    static string Random(int length)
    {
        var random = new Random(1);
        return string.Create(length, random, static (span, random) =>
        {
            for (var i = 0; i < span.Length; i++)
                span[i] = (char)random.Next(' ', '~');
        });
    }
}
