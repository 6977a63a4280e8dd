using System.Text;
using Hostlock.Fetching;
using Hostlock.Fleets;
using Hostlock.Fleets.Checks;
using Hostlock.Flakes;
using Hostlock.Locks;
using Hostlock.Reporting;
using Hostlock.Tests.Support;

namespace Hostlock.Tests.Fleets.Checks;

/// <summary>For each rule of the table a fleet that breaks it, and what is then said. A rule without one fails.</summary>
public sealed class FleetCheckTests : IDisposable
{
    const string FlakeNix = "{\n  inputs.a.url = \"github:o/a\";\n  outputs = inputs: import ./hostlock.nix inputs (_: { "
        + "nixosConfigurations.plex = 1; });\n}\n";

    static readonly DateTimeOffset Now = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    // By the code of a rule: a fleet that breaks it, told as a fleet in order and what is different about it.
    static readonly Dictionary<string, (Action<FleetCheckTests> Break, string Said)> Cases = new()
    {
        ["unreadable"] = (
            test => test.Write("locks/plex.lock", "{\n<<<<<<< HEAD\n"),
            "error: locks/plex.lock:2: the lock file has conflict markers of a merge\n"),
        ["unmerged"] = (
            test => test._complete = fleet => fleet with { Locks = [fleet.Locks[0], fleet.Locks[1] with { IsUnmerged = true }] },
            "error: locks/plex.lock: git could not merge the lock of plex; 'hostlock resolve plex' shows the sides, and --ours, --theirs "
                + "or --newer takes one\n"
            + "  fix: hostlock resolve plex --ours\n"),
        ["missing"] = (
            test => File.Delete(test._folder["locks/plex.lock"]), "error: locks/plex.lock: plex has no lock\n  fix: hostlock lock plex\n"),
        ["untracked"] = (
            test => test._unseen = new()
            {
                ["locks/plex.lock"] = new(["locks/plex.lock"], IsIgnored: false),
                ["hostlock.nix"] = new(["hostlock.nix"], IsIgnored: false),
                ["hostlock.toml"] = new(["hostlock.toml"], IsIgnored: true),
            },
            "error: locks/plex.lock: git does not know the lock of plex, so Nix does not see it\n  fix: git add -N locks/plex.lock\n"
            + "error: hostlock.toml: .gitignore has git ignore it, so Nix does not see it\n  fix: git add -N -f hostlock.toml\n"
            + "error: hostlock.nix: git does not know it, so Nix does not see it\n  fix: git add -N hostlock.nix\n"),
        ["unseen"] = (
            test =>
            {
                test.Write(
                    "flake.nix",
                    FlakeOf("nixosConfigurations = { plex = 1; phone = 2; }; homeConfigurations.\"j@plex\" = 3; packages = { };"));
                test.Write("hostlock.toml", "version = 1\noutputs = [\"nixosConfigurations\", \"homeConfigurations\"]\n[hosts.plex]\n");
            },
            "error: hostlock.toml: phone is in flake.nix and not in hostlock.toml, so Nix does not see it\n"
            + "  fix: hostlock init phone --yes\n"
            + "error: hostlock.toml: homeConfigurations.\"j@plex\" is in flake.nix, and hostlock.toml does not list it for plex, so Nix "
                + "does not see it\n  fix: hostlock init --yes\n"
            + "error: hostlock.toml: flake.nix has an output 'packages' that 'outputs' does not list, so Nix does not see it\n  fix: "
                + "hostlock init --yes\n"),
        ["unlisted"] = (
            test => test.Write("flake.nix", FlakeOf("nixosConfigurations = { plex = 1; phone = 2; };")),
            "warning: hostlock.toml: phone is in flake.nix and not in hostlock.toml, so it is built by flake.lock\n  fix: hostlock init "
                + "phone --yes\n"),
        ["gone"] = (
            test =>
            {
                test.Write("flake.nix", FlakeOf("nixosConfigurations = { plex = 1; };"));
                test.Write(
                    "hostlock.toml",
                    "version = 1\noutputs = [\"nixosConfigurations\", \"lib\"]\n[hosts.plex]\nconfigurations = "
                        + "[\"nixosConfigurations.plex\", 'homeConfigurations.\"j@plex\"']\n[hosts.web]\n");
            },
            "error: hostlock.toml: web is in hostlock.toml and no longer in flake.nix\n  fix: hostlock eject web --yes\n"
            + "error: hostlock.toml: homeConfigurations.\"j@plex\" of plex is in hostlock.toml and no longer in flake.nix\n  fix: "
                + "hostlock init --yes\n"
            + "error: hostlock.toml: 'outputs' lists 'lib', which flake.nix no longer has\n  fix: hostlock init --yes\n"),
        ["foreign-hive"] = (
            test => test.Write("flake.nix", FlakeOf("nixosConfigurations.plex = 1; colmena = { meta = { }; plex = { }; web = { }; };")),
            "warning: flake.nix: 'colmena' builds plex of modules of its own, by flake.lock; with the output 'colmenaHive = "
                + "colmena.lib.makeHive self.outputs.colmena' colmena builds each by its own lock\n"),
        ["stale"] = (
            test => test.Write("locks/plex.lock", LockText().Replace("\"a\"", "\"other\"", StringComparison.Ordinal)),
            "error: flake.nix:2: input 'a' of plex: it is not in the lock\n  fix: hostlock lock plex\n"
            + "error: locks/plex.lock: input 'other' of plex: it is in the lock and no longer declared\n  fix: hostlock lock plex\n"),
        ["unlocked"] = (
            test => test.Write("locks/plex.lock", LockText(locked: "\"owner\": \"o\", \"repo\": \"a\", \"type\": \"github\"")),
            "error: locks/plex.lock: input 'a' of plex is not locked: {\"owner\":\"o\",\"repo\":\"a\",\"type\":\"github\"}\n  fix: "
                + "hostlock update plex -i a\n"),
        ["incomplete"] = (
            test =>
                test.Write(
                    "locks/plex.lock",
                    LockText(locked: $"\"owner\": \"o\", \"repo\": \"a\", \"rev\": \"{new string('1', 40)}\", \"type\": \"github\"")),
            "warning: locks/plex.lock: the lock of plex has no narHash for 'a'\n  fix: hostlock lock plex --fill\n"
            + "warning: locks/plex.lock: the lock of plex has no lastModified for 'a'\n  fix: hostlock lock plex --fill\n"),
        ["dangling"] = (
            test => test.Write(
                "locks/plex.lock", LockText().Replace("\"a\": \"a\"", "\"a\": \"a\", \"b\": [ \"c\" ]", StringComparison.Ordinal)),
            "error: locks/plex.lock: input 'b' of plex follows 'c', which does not exist\n  fix: hostlock lock plex\n"),
        ["unknown-input"] = (
            test =>
                test.Write(
                    "hostlock.toml", "version = 1\n[hosts.plex.freeze]\na = {}\naa = {}\n[inputs.a]\n[inputs.xyz]\n[inputs.\"a/b\"]\n"),
            "error: hostlock.toml:4: [hosts.plex] freezes 'aa', which is not an input of plex; did you mean 'a'?\n"
            + "error: hostlock.toml:7: 'a/b' is not an input of any lock\nerror: hostlock.toml:6: 'xyz' is not an input of any lock\n"),
        ["expired-freeze"] = (
            test => test.Write("hostlock.toml", "version = 1\n[hosts.plex.freeze.a]\nreason = \"ZFS\"\nuntil = \"2026-02-28\"\n"),
            "warning: hostlock.toml: the freeze of 'a' on plex ended on 2026-02-28: ZFS\n  fix: hostlock unfreeze plex a\n"),
        ["expired-hold"] = (
            test => test.Write("hostlock.toml", "version = 1\n[hosts.plex]\nhold = { reason = \"a fair\", until = \"2026-02-28\" }\n"),
            "warning: hostlock.toml: the hold of plex ended on 2026-02-28: a fair\n  fix: hostlock unhold plex\n"),
        ["release-expires"] = (
            test => test._complete = fleet => fleet with { Expiry = "release 4 expires in 2d; 'hostlock release' cuts another" },
            "warning: hostlock.toml: release 4 expires in 2d; 'hostlock release' cuts another\n"),
        ["shared-differs"] = (
            test =>
            {
                test.Write(
                    "hostlock.toml", "version = 1\n[hosts.plex]\n[hosts.web]\nlock = \"flake.lock\"\n[inputs.a]\nscope = \"shared\"\n");
                test.Write("locks/plex.lock", LockText(revision: '2'));
            },
            "error: locks/plex.lock: 'a' is shared, but plex has another one than root\n  fix: hostlock promote root plex -i a\n"),
        ["too-old"] = (
            test =>
            {
                test.Write("hostlock.toml", "version = 1\n[hosts.plex]\n[inputs.a]\nmax-age = \"3d\"\n");
                test.Write("locks/plex.lock", LockText(day: 50));
            },
            "error: locks/plex.lock: 'a' of plex is 10 days old, and may be 3\n  fix: hostlock update plex -i a\n"),
        ["ended-branch"] = (
            test =>
                test.Write(
                    "locks/plex.lock",
                    LockText(original: "\"owner\": \"NixOS\", \"repo\": \"nixpkgs\", \"ref\": \"nixos-25.05\", \"type\": \"github\"")),
            "warning: locks/plex.lock: 'a' of plex is of 'nixos-25.05', which got its last update by 2025-12-31\n"),
        ["differs-by-case"] = (
            test =>
            {
                test.Write(
                    "hostlock.toml",
                    "version = 1\n[rings.Canary]\n[rings.canary]\n[hosts.Plex]\n[hosts.plex]\n[hosts.web]\nlock = \"locks/PLEX-2.lock\"\n");
                test.Write("locks/Plex.lock", LockText());
                test.Write("locks/PLEX-2.lock", LockText());
            },
            "warning: hostlock.toml:5: 'locks/Plex.lock' and 'locks/plex.lock' differ by case alone: on a Mac they are one file\n"
            + "warning: hostlock.toml:3: the rings 'Canary' and 'canary' differ by case alone: on a Mac their branches are one\n"),
        ["absolute-path"] = (
            test =>
            {
                test.Write("flake.nix", FlakeNix.Replace("github:o/a", "path:/srv/a", StringComparison.Ordinal));
                test.Write("locks/plex.lock", LockText(original: "\"path\": \"/srv/b\", \"type\": \"path\""));
            },
            "warning: flake.nix:2: input 'a' is an absolute path of one machine: 'path:/srv/a'\n"
            + "warning: locks/plex.lock: input 'a' of plex is an absolute path of one machine: 'path:/srv/b'\n"),
        ["library-missing"] = (
            test => File.Delete(test._folder["hostlock.nix"]),
            "error: hostlock.nix: the library that chooses each host's lock does not exist\n  fix: hostlock init --upgrade --yes\n"),
        ["library-outdated"] = (
            test => test.Write("hostlock.nix", "{ }"),
            "error: hostlock.nix: it is not the library of this hostlock\n  fix: hostlock init --upgrade --yes\n"),
        ["not-wrapped"] = (
            test => test.Write("flake.nix", "{\n  inputs.a.url = \"github:o/a\";\n  outputs = _: { };\n}\n"),
            "error: flake.nix: 'outputs' does not call hostlock.nix, so every host is built by the root lock\n"
            + "  fix: hostlock init --yes\n"),
        ["drifted"] = (
            test =>
            {
                test.Write("flake.nix", FlakeNix.Replace("github:o/a", "path:./sub", StringComparison.Ordinal));
                test.Write("flake.lock", SubFlakeLock());
                test.Write("sub/flake.nix", FlakeNix);
                test.Write("sub/flake.lock", LockText(revision: '2'));
            },
            "warning: flake.lock: its copy of the lock of 'a' is not what sub/flake.lock says: a differs, and the copy is what is built\n "
                + " fix: hostlock update root -i a\n"),
        ["leaves-its-flake"] = (
            test =>
            {
                test.Write("flake.nix", FlakeNix.Replace("github:o/a", $"path:{test._folder["sub"]}", StringComparison.Ordinal));
                test.Write("sub/flake.nix", "{\n  outputs = _: import ../x.nix ./sub/../y.nix;\n}\n");
            },
            "warning: sub/flake.nix:2: '../x.nix' leads out of sub, and 'path:FOLDER/sub' copies that folder alone; 'path:./sub' keeps "
                + "the repository around it\n"),
        ["downgrade"] = (
            test =>
                test._complete = fleet =>
                    fleet with { Earlier = new("HEAD~1", [(fleet.Locks[1], Then)], []) },
            "error: locks/plex.lock: since HEAD~1, plex: 'a' went back in time, from 2026-02-28 to 2026-02-27\n  fix: hostlock restore "
                + "plex --to 'HEAD~1' -i a\n"),
        ["base-unreadable"] = (
            test =>
                test._complete = fleet =>
                    fleet with { Earlier = new("HEAD~1", [], [(fleet.Locks[1].Place, Unread)]) },
            "error: locks/plex.lock: plex cannot be compared with HEAD~1: the lock file has conflict markers of a merge\n"),
        ["unreachable"] = (
            test =>
                test._complete = fleet =>
                    fleet with { Refetched = new([new([(fleet.Locks[1].Place, InputPath.Of("a"))], FleetException.CommitFailed(""))]) },
            "error: locks/plex.lock: input 'a' of plex: the locks are written, but git did not commit them\n"),
        ["hash"] = (
            test =>
                test._complete = fleet =>
                    fleet with
                    {
                        Refetched = new(
                        [
                            new(
                                [.. fleet.Locks.Select(status => (status.Place, InputPath.Of("a", "b")))],
                                FetchException.HashMismatch(FlakeRef.Indirect("x"), "this", "that")),
                        ]),
                    },
            "error: flake.lock: input 'a/b' of root and 1 more: NAR hash mismatch in input 'flake:x', expected 'this' but got 'that'\n"
            + "  fix: hostlock update root plex -i a/b\n"),
    };

