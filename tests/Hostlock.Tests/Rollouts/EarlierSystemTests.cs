using System.Collections.Immutable;
using Hostlock.Fleets;
using Hostlock.Fleets.History;
using Hostlock.Machines;
using Hostlock.Rollouts;
using Hostlock.Tests.Support;
using static Hostlock.Tests.Rollouts.FakeHostFacts;

namespace Hostlock.Tests.Rollouts;

/// <summary>The earlier system of a machine that <c>rollback</c> chooses.</summary>
public class EarlierSystemTests
{
    const string OldLock = "00";
    const string NewLock = "11";

    [Fact]
    public void The_last_system_with_another_lock_is_meant_if_nothing_is_said()
    {
        var facts = Machine(new(7, 0, New, NewLock), new(6, 0, Other, NewLock), new(5, 0, Old, OldLock), new(4, 0, Other, OldLock));

        Assert.Equal(new(Old, 5), EarlierSystem.OfAnotherLock(facts));
    }

    [Fact]
    public void If_no_system_has_another_lock_the_one_that_was_replaced_is_meant()
    {
        var alike = Machine(new(7, 0, New, NewLock), new(6, 0, Other, NewLock));
        var another = Machine(new(7, 0, New, NewLock), new(5, 0, Other, OldLock));

        Assert.Equal(new(Old, null), EarlierSystem.Before(alike, Plex, [Switched(New, HostOutcome.Kept)]));
        Assert.Equal(new(Other, 5), EarlierSystem.Before(another, Plex, [Switched(New, HostOutcome.Kept)]));
        Assert.Null(EarlierSystem.Before(alike, Plex, []));
    }

    [Fact]
    public void A_generation_that_was_left_behind_is_none_to_go_back_to()
    {
        var facts = Machine(new(8, 0, Other, OldLock), new(7, 0, New, NewLock), new(6, 0, Other, null));

        Assert.Null(EarlierSystem.OfAnotherLock(facts));
    }

    [Fact]
    public void A_generation_is_found_by_its_number_and_by_its_lock()
    {
        var facts = Machine(new(7, 0, New, NewLock), new(5, 0, Old, OldLock), new(4, 0, Other, OldLock));

        Assert.Equal(new(Other, 4), EarlierSystem.Numbered(facts, 4));
        Assert.Equal(new(Old, 5), EarlierSystem.WithLock(facts, OldLock));
        Assert.Null(EarlierSystem.Numbered(facts, 3));
        Assert.Null(EarlierSystem.WithLock(facts, "22"));
    }

    [Fact]
    public void The_system_that_was_replaced_is_known_without_its_generation()
    {
        var collected = Machine(new Generation(7, 0, New, NewLock));
        var kept = Machine(new(7, 0, New, NewLock), new(5, 0, Old, OldLock));

        Assert.Equal(
            new(Old, null),
            EarlierSystem.Replaced(collected, Plex, [Switched(Other, HostOutcome.Kept), Switched(New, HostOutcome.Kept)]));
        Assert.Equal(new(Old, 5), EarlierSystem.Replaced(kept, Plex, [Switched(New, HostOutcome.Kept)]));
        Assert.Null(EarlierSystem.Replaced(collected, Plex, [Switched(New, HostOutcome.Returned)]));
        Assert.Null(EarlierSystem.Replaced(collected, HostName.Parse("zeeba"), [Switched(New, HostOutcome.Kept)]));
    }

    [Fact]
    public async Task A_version_of_a_lock_means_the_system_that_carries_it_or_the_generation_that_it_names()
    {
        using var folder = new TempFolder();
        folder.Write("flake.nix", "");
        folder.Write("hostlock.toml", "version = 1\n[hosts.plex]\n");
        folder.Write("locks/plex.lock", "the lock");
        var fleet = FleetFolder.Open(folder.Path);
        var versions = new LockVersions(new OneAnswer(new(1, "", "")), fleet, "ctl");
        var facts = Machine(new(7, 0, New, NewLock), new(5, 0, Old, Stamp.Hash("the lock"u8)), new(4, 0, Other, null));

        Assert.Equal(new(Old, 5), await OfAsync("plex"));
        Assert.Equal(new(Other, 4), await OfAsync("plex@generation:4"));
        Assert.Null(await OfAsync("plex@generation:3"));
        Assert.Null(await OfAsync("plex@running"));
        folder.Write("locks/plex.lock", "another lock");
        Assert.Null(await OfAsync("plex"));

        Task<EarlierSystem?> OfAsync(string word) => EarlierSystem.OfAsync(
            facts, LockVersion.Parse(fleet, word, folder.Path), versions, TestContext.Current.CancellationToken);
    }

    static MachineFacts Machine(params ImmutableArray<Generation> generations) => new(New, New, new(NewLock, null, "plex"))
    {
        HostName = "plex",
        MachineId = "m1",
        BootId = "b1",
        Generations = generations,
    };

    static Rollout Switched(StorePath target, HostOutcome outcome)
    {
        var plan = Plan() with { Target = target };
        var rollout = Rollout.Of(new(new(Id, RolloutAction.Switch, [plan]), Start));
        return rollout with { Hosts = rollout.Hosts.With(Plex, host => host with { Before = Facts(Old), Outcome = outcome }) };
    }
}
