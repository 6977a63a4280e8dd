using Hostlock.Flakes;
using Hostlock.Fleets;
using Hostlock.Fleets.Layouts;
using Hostlock.Fleets.Settings;
using Hostlock.Locks;

namespace Hostlock.Tests.Support;

/// <summary>
/// Fleets of 3, 7, 9 and 60 hosts in states that real ones are in: some hosts are ahead, some behind, in rings, frozen, stale, not
/// committed, without a lock, or not adopted. The one of nine hosts has sub-flakes that its root takes in, and inputs that only its root
/// has.
/// </summary>
static class ScreenFleets
{
    /// <summary>The present time in all of them.</summary>
    public static readonly DateTimeOffset Now = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    /// <summary>The fleet of a name: <c>three</c>, <c>seven</c>, <c>nine</c> or <c>sixty</c>.</summary>
    public static FleetState Of(string name) => name switch
    {
        "three" => Three(),
        "seven" => Seven(),
        "nine" => Nine(),
        "sixty" => Sixty(),
        _ => throw new ArgumentException(name),
    };

    static FleetState Three() => Fleet.Of("", ("root", new(30, 41)), ("desk", new(30, 41)), ("lap", new(2, 41)), ("nas", new(30, 41)))
        .With("lap", status => status with { IsUncommitted = true })
        .State;

    static FleetState Seven()
    {
        var old = new Pins(45, 41) { ["sops-nix"] = 33 };
        return Fleet.Of(
            """
            [rings.canary]
            [rings.servers]
            after = "canary"
            [rings.laptops]
            after = "servers"
            [hosts.plex]
            ring = "canary"
            [hosts.dobro]
            ring = "servers"
            [hosts.orc]
            ring = "servers"
            [hosts.zeeba]
            ring = "servers"
            [hosts.imbp]
            ring = "laptops"
            [hosts.matcha]
            ring = "laptops"
            [hosts.nixahi]
            ring = "laptops"
            """,
            ("root", old),
            ("dobro", old with { Nixpkgs = 14 }),
            ("imbp", old with { Nixpkgs = 20, Branch = "nixos-25.05" }),
            ("matcha", old),
            ("nixahi", null),
            ("orc", old),
            ("plex", old with { Nixpkgs = 1, HomeManager = 5 }),
            ("zeeba", old with { Nixpkgs = 14 }))
            .With("matcha", status => status with
            {
                IsUncommitted = true,
                Stale = new([new(InputPath.Of("disko"), "it is not in the lock", null)], CanBeLocked: true),
            })
            .With("plex", status => status with { IsUncommitted = true })
            .With("orc", status => Frozen(status, new("ZFS 2.2", new(2027, 1, 15))))
            .State with
        {
            Listed = ListedHosts.InLine with { Unlisted = [HostName.Parse("nas")] },
        };
    }

    static FleetState Nine()
    {
        var root = new Pins(45, 41)
        {
            ["sops-nix"] = 33,
            ["nixpkgs-stable"] = 50,
            ["lanzaboote"] = 300,
            ["nixvim"] = 38,
            ["disko"] = 70,
            Folders = ["dobro", "imbp", "matcha", "nixahi", "orc", "plex", "zeeba"],
        };
        var host = new Pins(45, 41);
        return Fleet.Of(
            "",
            ("root mona tiny", root),
            ("dobro", host with { Nixpkgs = 14 }),
            ("imbp", host with { Nixpkgs = 90 }),
            ("matcha", host),
            ("nixahi", host with { Nixpkgs = 14 }),
            ("orc", host),
            ("plex", host with { Nixpkgs = 2, HomeManager = 5 }),
            ("zeeba", host with { Nixpkgs = 14 }))
            .State;
    }

    static FleetState Sixty()
    {
        var old = new Pins(45, 41)
        {
            ["sops-nix"] = 33,
            ["stylix"] = 30,
            ["nixvim"] = 38,
            ["nixpkgs-stable"] = 50,
            ["lanzaboote"] = 300,
            ["agenix"] = 100,
        };
        var canary = old.And(("sops-nix", 1)) with { Nixpkgs = 1, HomeManager = 5 };
        var server = old.And(("sops-nix", 12)) with { Nixpkgs = 14 };
        var locks = new List<(string, Pins?)> { ("root", old) };
        locks.AddRange(Enumerable.Range(1, 4).Select(i => ($"can{i}", (Pins?)canary)));
        locks.AddRange(Enumerable.Range(1, 26).Select(i =>
            ($"desk{i:00}", (Pins?)(i > 20 ? old.And(("stylix", 10), ("nixvim", 9)) with { Nixpkgs = 14 } : old))));
        locks.AddRange(Enumerable.Range(1, 30).Select(i =>
            ($"web{i:00}", i == 30 ? null : i > 24 ? server with { Nixpkgs = 30 } : server)));
        var rings = string.Concat(locks.Skip(1).Select(each =>
            $"[hosts.{each.Item1}]\nring = \"{(each.Item1[0] == 'c' ? "canary" : each.Item1[0] == 'w' ? "servers" : "desktops")}\"\n"));
        var fleet = Fleet.Of(
            $"[rings.canary]\n[rings.servers]\nafter = \"canary\"\n[rings.desktops]\nafter = \"servers\"\n{rings}", [.. locks]);
        foreach (var host in (string[])["can1", "can2", "can3", "can4"])
            fleet.With(host, status => status with { IsUncommitted = true });
        foreach (var host in (string[])["web25", "web26"])
            fleet.With(host, status => Frozen(status, new("postgres 15", null)));
        return fleet.State;
    }

