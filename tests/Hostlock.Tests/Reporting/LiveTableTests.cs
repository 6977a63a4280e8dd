using Hostlock.Fleets;
using Hostlock.Fleets.Settings;
using Hostlock.Machines;
using Hostlock.Machines.Probing;
using Hostlock.Releases;
using Hostlock.Reporting;
using Hostlock.Reporting.Json;
using Hostlock.Tests.Machines.Probing;
using Hostlock.Tests.Support;

namespace Hostlock.Tests.Reporting;

public class LiveTableTests
{
    static readonly DateTimeOffset Now = new(2026, 3, 31, 12, 0, 0, TimeSpan.Zero);

    static readonly Fleet Fleet = FleetFile.Read(
        """
        version = 1
        [hosts.plex]
        target = "root@plex.lan"
        stamp = true
        [hosts.nas]
        target = "ssh://root@nas.lan:2222"
        [hosts.mac]
        configurations = ["darwinConfigurations.mac"]
        [hosts.home]
        configurations = ['homeConfigurations."jono@home"']
        """);

    public static TheoryData<string, MachineStatus, string, string> States => new()
    {
        { "in sync", Plex(new PinState.InSync()), "in sync", "" },
        {
            "behind", Plex(new PinState.Behind(2, new(1772366400))), "behind 30d, 2 changes",
            "hostlock switch plex"
        },
        {
            "behind here", Status("plex", null, new PinState.Behind(1, null), Facts), "behind 1 change, not committed",
            "hostlock switch plex"
        },
        {
            "behind at an address", Status("nas", "ssh://root@nas.lan:2222", new PinState.Behind(1, null), Facts),
            "behind 1 change, not committed", "hostlock switch nas"
        },
        {
            "behind on a Mac", Status("mac", null, new PinState.Behind(1, null), Facts), "behind 1 change, not committed",
            "sudo darwin-rebuild switch --flake '.#mac'"
        },
        {
            "behind at home", Status("home", null, new PinState.Behind(1, null), Facts), "behind 1 change, not committed",
            "home-manager switch --flake '.#jono@home'"
        },
        {
            "another configuration",
            Plex(new PinState.InSync()) with { Configuration = new ConfigurationState.Differs(FakeMachine.System('1')) },
            "in sync, other configuration", "hostlock switch plex"
        },
        {
            "one machine twice", Plex(new PinState.InSync()) with { Twins = [Host("nas").Name, Host("mac").Name] },
            "in sync, same machine as nas mac", ""
        },
        { "ahead", Plex(new PinState.Ahead()), "ahead", "hostlock adopt plex" },
        { "unknown", Plex(new PinState.Unknown()), "unknown lock", "hostlock adopt plex" },
        {
            "not stamped yet", Plex(new PinState.Unstamped()), "carries no lock",
            "hostlock switch plex"
        },
        { "not stamped", Status("nas", "nas", new PinState.Unstamped(), Facts), "carries no lock", "stamp = true in hostlock.toml" },
        { "foreign", Plex(new PinState.Foreign("we\eb")), @"runs the system of we\u001bb", "hostlock probe plex" },
        { "no NixOS", Plex(new PinState.Foreign(null)), "runs no NixOS", "hostlock probe plex" },
        {
            "pending", Status("plex", "p", new PinState.InSync(), Facts with { Next = FakeMachine.System('1') }),
            "in sync, boots generation 7", "hostlock probe plex"
        },
        {
            "pending for no generation", Status("plex", "p", new PinState.InSync(), Facts with { Next = FakeMachine.System('2') }),
            "in sync, boots nixos-system-plex-25.11", "hostlock probe plex"
        },
        {
            "reboot",
            Status(
                "plex", "p", new PinState.InSync(),
                Facts with { NeedsReboot = [Kernel("6.12.1", "6.12.4"), new("initrd", null, null)] }),
            "in sync, needs reboot: linux 6.12.1 → 6.12.4", "ssh p systemctl reboot"
        },
        {
            "reboot here", Status("plex", null, new PinState.InSync(), Facts with { NeedsReboot = [new("initrd", null, null)] }),
            "in sync, needs reboot: initrd", "systemctl reboot"
        },
        {
            "failed units", Status("plex", "p", new PinState.InSync(), Facts with { FailedUnits = ["a.service", "b.service"] }),
            "in sync, 2 failed units", "ssh p systemctl --failed"
        },
        {
            "switching", Status("plex", "p", new PinState.InSync(), Facts with { IsSwitching = true }), "in sync, switching",
            "hostlock probe plex"
        },
        {
            "on trial",
            Status("plex", "p", new PinState.InSync(), Facts with { Trial = "20261129-7c1e2a3b", Next = FakeMachine.System('1') }),
            "in sync, on trial, boots generation 7", "hostlock probe plex"
        },
        {
            "gone",
            new(
                Host("plex"),
                new ProbeOutcome.Unreachable(Address("plex", "p"), new("m", new(1774699200), "74297b7"), Why),
                null,
                NotAsked),
            "unreachable (seen 3d ago on 74297b7)", "hostlock probe plex"
        },
        {
            "never seen", new(Host("plex"), new ProbeOutcome.Unreachable(Address("plex", "p"), null, Why), null, NotAsked),
            "unreachable (never seen)", "hostlock probe plex"
        },
        {
            "wrong machine", new(Host("plex"), new ProbeOutcome.WrongMachine(Address("plex", "p"), null, Facts), null, NotAsked),
            "wrong machine", "hostlock probe plex --new-machine"
        },
    };

