using System.Collections.Immutable;
using System.Globalization;
using Hostlock.Flakes;
using Hostlock.Fleets;
using Hostlock.Machines;
using Hostlock.Platform.Programs;
using Hostlock.Releases;
using static Hostlock.Tests.Releases.SampleReleases;

namespace Hostlock.Tests.Releases;

/// <summary>
/// Two days of 24 machines that pull, sleep, reboot and lose one of their memories, while somebody serves old releases, altered ones, those
/// of other fleets, and forged ones that are signed by stolen keys. No machine ever takes what was not released for it, and none steps
/// back.
/// </summary>
public class PullScheduleTests
{
    const int Hosts = 24, Minutes = 2 * 24 * 60, LastAttack = 42 * 60;

    // The first key is no longer taken from here on, by its own valid-before in every system; it is stolen later.
    const int FirstKeyEnds = 21 * 60, FirstKeyStolen = 22 * 60;

    // The systems from this one on no longer have the second key, which was stolen as well.
    const int RevokesSecondKey = 6;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void No_machine_takes_what_was_not_released_for_it_and_none_steps_back(int seed) => Holds(seed);

    [Theory]
    [Trait("part", "whole")]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    [InlineData(7)]
    [InlineData(8)]
    public void No_machine_of_more_worlds_takes_what_was_not_released_for_it(int seed) => Holds(seed);

    static void Holds(int seed)
    {
        var world = new World(seed, facts => facts);

        Assert.Equal("", world.Run());
        // A machine that gave the newest system back before does not take it again.
        Assert.All(
            world.Machines.Where(machine => !machine.Returned.Contains(world.Newest.For(machine.Name)!.System)),
            machine => Assert.Equal(world.Newest.Number, machine.Highest));
    }

    public static TheoryData<string> Mutants => ["memory", "expiry", "signature", "fleet"];

    [Theory]
    [MemberData(nameof(Mutants))]
    public void A_machine_that_ignores_a_rule_is_caught(string ignored)
    {
        Func<Judged, Judged> mutant = ignored switch
        {
            "memory" => judged => judged with { Facts = judged.Facts with { Remembered = ReleaseJudgeTests.Nothing } },
            "expiry" => judged => judged with { Facts = judged.Facts with { Now = judged.Release?.Issued ?? judged.Facts.Now } },
            "signature" => judged => judged with { Signature = Signed },
            _ => judged => judged with { Facts = judged.Facts with { Fleet = judged.Release?.Fleet ?? judged.Facts.Fleet } },
        };

        Assert.Contains(Enumerable.Range(1, 8), seed => new World(seed, mutant).Run().Length > 0);
    }

    enum Key
    {
        First,
        Second,
        Third,
        Unknown,
    }

    /// <summary>The release that a machine is asked to judge.</summary>
    sealed record Judged(SignatureCheck Signature, ReleaseManifest? Release, PullFacts Facts);

    /// <summary>A release as it is served.</summary>
    sealed record Served(ReleaseManifest Release, Key Key, bool IsAltered);

    sealed class Machine(HostName name, int offset)
    {
        public HostName Name => name;

        /// <summary>The error of its clock, in seconds.</summary>
        public int Offset => offset;

        public RememberedReleases Memory { get; set; } = ReleaseJudgeTests.Nothing;

        /// <summary>The highest number that it took, which no memory of its own can lose.</summary>
        public ReleaseNumber? Highest { get; set; }

        public int Runs { get; set; }

        public int AwakeAt { get; set; }

        public ImmutableHashSet<StorePath> Returned { get; set; } = [];
    }

    sealed class World
    {
        readonly Random _random;
        readonly Func<Judged, Judged> _mutant;
        readonly List<Served> _released = [];
        int _generation = 1;

        public World(int seed, Func<Judged, Judged> mutant)
        {
            (_random, _mutant) = (new(seed), mutant);
            Machines = [.. Enumerable.Range(0, Hosts).Select(i => new Machine(HostName.Parse($"host-{i}"), _random.Next(-120, 121)))];
            Cut(0);
        }

        public ImmutableArray<Machine> Machines { get; }

        public ReleaseManifest Newest => _released[^1].Release;

        /// <summary>The mistake that was made; empty if there was none.</summary>
        public string Run()
        {
            for (var minute = 1; minute < Minutes; minute++)
            {
                if (minute % 170 == 0)
                    Cut(minute);
                foreach (var machine in Machines)
                {
                    // Laptops sleep for hours; in the end all are awake.
                    if (minute < machine.AwakeAt)
                        continue;
                    if (minute < LastAttack && _random.Next(400) == 0)
                        machine.AwakeAt = minute + _random.Next(30, 600);
                    LoseOneMemory(machine);
                    if (_random.Next(20) == 0 && Pull(machine, minute) is { Length: > 0 } wrong)
                        return wrong;
                }
            }
            // All pull once more from an honest server.
            return string.Concat(Machines.Select(machine => Take(machine, _released[^1], Minutes)));
        }

