using System.Collections.Immutable;
using Hostlock.Flakes;
using Hostlock.Fleets;
using Hostlock.Machines;
using Hostlock.Reporting.Json;
using Hostlock.Tests.Rollouts;

namespace Hostlock.Tests.Reporting.Json;

public class CachixDeployJsonTests
{
    [Fact]
    public void Each_host_of_the_ring_is_an_agent_with_its_system()
    {
        var systems = ImmutableDictionary<HostName, (StorePath, string)>.Empty
            .Add(HostName.Parse("web"), (FakeHostFacts.New, "")).Add(FakeHostFacts.Plex, (FakeHostFacts.Old, ""));

        var text = CachixDeployJson.Render(new(systems, Revision.Parse(new string('1', 40)), new(0), TimeSpan.Zero));

        Assert.Equal(
            $$"""
            {
              "agents": {
                "plex": "{{FakeHostFacts.Old}}",
                "web": "{{FakeHostFacts.New}}"
              }
            }

            """,
            text);
    }
}
