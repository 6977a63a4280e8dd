using Hostlock.Conformance.Support;
using Hostlock.Tests.Support;

namespace Hostlock.Conformance.Cli;

/// <summary>A tripwire lies in every setting of a repository that names a program; no command steps on one.</summary>
public class ForeignRepositoriesTests
{
    // {0} is a program that leaves a trace by the name of its first word.
    static readonly (string Setting, string Value)[] Tripwires =
    [
        ("core.fsmonitor", "{0} fsmonitor"),
        ("core.sshCommand", "{0} ssh"),
        ("core.gitProxy", "{0}"),
        ("core.pager", "{0} pager"),
        ("core.editor", "{0} editor"),
        ("core.askPass", "{0}"),
        ("core.alternateRefsCommand", "{0} alternates"),
        ("sequence.editor", "{0} sequence"),
        ("pager.log", "{0} pager.log"),
        ("pager.rev-list", "{0} pager.rev-list"),
        ("gpg.program", "{0}"),
        ("gpg.ssh.program", "{0}"),
        ("gpg.x509.program", "{0}"),
        ("gpg.ssh.defaultKeyCommand", "{0} key"),
        ("log.showSignature", "true"),
        ("commit.gpgSign", "true"),
        ("diff.external", "{0} diff"),
        ("diff.trip.command", "{0} diff.trip"),
        ("diff.trip.textconv", "{0} textconv"),
        ("merge.trip.driver", "{0} merge"),
        ("credential.helper", "!{0} credential"),
        ("credential.https://example.org.helper", "!{0} credential.url"),
        ("remote.origin.url", "ext::{0} ext"),
        ("remote.origin.uploadpack", "{0} uploadpack"),
        ("remote.origin.promisor", "true"),
        ("remote.origin.partialCloneFilter", "blob:none"),
        ("protocol.ext.allow", "always"),
        ("protocol.allow", "always"),
        ("url.ext::{0} insteadOf.insteadOf", "https://"),
        ("uploadpack.packObjectsHook", "{0} pack"),
        ("alias.log", "!{0} alias"),
        ("alias.rev-list", "!{0} alias"),
        ("alias.cat-file", "!{0} alias"),
        ("trailer.hostlock-promoted-from.command", "{0} trailer"),
        ("trailer.hostlock-promoted-from.cmd", "{0} trailer"),
        ("interactive.diffFilter", "{0} interactive"),
        ("gc.recentObjectsHook", "{0} gc"),
        ("submodule.trip.update", "!{0} submodule"),
        ("tar.trip.command", "{0} tar"),
        ("web.browser", "{0} browser"),
        ("difftool.trip.cmd", "{0} difftool"),
        ("mergetool.trip.cmd", "{0} mergetool"),
    ];

    // git runs a filter for a lock that is encrypted, in a repository of one's own.
    static readonly (string Setting, string Value)[] Filters =
        [("filter.trip.clean", "{0} clean"), ("filter.trip.smudge", "{0} smudge"), ("filter.trip.process", "{0} process")];

    static readonly string[] Hooks =
    [
        "applypatch-msg", "pre-applypatch", "pre-commit", "prepare-commit-msg", "commit-msg", "post-commit", "post-checkout", "post-merge",
        "pre-push", "post-rewrite", "post-index-change", "reference-transaction", "fsmonitor-watchman", "pre-auto-gc", "proc-receive",
        "p4-changelist", "sendemail-validate",
    ];

    public static TheoryData<string> Inputs => ["nixpkgs", "home-manager"];

    [Fact]
    public void No_command_runs_a_program_of_a_fleet_of_somebody_else()
    {
        using var hosts = Prepared(out var forms);
        var trap = Lay(hosts, hosts.Fleet, [.. Tripwires, .. Filters]);
        GiveAway(hosts, "fleet");

        foreach (var form in forms.Append(["update", "plex", "--commit"]).Append(["eject", "--yes", "--keep", "plex"]))
            Stepped(hosts, trap, form, "");

        // One that git reads by itself would have been stepped on.
        _ = Run.Program("git", hosts.Fleet, TestGit.Variables, "-c", "safe.directory=*", "status").ExitCode;
        Assert.NotEmpty(Traces(trap));
    }

    [Fact]
    public void No_command_but_a_commit_runs_a_program_of_ones_own_fleet()
    {
        using var hosts = Prepared(out var forms);
        var trap = Lay(hosts, hosts.Fleet, Tripwires);

        foreach (var form in forms)
            Stepped(hosts, trap, form, "");

        _ = hosts.Hostlock("update", "--all", "--commit").ExitCode;
        Assert.Contains("pre-commit", Traces(trap));
    }