        // One in five takes the fleet back, by a higher number.
        void Cut(int minute)
        {
            _generation = _generation > 2 && _random.Next(5) == 0 ? _generation - 1 : _generation + 1;
            var systems = Machines.Select(
                machine => KeyValuePair.Create(
                    machine.Name.ToString(), new ReleasedSystem(SystemOf(machine, _generation), new('a', 64), null))).ToList();
            var release = new ReleaseManifest(
                Home, Number(_released.Count + 1), At(minute), At(minute + (12 * 60)), Revision.Parse(new string('1', 40)),
                NameMap<ReleasedSystem>.Of(systems));
            _released.Add(new(release, minute < FirstKeyEnds - 180 ? Key.First : Key.Third, IsAltered: false));
        }

        string Pull(Machine machine, int minute) =>
            Take(machine, minute < LastAttack && _random.Next(2) == 0 ? Attack(machine, minute) : _released[^1], minute);

        string Take(Machine machine, Served served, int minute)
        {
            var now = new Moment((ulong)((long)At(minute).Seconds + machine.Offset));
            var facts = new PullFacts(Home, machine.Name, now, machine.Memory, machine.Returned);
            var judged = _mutant(new(Verify(machine, served, minute), served.Release, facts));
            if (ReleaseJudge.Judge(judged.Signature, judged.Release, judged.Facts) is not Judgement.Accepted(var release, var released))
                return "";
            var what = string.Create(CultureInfo.InvariantCulture, $"minute {minute}: {machine.Name} takes release {release.Number}");
            if (served.IsAltered || !_released.Any(genuine => genuine.Release == release))
                return $"{what}, which nobody released\n";
            if (machine.Highest is { } highest && release.Number < highest)
                return $"{what} after {highest}\n";
            if (release.Expires <= now)
                return $"{what}, whose time is over\n";
            machine.Highest = release.Number;
            machine.Memory = new(release, release.Number, released.System);
            // A trial may fail, or the power may go during it: the machine is where it was, and remembers the system that it gave back.
            if (_random.Next(10) == 0 && minute < LastAttack)
                machine.Returned = machine.Returned.Add(released.System);
            else
                machine.Runs = GenerationOf(released.System);
            return "";
        }

        Served Attack(Machine machine, int minute)
        {
            var old = _released[_random.Next(_released.Count)];
            var forged = old.Release with
            {
                Number = Newest.Number.Next,
                Issued = At(minute),
                Expires = At(minute + 600),
                Hosts = NameMap<ReleasedSystem>.Of(
                    [new(machine.Name.ToString(), new(SystemOf(machine, 9999), new('a', 64), null))]),
            };
            return _random.Next(6) switch
            {
                0 or 1 => old,
                2 => old with { IsAltered = true },
                3 => new(
                    old.Release with { Fleet = FleetName.Parse("work"), Number = Newest.Number.Next, Expires = At(minute + 600) },
                    old.Key, IsAltered: false),
                4 when minute > FirstKeyStolen => new(forged, Key.First, IsAltered: false),
                5 when machine.Runs >= RevokesSecondKey => new(forged, Key.Second, IsAltered: false),
                _ => new(forged, Key.Unknown, IsAltered: false),
            };
        }

        static SignatureCheck Verify(Machine machine, Served served, int minute)
        {
            var isTaken = served.Key switch
            {
                Key.First => minute < FirstKeyEnds,
                Key.Second => machine.Runs < RevokesSecondKey,
                Key.Third => true,
                _ => false,
            };
            return isTaken && !served.IsAltered ? Signed : new SignatureCheck.CountsNot("nobody who may sign made it");
        }

        void LoseOneMemory(Machine machine)
        {
            if (_random.Next(300) == 0)
                machine.Memory = machine.Memory with { Accepted = machine.Memory.Rooted is null ? machine.Memory.Accepted : null };
            else if (_random.Next(300) == 0 && machine.Memory.Accepted is not null)
                machine.Memory = machine.Memory with { Rooted = null, RootedSystem = null };
        }

        static Moment At(int minute) => new(Now + ((ulong)minute * 60));

        StorePath SystemOf(Machine machine, int generation) => Toplevel((generation * 100) + Machines.IndexOf(machine));

        static int GenerationOf(StorePath system) =>
            int.Parse(system.ToString().AsSpan("/nix/store/".Length, 32), NumberStyles.None, CultureInfo.InvariantCulture) / 100;
    }
}
