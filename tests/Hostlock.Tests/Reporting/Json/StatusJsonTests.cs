using Hostlock.Flakes;
using Hostlock.Fleets;
using Hostlock.Fleets.Layouts;
using Hostlock.Locks;
using Hostlock.Platform;
using Hostlock.Reporting.Json;
using Hostlock.Rollouts;
using Hostlock.Tests.Support;
using static Hostlock.Tests.Support.SmallLocks;

namespace Hostlock.Tests.Reporting.Json;

public class StatusJsonTests
{
    static readonly LockEdge.Locked A = Locked("github:acme/a/next", 1, 1);

    [Fact]
    public void Each_host_has_the_state_of_its_lock_and_its_inputs()
    {
        var file = SmallLocks.Of(("a", A), ("b", Follows("a")));
        // For the second host, the references are copied from what was written for the first.
        var inputs = $$"""
            {
                    "a": {
                      {{EntryJson.Of(10, "a", 1, 1, "next")}},
                      "secondsBehind": 86400,
                      "ahead": false,
                      "frozen": true,
                      "frozenUntil": "2020-02-01"
                    },
                    "b": {
                      "follows": "a",
                      "secondsBehind": 0,
                      "ahead": false,
                      "frozen": false
                    }
                  }
            """;

        Assert.Equal(
            $$"""
            {
              "version": 1,
              "unlisted": [],
              "gone": [],
              "rings": {},
              "offTarget": {
                "web": "absent"
              },
              "hosts": {
                "plex": {
                  "lock": "locks/plex.lock",
                  "state": "locked",
                  "unmerged": false,
                  "uncommitted": false,
                  "stale": [],
                  "inputs": {{inputs}}
                },
                "imbp": {
                  "lock": "locks/plex.lock",
                  "state": "locked",
                  "unmerged": false,
                  "uncommitted": false,
                  "stale": [],
                  "inputs": {{inputs}}
                },
                "orc": {
                  "lock": "locks/orc.lock",
                  "state": "missing",
                  "unmerged": false,
                  "uncommitted": false,
                  "stale": [],
                  "inputs": {}
                },
                "web": {
                  "lock": "locks/web.lock",
                  "state": "unreadable",
                  "unmerged": true,
                  "uncommitted": true,
                  "stale": [
                    "a/b"
                  ],
                  "problem": "'x' is in no git repository",
                  "inputs": {}
                }
              }
            }

            """,
            Render(
                new(
                    SmallLocks.Place("plex", "imbp"), file,
                    [new("a", A, 86400, new("ZFS", new(2020, 2, 1))), new("b", Follows("a"), 0, null)], null),
                new(SmallLocks.Place("orc"), null, [], null),
                new(SmallLocks.Place("web"), null, [], FleetException.NoRepository("x"))
                {
                    IsUnmerged = true,
                    IsUncommitted = true,
                    Stale = new([new(InputPath.Of("a", "b"), "why", null)], true),
                }));
    }

    // What was written for one host is written again for the next, unless something else is to be said of it.
    [Fact]
    public void An_entry_that_many_hosts_have_is_written_alike_and_what_differs_is_written_anew()
    {
        var file = SmallLocks.Of(("a", A));
        InputStatus usual = new("a", A, 0, null) { IsAhead = true };

        var text = Render(
            Of("h1", usual), Of("h2", usual), Of("h3", usual with { Freeze = new("ZFS", null) }),
            Of("h4", usual with { SecondsBehind = 5 }), Of("h5", usual with { IsAhead = false }),
            Of("h6", usual with { Name = "b" }), Of("h7", usual));

        Assert.Equal(
            [
                Entry("a", 0, "true", "false"), Entry("a", 0, "true", "false"), Entry("a", 0, "true", "true"),
                Entry("a", 5, "true", "false"), Entry("a", 0, "false", "false"), Entry("b", 0, "true", "false"),
                Entry("a", 0, "true", "false"),
            ],
            text.Split("\"inputs\": ").Skip(1).Select(rest => rest[..(rest.IndexOf("\n      }\n", StringComparison.Ordinal) + 8)]));

        LockStatus Of(string host, InputStatus input) => new(SmallLocks.Place(host), file, [input], null);

        static string Entry(string name, int behind, string ahead, string frozen) =>
            $$"""
            {
                    "{{name}}": {
                      {{EntryJson.Of(10, "a", 1, 1, "next")}},
                      "secondsBehind": {{behind}},
                      "ahead": {{ahead}},
                      "frozen": {{frozen}}
                    }
                  }
            """;
    }

    [Fact]
    public void Without_locks_there_are_no_hosts() =>
        Assert.EndsWith("\n  \"hosts\": {}\n}\n", Render(), StringComparison.Ordinal);

    [Fact]
    public void Each_ring_has_what_it_waits_for_and_its_hosts()
    {
        var fleet = Fleet.Empty with
        {
            Rings = [new("canary"), new("rest") { After = "canary", Soak = TimeSpan.FromDays(1) }],
            Hosts = [Host("plex", "canary"), Host("orc", null)],
        };

        Assert.Contains(
            """
              "rings": {
                "canary": {
                  "after": null,
                  "soak": 0,
                  "hosts": [
                    "plex"
                  ]
                },
                "rest": {
                  "after": "canary",
                  "soak": 86400,
                  "hosts": []
                }
              },
            """,
            RenderOf(fleet),
            StringComparison.Ordinal);
    }

    static Host Host(string name, string? ring) =>
        new(HostName.Parse(name), $"locks/{name}.lock", "flake.nix", ring, null, NameMap<string>.Empty, NameMap<Freeze>.Empty);

    static string Render(params LockStatus[] locks) => RenderOf(Fleet.Empty, locks);

    [Fact]
    public void If_the_last_rollout_cannot_be_read_it_says_so()
    {
        const string member = "\"rolloutProblem\": \"a journal cannot be read: 'x.journal' is too large";

        Assert.Contains(
            member,
            RenderUnread(RolloutException.JournalNotRead(PlatformException.TooLarge("x.journal", 2, 1))),
            StringComparison.Ordinal);
        Assert.DoesNotContain("rolloutProblem", Render(), StringComparison.Ordinal);
    }

    static string RenderOf(Fleet fleet, params LockStatus[] locks) => RenderOf(fleet, unread: null, locks);

    static string RenderUnread(HostlockException why) => RenderOf(Fleet.Empty, why);

    static string RenderOf(Fleet fleet, HostlockException? unread, params LockStatus[] locks)
    {
        using var output = new StringWriter();
        var reasons = new Dictionary<HostName, string> { [HostName.Parse("web")] = "absent" };
        StatusJson.Write(new(fleet, locks, ListedHosts.InLine), reasons, unread, output);
        return JsonSchemas.Check("status", output.ToString());
    }
}
