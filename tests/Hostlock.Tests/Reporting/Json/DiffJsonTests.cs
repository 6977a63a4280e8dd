using Hostlock.Locks;
using Hostlock.Machines;
using Hostlock.Machines.Packages;
using Hostlock.Reporting.Json;
using Hostlock.Tests.Support;
using static Hostlock.Tests.Support.SmallLocks;

namespace Hostlock.Tests.Reporting.Json;

public class DiffJsonTests
{
    [Fact]
    public void A_change_is_added_removed_updated_or_redeclared()
    {
        var before = SmallLocks.Of(("a", Locked("github:acme/a", 1, 1)), ("b", Follows("a", "x")), ("d", Locked("github:acme/d", 1, 1)));
        var after = SmallLocks.Of(("a", Locked("github:acme/a", 2, 2)), ("c", Follows("a")), ("d", Locked("github:acme/d/next", 1, 1)));

        Assert.Equal(
            $$"""
            {
              "version": 1,
              "before": "plex@HEAD",
              "after": "plex",
              "changes": {
                "a": {
                  "kind": "updated",
                  "before": {
                    {{EntryJson.Of(8, "a", 1, 1)}}
                  },
                  "after": {
                    {{EntryJson.Of(8, "a", 2, 2)}}
                  }
                },
                "b": {
                  "kind": "removed",
                  "before": {
                    "follows": "a/x"
                  }
                },
                "c": {
                  "kind": "added",
                  "after": {
                    "follows": "a"
                  }
                },
                "d": {
                  "kind": "redeclared",
                  "before": {
                    {{EntryJson.Of(8, "d", 1, 1)}}
                  },
                  "after": {
                    {{EntryJson.Of(8, "d", 1, 1, "next")}}
                  }
                }
              },
              "closure": {
                "before": {
                  "system": "/nix/store/00000000000000000000000000000000-system",
                  "bytes": 30
                },
                "after": {
                  "system": "/nix/store/11111111111111111111111111111111-system",
                  "bytes": 50
                },
                "packages": {
                  "zfs": {
                    "kind": "upgraded",
                    "before": [
                      "2.2"
                    ],
                    "after": [
                      "2.3"
                    ],
                    "bytesBefore": 10,
                    "bytesAfter": 20
                  }
                }
              }
            }

            """,
            JsonSchemas.Check("diff", DiffJson.Render("plex@HEAD", "plex", LockDiff.Between(before, after), Packages)));
    }

    [Fact]
    public void What_is_the_same_has_no_changes_and_a_closure_only_if_systems_were_compared() =>
        Assert.Equal(
            "{\n  \"version\": 1,\n  \"before\": \"plex\",\n  \"after\": \"web\",\n  \"changes\": {}\n}\n",
            JsonSchemas.Check("diff", DiffJson.Render("plex", "web", LockDiff.Between(LockFile.Empty, LockFile.Empty), null)));

    static PackageDiff Packages { get; } = new(
        StorePath.TryParse($"/nix/store/{new string('0', 32)}-system")!,
        StorePath.TryParse($"/nix/store/{new string('1', 32)}-system")!,
        30,
        50,
        [new("zfs", ["2.2"], ["2.3"], 10, 20)]);
}