    [Theory]
    [MemberData(nameof(Inputs))]
    public void No_command_runs_a_program_of_an_input_of_somebody_else(string input)
    {
        using var hosts = Prepared(out var forms);
        // hostlock leaves such an index to git.
        TestGit.In(hosts.Folder[$"inputs/{input}"], "-c", "pack.indexVersion=1", "gc", "-q");
        var trap = Lay(hosts, hosts.Folder[$"inputs/{input}"], [.. Tripwires, .. Filters]);
        GiveAway(hosts, $"inputs/{input}");
        var address = $"git+file://{hosts.Folder[$"inputs/{input}"]}";

        foreach (var form in forms.Concat([["hash", $"{address}?ref=main"], ["hash", $"{address}?exportIgnore=1"], ["hash", address]]))
            Stepped(hosts, trap, form, "");

        Assert.Contains("safe.directory", hosts.Hostlock("hash", $"{address}?ref=main").Errors, StringComparison.Ordinal);
    }

    [Fact]
    public void An_object_that_is_missing_is_not_fetched_by_a_program_of_the_repository()
    {
        using var hosts = Prepared(out _);
        var input = hosts.Folder["inputs/nixpkgs"];
        var blob = TestGit.In(input, "rev-parse", "HEAD:flake.nix").Trim();
        File.Delete(Path.Combine(input, ".git/objects", blob[..2], blob[2..]));
        var trap = Lay(hosts, input, [.. Tripwires, .. Filters]);

        foreach (var form in (string[][])[["hash", $"git+file://{input}?ref=main"], ["update", "--all"], ["check", "--fetch"]])
            Stepped(hosts, trap, form, "");
    }

    // The fleet with something to do for each command, and all commands.
    static SevenHosts Prepared(out List<string[]> forms)
    {
        var hosts = new SevenHosts().Adopted();
        hosts.Move("nixpkgs", 10);
        _ = hosts.Hostlock("update", "plex", "--commit").Succeeded;
        hosts.Move("nixpkgs", 11, text: "another\n");
        var beside = hosts.Folder.Write("beside.lock", hosts.Folder.Read("fleet/locks/plex.lock"));
        forms = [.. EveryCommand.With(beside, TestGit.In(hosts.Folder["inputs/nixpkgs"], "rev-parse", "HEAD~1").Trim())];
        return hosts;
    }

    // Lays the tripwires; returns the folder of their traces.
    static string Lay(SevenHosts hosts, string repository, IEnumerable<(string Setting, string Value)> settings)
    {
        var traces = hosts.Folder["traces"];
        Directory.CreateDirectory(traces);
        File.SetUnixFileMode(traces, (UnixFileMode)0b111_111_111);
        var trip = Program(hosts.Folder["trip"], $"touch \"{traces}/${{1:-unnamed}}\"; exit 1");
        foreach (var (setting, value) in settings)
        {
            TestGit.In(
                repository,
                "config",
                setting.Replace("{0}", trip, StringComparison.Ordinal),
                value.Replace("{0}", trip, StringComparison.Ordinal));
        }
        foreach (var hook in Hooks)
            Program(Path.Combine(repository, ".git/hooks", hook), $"touch \"{traces}/{hook}\"");
        Directory.CreateDirectory(Path.Combine(repository, ".git/info"));
        File.WriteAllText(Path.Combine(repository, ".git/info/attributes"), "* filter=trip diff=trip merge=trip\n");
        return traces;
    }

    static string Program(string path, string line)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, $"#!/bin/sh\n{line}\n");
        File.SetUnixFileMode(path, (UnixFileMode)0b111_101_101);
        return path;
    }

    static void GiveAway(SevenHosts hosts, string folder)
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "only root can give a repository away");
        File.SetUnixFileMode(hosts.Folder.Path, (UnixFileMode)0b111_101_101);
        _ = Run.Program("chown", hosts.Folder.Path, TestGit.Variables, "-R", "nobody", folder).Succeeded;
    }

    static void Stepped(SevenHosts hosts, string traces, string[] form, string expected)
    {
        var ended = hosts.Hostlock(form);

        Assert.True(ended.ExitCode < 70, $"{string.Join(' ', form)}: {ended.ExitCode}\n{ended.Errors}");
        Assert.True(expected == Traces(traces), $"{string.Join(' ', form)} ran {Traces(traces)}");
    }

    static string Traces(string folder) =>
        string.Join(' ', Directory.EnumerateFiles(folder).Select(Path.GetFileName).Order(StringComparer.Ordinal));
}