    static LockFile Then => LockFileReader.Read("then", Encoding.UTF8.GetBytes(LockText(revision: '2', day: 59)));

    static LockException Unread => LockException.ConflictMarkers(new SourceText("x", "").Span(0, 0));

    static string FlakeOf(string outputs) => FlakeNix.Replace("nixosConfigurations.plex = 1;", outputs, StringComparison.Ordinal);

    readonly TempFolder _folder = new();
    Dictionary<string, UnseenFile> _unseen = [];
    Func<CheckedFleet, CheckedFleet> _complete = fleet => fleet;

    public FleetCheckTests()
    {
        Write("flake.nix", FlakeNix);
        Write("flake.lock", LockText());
        Write("locks/plex.lock", LockText());
        Write("hostlock.toml", "version = 1\n[hosts.plex]\n");
        File.WriteAllBytes(_folder["hostlock.nix"], NixLibrary.Contents);
    }

    public static TheoryData<string> Codes => [.. CheckRules.All.Select(rule => rule.Code)];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_fleet_in_order_keeps_every_rule() => Assert.Empty(FleetCheck.Findings(Gathered()));

    [Theory]
    [MemberData(nameof(Codes))]
    public void A_fleet_that_breaks_a_rule_is_told_so(string code)
    {
        var (breakIt, said) = Cases[code];

        breakIt(this);

        var findings = FleetCheck.Findings(Gathered()).Where(finding => finding.Code == code).ToList();
        var text = FindingText.Render(findings, 0, Ink.Plain, Fleet.Empty);
        Assert.Equal(said, text.Replace(_folder.Path, "FOLDER", StringComparison.Ordinal));
    }