    static LockStatus Frozen(LockStatus status, Freeze freeze) => status with
    {
        Inputs = [.. status.Inputs.Select(input => input.Name == "nixpkgs" ? input with { Freeze = freeze } : input)],
    };

    /// <summary>The pins of a lock: the age of each input, in days.</summary>
    sealed record Pins(int Nixpkgs, int HomeManager)
    {
        readonly Dictionary<string, int> _others = new() { ["nixos-hardware"] = 60 };

        public string Branch { get; init; } = "nixos-unstable";

        public string[] Folders { get; init; } = [];

        public int this[string name]
        {
            set => _others[name] = value;
        }

        Pins(Pins other)
        {
            (Nixpkgs, HomeManager, Branch, Folders) = (other.Nixpkgs, other.HomeManager, other.Branch, other.Folders);
            _others = new(other._others);
        }

        public Pins And(params (string Name, int Age)[] inputs)
        {
            var pins = new Pins(this);
            foreach (var (name, age) in inputs)
                pins[name] = age;
            return pins;
        }

        public LockFile Lock => SmallLocks.Of(
        [
            ("nixpkgs", Locked($"github:NixOS/nixpkgs/{Branch}", Nixpkgs)),
            ("home-manager", Locked("github:nix-community/home-manager", HomeManager)),
            .. _others.Select(input => (input.Key, Locked($"github:acme/{input.Key}", input.Value))),
            .. Folders.Select(folder => ($"{folder}-flake", Folder($"./hosts/{folder}"))),
        ]);

        static LockEdge.Locked Locked(string reference, int age)
        {
            var original = FlakeRef.ParseInput(reference, wantsTree: true, null, null);
            // The digits of the age, over and over, so that a screen is easy to read.
            var digits = string.Concat(Enumerable.Repeat(age.ToString("00", System.Globalization.CultureInfo.InvariantCulture), 20))[..40];
            var locked = original.Input.Without("ref").With("rev", digits).With("lastModified", Moment.Of(Now.AddDays(-age).AddHours(-1)));
            return new LockEdge.Locked(new LockedNode(new(locked, ""), original, true, null, NameMap<LockEdge>.Empty));
        }

        static LockEdge.Locked Folder(string path)
        {
            var reference = FlakeRef.FromAttributes(RefAttributes.Of(("type", "path"), ("path", path)), null);
            return new LockEdge.Locked(new LockedNode(reference, reference, true, InputPath.Root, NameMap<LockEdge>.Empty));
        }
    }

    /// <summary>A fleet on a disk that only lasts as long as its locks are read.</summary>
    sealed class Fleet(Hostlock.Fleets.Fleet fleet, List<LockStatus> locks)
    {
        public FleetState State => new(fleet, locks, ListedHosts.InLine);

        public static Fleet Of(string settings, params (string Hosts, Pins? Pins)[] locks)
        {
            using var folder = new TempFolder();
            var places = locks.Select(each =>
            {
                var hosts = each.Hosts.Split(' ');
                var file = hosts[0] == HostName.Root ? FleetFolder.RootLock : $"locks/{hosts[0]}.lock";
                if (each.Pins is { } pins)
                    folder.Write(file, System.Text.Encoding.UTF8.GetString(LockFileWriter.Write(pins.Lock)));
                return LockPlace.Of(
                    folder.Path, file, [.. hosts.Select(host => host == HostName.Root ? new LockOwner.Root() : SmallLocks.Owner(host))]);
            }).ToList();
            return new(FleetFile.Read($"version = 1\n{settings}"), [.. FleetStatus.Read(places)]);
        }

        public Fleet With(string host, Func<LockStatus, LockStatus> change)
        {
            var at = locks.FindIndex(status => status.Place.Name == host);
            locks[at] = change(locks[at]);
            return this;
        }
    }
}
