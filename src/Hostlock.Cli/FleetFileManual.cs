using Hostlock.Fleets;
using Hostlock.Fleets.Settings;
using Hostlock.Reporting.Json;
using static Hostlock.Reporting.Json.JsonShape;

namespace Hostlock.Cli;

/// <summary>The contents of the manual page of hostlock.toml. A test compares its settings with those that the file may have.</summary>
static class FleetFileManual
{
    /// <summary>The name of the page.</summary>
    public const string Name = "hostlock.toml";

    /// <summary>Its subject, in one line.</summary>
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

    /// <summary>The text about the whole file.</summary>
    public static IReadOnlyList<string> Paragraphs =>
    [
        "The file lies beside flake.nix. hostlock init writes it, freeze and hold change it, and Nix reads it too when it evaluates hosts.",
        "It is TOML 1.0 without dates, and paths are relative to it and stay inside the flake. An unknown key is an error that names its "
            + "place and the nearest known key. A duration is a number with s, m, h, d or w, and a day is text of the form 2026-12-31.",
    ];

    /// <summary>The settings of a table.</summary>
    /// <param name="Title">The table as it is written: <c>[hosts.NAME]</c>.</param>
    /// <param name="Name">The key of the table; null for the top of the file.</param>
    /// <param name="Settings">The settings, with the shapes of their values.</param>
    public sealed record Table(string Title, string? Name, IReadOnlyList<JsonMember> Settings)
    {
        /// <summary>True if there is one such table for each of many names.</summary>
        public bool IsByName => Title.Contains('.', StringComparison.Ordinal);
    }

    /// <summary>The key of a setting as it is written: <c>inputs.INPUT</c>.</summary>
    public static string KeyOf(JsonMember setting) => setting.Shape is JsonShape.Map(var key, _) ? $"{setting.Name}.{key}" : setting.Name;

