using System.Collections.Immutable;
using Hostlock.Conformance.FakeHosts;

[assembly: AssemblyFixture(typeof(SharedFleet))]

namespace Hostlock.Conformance.FakeHosts;

/// <summary>
/// One fleet for all tests of fake hosts, each of which has hosts of its own. It starts when the first test wants it, so that the tests
/// are skipped if there can be none.
/// </summary>
public sealed class SharedFleet : IDisposable
{
    static readonly string[] Others =
    [
        "hangs", "boots", "silent-light", "silent-systemd", "units", "network", "sleeps", "full", "lost", "mild-light", "mild-systemd",
        "engine", "interrupt", "told", "inhibited", "sudo", "stops", "plex", "orc",
    ];

    readonly Lazy<Started> _started = new(Start);

    internal static ImmutableArray<string> Dozen { get; } = [.. Enumerable.Range(1, 12).Select(number => $"dozen-{number}")];

    internal FakeFleet Fleet => _started.Value.Fleet;

    /// <summary>A second system of each host, with one unit more.</summary>
    internal ImmutableDictionary<string, string> Next => _started.Value.Next;

    /// <summary>A system of <c>units</c>, with units that fail.</summary>
    internal string Units => _started.Value.Next["units"];

    /// <summary>Systems of <c>lost</c> without sshd, and without a network.</summary>
    internal ImmutableArray<string> Lost => _started.Value.Lost;

    public void Dispose()
    {
        if (_started.IsValueCreated)
            _started.Value.Fleet.Dispose();
    }

    static Started Start()
    {
        string[] names = [.. FakeHostsTests.Faults.Select(row => row.Data.Item1), .. Others];
        var fleet = FakeFleet.Start([.. names, .. Dozen]);
        fleet.Write(
            ("modules/common.nix", """
                {
                  systemd.services.second = "[Service]\nExecStart=/usr/bin/sleep infinity\n";
                }
                """),
            ("hosts/units.nix", """
                {
                  networking.hostName = "units";
                  systemd.services = {
                    at-once = "[Service]\nType=oneshot\nExecStart=/bin/false\n";
                    later = "[Service]\nExecStart=/bin/sh -c 'sleep 1; exit 1'\n";
                    once = "[Service]\nExecStart=/bin/sh -c 'mkdir /run/x && exit 1; exec sleep 1h'\nRestart=always\nRestartSec=1\n";
                  };
                }
                """),
            (
                "hosts/inhibited.nix",
                """{ networking.hostName = "inhibited"; switchInhibitors.dbus = "another implementation"; }"""),
            ("hosts/lost.nix", """{ networking.hostName = "lost"; fake.sshd = false; }"""));
        var next = fleet.Build(names);
        fleet.Write(("hosts/lost.nix", """{ networking.hostName = "lost"; fake.network = false; }"""));
        return new(fleet, next, [next["lost"], fleet.Build("lost")["lost"]]);
    }

    sealed record Started(FakeFleet Fleet, ImmutableDictionary<string, string> Next, ImmutableArray<string> Lost);
}
