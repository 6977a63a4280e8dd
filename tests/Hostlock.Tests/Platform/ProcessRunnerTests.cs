using System.Diagnostics;
using Hostlock.Platform;
using Hostlock.Tests.Support;

namespace Hostlock.Tests.Platform;

public sealed class ProcessRunnerTests : IDisposable
{
    static readonly CancellationToken Stop = TestContext.Current.CancellationToken;

    readonly TempFolder _folder = new();
    readonly ProcessRunner _runner = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Arguments_arrive_as_they_are()
    {
        var finished = await Run("sh", "-c", "printf '%s|' \"$@\"", "sh", "a b", "", "$HOME", "\"'", "*");

        Assert.Equal("a b||$HOME|\"'|*|", finished.Output);
    }

    [Fact]
    public async Task Input_is_given_and_then_ended()
    {
        var finished = await _runner.RunAsync(Invocation.Of("cat") with { Input = "é\n" }, Stop);

        Assert.Equal("é\n", finished.Output);
        Assert.Equal("", (await Run("cat")).Output);
    }

    [Fact]
    public async Task A_program_that_does_not_read_its_input_is_no_error()
    {
        var finished = await _runner.RunAsync(Invocation.Of("true") with { Input = new string('x', 1_000_000) }, Stop);

        Assert.True(finished.Succeeded);
    }

    [Fact]
    public async Task Exit_codes_errors_and_signals_are_told()
    {
        Assert.Equal(new Finished(3, "out\n", "err\n"), await Run("sh", "-c", "echo out; echo err >&2; exit 3"));
        Assert.Equal(128 + 9, (await Run("sh", "-c", "kill -9 $$")).ExitCode);
    }

    [Fact]
    public async Task Variables_are_set_and_unset()
    {
        var invocation = Invocation.Of("sh", "-c", "echo ${HOME-none} $NEW") with
        {
            Variables = System.Collections.Immutable.ImmutableDictionary<string, string?>.Empty.Add("HOME", null).Add("NEW", "new"),
        };

        Assert.Equal("none new\n", (await _runner.RunAsync(invocation, Stop)).Output);
    }

    [Fact]
    public async Task A_program_of_the_current_folder_is_not_taken_for_one_of_the_path()
    {
        File.WriteAllText(_folder["hostlock-planted"], "#!/bin/sh\necho planted\n");
        File.SetUnixFileMode(_folder["hostlock-planted"], UnixFileMode.UserRead | UnixFileMode.UserExecute);

        var planted = Invocation.Of("hostlock-planted") with { Folder = _folder.Path };

        await Assert.ThrowsAsync<PlatformException>(() => _runner.RunAsync(planted, Stop));
        var onPath = planted with { Variables = planted.Variables.Add("PATH", $".::{_folder.Path}") };
        Assert.Equal("planted\n", (await _runner.RunAsync(onPath, Stop)).Output);
    }

    [Fact]
    public async Task A_cancelled_run_is_killed_with_all_it_started()
    {
        using var cancelling = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        var pid = _folder["pid"];
        var running = _runner.RunAsync(Invocation.Of("sh", "-c", $"sh -c 'echo $$ > \"{pid}.new\"; mv \"{pid}.new\" \"{pid}\"; sleep 1000; true' & wait"), cancelling.Token);
        while (!File.Exists(pid))
            await Task.Yield();

        await cancelling.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
        var child = int.Parse(File.ReadAllText(pid), System.Globalization.CultureInfo.InvariantCulture);
        var patience = Stopwatch.StartNew();
        while (IsAlive(child))
            Assert.True(patience.Elapsed < TimeSpan.FromSeconds(20), "the grandchild lives on");
    }

    [Fact]
    public async Task What_a_program_leaves_running_does_not_hold_up_its_end()
    {
        var patience = Stopwatch.StartNew();

        var finished = await Run("sh", "-c", "sleep 30 >/dev/null & echo $!; echo said >&2");

        Assert.True(patience.Elapsed < TimeSpan.FromSeconds(20));
        Assert.Equal("said\n", finished.Errors);
        Process.GetProcessById(int.Parse(finished.Output, System.Globalization.CultureInfo.InvariantCulture)).Kill();
    }

    [Fact]
    public async Task A_program_that_is_not_there_is_named()
    {
        var error = await Assert.ThrowsAsync<PlatformException>(() => Run("hostlock-no-such-program"));

        Assert.True(error.IsOutside);
        Assert.Contains("hostlock-no-such-program", error.Message);
    }

    [Fact]
    public async Task Streams_of_a_running_program_are_open_while_it_runs()
    {
        await using var process = _runner.Start(Invocation.Of("cat"));
        var answer = new byte[2];

        await process.Input.WriteAsync("a\n"u8.ToArray(), Stop);
        await process.Input.FlushAsync(Stop);
        await process.Output.ReadExactlyAsync(answer, Stop);
        process.Input.Close();

        Assert.Equal("a\n"u8.ToArray(), answer);
        Assert.True((await process.WaitAsync(Stop)).Succeeded);
    }

    Task<Finished> Run(string program, params IEnumerable<string> arguments) => _runner.RunAsync(Invocation.Of(program, arguments), Stop);

    // A process that ended and whose parent has not asked yet is a zombie.
    static bool IsAlive(int process)
    {
        try
        {
            return File.ReadAllText($"/proc/{process}/stat").Split(") ")[^1][0] != 'Z';
        }
        catch (IOException)
        {
            return false;
        }
    }
}
