using Hostlock.Fleets;
using Hostlock.Fleets.Bisecting;
using Hostlock.Platform;
using Hostlock.Tests.Support;

namespace Hostlock.Tests.Fleets.Bisecting;

/// <summary>The verdict on a lock follows from the exit code of the user's command, which the shell of this machine runs.</summary>
[Trait("part", "programs")]
public sealed class LockTrialTests : IDisposable
{
    readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("true", Verdict.Good)]
    [InlineData("exit 125", Verdict.Skipped)]
    [InlineData("false", Verdict.Bad)]
    [InlineData("no-such-program-anywhere", Verdict.Bad)]
    [InlineData("[ $HOSTLOCK_HOST = plex ] && [ $PWD = $HOSTLOCK_FLAKE ] && [ -d $HOSTLOCK_ORIGINAL ]", Verdict.Good)]
    public async Task A_command_says_by_its_exit_code_what_it_thinks_of_a_lock(string command, Verdict expected) =>
        Assert.Equal(expected, await RunAsync(command));

    // A Ctrl-C at the terminal reaches the command before it reaches us, and a machine without memory ends it (137).
    [Theory]
    [InlineData("kill -TERM $$", "signal 15 ended the command,")]
    [InlineData("kill -KILL $$", "signal 9 ended the command,")]
    [InlineData("sh -c 'kill -SEGV $$'", "signal 11 ended the command,")]
    [InlineData("exit 192", "signal 64 ended the command,")]
    [InlineData("exit 193", "the command ended with 193,")]
    [InlineData("exit 128", "the command ended with 128,")]
    [InlineData("exit 255", "the command ended with 255,")]
    public async Task A_command_that_a_signal_ended_says_nothing(string command, string said)
    {
        var why = await Assert.ThrowsAsync<FleetException>(() => RunAsync(command));

        Assert.StartsWith(said, why.Message, StringComparison.Ordinal);
        Assert.False(why.IsRefusal, "a refusal would end the search");
    }

    Task<Verdict> RunAsync(string command)
    {
        _folder.Write("hostlock.toml", "version = 1\n[hosts.plex]\n");
        _folder.Write("flake.nix", "{ outputs = _: { }; }\n");
        var folder = FleetFolder.Open(_folder.Path);
        return new LockTrial(new ProcessRunner(), folder, folder, folder.PlaceOf(HostName.Parse("plex")))
            .RunAsync(command, _ => { }, TestContext.Current.CancellationToken);
    }
}
