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
            $$"""
            {
              "version": 1,
              "lock": "plex",
              "inputs": {
                "a": {
                  {{EntryJson.Of(6, "a", 1, 1, "next")}}
                },
                "a/b": {
                  "follows": "c"
                }
              }
            }

            """,
            JsonSchemas.Check(
                "show", ShowJson.Render("plex", SmallLocks.Of(("a", Locked("github:acme/a/next", 1, 1, ("b", Follows("c"))))))));

    [Fact]
    public void A_lock_without_inputs_has_none() =>
        Assert.Equal(
            "{\n  \"version\": 1,\n  \"lock\": \"plex\",\n  \"inputs\": {}\n}\n",
            JsonSchemas.Check("show", ShowJson.Render("plex", LockFile.Empty)));
}
