using System.Diagnostics;
using Hostlock.Platform;
using Hostlock.Tests.Support;

namespace Hostlock.Tests.Platform;

[Trait("part", "programs")]
public sealed class ProcessRunnerTests : IDisposable
{
    static CancellationToken Stop => TestContext.Current.CancellationToken;

    readonly TempFolder _folder = new();
    readonly ProcessRunner _runner = new();

    const string Forever = "while :; do sleep 0.01; done";

    // A program that does not end when asked to, and says when it is up.
    string Deaf => $"sh -c 'trap \"\" TERM; echo $$ > \"{_folder["pid"]}\"; touch \"{_folder["up"]}\"; {Forever}'";

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
        var finished = await _runner.RunAsync(ProcessRequest.Of("cat").WithInput("é\n"), Stop);

        Assert.Equal("é\n", finished.Output);
        Assert.Equal("", (await Run("cat")).Output);
    }

    [Fact]
    public async Task A_program_that_does_not_read_its_input_is_no_error()
    {
        var finished = await _runner.RunAsync(ProcessRequest.Of("true").WithInput(new string('x', 1_000_000)), Stop);

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
        var request = ProcessRequest.Of("sh", "-c", "echo ${HOME-none} $NEW") with
        {
            Environment = EnvironmentChanges.None.Unset("HOME").Set("NEW", "new"),
        };

        Assert.Equal("none new\n", (await _runner.RunAsync(request, Stop)).Output);
    }

    [Fact]
    public async Task A_program_of_the_current_folder_is_not_taken_for_one_of_the_path()
    {
        _folder.Program("hostlock-planted", "#!/bin/sh\necho planted\n");
        var planted = ProcessRequest.Of("hostlock-planted") with { Folder = _folder.Path };

        await Assert.ThrowsAsync<PlatformException>(() => _runner.RunAsync(planted, Stop));
        var onPath = planted with { Environment = EnvironmentChanges.None.Set("PATH", $".::{_folder.Path}") };
        Assert.Equal("planted\n", (await _runner.RunAsync(onPath, Stop)).Output);
    }

    [Fact]
    public async Task A_cancelled_run_is_killed_with_all_it_started()
    {
        using var cancelling = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        var pid = _folder["pid"];
        var running = _runner.RunAsync(
            ProcessRequest.Of("sh", "-c", $"sh -c 'echo $$ > \"{pid}.new\"; mv \"{pid}.new\" \"{pid}\"; sleep 1000; true' & wait"),
            cancelling.Token);
        await AppearAsync(pid);

        await cancelling.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
        await EndedAsync(pid);
    }

    [Fact]
    public async Task What_a_program_leaves_running_does_not_hold_up_its_end()
    {
        var finished = await Run("sh", "-c", "sleep 1000 >/dev/null & echo $!; echo said >&2");

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
    public async Task A_program_that_the_system_does_not_start_has_the_reason_of_the_system()
    {
        _folder.Write("plain", "#!/bin/sh\n");
        _folder.Program("elsewhere", "#!/nowhere/sh\n");

        var denied = await Assert.ThrowsAsync<PlatformException>(() => Run(_folder["plain"]));
        var missing = await Assert.ThrowsAsync<PlatformException>(() => Run(_folder["elsewhere"]));
        var lost = await Assert.ThrowsAsync<PlatformException>(
            () => _runner.RunAsync(ProcessRequest.Of("true") with { Folder = _folder["gone"] }, Stop));

        Assert.Equal(
            ($"cannot run '{_folder["plain"]}': Permission denied", $"may this user run {_folder["plain"]}?"),
            (denied.Message, denied.Hint));
        Assert.True(missing.IsNoProgram);
        Assert.Equal($"cannot run 'true' in '{_folder["gone"]}', which does not exist", lost.Message);
        Assert.False(lost.IsNoProgram);
    }

    // errno.h: EMFILE, ENFILE, ENOMEM and ENOENT are the same on Linux and macOS.
    [Theory]
    [InlineData(24, "'ulimit -n' says how many files may be open; allow more")]
    [InlineData(23, "all programs together have too many files open; end some of them")]
    [InlineData(12, "memory is short; end other programs")]
    [InlineData(2, "is git installed and on the PATH?")]
    public void Only_a_program_that_is_missing_is_called_not_installed(int error, string hint)
    {
        var why = PlatformException.CannotStart("git", error);

        Assert.Equal((hint, error == 2), (why.Hint, why.IsNoProgram));
    }

    [Fact]
    public async Task Streams_of_a_running_program_are_open_while_it_runs()
    {
        await using var process = _runner.Start(ProcessRequest.Of("cat"));
        var answer = new byte[2];

        await process.Input.WriteAsync("a\n"u8.ToArray(), Stop);
        await process.Input.FlushAsync(Stop);
        await process.Output.ReadExactlyAsync(answer, Stop);
        process.Input.Close();

        Assert.Equal("a\n"u8.ToArray(), answer);
        Assert.True((await process.WaitAsync(Stop)).Succeeded);
    }

    [Fact]
    public async Task Output_is_kept_in_the_form_that_is_asked_for()
    {
        var request = Shell("printf 'a\\377b\\n'");

        var asBytes = await _runner.RunAsync(request with { Output = new ProcessOutput.Bytes() }, Stop);
        var asText = await _runner.RunAsync(request, Stop);
        var asFile = await _runner.RunAsync(request with { Output = new ProcessOutput.File(_folder["said"], 100) }, Stop);

        var written = File.ReadAllBytes(_folder["said"]);
        Assert.Equal(("", "61FF620A"), (asBytes.Output, Convert.ToHexString(asBytes.OutputBytes.Span)));
        Assert.Equal(("a\uFFFDb\n", 0), (asText.Output, asText.OutputBytes.Length));
        Assert.Equal(("", 0, "61FF620A"), (asFile.Output, asFile.OutputBytes.Length, Convert.ToHexString(written)));
    }

    [Fact]
    public async Task Output_goes_to_a_new_file_only()
    {
        File.WriteAllText(_folder["said"], "before");

        await Assert.ThrowsAsync<PlatformException>(
            () => _runner.RunAsync(Shell("echo after") with { Output = new ProcessOutput.File(_folder["said"], 100) }, Stop));

        Assert.Equal("before", File.ReadAllText(_folder["said"]));
    }

    [Fact]
    public async Task Output_is_passed_on_as_it_comes()
    {
        var pieces = new List<string>();
        var lines = new List<string>();
        var request = Shell("printf 'one\\n\\ntwo \\303'; printf '\\251\\nlast'");

        await _runner.RunAsync(request with { Output = new ProcessOutput.Live(pieces.Add) }, Stop);
        await _runner.RunAsync(request with { Output = new ProcessOutput.Lines(lines.Add) }, Stop);

        Assert.Equal("one\n\ntwo é\nlast", string.Concat(pieces));
        Assert.Equal(["one", "", "two é", "last"], lines);
    }

    [Fact]
    public async Task A_line_without_an_end_is_passed_on_in_pieces()
    {
        var longest = 0;
        var all = 0;

        await _runner.RunAsync(Shell("head -c 1000000 /dev/zero | tr '\\0' x") with { Output = new ProcessOutput.Lines(Take) }, Stop);

        Assert.Equal(1_000_000, all);
        Assert.InRange(longest, 1, 80_000);

        void Take(string line) => (longest, all) = (Math.Max(longest, line.Length), all + line.Length);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task One_that_says_too_much_is_ended(bool isText)
    {
        ProcessOutput output = isText ? new ProcessOutput.Text(1000) : new ProcessOutput.Bytes(1000);

        var error = await Assert.ThrowsAsync<PlatformException>(() => _runner.RunAsync(Shell("yes") with { Output = output }, Stop));

        Assert.Contains("1000 bytes", error.Message);
        var enough = Shell("head -c 1000 /dev/zero") with { Output = new ProcessOutput.Bytes(1000) };
        Assert.Equal(1000, (await _runner.RunAsync(enough, Stop)).OutputBytes.Length);
    }

    [Fact]
    public async Task One_that_takes_too_long_is_ended()
    {
        var error = await Assert.ThrowsAsync<PlatformException>(
            () => _runner.RunAsync(ProcessRequest.Of("sleep", "1000") with { TimeLimit = TimeSpan.FromMilliseconds(50) }, Stop));

        Assert.StartsWith("'sleep' took more than", error.Message);
        Assert.True(error.IsOutside);
    }

    [Fact]
    public async Task One_that_is_ended_gently_can_put_away_what_it_holds()
    {
        var stop = new ProcessStop.Gently(TimeSpan.FromMinutes(10));

        await CancelAsync($"trap 'echo gone > \"{_folder["gone"]}\"; exit 1' TERM; touch \"{_folder["up"]}\"; {Forever}", stop);

        Assert.Equal("gone\n", File.ReadAllText(_folder["gone"]));
    }

    [Fact]
    public async Task One_that_does_not_end_when_asked_to_is_killed_with_all_it_started()
    {
        await CancelAsync($"trap '' TERM; {Deaf} & wait; {Forever}", new ProcessStop.Gently(TimeSpan.FromMilliseconds(50)));

        await EndedAsync(_folder["pid"]);
    }

    [Fact]
    public async Task What_one_started_that_ends_gently_does_not_live_on()
    {
        // The shell dies of the signal; the program that it started does not.
        await CancelAsync($"{Deaf} & wait", new ProcessStop.Gently(TimeSpan.FromMinutes(10)));

        await EndedAsync(_folder["pid"]);
    }

    [Fact]
    public async Task What_is_to_be_finished_once_begun_is_finished()
    {
        using var cancelling = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        var waiting = Shell($"touch \"{_folder["up"]}\"; while ! test -e \"{_folder["go"]}\"; do sleep 0.01; done; echo done");
        var request = waiting with { Stop = new ProcessStop.Never() };

        var running = _runner.RunAsync(request, cancelling.Token);
        await AppearAsync(_folder["up"]);
        await cancelling.CancelAsync();
        File.WriteAllText(_folder["go"], "");

        Assert.Equal("done\n", (await running).Output);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _runner.RunAsync(request, cancelling.Token));
    }

    [Fact]
    public async Task A_session_of_its_own_is_led_by_the_program()
    {
        // Fields of stat: the process, its group, its session.
        var request = Shell("set -- $(cat /proc/$$/stat); test $1 = $5 && test $1 = $6 && echo leads");

        Assert.Equal("", (await _runner.RunAsync(request, Stop)).Output);
        Assert.Equal("leads\n", (await _runner.RunAsync(request with { HasOwnSession = true }, Stop)).Output);
    }

    async Task CancelAsync(string script, ProcessStop stop)
    {
        using var cancelling = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        var running = _runner.RunAsync(Shell(script) with { Stop = stop }, cancelling.Token);
        await AppearAsync(_folder["up"]);
        await cancelling.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
    }

    static async Task AppearAsync(string file)
    {
        while (!File.Exists(file))
        {
            Stop.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }

    static async Task EndedAsync(string pid)
    {
        var process = int.Parse(File.ReadAllText(pid), System.Globalization.CultureInfo.InvariantCulture);
        while (IsAlive(process))
        {
            Stop.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }

    static ProcessRequest Shell(string script) => ProcessRequest.Of("sh", "-c", script);

    Task<Finished> Run(string program, params IEnumerable<string> arguments) =>
        _runner.RunAsync(ProcessRequest.Of(program, arguments), Stop);

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
