using Hostlock.Locks;
using Hostlock.Reporting.Json;
using Hostlock.Tests.Support;
using static Hostlock.Tests.Support.SmallLocks;

namespace Hostlock.Tests.Reporting.Json;

public class ShowJsonTests
{
    [Fact]
    public void Every_input_stands_under_its_path() =>
        Assert.Equal(
            """
            {
              "version": 1,
              "lock": "plex",
              "inputs": {
                "a": {
                  "locked": {
                    "lastModified": 1577923200,
                    "owner": "acme",
                    "repo": "a",
                    "rev": "1111111111111111111111111111111111111111",
                    "type": "github"
                  },
                  "original": {
                    "owner": "acme",
                    "ref": "next",
                    "repo": "a",
                    "type": "github"
                  }
                },
                "a/b": {
                  "follows": "c"
                }
              }
            }

            """,
            ShowJson.Render("plex", SmallLocks.Of(("a", Locked("github:acme/a/next", 1, 1, ("b", Follows("c")))))));

    [Fact]
    public void A_lock_without_inputs_has_none() =>
        Assert.Equal("{\n  \"version\": 1,\n  \"lock\": \"plex\",\n  \"inputs\": {}\n}\n", ShowJson.Render("plex", LockFile.Empty));
}
