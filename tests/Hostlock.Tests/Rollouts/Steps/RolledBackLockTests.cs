using System.Text;
using Hostlock.Fleets;
using Hostlock.Fleets.Changes;
using Hostlock.Locks;
using Hostlock.Platform;
using Hostlock.Rollouts.Steps;
using Hostlock.Tests.Support;
using static Hostlock.Tests.Support.SmallLocks;

namespace Hostlock.Tests.Rollouts.Steps;

/// <summary>The lock of the system that a machine went back to. The machine is made up.</summary>
public sealed class RolledBackLockTests : IDisposable, ILockWritingWatcher
{
    readonly TempFolder _folder = new();

    public RolledBackLockTests()
    {
        _folder.Write("flake.nix", "{ inputs.a.url = \"github:acme/a\"; outputs = _: { }; }\n");
        _folder.Write("hostlock.toml", "version = 1\n[hosts.plex]\n[hosts.web]\nlock = \"both.lock\"\n[hosts.orc]\nlock = \"both.lock\"\n");
        _folder.Write("locks/plex.lock", Text(2));
        _folder.Write("both.lock", Text(2));
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task The_lock_is_as_the_machine_has_it()
    {
        var done = Assert.IsType<LockReturn.Done>(await PutBackAsync("plex", new Machine(Text(1))));

        Assert.Equal("a", Assert.Single(done.Diff.Changes).Path.ToString());
        Assert.Equal(Text(1), _folder.Read("locks/plex.lock"));
    }

    [Fact]
    public async Task A_lock_that_others_share_stays()
    {
        Assert.IsType<LockReturn.IsShared>(await PutBackAsync("web", new Machine(Text(1))));

        Assert.Equal(Text(2), _folder.Read("both.lock"));
    }

    [Fact]
    public async Task A_machine_that_gives_no_lock_leaves_the_lock_as_it_is()
    {
        Assert.IsType<LockReturn.Failed>(await PutBackAsync("plex", new Machine(null)));

        Assert.Equal(Text(2), _folder.Read("locks/plex.lock"));
    }

    Task<LockReturn> PutBackAsync(string host, IProcessRunner machine) =>
        new RolledBackLock(machine, FleetFolder.Open(_folder.Path), "desk").PutBackAsync(
            HostName.Parse(host), new WritingMode.Write(), this, TestContext.Current.CancellationToken);

    static string Text(int digit) =>
        Encoding.UTF8.GetString(LockFileWriter.Write(Of(("a", Locked("github:acme/a", digit, digit)))));

    void ILockWritingWatcher.Settled(LockReport report)
    {
    }

    void ILockWritingWatcher.Warned(Warning warning)
    {
    }

    void ILockWritingWatcher.Committed(string? subject)
    {
    }

    // Answers ssh with the lock of its system, and has no git.
    sealed class Machine(string? text) : IProcessRunner
    {
        public Task<Finished> RunAsync(ProcessRequest request, CancellationToken cancellationToken)
        {
            if (request.Program != "ssh" || text is null)
                return Task.FromResult(new Finished(1, "", "no such file"));
            var nonce = request.Arguments[^2];
            return Task.FromResult(new Finished(0, "", "") { OutputBytes = Encoding.UTF8.GetBytes($"{nonce}\n{text}{nonce}\n") });
        }

        public IRunningProcess Start(ProcessRequest request) => throw new NotSupportedException();
    }
}
