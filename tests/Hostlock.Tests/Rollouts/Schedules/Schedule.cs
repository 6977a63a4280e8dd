using System.Collections.Immutable;
using System.Globalization;
using Hostlock.Fleets;
using Hostlock.Rollouts;
using static Hostlock.Tests.Rollouts.FakeHostFacts;

namespace Hostlock.Tests.Rollouts.Schedules;

/// <summary>The probabilities of what may happen at each moment.</summary>
/// <param name="Kill">The controller is killed, and comes back.</param>
/// <param name="IsAwayLong">True if it may stay away longer than the silence timers wait.</param>
/// <param name="Power">A machine loses its power.</param>
/// <param name="Hide">A machine is out of reach for a while.</param>
/// <param name="Colleague">A colleague switches a machine.</param>
sealed record Faults(double Kill, bool IsAwayLong, double Power, double Hide, double Colleague)
{
    public static readonly Faults None = new(0, false, 0, 0, 0);

    public static readonly Faults ShortKills = None with { Kill = 0.02 };

    public static readonly Faults All = new(0.01, true, 0.005, 0.005, 0.002);

    /// <summary>True if nothing but the systems themselves decides how hosts end.</summary>
    public bool AreHarmless => !IsAwayLong && Power + Hide + Colleague == 0;
}

/// <summary>A fleet, a plan, and what befalls it, all made from one number.</summary>
/// <param name="Seed">The number.</param>
/// <param name="Plan">The plan.</param>
/// <param name="Natures">What the systems do to their machines.</param>
/// <param name="Faults">What befalls them.</param>
sealed record Schedule(int Seed, RolloutPlan Plan, ImmutableDictionary<HostName, Nature> Natures, Faults Faults)
{
    static readonly Nature[] All = Enum.GetValues<Nature>();

    /// <summary>Makes a small fleet of all natures.</summary>
    /// <param name="seed">The number.</param>
    public static Schedule Small(int seed)
    {
        var random = new Random(seed);
        var faults = (seed % 4) switch
        {
            0 => Faults.None,
            1 => Faults.ShortKills,
            _ => Faults.All,
        };
        return Of(seed, random, random.Next(1, 10), faults, () => random.Next(2) == 0 ? Nature.Good : All[random.Next(All.Length)], 4);
    }

    /// <summary>Makes a large fleet.</summary>
    /// <param name="seed">The number.</param>
    /// <param name="hosts">How many hosts it has.</param>
    /// <param name="faults">What befalls it.</param>
    /// <param name="isGood">True if all systems are good.</param>
    public static Schedule Large(int seed, int hosts, Faults faults, bool isGood)
    {
        var random = new Random(seed);
        return Of(
            seed, random, hosts, faults,
            () => isGood || random.Next(20) > 0 ? random.Next(20) == 0 ? Nature.UpToDate : Nature.Good : All[random.Next(All.Length)], 50);
    }

    static Schedule Of(int seed, Random random, int count, Faults faults, Func<Nature> nature, int mostParallel)
    {
        var names = Enumerable.Range(0, count)
            .Select(index => HostName.Parse(string.Create(CultureInfo.InvariantCulture, $"h{index}"))).ToList();
        var natures = names.ToImmutableDictionary(name => name, _ => nature());
        var rings = ImmutableArray.CreateBuilder<RingPlan>();
        var rest = names;
        for (var ring = random.Next(Math.Min(3, count)); ring >= 0; ring--)
        {
            var taken = ring == 0 ? rest.Count : random.Next(1, rest.Count - ring + 1);
            var rule = new RingRule
            {
                Soak = TimeSpan.FromMinutes(random.Next(3) switch { 0 => 0, 1 => 10, _ => 24 * 60 }),
                Parallel = random.Next(1, mostParallel + 1),
                MaxFailed = random.Next(3) == 0 ? 0 : random.Next(Math.Max(4, count / 10)),
                MaxAbsent = random.Next(3) == 0 ? random.Next(Math.Max(4, count / 10)) : null,
                Window = random.Next(8) == 0 ? ChangeWindow.TryParse("01:00-05:00") : null,
                NeedsApproval = random.Next(6) == 0,
            };
            rings.Add(new($"r{rings.Count}", rule, [.. rest.Take(taken).Select(name => PlanOf(name, natures[name]))]));
            rest = [.. rest.Skip(taken)];
        }
        return new(
            seed,
            new(Id, RolloutAction.Rollout, rings.ToImmutable())
            {
                Groups = random.Next(4) == 0
                    ? [new("g", random.Next(1, 3), [.. names.Where(_ => random.Next(2) == 0).Take(count < 10 ? count : 10)])]
                    : [],
            },
            natures,
            faults);
    }

    static HostPlan PlanOf(HostName name, Nature nature) => FakeHostFacts.Plan(nature switch
    {
        Nature.GoodAfterBoot or Nature.WritesNoBootEntry => Activation.Boot,
        Nature.GoodWithoutTrial or Nature.FailsItsGateWithoutTrial or Nature.CutsTheNetworkWithoutTrial or Nature.IsSwitchedHalf =>
            Activation.Switch,
        _ => Activation.Test,
    }) with
    {
        Host = name,
    };
}
