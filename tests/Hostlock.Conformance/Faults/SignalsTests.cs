using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using Hostlock.Conformance.Support;
using Hostlock.Tests.Support;

namespace Hostlock.Conformance.Faults;

/// <summary>Signals come during a search and during a commit, which take longer than the writing of a file.</summary>
public sealed class SignalsTests : IDisposable
{
    const string Broken = "the bisect of h1 is open; 'hostlock bisect h1 --resume' goes on with it";

    readonly TempFolder _folder = new();

    public SignalsTests()
    {
        Directory.CreateDirectory(Home);
        new SceneFleet(_folder.Path).Adopted().Updated();
    }

    public void Dispose() => _folder.Dispose();

    string Fleet => _folder["pristine/fleet"];

    string Home => _folder["pristine/home"];

    [Theory]
    [InlineData("KILL", null)]
    [InlineData("TERM", 130)]
    [InlineData("HUP", 130)]
    [InlineData("INT", 130)]
    public void A_search_that_is_ended_touches_no_lock_and_goes_on_later(string signal, int? code)
    {
        var before = Sums();
        // The good lock is tried, and then the command waits with the bad one.
        var command = $"grep -q \"$(git -C {_folder["inputs/a"]} rev-parse HEAD~1)\" locks/h1.lock || {{ touch {_folder["waits"]}; "
            + $"test -e {_folder["free"]} || sleep 60; false; }}";

        var ended = Ended("waits", signal, "bisect", "h1", "--good", "h2", "--inputs-only", "--run", command);

        Assert.True(code is null || ended.ExitCode == code, ended.Errors);
        Assert.Equal(before, Sums());
        Assert.Equal("", TestGit.In(Fleet, "status", "--porcelain"));
        foreach (var words in (string[][])[["status"], ["update", "h2", "-n"], ["check"], ["log", "h1"], ["diff", "h1", "h2"]])
            Assert.Contains(Broken, HostlockProgram.Run(Fleet, Home, words).Errors, StringComparison.Ordinal);

        File.WriteAllText(_folder["free"], "");
        var resumed = HostlockProgram.Run(Fleet, Home, "bisect", "h1", "--resume");

        Assert.Contains("broke h1", resumed.Succeeded, StringComparison.Ordinal);
        // The good lock was judged before.
        Assert.DoesNotContain("the good lock", resumed.Errors, StringComparison.Ordinal);
        Assert.Equal(before, Sums());
        Assert.DoesNotContain("is open", HostlockProgram.Run(Fleet, Home, "status").Errors, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFileSystemEntries($"{Home}/cache/hostlock/bisect"));
    }

    [Theory]
    [InlineData("TERM")]
    [InlineData("HUP")]
    [InlineData("INT")]
    public void A_commit_that_has_begun_is_finished(string signal)
    {
        _folder.Program("pristine/fleet/.git/hooks/pre-commit", $"#!/bin/sh\ntouch {_folder["waits"]}\nsleep 1\n");

        Ended("waits", signal, "promote", "h1", "h2", "--commit");

        Assert.False(File.Exists($"{Fleet}/.git/index.lock"));
        Assert.Equal("", TestGit.In(Fleet, "status", "--porcelain"));
        Assert.StartsWith("locks: h2 from h1: ", TestGit.In(Fleet, "log", "-1", "--format=%s"), StringComparison.Ordinal);
    }

    [Fact]
    public void While_a_git_that_outlived_its_hostlock_commits_the_next_one_waits()
    {
        _folder.Program("pristine/fleet/.git/hooks/pre-commit", $"#!/bin/sh\ntouch {_folder["waits"]}\nsleep 1\n");
        Ended("waits", "KILL", "promote", "h1", "h2", "--commit");
        Assert.True(File.Exists($"{Fleet}/.git/index.lock"));

        _ = HostlockProgram.Run(Fleet, Home, "promote", "h1", "h2", "h3", "--commit").Succeeded;

        Assert.Equal("", TestGit.In(Fleet, "status", "--porcelain"));
        Assert.False(File.Exists($"{Fleet}/.git/index.lock"));
    }

    [Fact]
    public void A_run_that_is_killed_while_it_starts_a_program_keeps_the_next_one_waiting_and_no_more()
    {
        Ended("waits", "KILL", FaultLibrary.SlowStart(_folder["waits"]), "promote", "h1", "h2", "--commit");

        _ = HostlockProgram.Run(Fleet, Home, "promote", "h1", "h2", "--commit").Succeeded;

        Assert.Equal("", TestGit.In(Fleet, "status", "--porcelain"));
        Assert.Equal("locks/h2.lock\n", TestGit.In(Fleet, "show", "--format=", "--name-only", "HEAD"));
    }

    [Fact]
    public void What_a_hook_added_to_a_commit_whose_run_was_killed_is_not_taken_back_by_the_next()
    {
        _folder.Program(
            "pristine/fleet/.git/hooks/pre-commit", $"#!/bin/sh\ntouch {_folder["waits"]}\nsleep 1\necho 1 > added\ngit add added\n");
        Ended("waits", "KILL", "promote", "h1", "h2", "--commit");

        _ = HostlockProgram.Run(Fleet, Home, "promote", "h1", "h2", "--commit").Succeeded;

        Assert.Equal("", TestGit.In(Fleet, "status", "--porcelain"));
        Assert.Equal("added\nlocks/h2.lock\n", TestGit.In(Fleet, "show", "--format=", "--name-only", "HEAD"));
        Assert.Empty(Directory.EnumerateFiles($"{Fleet}/.git", "hostlock-commit-*"));
    }

    // Runs the program until a file appears, and sends it a signal then.
    Ended Ended(string file, string signal, params string[] words) => Ended(file, signal, [], words);

    Ended Ended(string file, string signal, Dictionary<string, string> variables, params string[] words)
    {
        var start = HostlockProgram.Start(Fleet, Home, words);
        foreach (var (name, value) in variables)
            start.Environment[name] = value;
        using var process = Process.Start(start)!;
        using var ending = TestContext.Current.CancellationToken.Register(() => process.Kill(entireProcessTree: true));
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        while (!File.Exists(_folder[file]) && !process.HasExited)
            Thread.Sleep(5);
        var number = process.Id.ToString(CultureInfo.InvariantCulture);
        _ = Run.Program("kill", Fleet, TestGit.Variables, $"-{signal}", number).Succeeded;
        process.WaitForExit();
        // A program that outlived ours holds the other end of the pipes.
        return signal == "KILL" ? new(process.ExitCode, "", "") : new(process.ExitCode, output.Result, errors.Result);
    }

    string Sums() => string.Join(
        '\n', new[] { "flake.lock", "locks/h1.lock", "locks/h2.lock", "locks/h3.lock" }
            .Select(file => Convert.ToHexString(SHA256.HashData(File.ReadAllBytes($"{Fleet}/{file}")))));
}
