using Hostlock.Flakes;
using Hostlock.Fleets;
using Hostlock.Fleets.Changes;
using Hostlock.Locks;
using Hostlock.Reporting.Json;
using Hostlock.Tests.Support;
using static Hostlock.Tests.Support.SmallLocks;

namespace Hostlock.Tests.Reporting.Json;

public class ReportJsonTests
{
    static readonly LockFile Before = SmallLocks.Of(
        ("a", Follows("b")), ("b", Locked("github:acme/b", 1, 1)), ("c", Locked("github:acme/c", 1, 1)));
    static readonly LockFile After = Before.With(InputPath.Of("a"), Follows("c"));

    [Fact]
    public void Each_host_has_what_became_of_its_lock()
    {
        var planned = PlannedLock.Of(SmallLocks.Place("plex", "imbp"), Before, After).Leaving(
            [new(InputPath.Of("b"), new HoldingRule.Frozen(new("ZFS", null)))],
            [new(InputPath.Of("c"), FleetException.NoRepository("x"))]) with
        { Warnings = [new("'b' is shared, but frozen on plex: ZFS")] };
        const string Plex = """
            {
                  "lock": "locks/plex.lock",
                  "written": true,
                  "changes": {
                    "a": {
                      "kind": "updated",
                      "before": {
                        "follows": "b"
                      },
                      "after": {
                        "follows": "c"
                      }
                    }
                  },
                  "warnings": [
                    "'b' is shared, but frozen on plex: ZFS"
                  ],
                  "held": {
                    "b": "frozen: ZFS"
                  },
                  "unreachable": {
                    "c": "'x' is in no git repository"
                  }
                }
            """;

        Assert.Equal(
            $$"""
            {
              "version": 1,
              "from": "db",
              "hosts": {
                "plex": {{Plex}},
                "imbp": {{Plex}},
                "orc": {
                  "lock": "locks/orc.lock",
                  "written": false,
                  "changes": {},
                  "warnings": [],
                  "held": {},
                  "unreachable": {}
                },
                "web": {
                  "lock": "locks/web.lock",
                  "written": false,
                  "error": "'a' would go back in time",
                  "fix": "pass --allow-downgrade if that is what you want"
                }
              }
            }

            """,
            JsonSchemas.Check("promote", ReportJson.Render(
                new(
                    [
                        new LockOutcome.Planned(planned),
                        new LockOutcome.Planned(PlannedLock.Of(SmallLocks.Place("orc"), After, After)),
                        new LockOutcome.Failed(SmallLocks.Place("web"), FleetException.GoesBack("'a' would go back in time")),
                    ],
                    IsWritten: true),
                Owner("db"))));
    }

    [Fact]
    public void Of_a_plan_nothing_is_written()
    {
        var report = new LockReport([new LockOutcome.Planned(PlannedLock.Of(SmallLocks.Place("plex"), Before, After))], IsWritten: false);

        var json = JsonSchemas.Check("lock", ReportJson.Render(report));

        Assert.Contains("\"written\": false,\n      \"changes\": {\n        \"a\": {", json, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_locks_there_are_no_hosts() =>
        Assert.Equal(
            "{\n  \"version\": 1,\n  \"hosts\": {}\n}\n", JsonSchemas.Check("lock", ReportJson.Render(new([], IsWritten: true))));
}
