using System.Text;
using System.Text.RegularExpressions;
using Hostlock.Conformance.Support;
using Hostlock.Tests.Support;

namespace Hostlock.Conformance;

/// <summary>The files of docs/ci.md are run as a CI runs them, with a repository of our own and a forge that keeps the requests.</summary>
public sealed partial class CiTests : IDisposable
{
    // These repositories are gone before there is anything to tidy in them.
    const string NoTidying = "maintenance.auto=false";

    static readonly string[] Forges = ["github", "forgejo", "gitlab"];

    readonly SevenHosts _seven = new();
    DateTimeOffset _now = new(2020, 3, 2, 4, 0, 0, TimeSpan.Zero);
    int _jobs;

    public static TheoryData<string> All() => [.. Forges];

    TempFolder Folder => _seven.Folder;

    string Origin => Folder["fleet.git"];

    public void Dispose() => _seven.Dispose();

    [Fact]
    public async Task A_week_brings_an_update_to_all_rings()
    {
        const string kind = "github";
        Publish();
        var forge = new RequestForge(kind, Origin);
        await using var server = new LoopbackServer(forge.Answer);

        // On Monday nothing has moved, and then something has.
        Assert.Contains("hostlock/update-canary: nothing moves", Job(kind, server, "update").Errors, StringComparison.Ordinal);
        _seven.Move("nixpkgs", 60);
        _ = Job(kind, server, "update").Succeeded;
        var update = Assert.Single(forge.Requests);
        Assert.Equal("hostlock/update-canary", update.Branch);
        Assert.Matches("^locks: plex nixpkgs [0-9a-f]{7} → [0-9a-f]{7}", update.Title);
        Assert.StartsWith("This is `hostlock update @canary`.\n\n", update.Text, StringComparison.Ordinal);
        Assert.Contains("plex", update.Text, StringComparison.Ordinal);

        // A second run finds nothing new, and inputs that move before the merge go into the same request.
        var head = Head(update.Branch);
        _ = Job(kind, server, "update").Succeeded;
        Assert.Equal(head, Head(update.Branch));
        _seven.Move("nixpkgs", 61, text: "25.11-c\n");
        _ = Job(kind, server, "update").Succeeded;
        Assert.NotEqual(head, Head(update.Branch));
        Assert.NotEqual(update.Title, Assert.Single(forge.Requests).Title);
        Assert.Contains("hostlock/promote-rest: nothing moves", Job(kind, server, "promote").Errors, StringComparison.Ordinal);

        // On Tuesday the request is merged. Its commit is of Monday, and the soak counts from the merge.
        Pass(TimeSpan.FromDays(1));
        Merge(forge, 1);
        Pass(TimeSpan.FromDays(2.5));
        Assert.Contains("@rest: waits until 2020-03-06T04:00:00Z", Job(kind, server, "promote").Errors, StringComparison.Ordinal);
        Pass(TimeSpan.FromDays(0.5));
        var job = Job(kind, server, "promote");
        var promotion = forge.Requests[1];
        Assert.Equal(2, forge.Requests.Count);
        Assert.Equal("hostlock/promote-rest", promotion.Branch);
        Assert.StartsWith(
            "This is `hostlock promote plex @rest`: @canary has its locks since 2020-03-03T04:00:00Z.\n\n", promotion.Text,
            StringComparison.Ordinal);
        // The last ring is not asked to take what the rest does not have.
        Assert.Contains("hostlock/promote-last: nothing moves", job.Errors, StringComparison.Ordinal);
        Merge(forge, 2);
        Assert.Equal(At("main", "locks/plex.lock"), At("main", "locks/dobro.lock"));
        Assert.Equal(At("main", "locks/plex.lock"), At("main", "locks/zeeba.lock"));

        // A day later the last ring is asked. On Monday a new update comes, and nobody has touched what was at hand.
        Assert.Contains("@last: waits until 2020-03-07T04:00:00Z", Job(kind, server, "promote").Errors, StringComparison.Ordinal);
        Pass(TimeSpan.FromDays(1));
        _ = Job(kind, server, "promote").Succeeded;
        Assert.Equal("hostlock/promote-last", forge.Requests[2].Branch);
        Merge(forge, 3);
        Assert.Equal(At("main", "locks/plex.lock"), At("main", "locks/orc.lock"));
        Pass(TimeSpan.FromDays(2));
        _seven.Move("nixpkgs", 67, text: "25.11-d\n");
        _ = Job(kind, server, "update").Succeeded;
        Assert.Equal((4, update.Branch), (forge.Requests.Count, forge.Requests[3].Branch));
        Assert.Empty(TestGit.In(Folder[$"job-{_jobs}"], "status", "--porcelain"));
        Assert.Single(TestGit.In(Folder[$"job-{_jobs}"], "worktree", "list").Trim().Split('\n'));
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task What_a_person_did_with_a_request_stands(string kind)
    {
        Publish();
        var forge = new RequestForge(kind, Origin);
        await using var server = new LoopbackServer(forge.Answer);
        _seven.Move("nixpkgs", 59, text: "25.11-a\n");
        _ = Job(kind, server, "update").Succeeded;
        var first = Assert.Single(forge.Requests);
        _seven.Move("nixpkgs", 60);
        _ = Job(kind, server, "update").Succeeded;

        Assert.NotEqual((first.Title, first.Text), (Assert.Single(forge.Requests).Title, forge.Requests[0].Text));

        forge.Close(1);
        var again = Job(kind, server, "update");

        Assert.Contains("its request was closed", again.Errors, StringComparison.Ordinal);
        Assert.Single(forge.Requests);

        _seven.Move("nixpkgs", 61, text: "25.11-c\n");
        _ = Job(kind, server, "update").Succeeded;
        Assert.Equal(2, forge.Requests.Count);

        var clone = Clone("person", "Jono");
        TestGit.In(clone, "checkout", "-q", forge.Requests[1].Branch);
        File.WriteAllText(Path.Combine(clone, "note"), "wait for me\n");
        TestGit.In(clone, "add", "note");
        _ = Run.Program("git", clone, TestGit.By("Jono", _now), "commit", "-q", "-m", "a note").Succeeded;
        TestGit.In(clone, "push", "-q");
        _seven.Move("nixpkgs", 62, text: "25.11-d\n");
        var theirs = Job(kind, server, "update");

        Assert.Contains("somebody else committed to it, so it is left alone", theirs.Errors, StringComparison.Ordinal);
        Assert.Equal("wait for me\n", At(forge.Requests[1].Branch, "note"));
    }

    [Fact]
    public async Task A_forge_that_refuses_fails_the_job_and_the_next_one_opens_the_request()
    {
        Publish();
        var forge = new RequestForge("github", Origin);
        await using var server = new LoopbackServer(_ => WebAnswer.Text("""{ "message": "no\u001b[2J" }""", 403));
        _seven.Move("nixpkgs", 60);

        var refused = Job("github", server, "update");

        Assert.Equal(3, refused.ExitCode);
        Assert.Contains("hostlock-ci: the forge answers 403 to the question for requests", refused.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain(RequestForge.Token, refused.Errors, StringComparison.Ordinal);
        server.Answer = forge.Answer;
        _ = Job("github", server, "update").Succeeded;
        Assert.Single(forge.Requests);
    }

    [Fact]
    public async Task The_first_ring_gets_what_another_bot_brought_to_the_root_lock()
    {
        Publish();
        var forge = new RequestForge("github", Origin);
        await using var server = new LoopbackServer(forge.Answer);
        _seven.Move("nixpkgs", 60);
        var clone = Clone("bot", "bot");
        _ = HostlockProgram.Run(clone, _seven.Home, "update", "root", "--commit").Succeeded;
        TestGit.In(clone, "push", "-q");

        _ = Job("github", server, "update", ("from", "root")).Succeeded;

        Assert.Equal(At("main", "flake.lock"), At("hostlock/update-canary", "locks/plex.lock"));
        Assert.NotEqual(At("main", "flake.lock"), At("main", "locks/plex.lock"));
    }

    [Fact]
    public void Rings_whose_names_have_the_same_words_have_branches_of_their_own()
    {
        Publish();
        var clone = Clone("person", "Jono");
        var toml = File.ReadAllText(Path.Combine(clone, "hostlock.toml"))
            .Replace("rest", "r-1", StringComparison.Ordinal).Replace("last", "\"r.1\"", StringComparison.Ordinal)
            .Replace("\"\"r.1\"\"", "\"r.1\"", StringComparison.Ordinal)
            .Replace("after = \"r-1\"", "after = \"canary\"", StringComparison.Ordinal)
            .Replace("soak = \"3d\"\n", "", StringComparison.Ordinal).Replace("soak = \"1d\"\n", "", StringComparison.Ordinal);
        File.WriteAllText(Path.Combine(clone, "hostlock.toml"), toml);
        TestGit.Commit(clone, 51);
        _seven.Move("nixpkgs", 60);
        _ = HostlockProgram.Run(clone, _seven.Home, "update", "plex", "--commit").Succeeded;
        TestGit.In(clone, "push", "-q");

        var job = Locally("promote");

        Assert.Equal(0, job.ExitCode);
        Assert.Equal(At("main", "locks/plex.lock"), At("hostlock/promote-r-1", "locks/dobro.lock"));
        Assert.Equal(At("main", "locks/plex.lock"), At("hostlock/promote-r-1.3012592838", "locks/orc.lock"));
    }

    [Fact]
    public void Jobs_that_ask_for_different_things_have_branches_of_their_own()
    {
        Publish();
        var clone = Clone("person", "Jono");
        var toml = File.ReadAllText(Path.Combine(clone, "hostlock.toml")).Replace("canary", "plex", StringComparison.Ordinal);
        File.WriteAllText(Path.Combine(clone, "hostlock.toml"), toml);
        TestGit.Commit(clone, 51);
        TestGit.In(clone, "push", "-q");
        _seven.Move("nixpkgs", 60);
        (string Hosts, string Inputs)[] asked = [("", ""), ("@plex", ""), ("plex", ""), ("plex dobro", ""), ("@plex", "nixpkgs")];

        foreach (var (hosts, inputs) in asked)
            _ = Locally("update", clone, ("HOSTLOCK_CI_HOSTS", hosts), ("HOSTLOCK_CI_INPUTS", inputs)).Succeeded;

        // Without hosts, a job is about the first ring, so the first two jobs are the same.
        var branches = TestGit.In(Origin, "for-each-ref", "--format=%(refname:short)", "refs/heads/hostlock").Trim().Split('\n');
        Assert.Equal(
            ["hostlock/update-plex", "hostlock/update-plex-dobro.N", "hostlock/update-plex.N", "hostlock/update-plex.N"],
            branches.Select(branch => Number().Replace(branch, ".N")).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void A_fleet_that_cannot_be_read_fails_the_job()
    {
        Publish();
        var clone = Clone("person", "Jono");
        File.WriteAllText(Path.Combine(clone, "hostlock.toml"), "rings = 3\n");
        TestGit.Commit(clone, 51);
        TestGit.In(clone, "push", "-q");

        Assert.Equal(2, Locally("promote").ExitCode);
        Assert.Equal(2, Locally("update").ExitCode);
    }

    // A login that a CI has put into its clone may be allowed less than the token, and is not used in place of it.
    [Theory]
    [InlineData("")]
    [InlineData("gitlab-ci-token:of-the-job@")]
    public async Task The_server_of_the_remote_gets_the_token(string login)
    {
        Publish();
        var logins = new List<string>();
        await using var server = new LoopbackServer(request =>
        {
            if (request.Headers.GetValueOrDefault("authorization") is { } given)
                logins.Add(Encoding.UTF8.GetString(Convert.FromBase64String(given.Split(' ')[1])));
            return WebAnswer.Text("", 401) with { Headers = [("WWW-Authenticate", "Basic realm=\"x\"")] };
        });
        var clone = Clone("job", "hostlock-ci");
        TestGit.In(clone, "remote", "set-url", "origin", server.Url.Replace("://", $"://{login}", StringComparison.Ordinal) + "/fleet.git");
        TestGit.In(clone, "config", $"http.{server.Url}/.extraheader", "AUTHORIZATION: basic b2Y6am9i");
        TestGit.In(clone, "config", "credential.helper", "!f() { printf 'username=job\\npassword=of-the-job\\n'; }; f");

        _ = Locally("check", clone, ("HOSTLOCK_CI_BASE", "main"), ("HOSTLOCK_CI_TOKEN", RequestForge.Token));

        Assert.Equal($"hostlock-ci:{RequestForge.Token}", Assert.Single(logins));
    }

    [Fact]
    public async Task No_input_of_the_action_is_a_command()
    {
        Publish();
        await using var server = new LoopbackServer(new RequestForge("github", Origin).Answer);
        var made = Folder["made"];

        // Written into a script, this would be a command within quotes of either kind, and without any.
        var text = $"x'; touch {made}; 'x\"; touch {made}; \"x $(touch {made}) `touch {made}`\ntouch {made}";
        foreach (var name in (string[])["hosts", "inputs", "min-age", "from", "folder", "base", "token", "strict", "run"])
            _ = Job("github", server, "update", (name, text));

        Assert.False(File.Exists(made));
    }

    [Fact]
    public void The_script_of_the_action_has_no_expression_in_it()
    {
        var (script, variables) = CiFiles.Action([], "");

        Assert.DoesNotContain("${{", script, StringComparison.Ordinal);
        var known = Variable().Matches(File.ReadAllText(Path.Combine(Repository.Root, "ci/hostlock-ci")))
            .Select(match => match.Value)
            .ToHashSet();
        Assert.Empty(variables.Keys.Except(known.Append("HOSTLOCK_CI_RUN")));
        var page = File.ReadAllText(Path.Combine(Repository.Root, "docs/ci.md"));
        Assert.All(known, name => Assert.Contains($"| `{name}` |", page, StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task A_request_is_checked_and_what_is_found_is_shown(string kind)
    {
        Publish();
        await using var server = new LoopbackServer(new RequestForge(kind, Origin).Answer);
        var clone = Clone("person", "Jono");
        TestGit.In(clone, "checkout", "-q", "-b", "older");
        File.WriteAllText(Path.Combine(clone, "locks/plex.lock"), """{ "nodes": { "root": {} }, "root": "root", "version": 7 }""");
        TestGit.Commit(clone, 62);
        TestGit.In(clone, "push", "-q", "origin", "older");

        var whole = Job(kind, server, "check");
        var stale = Job(kind, server, "check", branch: "older");

        Assert.DoesNotContain("error", whole.Succeeded, StringComparison.Ordinal);
        Assert.Equal(1, stale.ExitCode);
        Assert.Contains(kind == "github" ? "::error file=" : "error: ", stale.Output, StringComparison.Ordinal);
        if (kind != "gitlab")
            Assert.Contains("plex", File.ReadAllText(Folder["summary"]), StringComparison.Ordinal);
    }

    [Fact]
    public void The_hook_is_a_command_that_finds_what_is_wrong()
    {
        Publish();
        var hook = File.ReadAllLines(Path.Combine(Repository.Root, ".pre-commit-hooks.yaml"))
            .First(line => line.TrimStart().StartsWith("entry: ", StringComparison.Ordinal))
            .Split(": ", 2)[1];
        var variables = HostlockProgram.Variables(_seven.Home);
        variables["PATH"] = $"{Folder["bin"]}:{Environment.GetEnvironmentVariable("PATH")}";

        var whole = Run.Program("/bin/sh", _seven.Fleet, variables, ["-c", hook]);
        File.Delete(Path.Combine(_seven.Fleet, "locks/plex.lock"));
        var missing = Run.Program("/bin/sh", _seven.Fleet, variables, ["-c", hook]);

        Assert.Equal((0, 1), (whole.ExitCode, missing.ExitCode));
    }

    [Fact]
    public void The_hook_stops_a_commit_that_only_deletes_a_lock()
    {
        const string Program = "/usr/bin/pre-commit";
        Assert.SkipUnless(File.Exists(Program), $"there is no {Program}");
        Publish();
        Folder.Write("hooks/.pre-commit-hooks.yaml", File.ReadAllText(Path.Combine(Repository.Root, ".pre-commit-hooks.yaml")));
        TestGit.Commit(Folder["hooks"], 1);
        var revision = TestGit.In(Folder["hooks"], "rev-parse", "HEAD").Trim();
        File.WriteAllText(
            Path.Combine(_seven.Fleet, ".pre-commit-config.yaml"),
            $"repos:\n  - repo: {Folder["hooks"]}\n    rev: {revision}\n    hooks:\n      - id: hostlock-check\n");
        TestGit.Commit(_seven.Fleet, 51);
        var variables = HostlockProgram.Variables(_seven.Home);
        variables["PATH"] = $"{Folder["bin"]}:{Environment.GetEnvironmentVariable("PATH")}";

        var whole = Run.Program(Program, _seven.Fleet, variables, ["run"]);
        TestGit.In(_seven.Fleet, "rm", "-q", "locks/plex.lock");
        var missing = Run.Program(Program, _seven.Fleet, variables, ["run"]);

        Assert.Equal((0, 1), (whole.ExitCode, missing.ExitCode));
        Assert.Contains("plex", missing.Output, StringComparison.Ordinal);
    }

    // Systems that build the checks of a flake have its files alone: no repository, no home, and nothing that can be written.
    [Fact]
    public void A_check_needs_the_files_alone()
    {
        Publish();
        var copy = Folder["copy"];
        TestGit.In(Folder.Path, "clone", "-q", Origin, copy);
        Directory.Delete(Path.Combine(copy, ".git"), recursive: true);
        var variables = HostlockProgram.Variables("/homeless-shelter");

        var ended = Run.Program(HostlockProgram.Path, "/", variables, ["-C", copy, "check"]);

        Assert.Equal((0, ""), (ended.ExitCode, ended.Errors));
    }

    // A fleet with three rings, in a bare repository.
    void Publish()
    {
        foreach (var program in (string[])["/usr/bin/curl", "/usr/bin/jq", "/bin/bash"])
            Assert.SkipUnless(File.Exists(program), $"there is no {program}");
        _ = _seven.Adopted();
        var toml = File.ReadAllText(Path.Combine(_seven.Fleet, "hostlock.toml"));
        var rings = new[] { ("plex", "canary"), ("dobro", "rest"), ("zeeba", "rest"), ("orc", "last") };
        foreach (var (host, ring) in rings)
            toml = toml.Replace($"[hosts.{host}]\n", $"[hosts.{host}]\nring = \"{ring}\"\n", StringComparison.Ordinal);
        File.WriteAllText(
            Path.Combine(_seven.Fleet, "hostlock.toml"),
            $"{toml}\n[rings.canary]\n\n[rings.rest]\nafter = \"canary\"\nsoak = \"3d\"\n\n"
                + "[rings.last]\nafter = \"rest\"\nsoak = \"1d\"\n");
        TestGit.Commit(_seven.Fleet, 50);
        TestGit.In(
            Folder.Path, "clone", "-q", "--template=", "--bare", "-c", NoTidying, "-c", "receive.autoGC=false", _seven.Fleet, Origin);
        Directory.CreateDirectory(Folder["bin"]);
        File.CreateSymbolicLink(Folder["bin/hostlock"], HostlockProgram.Path);
        File.CreateSymbolicLink(Folder["bin/hostlock-ci"], Path.Combine(Repository.Root, "ci/hostlock-ci"));
    }

    // A job in a clone that is new, at the time of the story, with the variables that the CI of a forge has.
    Ended Job(string kind, LoopbackServer server, string what, params (string Name, string Value)[] given) =>
        Job(kind, server, what, "main", given);

    Ended Job(string kind, LoopbackServer server, string what, string branch, params (string Name, string Value)[] given)
    {
        var clone = Clone($"job-{++_jobs}", "hostlock-ci", branch);
        Folder.Program(
            "bin/date", $"#!/bin/sh\n[ \"$*\" != +%s ] || exec echo {_now.ToUnixTimeSeconds()}\nexec /bin/date \"$@\"\n");
        var variables = HostlockProgram.Variables(_seven.Home);
        foreach (var (name, value) in TestGit.By("hostlock-ci", _now))
            variables[name] = value;
        variables["PATH"] = $"{Folder["bin"]}:{Environment.GetEnvironmentVariable("PATH")}";
        var isRequest = branch != "main";
        if (kind == "gitlab")
        {
            (variables["CI_API_V4_URL"], variables["CI_PROJECT_ID"]) = ($"{server.Url}/api/v4", "7");
            (variables["CI_DEFAULT_BRANCH"], variables["HOSTLOCK_CI_TOKEN"]) = ("main", RequestForge.Token);
            if (isRequest)
                variables["CI_MERGE_REQUEST_TARGET_BRANCH_NAME"] = "main";
            return Run.Program("/bin/sh", clone, variables, ["-ec", string.Join('\n', CiFiles.Script(what))]);
        }
        variables["GITHUB_API_URL"] = kind == "github" ? server.Url : $"{server.Url}/api/v1";
        (variables["GITHUB_REPOSITORY"], variables["GITHUB_ACTION_PATH"]) = ("jono/fleet", Repository.Root);
        (variables["GITHUB_STEP_SUMMARY"], variables["GITHUB_BASE_REF"]) = (Folder["summary"], isRequest ? "main" : "");
        var with = CiFiles.Given($".{kind}/workflows/hostlock.yml", what);
        foreach (var (name, value) in given)
            with[name] = value;
        var (script, inputs) = CiFiles.Action(with, RequestForge.Token);
        foreach (var (name, value) in inputs)
            variables[name] = value;
        return Run.Program("/bin/bash", clone, variables, ["-e", "-o", "pipefail", "-c", script]);
    }

    // A job of a machine of one's own, without a forge.
    Ended Locally(string what) => Locally(what, Clone($"job-{++_jobs}", "hostlock-ci"));

    Ended Locally(string what, string clone, params (string Name, string Value)[] given)
    {
        var variables = HostlockProgram.Variables(_seven.Home);
        variables["PATH"] = $"{Folder["bin"]}:{Environment.GetEnvironmentVariable("PATH")}";
        foreach (var (name, value) in given.Prepend(("HOSTLOCK_CI_FORGE", "none")))
            variables[name] = value;
        return Run.Program("/bin/sh", clone, variables, [Folder["bin/hostlock-ci"], what]);
    }

    string Clone(string name, string person, string branch = "main")
    {
        string[] settings = [$"user.name={person}", $"user.email={person}@example.org", NoTidying];
        TestGit.In(
            Folder.Path,
            ["clone", "-q", "--template=", "-b", branch, .. settings.SelectMany(setting => new[] { "-c", setting }), Origin, Folder[name]]);
        return Folder[name];
    }

    void Pass(TimeSpan time) => _now += time;

    // A person merges a request with the button of the forge.
    void Merge(RequestForge forge, int number)
    {
        var clone = Clone($"merge-{number}", "Jono");
        _ = Run.Program(
            "git", clone, TestGit.By("Jono", _now), "merge", "-q", "--no-ff", "-m", $"merge {number}",
            $"origin/{forge.Requests[number - 1].Branch}").Succeeded;
        TestGit.In(clone, "push", "-q");
        forge.Close(number);
    }

    string Head(string branch) => TestGit.In(Origin, "rev-parse", branch).Trim();

    string At(string branch, string file) => TestGit.In(Origin, "show", $"{branch}:{file}");

    [GeneratedRegex(@"\.\d+$")]
    private static partial Regex Number();

    [GeneratedRegex("HOSTLOCK_CI_[A-Z_]+")]
    private static partial Regex Variable();
}
