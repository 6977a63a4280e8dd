using Hostlock.Locks;
using Hostlock.Reporting;
using static Hostlock.Tests.Rollouts.FakeHostFacts;
using static Hostlock.Tests.Support.SmallLocks;

namespace Hostlock.Tests.Reporting;

public class RollbackTextTests
{
    const string Command = "hostlock restore plex --to running";

    [Fact]
    public void A_lock_that_stays_is_said_to_stay_with_the_command_that_puts_it_back()
    {
        Assert.Equal(
            $"the lock of plex is shared, so it stays as it is; to put it back for all: {Command}\n", RollbackText.Shared(Plex, Command));
        Assert.Equal($"plex went back, but its lock is not put back; try again: {Command}\n", RollbackText.NotPutBack(Plex, Command));
    }

    [Fact]
    public void Modules_that_are_newer_are_told_apart_from_pins() =>
        Assert.Equal(
            (
                "the repository makes the system of plex again\n",
                "the pins are back, and the modules are newer: the repository makes another system for plex\n"),
            (RollbackText.Makes(Plex, true), RollbackText.Makes(Plex, false)));

    [Fact]
    public void Each_input_that_went_back_has_the_command_that_holds_it()
    {
        var diff = LockDiff.Between(
            Of(("a", Locked("github:acme/a", 2, 2)), ("b", Locked("github:acme/b", 1, 1))),
            Of(("a", Locked("github:acme/a", 1, 1)), ("b", Locked("github:acme/b", 1, 1))));

        Assert.Equal("locks/plex.lock has the pins of that system again\n", RollbackText.PutBack("locks/plex.lock", diff));
        Assert.Equal(
            "keep it there: hostlock freeze plex a --reason rolled back\n",
            RollbackText.Freezes(Plex, diff, words => $"hostlock {string.Join(' ', words)}"));
    }

    [Fact]
    public void Pins_that_are_the_same_are_said_to_be()
    {
        var same = LockDiff.Between(Of(("a", Locked("github:acme/a", 1, 1))), Of(("a", Locked("github:acme/a", 1, 1))));

        Assert.Equal("locks/plex.lock has these pins already\n", RollbackText.PutBack("locks/plex.lock", same));
        Assert.Equal("", RollbackText.Freezes(Plex, same, words => string.Join(' ', words)));
    }
}
