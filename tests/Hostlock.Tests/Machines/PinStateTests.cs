using System.Text;
using Hostlock.Flakes;
using Hostlock.Fleets;
using Hostlock.Fleets.History;
using Hostlock.Locks;
using Hostlock.Machines;
using Hostlock.Tests.Machines.Probing;
using static Hostlock.Tests.Support.SmallLocks;

namespace Hostlock.Tests.Machines;

public class PinStateTests
{
    static readonly HostName Plex = HostName.Parse("plex"), Web = HostName.Parse("web");
    static readonly LockFile Old = Of(("a", Locked("github:acme/a", 1, 1)), ("b", Locked("github:acme/b", 1, 1)));
    static readonly LockFile New = Of(("a", Locked("github:acme/a", 2, 2)), ("b", Locked("github:acme/b", 1, 1)));
    static readonly LockFile Mixed = Of(("a", Locked("github:acme/a", 2, 2)), ("b", Locked("github:acme/b", 0, 0)));

    [Fact]
    public async Task The_same_bytes_are_in_sync_and_git_is_not_asked() =>
        Assert.IsType<PinState.InSync>(await PinState.OfAsync(Plex, Facts(Text(Old)), Text(Old), NotAsked));

    [Fact]
    public async Task The_same_entries_in_another_form_are_in_sync()
    {
        var pretty = Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(Text(Old)).Replace("  ", " ", StringComparison.Ordinal));

        Assert.IsType<PinState.InSync>(await PinState.OfAsync(Plex, Facts(pretty), Text(Old), NotAsked));
    }

    [Fact]
    public async Task A_lock_that_git_has_is_behind()
    {
        var earlier = new EarlierLock(new(Revision.None, new(1), "subject", ""), Text(Old), 2, new(86400));

        var state = await PinState.OfAsync(Plex, Facts(Text(Old)), Text(New), sha256 =>
            Task.FromResult<EarlierLock?>(sha256 == Stamp.Hash(Text(Old)) ? earlier : null));

        Assert.Equal(new PinState.Behind(2, new(86400)), state);
    }

    [Fact]
    public async Task A_lock_that_git_does_not_have_is_ahead_only_if_all_that_differs_is_newer()
    {
        Assert.IsType<PinState.Ahead>(await PinState.OfAsync(Plex, Facts(Text(New)), Text(Old), Nothing));
        Assert.IsType<PinState.Unknown>(await PinState.OfAsync(Plex, Facts(Text(Old)), Text(New), Nothing));
        Assert.IsType<PinState.Unknown>(await PinState.OfAsync(Plex, Facts(Text(Mixed)), Text(Old), Nothing));
        Assert.IsType<PinState.Unknown>(await PinState.OfAsync(Plex, Facts("no lock"u8.ToArray()), Text(Old), Nothing));
        Assert.IsType<PinState.Unknown>(await PinState.OfAsync(Plex, Facts(Text(Old)), null, Nothing));
        Assert.IsType<PinState.Unknown>(await PinState.OfAsync(Plex, Facts(Text(Old)), "<<<<<<<"u8.ToArray(), Nothing));
    }

    [Fact]
    public async Task What_carries_no_lock_or_was_built_for_another_is_compared_with_nothing()
    {
        var facts = Facts(Text(Old));

        Assert.IsType<PinState.Unstamped>(await PinState.OfAsync(Plex, facts with { Stamp = null }, Text(Old), NotAsked));
        Assert.Equal(
            new PinState.Foreign("no name/"),
            await PinState.OfAsync(Plex, facts with { Stamp = facts.Stamp! with { Host = "no name/" } }, Text(Old), NotAsked));
        Assert.Equal(new PinState.Foreign("plex"), await PinState.OfAsync(Web, facts, Text(Old), NotAsked));
        Assert.Equal(new PinState.Foreign(null), await PinState.OfAsync(Plex, facts with { Running = null }, Text(Old), NotAsked));
    }

    static MachineFacts Facts(byte[] bytes) =>
        new(FakeMachine.System('0'), FakeMachine.System('0'), new(Stamp.Hash(bytes), [.. bytes], "plex"))
        {
            HostName = "plex",
            MachineId = "m",
            BootId = "b",
        };

    static byte[] Text(LockFile file) => LockFileWriter.Write(file);

    static Task<EarlierLock?> Nothing(string sha256) => Task.FromResult<EarlierLock?>(null);

    static Task<EarlierLock?> NotAsked(string sha256) => throw new InvalidOperationException("git is asked");
}