    [Fact]
    public void No_command_is_offered_for_a_lock_beyond_a_link_that_git_does_not_follow()
    {
        _unseen = new() { ["locks/plex.lock"] = new(["locks/plex.lock"], IsIgnored: false) { Link = "locks" } };

        var problem = Assert.Single(FleetCheck.Findings(Gathered())).Problem;

        Assert.Equal("git does not follow the link 'locks', so Nix does not see the lock of plex", problem.Message);
        Assert.Null(problem.Fix);
    }

    [Theory]
    [MemberData(nameof(Codes))]
    public void A_rule_that_offers_a_command_has_a_script_that_tries_it(string code)
    {
        var script = Path.Combine(Repository.Root, $"tests/Hostlock.Tests/Scripts/mends/{code}.txtar");

        Assert.Equal(
            Cases[code].Said.Contains("  fix: ", StringComparison.Ordinal),
            File.Exists(script) && File.ReadLines(script).Contains($"mend {code}"));
    }

    [Fact]
    public void Each_code_stands_for_one_rule() =>
        Assert.Equal(CheckRules.All.Length, CheckRules.All.Select(rule => rule.Code).Distinct().Count());

    [Fact]
    public void The_page_lists_every_rule()
    {
        var page = new StringBuilder(
            """
            # What `check` looks for

            Each rule has a code, which `check --json` gives as `code` and which stays the same from release to release. An error fails
            the check (exit 1), a warning does so with `--strict`. A finding names the file, the line if there is one, and under `fix`
            the command that fixes it, if one does.

            | code | severity | what it means | looks at |
            |---|---|---|---|

            """);
        foreach (var rule in CheckRules.All)
            page.Append(
                $"| `{rule.Code}` | {(rule.Severity == Severity.Error ? "error" : "warning")} | {rule.Sentence} | {Words(rule.Evidence)} "
                    + $"|\n");
        var file = Path.Combine(Repository.Root, "docs/checks.md");

        if (Environment.GetEnvironmentVariable("HOSTLOCK_BLESS") == "1")
            File.WriteAllText(file, page.ToString());
        Assert.Equal(File.ReadAllText(file), page.ToString());
    }