    /// <summary>The settings, by the table that they are in.</summary>
    public static IReadOnlyList<Table> Tables =>
    [
        new("Top of the file", null,
        [
            Member("version", new JsonShape.Number(FleetFile.Version, FleetFile.Version), "The version of the file: 1. It comes first."),
            Member("lock", AnyText, "The place of the locks, with {host} in it [default: locks/{host}.lock].").IfAny,
            Member("outputs", Texts, "The names of all outputs. With them, one host is built without evaluating the others.").IfAny,
            Member("private", Texts, "Inputs that only an access token can fetch: github:OWNER, or github:OWNER/REPOSITORY.").IfAny,
            Member("merge", OneWord("newer"), "If set to newer, a merge of branches takes the newer of two pins of one reference.").IfAny,
            Member("stamp", YesOrNo, "If true, each configuration carries its lock, so that a machine can say which lock built it.").IfAny,
        ]),
        new("[commit]", "commit",
        [
            Member(
                "subject", AnyText,
                "The subject of the commits of --commit. {action}, {hosts}, {inputs} and {moves} are filled in.").IfAny,
        ]),
        new("[hosts.NAME]", "hosts",
        [
            Member("after", Texts, "The hosts of a rollout or switch after which this one begins.").IfAny,
            Member("lock", AnyText, "The place of the host's lock. Hosts may share one; flake.lock is the root lock.").IfAny,
            Member("flake", AnyText, "The flake that declares the inputs of this host, if it is not flake.nix.").IfAny,
            Member("inputs", By("INPUT", Filled), "A reference that this host tracks in place of the one in flake.nix.").IfAny,
            Member("configurations", Texts, "The attributes that are built by the lock [default: nixosConfigurations.NAME].").IfAny,
            Member("ring", AnyText, "The ring that the host is in; @RING names its hosts.").IfAny,
            Member("target", AnyText, "Where the machine is reached by ssh [default: its name].").IfAny,
            Member("stamp", YesOrNo, "As at the top, for this host.").IfAny,
            Member("hold", Freeze, "A table with reason and until: rollouts and switches pass the machine by.").IfAny,
            Member("freeze", By("INPUT", Freeze), "A table with reason and until: update and promote leave the input as it is.").IfAny,
            Member("engine", AnyText, "As in [rollout], for this host.").IfAny,
            Member("trial", Duration, "As in [rollout], for this host.").IfAny,
            Member("substitute", YesOrNo, "As in [rollout], for this host.").IfAny,
            Member("build", AnyText, "As in [rollout], for this host.").IfAny,
        ]),
        new("[inputs.INPUT]", "inputs",
        [
            Member("scope", OneWord("shared", "host"), "If set to shared, the input has the same entry in all locks.").IfAny,
            Member("min-age", Duration, "update takes no commit younger than this.").IfAny,
            Member("max-age", Duration, "check reports a locked revision older than this.").IfAny,
        ]),
        new("[rings.NAME]", "rings",
        [
            Member("after", AnyText, "The ring that comes before.").IfAny,
            Member("soak", Duration, "How long the hosts of the rings before must have run their systems.").IfAny,
            Member("parallel", FromOne, "How many hosts may be at risk at once [default: 1].").IfAny,
            Member("max-failed", Share, "How many hosts may fail before the rollout halts, a number or a share [default: 0].").IfAny,
            Member("max-absent", Share, "How many hosts may be out of reach [default: all].").IfAny,
            Member("window", Window, "The hours of UTC in which hosts may be changed: Sat,Sun 01:00-05:00.").IfAny,
            Member(
                "approve", YesOrNo,
                "If true, the ring begins once somebody approves it: by rollout --approve, or in the repository.").IfAny,
        ]),
        new("[groups.NAME]", "groups",
        [
            Member("hosts", Texts, "Hosts that must not be at risk together."),
            Member("parallel", FromOne, "How many of them may be at risk at once.").IfAny,
        ]),
        new("[rollout]", "rollout",
        [
            Member("open", Words<RingOpening>(), "What happens to the locks of a ring: commit, push, branch or none.").IfAny,
            Member("journal", Words<JournalPlace>(), "Where journals are kept: clone, or git for the upstream repository as well.").IfAny,
            Member("notify", Texts, "A program that gets each event of a rollout as JSON.").IfAny,
            Member("allowed-signers", AnyText, "A file of ssh-keygen with the keys that may sign approvals; others do not count.").IfAny,
            Member("engine", AnyText, "The program that switches machines: direct, or another one of docs/engines.md.").IfAny,
            Member("trial", Duration, "The silence after which a machine on trial goes back by itself.").IfAny,
            Member("substitute", YesOrNo, "If true, machines fetch from their own caches what they can.").IfAny,
            Member("build", AnyText, "Where systems are built: here, target, or a store such as ssh-ng://builder.").IfAny,
            Member("jobs", FromOne, "How many systems are evaluated at once.").IfAny,
            Member("memory", FromOne, "The MiB that one of several evaluations may take.").IfAny,
            Member("after-build", Texts, "A program that runs after all systems are built, before a machine is touched.").IfAny,
        ]),
        new("[engines.NAME]", "engines",
        [
            Member("test", Texts, "The program, with its arguments, that has a machine run a system.").IfAny,
            Member("switch", Texts, "The program that has a machine run a system, and also makes it the one that boots.").IfAny,
        ]),
        new("[gates.NAME]", "gates",
        [
            Member("http", AnyText, "An address that must answer before a switched system is kept.").IfAny,
            Member("tcp", AnyText, "A port that must be open.").IfAny,
            Member("run", Texts, "A program here that must succeed.").IfAny,
            Member("ssh", Texts, "A program on the machine that must succeed.").IfAny,
            Member("on", Texts, "The hosts that the gate is for [default: all].").IfAny,
            Member("within", Duration, "The time that the gate may take to pass.").IfAny,
            Member("passes", FromOne, "How often in a row it has to pass.").IfAny,
        ]),
    ];

    /// <summary>The JSON Schema of the file, for editors.</summary>
    public static string Schema => JsonSchema.Render(Name, Object(
        [
            .. Tables.Single(table => table.Name is null).Settings,
            .. from table in Tables
               where table.Name is not null
               let settings = Object([.. table.Settings])
               select Member(
                   table.Name!, table.IsByName ? By("NAME", settings) : settings, $"{table.Title} of hostlock.toml(5)").IfAny,
        ]));

    static JsonShape Filled => new JsonShape.Text(".");

    static JsonShape FromOne => new JsonShape.Number(1);

    static JsonShape Duration => new JsonShape.Text("^[0-9]{1,9}[smhdw]$");

    static JsonShape Share => EitherOf(Count, new JsonShape.Text("^[0-9]+%$"));

    static JsonShape Window =>
        new JsonShape.Text("^((Sun|Mon|Tue|Wed|Thu|Fri|Sat)(,(Sun|Mon|Tue|Wed|Thu|Fri|Sat))* )?[0-9]{2}:[0-9]{2}-[0-9]{2}:[0-9]{2}$");

    static JsonShape Freeze => Object(
        Member("reason", AnyText, "Why.").IfAny,
        Member("until", Day, "The last day.").IfAny);

    static JsonShape Words<T>()
        where T : struct, Enum =>
        OneWord([.. Enum.GetValues<T>().Select(FleetFile.WordOf)]);
}
