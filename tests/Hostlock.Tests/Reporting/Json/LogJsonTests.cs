using Hostlock.Flakes;
using Hostlock.Locks;
using Hostlock.Reporting.Json;
using Hostlock.Tests.Support;
using static Hostlock.Tests.Support.SmallLocks;

namespace Hostlock.Tests.Reporting.Json;

public class LogJsonTests
{
    [Fact]
    public void A_commit_has_its_changes_if_the_lock_can_be_read_on_both_sides_of_it() =>
        Assert.Equal(
            """
            {
              "version": 1,
              "host": "plex",
              "commits": [
                {
                  "commit": "2222222222222222222222222222222222222222",
                  "time": 1578009600,
                  "subject": "locks/plex.lock: Promote from web",
                  "promotedFrom": "web",
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
                  }
                },
                {
                  "commit": "1111111111111111111111111111111111111111",
                  "time": 1577923200,
                  "subject": "broken"
                },
                {
                  "commit": "3333333333333333333333333333333333333333",
                  "subject": "without a date"
                }
              ]
            }

            """,
            JsonSchemas.Check("log", LogJson.Render(
                Owner("plex"),
                [
                    new(
                        new(Revision.Parse(Id(2)), new Moment(1578009600), "locks/plex.lock: Promote from web", "web"),
                        LockDiff.Between(SmallLocks.Of(("a", Follows("b"))), SmallLocks.Of(("a", Follows("c"))))),
                    new(new(Revision.Parse(Id(1)), new Moment(1577923200), "broken", ""), null),
                    new(new(Revision.Parse(Id(3)), null, "without a date", ""), null),
                ])));

    [Fact]
    public void A_lock_without_history_has_no_commits() =>
        Assert.Equal(
            "{\n  \"version\": 1,\n  \"host\": \"plex\",\n  \"commits\": []\n}\n",
            JsonSchemas.Check("log", LogJson.Render(Owner("plex"), [])));
}
