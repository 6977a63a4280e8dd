using Hostlock.Fleets.Checks;
using Hostlock.Reporting.Json;
using Hostlock.Tests.Support;

namespace Hostlock.Tests.Reporting.Json;

public class CheckJsonTests
{
    [Fact]
    public void A_finding_has_its_place_and_its_fix_if_it_has_them() =>
        Assert.Equal(
            """
            {
              "version": 1,
              "findings": [
                {
                  "severity": "error",
                  "code": "stale",
                  "message": "input 'a' of plex: it is not in the lock",
                  "host": "plex",
                  "input": "a",
                  "file": "flake.nix",
                  "line": 2,
                  "fix": "hostlock lock plex"
                },
                {
                  "severity": "warning",
                  "code": "drifted",
                  "message": "odd",
                  "file": "flake.lock"
                }
              ]
            }

            """,
            JsonSchemas.Check("check", CheckJson.Render(
                [
                    new("stale", Severity.Error, new("input 'a' of plex: it is not in the lock", "flake.nix", 2, "hostlock lock plex")
                    {
                        Owner = SmallLocks.Owner("plex"),
                        Input = "a",
                    }),
                    new("drifted", Severity.Warning, new("odd", "flake.lock")),
                ])));

    [Fact]
    public void Nothing_found_is_an_empty_list() =>
        Assert.Equal("{\n  \"version\": 1,\n  \"findings\": []\n}\n", JsonSchemas.Check("check", CheckJson.Render([])));
}
