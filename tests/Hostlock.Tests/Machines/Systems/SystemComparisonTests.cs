using System.Collections.Concurrent;
using Hostlock.Fleets;
using Hostlock.Fleets.History;
using Hostlock.Locks;
using Hostlock.Machines;
using Hostlock.Machines.Packages;
using Hostlock.Machines.Systems;
using Hostlock.Platform;
using Hostlock.Tests.Support;

namespace Hostlock.Tests.Machines.Systems;

/// <summary>The system of a machine is taken from there, and any other is built here.</summary>
public sealed class SystemComparisonTests : IDisposable
{
    static readonly HostName Plex = HostName.Parse("plex");
    static readonly string Running = Store(1), Built = Store(2);

    readonly TempFolder _folder = new();
    readonly Programs _programs = new();

    public SystemComparisonTests()
    {
        _folder.Write("flake.nix", "{ }");
        _folder.Write("hostlock.toml", "version = 1\n[hosts.plex]\ntarget = \"root@plex.lan\"\n");
    }

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Only_the_side_that_no_machine_carries_is_built(bool isCarriedFirst)
    {
        NamedLock[] sides = [Carried("running"), Named("plex")];
        if (!isCarriedFirst)
            Array.Reverse(sides);

        var diff = await CompareAsync(sides[0], sides[1]);

        Assert.Equal(isCarriedFirst ? (Running, Built) : (Built, Running), (diff.Before.ToString(), diff.After.ToString()));
        Assert.Equal(
            ["nix build", "nix path-info", "ssh nix path-info", "ssh readlink -f /run/current-system"],
            _programs.Asked.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Two_systems_of_a_machine_need_no_build()
    {
        await CompareAsync(Carried("generation:12"), Carried("running"));

        Assert.DoesNotContain("nix build", _programs.Asked);
        Assert.Contains("ssh readlink -f /nix/var/nix/profiles/system-12-link", _programs.Asked);
    }

    [Theory]
    [InlineData(0, "/home/plex")]
    [InlineData(1, "")]
    public async Task A_machine_without_such_a_system_is_named(int exitCode, string output)
    {
        _programs.Link = new(exitCode, output, "");

        var error = await Assert.ThrowsAsync<MachineException>(() => CompareAsync(Carried("running"), Carried("running")));

        Assert.Equal(MachineException.NotASystem("root@plex.lan", "/run/current-system").Message, error.Message);
    }

    Task<PackageDiff> CompareAsync(NamedLock before, NamedLock after)
    {
        var folder = FleetFolder.Open(_folder.Path);
        return new SystemComparison(_programs, folder, "desk", new(_folder["cache"]))
            .CompareAsync(Plex, before, after, _ => { }, TestContext.Current.CancellationToken);
    }

    NamedLock Carried(string system) => new(
        $"plex@{system}", new LockVersion.Carried(FleetFolder.Open(_folder.Path).PlaceOf(Plex), Plex, system), LockFile.Empty);

    NamedLock Named(string word) => new(word, LockVersion.Parse(FleetFolder.Open(_folder.Path), word, _folder.Path), LockFile.Empty);

    static string Store(int digit) => $"/nix/store/{new string((char)('0' + digit), 32)}-system";

    /// <summary>A nix that builds, and a machine that runs a system. Each knows its own.</summary>
    sealed class Programs : IProcessRunner
    {
        public ConcurrentQueue<string> Asked { get; } = [];

        public Finished Link { get; set; } = new(0, $"{Running}\n", "");

        public Task<Finished> RunAsync(ProcessRequest request, CancellationToken cancellationToken)
        {
            var line = request.ToString();
            var (asked, answer) =
                line.IndexOf("readlink", StringComparison.Ordinal) is > 0 and var at ? ($"ssh {line[at..]}", Link)
                : line.Contains(" build ", StringComparison.Ordinal) ? ("nix build", new(0, $"{Built}\n", ""))
                : line.StartsWith("ssh", StringComparison.Ordinal) ? ("ssh nix path-info", new(0, $"{Running} 280\n", ""))
                : ("nix path-info", new Finished(0, $"{Built} 290\n", ""));
            Asked.Enqueue(asked);
            return Task.FromResult(answer);
        }

        public IRunningProcess Start(ProcessRequest request) => throw new NotSupportedException();
    }
}
