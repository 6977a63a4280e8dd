using Hostlock.Fleets;
using Hostlock.Locks;
using Hostlock.Machines;
using Hostlock.Machines.Probing;
using Hostlock.Tests.Machines.Probing;
using Hostlock.Tests.Support;
using static Hostlock.Tests.Machines.PretendMachines;
using static Hostlock.Tests.Support.SmallLocks;

namespace Hostlock.Tests.Machines;

/// <summary>The lock that a machine runs, and what proves it.</summary>
[Trait("part", "programs")]
public sealed class RunningLockTests : IDisposable
{
    static readonly StorePath Running = FakeMachine.System('1');

    readonly TempFolder _folder = new();
    readonly PretendMachines _machines = new();
    readonly List<string> _told = [];

    public RunningLockTests()
    {
        _folder.Write("flake.nix", "{ outputs = _: { }; }");
        _folder.Write("hostlock.toml", "version = 1\n[hosts.plex]\n");
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_system_that_carries_its_lock_says_it_itself()
    {
        _machines.Answers("plex", Running, "p", Stamped(Text(1), "plex"));

        Assert.Equal(Text(1), Assert.IsType<ProvedLock.Carried>(await ProveAsync()).Bytes);
        Assert.Equal(0, _machines.Started);
    }

    [Fact]
    public async Task A_lock_is_proved_by_the_commit_that_has_its_bytes()
    {
        Commit(1);
        Commit(2);
        _machines.Answers("plex", Running, "p", Stamped(Text(1), "plex", isCarried: false));

        var proved = Assert.IsType<ProvedLock.Committed>(await ProveAsync());

        Assert.Equal(Text(1), proved.Bytes);
        Assert.Equal(Id("HEAD~1"), proved.Commit.Id.ToString());
        Assert.Empty(_machines.Evaluated);
    }

    [Fact]
    public async Task Otherwise_the_commit_that_makes_the_very_system_proves_it()
    {
        Commit(1);
        Commit(2);
        Commit(3);
        _machines.Answers("plex", Running, "p");
        var made = Id("HEAD~1");
        _machines.Nix = reference => new(
            0, $"{(reference.Contains(made, StringComparison.Ordinal) ? Running : FakeMachine.System('9'))}", "");

        var proved = Assert.IsType<ProvedLock.Made>(await ProveAsync());

        Assert.Equal(Text(2), proved.Bytes);
        Assert.Equal(made, proved.Commit.Id.ToString());
        Assert.Equal(2, _told.Count);
    }

    // The version of a system ends with the revision of its nixpkgs.
    [Fact]
    public async Task A_commit_whose_lock_cannot_have_made_it_is_not_evaluated()
    {
        var system = FakeMachine.System('1', $"25.11.20200101.{SmallLocks.Id(1)[..7]}");
        Commit(1);
        Commit(2);
        Commit(3);
        _machines.Answers("plex", system, "p");
        _machines.Nix = _ => new(0, $"{system}", "");

        Assert.Equal(Text(1), Assert.IsType<ProvedLock.Made>(await ProveAsync()).Bytes);
        Assert.Contains(Id("HEAD~2"), Assert.Single(_machines.Evaluated), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_no_commit_makes_is_not_proved_and_says_how_many_were_tried()
    {
        Commit(1);
        Commit(2);
        _machines.Answers("plex", Running, "p");
        var broken = Id("HEAD");
        _machines.Nix = reference => reference.Contains(broken, StringComparison.Ordinal)
            ? new(1, "", "error: no")
            : new(0, $"{FakeMachine.System('9')}", "");

        Assert.Equal(MachineException.NotProved(Plex, $"{Running}", 2, 1).Message, await FailAsync());
    }

    [Fact]
    public async Task Without_a_repository_only_the_system_itself_can_prove_it()
    {
        _machines.Answers("plex", Running, "p", Stamped(Text(1), "plex", isCarried: false));

        Assert.Equal(MachineException.NotProved(Plex, $"{Running}", 0, 0).Message, await FailAsync());
    }

    [Fact]
    public async Task What_is_no_proof_is_refused()
    {
        Assert.Contains("No route to host", await FailAsync(), StringComparison.Ordinal);

        _machines.Answers("plex", null, "p");
        Assert.Equal(MachineException.RunsNothing(Plex).Message, await FailAsync());

        _machines.Answers("plex", Running, "p", [.. Stamped(Text(1), "plex"), "switching\tnixos-rebuild"]);
        Assert.Equal(MachineException.SwitchUnderWay(Plex).Message, await FailAsync());

        _machines.Answers("plex", Running, "p", Stamped(Text(1), "web"));
        Assert.Equal(MachineException.RunsAnother(Plex, "web").Message, await FailAsync());

        _folder.Write("hostlock.toml", "version = 1\n[hosts.plex]\n[hosts.web]\nlock = \"locks/plex.lock\"\n");
        Assert.Equal(MachineException.SharesLock(Plex, ["web"]).Message, await FailAsync());
    }

    static HostName Plex => HostName.Parse("plex");

    async Task<ProvedLock> ProveAsync()
    {
        var fleet = FleetFolder.Open(_folder.Path);
        var probes = new MachineProbes(_machines, "ctl", new(new(_folder["cache"]), fleet.Path), _ => false, TimeProvider.System);
        return await new RunningLock(_machines, fleet, probes)
            .ProveAsync(fleet.HostOf(Plex), _told.Add, TestContext.Current.CancellationToken);
    }

    async Task<string> FailAsync() => (await Assert.ThrowsAnyAsync<HostlockException>(ProveAsync)).Message;

    void Commit(int digit)
    {
        _folder.Write("locks/plex.lock", System.Text.Encoding.UTF8.GetString(Text(digit)));
        TestGit.Commit(_folder.Path, digit);
    }

    string Id(string name) => TestGit.Id(_folder.Path, name);

    static byte[] Text(int digit) => LockFileWriter.Write(Of(("nixpkgs", Locked("github:NixOS/nixpkgs", digit, digit)))).ToArray();
}