    [Theory]
    [MemberData(nameof(States))]
    public void Each_state_has_its_words_and_what_to_type_next(string name, MachineStatus status, string words, string next)
    {
        var row = LiveTable.Render([status], TypedCommands.InFlake, Now, Ink.Plain).Split('\n')[1];

        var expected = next.Length > 0 ? $"  {words}  {next}" : $"  {words}";
        Assert.True(row.EndsWith(expected, StringComparison.Ordinal), $"{name}: '{row}' does not end with '{expected}'");
    }

    [Fact]
    public void Columns_are_as_wide_as_they_must_be() =>
        Assert.Equal(
            """
            host  runs   lock
            plex  25.11  ahead                     hostlock adopt plex
            nas   25.11  in sync
            home  –      unreachable (never seen)  hostlock probe home

            """,
            LiveTable.Render(
                [
                    Plex(new PinState.Ahead()),
                    Status("nas", "nas", new PinState.InSync(), Facts),
                    new(Host("home"), new ProbeOutcome.Unreachable(Address("home", "home"), null, Why), null, NotAsked),
                ],
                TypedCommands.InFlake,
                Now,
                Ink.Plain));

    [Theory]
    [InlineData("../fleet", "../fleet#jono@home")]
    [InlineData("fleet", "./fleet#jono@home")]
    [InlineData("/f", "/f#jono@home")]
    public void In_another_folder_what_to_type_says_where_the_flake_is(string folder, string reference)
    {
        var commands = new TypedCommands(folder, folder);

        Assert.Contains(
            $"  home-manager switch --flake '{reference}'\n",
            LiveTable.Render([Status("home", null, new PinState.Behind(1, null), Facts)], commands, Now, Ink.Plain),
            StringComparison.Ordinal);
        Assert.EndsWith(
            $"  hostlock -C {folder} switch plex\n",
            LiveTable.Render([Plex(new PinState.Behind(1, null))], commands, Now, Ink.Plain),
            StringComparison.Ordinal);
        Assert.EndsWith(
            $"  hostlock -C {folder} adopt plex\n", LiveTable.Render([Plex(new PinState.Ahead())], commands, Now, Ink.Plain),
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_fleet_without_hosts_has_no_table() => Assert.Equal("", LiveTable.Render([], TypedCommands.InFlake, Now, Ink.Plain));

    [Fact]
    public void The_JSON_has_all_that_the_machine_said() =>
        Assert.Equal(
            """
            {
              "version": 1,
              "hosts": {
                "plex": {
                  "address": "p",
                  "seen": {
                    "at": 1774699200,
                    "label": "74297b7",
                    "machine": "m"
                  },
                  "state": "answered",
                  "pins": "behind",
                  "changesBehind": 2,
                  "behindSince": 5,
                  "configuration": "differs",
                  "wanted": "/nix/store/11111111111111111111111111111111-nixos-system-plex-25.11",
                  "hostName": "plex",
                  "machine": "m",
                  "boot": "b",
                  "secondsUp": 60,
                  "running": "/nix/store/00000000000000000000000000000000-nixos-system-plex-25.11",
                  "bootsNext": "/nix/store/00000000000000000000000000000000-nixos-system-plex-25.11",
                  "booted": null,
                  "stamp": {
                    "host": "plex",
                    "sha256": "00"
                  },
                  "needsReboot": {
                    "kernel": {
                      "booted": "/nix/store/33333333333333333333333333333333-linux-6.12.1",
                      "running": "/nix/store/33333333333333333333333333333333-linux-6.12.4"
                    }
                  },
                  "switching": false,
                  "trial": null,
                  "failedUnits": [],
                  "inhibitors": {
                    "dbus": "broker"
                  },
                  "bytesLeft": {
                    "/boot": 1024
                  },
                  "generations": {
                    "7": {
                      "made": 5,
                      "system": "/nix/store/11111111111111111111111111111111-nixos-system-plex-25.11",
                      "lockSha256": "11"
                    }
                  },
                  "next": "hostlock switch plex",
                  "receipt": {
                    "proved": false,
                    "why": "the key of the machine did not sign it"
                  },
                  "refused": {
                    "release": 41,
                    "rule": "number",
                    "why": "release 41 is older than release 42",
                    "at": 5
                  }
                }
              }
            }

            """,
            JsonSchemas.Check("probe", MachineJson.Render(
                [
                    new(
                        Host("plex"),
                        new ProbeOutcome.Answered(
                            Address("plex", "p"),
                            new("m", new(1774699200), "74297b7"),
                            Facts with
                            {
                                Stamp = new("00", null, "plex"),
                                Uptime = TimeSpan.FromMinutes(1),
                                NeedsReboot = [Kernel("6.12.1", "6.12.4")],
                                Inhibitors = NameMap<string>.Of([KeyValuePair.Create("dbus", "broker")]),
                                BytesLeft = NameMap<long>.Of([KeyValuePair.Create("/boot", 1024L)]),
                            }),
                        new PinState.Behind(2, new(5)),
                        new ConfigurationState.Differs(FakeMachine.System('1'))),
                ],
                new Dictionary<HostName, PulledState>
                {
                    [HostName.Parse("plex")] = new(
                        new ReceiptState.Doubted("the key of the machine did not sign it"),
                        new(RefusalRule.Number, "release 41 is older than release 42", ReleaseNumber.TryOf(41), new(5))),
                },
                TypedCommands.InFlake)));

    [Fact]
    public void A_probe_is_shown_whole() =>
        Assert.Equal(
            """
            plex  root@plex.lan
              runs          /nix/store/00000000000000000000000000000000-nixos-system-plex-25.11
              lock          carries no lock
              boots next    /nix/store/11111111111111111111111111111111-nixos-system-plex-25.11 (generation 7)
              reboot        needed for linux 6.12.1 → 6.12.4
              up            60min
              switch        under way
              on trial      by switch 20261129-7c1e2a3b; unless that keeps it, it goes back
              failed units  a.service
              inhibitors    dbus
              left          /boot 1.0 KiB
              machine       m, plex
              generations
                   7  1970-01-01  lock 1111111  nixos-system-plex-25.11

            """,
            Probe(Facts with
            {
                Next = FakeMachine.System('1'),
                Uptime = TimeSpan.FromHours(1),
                IsSwitching = true,
                Trial = "20261129-7c1e2a3b",
                FailedUnits = ["a.service"],
                NeedsReboot = [Kernel("6.12.1", "6.12.4")],
                Inhibitors = NameMap<string>.Of([KeyValuePair.Create("dbus", "broker")]),
                BytesLeft = NameMap<long>.Of([KeyValuePair.Create("/boot", 1024L)]),
                Generations = [new(7, 5, FakeMachine.System('1'), new string('1', 64))],
            }));

    static string Probe(MachineFacts facts) => ProbeText.Render(
        new(Host("plex"), new ProbeOutcome.Answered(Address("plex", "root@plex.lan"), null, facts), new PinState.Unstamped(), NotAsked),
        facts,
        Now,
        Ink.Plain);

    static ConfigurationState NotAsked => new ConfigurationState.NotAsked();

    static HostlockException Why => Assert.Throws<MachineException>(() => MachineAnswer.Read(HostName.Parse("plex"), "", "0"));

    static MachineFacts Facts => new(FakeMachine.System('0'), FakeMachine.System('0'), null)
    {
        HostName = "plex",
        MachineId = "m",
        BootId = "b",
        FailedUnits = [],
        Generations = [new(7, 5, FakeMachine.System('1'), "11")],
    };

    static Host Host(string name) => Fleet.Hosts.Single(host => host.Name.ToString() == name);

    static MachineAddress Address(string host, string? target) => new(HostName.Parse(host), target);

    static MachineStatus Plex(PinState pins) => Status("plex", "root@plex.lan", pins, Facts);

    static MachineStatus Status(string host, string? target, PinState pins, MachineFacts facts) =>
        new(Host(host), new ProbeOutcome.Answered(Address(host, target), null, facts), pins, NotAsked);

    static RebootPart Kernel(string old, string now) => new("kernel", Linux(old), Linux(now));

    static StorePath Linux(string version) => StorePath.TryParse($"/nix/store/{new string('3', 32)}-linux-{version}")!;
}