    static string Words(Evidence evidence) => evidence switch
    {
        Evidence.Locks => "the locks",
        Evidence.Declarations => "the locks, and what is declared",
        Evidence.Repository => "the files of the repository",
        Evidence.Releases => "the releases of this clone",
        Evidence.EarlierLocks => "the locks of an earlier commit, with `--base`",
        Evidence.FetchedTrees => "the trees that are locked, with `--fetch`",
        _ => throw new ArgumentOutOfRangeException(nameof(evidence)),
    };

    CheckedFleet Gathered()
    {
        var folder = FleetFolder.Open(_folder.Path);
        var flake = FlakeNixParser.Parse(new SourceText("flake.nix", _folder.Read("flake.nix")));
        return _complete(new(folder, FleetStatus.Read(folder.AllPlaces()), _ => flake, _unseen, Now));
    }

    void Write(string path, string text) => _folder.Write(path, text);

    // A lock of one input `a`, of a day of the year 2026.
    static string LockText(string? locked = null, string? original = null, char revision = '1', int day = 58)
    {
        var modified = new DateTimeOffset(2026, 1, 1, 12, 0, 0, TimeSpan.Zero).AddDays(day - 1).ToUnixTimeSeconds();
        locked ??= $"\"lastModified\": {modified}, \"narHash\": \"sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\", \"owner\": "
            + $"\"o\", \"repo\": \"a\", \"rev\": \"{new string(revision, 40)}\", \"type\": \"github\"";
        original ??= "\"owner\": \"o\", \"repo\": \"a\", \"type\": \"github\"";
        return $$"""
            { "nodes": {
              "a": { "locked": { {{locked}} }, "original": { {{original}} } },
              "root": { "inputs": { "a": "a" } }
            }, "root": "root", "version": 7 }
            """;
    }

    // A lock of one input `a`, which is a folder beside it and has the lock above.
    static string SubFlakeLock() => LockText()
        .Replace(
            "\"root\": { \"inputs\": { \"a\": \"a\" } }",
            "\"sub\": { \"inputs\": { \"a\": \"a\" }, \"locked\": { \"path\": \"./sub\", \"type\": \"path\" }, \"original\": { \"path\": "
                + "\"./sub\", \"type\": \"path\" }, \"parent\": [] }, \"root\": { \"inputs\": { \"a\": \"sub\" } }",
            StringComparison.Ordinal);
}
