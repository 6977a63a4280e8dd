using CsCheck;
using Hostlock.Fleets;
using Hostlock.Rollouts;
using static Hostlock.Tests.Rollouts.FakeHostFacts;

namespace Hostlock.Tests.Rollouts;

/// <summary>The records of the hosts of a plan: an array that behaves like a table by name.</summary>
public class HostRecordsTests
{
    [Fact]
    public void Changing_hosts_is_like_changing_a_table_and_leaves_earlier_records_as_they_are() =>
        Gen.Select(Gen.Int[1, 9], Gen.Int[0, 9].Array[0, 20]).Sample((count, changed) =>
        {
            var rings = PlanOf(count);
            var (records, table) = (HostRecords.Of(rings), new Dictionary<HostName, int>());
            var first = records;
            foreach (var name in changed.Select(NameOf))
            {
                records = records.With(name, record => record with { Copies = record.Copies + 1 });
                table[name] = table.GetValueOrDefault(name) + 1;
            }

            Assert.Equal(count, records.Count);
            Assert.All(records, record => Assert.Equal(table.GetValueOrDefault(record.Plan.Host), record.Copies));
            Assert.All(first, record => Assert.Equal(0, record.Copies));
            Assert.All(Enumerable.Range(0, 10), i => Assert.Equal(i < count, records.Find(NameOf(i)) is not null));
        });

    [Fact]
    public void The_hosts_of_a_ring_are_those_of_the_plan_in_its_order()
    {
        var plan = PlanOf(5);
        var records = HostRecords.Of(plan).With(record => record with { Copies = 1 });

        Assert.All(
            plan.Rings, ring => Assert.Equal(ring.Hosts.Select(host => host.Host), records.Of(ring).Select(record => record.Plan.Host)));
        Assert.All(records, record => Assert.Equal(1, record.Copies));
    }

    static RolloutPlan PlanOf(int count) => new(
        Id, RolloutAction.Rollout,
        [
            new RingPlan("first", RingRule.Default, [Plan() with { Host = NameOf(0) }]),
            new RingPlan("none", RingRule.Default, []),
            new RingPlan("rest", RingRule.Default, [.. Enumerable.Range(1, count - 1).Select(i => Plan() with { Host = NameOf(i) })]),
        ]);

    static HostName NameOf(int number) => HostName.Parse($"h{number}");
}
