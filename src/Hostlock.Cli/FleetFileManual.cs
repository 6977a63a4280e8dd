namespace Hostlock.Cli;

/// <summary>The contents of the manual page of hostlock.toml. A test compares its settings with those that the file may have.</summary>
static class FleetFileManual
{
    /// <summary>The name of the page.</summary>
    public const string Name = "hostlock.toml";

    /// <summary>What it is about, in one line.</summary>
    public const string Summary = "hosts, and how their locks and machines are looked after";

    /// <summary>An example of the file.</summary>
    public static string Example => """
        version = 1

        [hosts.plex]
        ring = "canary"
        target = "root@plex.lan"

        [hosts.web.freeze.nixpkgs]
        reason = "the database does not start"
        until = "2026-12-31"

        [inputs.nixpkgs]
        min-age = "3d"

        [rings.canary]
        [rings.rest]
        after = "canary"
        soak = "24h"
        """;

    /// <summary>What is true of the whole file.</summary>
    public static IReadOnlyList<string> Paragraphs =>
    [
        "The file lies beside flake.nix. hostlock init writes it, freeze and hold change it, and Nix reads it too when it evaluates hosts.",
        "It is TOML 1.0 without dates, and paths are relative to it and stay inside the flake. An unknown key is an error that names its "
            + "place and the nearest known key. A duration is a number with s, m, h, d or w, and a day is text of the form 2026-12-31.",
    ];

    /// <summary>The settings, by the table that they are in.</summary>
    public static IReadOnlyList<(string Table, IReadOnlyList<(string Key, string Meaning)> Settings)> Tables =>
    [
        ("Top of the file",
        [
            ("version", "1; it comes first."),
            ("lock", "The place of the locks, with {host} in it [default: locks/{host}.lock]."),
            ("outputs", "The names of all outputs. With them, one host is built without evaluating the others."),
            ("private", "Inputs that only an access token can fetch: github:OWNER, or github:OWNER/REPOSITORY."),
            ("merge", "If it is newer, merging branches takes the newer of two pins of one reference."),
            ("stamp", "If true, each configuration carries its lock, so that a machine can say which lock built it."),
        ]),
        ("[commit]",
        [
            ("subject", "The subject of the commits of --commit, with {action}, {hosts} and {moves} in it."),
        ]),
        ("[hosts.NAME]",
        [
            ("after", "Hosts that have ended before this one begins, in the same rollout or switch."),
            ("lock", "The place of the lock of this host. Hosts may share one; flake.lock stays on the root lock."),
            ("flake", "The flake that declares the inputs of this host, if it is not flake.nix."),
            ("inputs.INPUT", "A reference that this host tracks in place of the one in flake.nix."),
            ("configurations", "The attributes that are built by the lock [default: nixosConfigurations.NAME]."),
            ("ring", "The ring that the host is in; @RING names its hosts."),
            ("target", "Where the machine is reached by ssh [default: its name]."),
            ("stamp", "As at the top, for this host."),
            ("hold", "A table with reason and until: rollouts and switches pass the machine by."),
            ("freeze.INPUT", "A table with reason and until: update and promote leave the input as it is."),
            ("engine, trial, substitute, build", "As in [rollout], for this host."),
        ]),
        ("[inputs.INPUT]",
        [
            ("scope", "If it is shared, the input is equal in all locks."),
            ("min-age", "update takes no commit younger than this."),
            ("max-age", "check reports a locked revision older than this."),
        ]),
        ("[rings.NAME]",
        [
            ("after", "The ring that comes before."),
            ("soak", "How long the hosts before must have run their systems."),
            ("parallel", "How many hosts may be at risk at once [default: 1]."),
            ("max-failed", "How many hosts may fail before the rollout halts, a number or a share [default: 0]."),
            ("max-absent", "How many hosts may be out of reach [default: all]."),
            ("window", "The hours of UTC in which hosts may be changed: Sat,Sun 01:00-05:00."),
            ("approve", "If true, the ring begins once somebody approves it: by rollout --approve, or in the repository."),
        ]),
        ("[groups.NAME]",
        [
            ("hosts", "Hosts that must not be at risk together."),
            ("parallel", "How many of them may be."),
        ]),
        ("[rollout]",
        [
            ("open", "What becomes of the locks of a ring: commit, push, branch or none."),
            ("journal", "clone, or git to keep journals in the other repository too."),
            ("notify", "A program that gets each event of a rollout as JSON."),
            ("allowed-signers", "A file of ssh-keygen that lists who may sign approvals; others do not count."),
            ("engine", "What switches machines: direct, or another one of docs/engines.md."),
            ("trial", "The silence after which a machine on trial goes back by itself."),
            ("substitute", "If true, machines fetch from their own caches what they can."),
            ("build", "here, target, or a store such as ssh-ng://builder."),
            ("jobs", "How many systems are evaluated at once."),
            ("memory", "The MiB that one of several evaluations may take."),
            ("after-build", "A program that is run once all is built, before a machine is touched."),
        ]),
        ("[engines.NAME]",
        [
            ("test", "The program, with its arguments, that has a machine run a system."),
            ("switch", "The program that also makes it the system that boots."),
        ]),
        ("[gates.NAME]",
        [
            ("http, tcp, run, ssh", "What is asked before a switched system is kept: an address, a port, a program here or there."),
            ("on", "The hosts that are asked about [default: all]."),
            ("within", "The time that the gate may take to pass."),
            ("passes", "How often in a row it has to pass."),
        ]),
    ];
}
