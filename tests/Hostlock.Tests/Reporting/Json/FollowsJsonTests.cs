using Hostlock.Flakes;
using Hostlock.Locks;
using Hostlock.Reporting.Json;
using Hostlock.Tests.Support;

namespace Hostlock.Tests.Reporting.Json;

public class FollowsJsonTests
{
    [Fact]
    public void Each_host_has_its_repetitions_with_the_lines_to_paste() =>
        Assert.Equal(
            """
            {
              "version": 1,
              "hosts": {
                "plex": {
                  "nixpkgs": {
                    "revisions": 2,
                    "lines": {
                      "a/nixpkgs": "inputs.a.inputs.nixpkgs.follows = \"nixpkgs\";",
                      "b/c/pkgs": "inputs.b.inputs.c.inputs.pkgs.follows = \"nixpkgs\";"
                    }
                  }
                },
                "web": {}
              }
            }

            """,
            JsonSchemas.Check("follows", FollowsJson.Render(
                [
                    new(
                        SmallLocks.Place("plex"),
                        [new Repetition("nixpkgs", 2, [InputPath.Of("a", "nixpkgs"), InputPath.Of("b", "c", "pkgs")])]),
                    new(SmallLocks.Place("web"), []),
                ])));

    [Fact]
    public void Without_locks_there_are_no_hosts() =>
        Assert.Equal("{\n  \"version\": 1,\n  \"hosts\": {}\n}\n", JsonSchemas.Check("follows", FollowsJson.Render([])));
}
