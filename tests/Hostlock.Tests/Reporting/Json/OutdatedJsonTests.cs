using Hostlock.Flakes;
using Hostlock.Fleets;
using Hostlock.Locks;
using Hostlock.Reporting.Json;
using Hostlock.Tests.Support;
using static Hostlock.Tests.Support.SmallLocks;

namespace Hostlock.Tests.Reporting.Json;

public class OutdatedJsonTests
{
    static readonly FlakeRef Pinned = Locked("github:acme/a", 1, 1).Node.Locked;

    [Fact]
    public void Each_input_has_what_it_is_locked_to_and_what_it_could_be() =>
        Assert.Equal(
            """
            {
              "version": 1,
              "hosts": {
                "plex": {
                  "lock": "locks/plex.lock",
                  "state": "locked",
                  "inputs": {
                    "a": {
                      "locked": "1111111111111111111111111111111111111111",
                      "newest": "2222222222222222222222222222222222222222",
                      "canMove": true,
                      "secondsBehind": 86400,
                      "commitsBehind": 12,
                      "waiting": "3333333333333333333333333333333333333333",
                      "frozen": false
                    },
                    "b": {
                      "locked": "1111111111111111111111111111111111111111",
                      "newest": "2222222222222222222222222222222222222222",
                      "canMove": false,
                      "frozen": true,
                      "frozenUntil": "2020-02-01"
                    },
                    "c": {
                      "locked": null,
                      "newest": null,
                      "canMove": false,
                      "frozen": false,
                      "problem": "'x' is in no git repository"
                    }
                  }
                }
              }
            }

            """,
            JsonSchemas.Check("outdated", OutdatedJson.Render(
                [
                    new(SmallLocks.Place("plex"),
                    [
                        new("a", Pinned, Newest(2, 2), Newest(3, 3), null, null) { CommitsBehind = 12 },
                        new("b", Pinned, Newest(2, 2), null, new("ZFS", new(2020, 2, 1)), null),
                        new("c", Locked("path:/srv/c", null, 1).Node.Locked, null, null, null, FleetException.NoRepository("x")),
                    ]),
                ])));

    [Fact]
    public void Without_locks_there_are_no_hosts() =>
        Assert.Equal("{\n  \"version\": 1,\n  \"hosts\": {}\n}\n", JsonSchemas.Check("outdated", OutdatedJson.Render([])));

    static NewestRevision Newest(int digit, int day) => new(Revision.Parse(Id(digit)), Moment.Of(FlakeWorld.Day(day)));
}
