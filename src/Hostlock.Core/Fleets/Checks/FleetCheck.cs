using System.Globalization;
using System.Text.RegularExpressions;
using Hostlock.Flakes;
using Hostlock.Fleets.Changes;
using Hostlock.Fleets.Settings;
using Hostlock.Locks;

namespace Hostlock.Fleets.Checks;

/// <summary>
/// What has to hold before a change to a fleet is let in. Told from the files alone; nothing is fetched and nothing is run.
/// </summary>
public static partial class FleetCheck
{
    /// <summary>Looks at the locks.</summary>
    /// <param name="locks">The locks as read.</param>
    /// <param name="declared">What the flake of each declares, its own references in place; by file of declaration and host.</param>
    /// <param name="fleet">The policies.</param>
    /// <param name="isTracked">Whether git knows a path relative to the flake, and so whether Nix sees it.</param>
    /// <param name="now">The time that ages and freezes are measured by.</param>
    public static IReadOnlyList<Finding> Locks(
        IReadOnlyList<LockStatus> locks, Func<LockPlace, TopFlake> declared, Fleet fleet, Func<string, bool> isTracked, DateTimeOffset now)
    {
        var today = DateOnly.FromDateTime(now.UtcDateTime);
        var findings = new List<Finding>();
        foreach (var one in locks)
        {
            if (one.Problem is { } problem)
                findings.Add(new(true, "unreadable", problem.Message, one.Place.Shown, LineOf(problem.Span), null));
            else if (one.Lock is null)
                Missing(one.Place, declared(one.Place), findings);
            else
                Lock(one.Place, one.Lock, declared(one.Place), isTracked, findings);
            Frozen(one, today, findings);
        }
        Shared(locks, fleet, findings);
        TooOld(locks, fleet, now, findings);
        Ended(locks, today, findings);
        Absolute(locks, declared, findings);
        return findings;
    }

    /// <summary>What went back in time since another commit.</summary>
    /// <param name="place">A lock.</param>
    /// <param name="before">What it was then.</param>
    /// <param name="after">What it is.</param>
    /// <param name="since">The commit, as it was named.</param>
    public static IEnumerable<Finding> Downgrades(LockPlace place, LockFile before, LockFile after, string since) =>
        LockDiff.Between(before, after).Changes
            .Where(Downgrade.Is)
            .Select(change => new Finding(true, "downgrade", $"since {since}, {place.Name}: {Downgrade.Describe(change, "went")}", place.Shown, null, $"hostlock update {place.Name} -i {change.Path}"));

    /// <summary>Fetches all that the locks pin once more, each tree once, and hashes it: what is gone, and what is another tree by now.</summary>
    /// <param name="locks">The locks.</param>
    /// <param name="source">One that remembers nothing.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public static async Task<IReadOnlyList<Finding>> FetchAsync(IReadOnlyList<LockStatus> locks, IFlakeSource source, CancellationToken cancellationToken)
    {
        var pinned = from one in locks
                     where one.Lock is not null
                     from input in one.Lock!.AllInputs()
                     let locked = (input.Edge as LockEdge.Locked)?.Node.Locked
                     where locked is { IsRelativePath: false, NarHash: not null }
                     group (one.Place, input.Path) by locked.With(directory: "");
        var findings = await Task.WhenAll(pinned.ToList().Select(async group =>
        {
            try
            {
                await source.FetchAsync(group.Key, RegistryScope.Limited, cancellationToken);
                return null;
            }
            catch (HostlockException why)
            {
                var (place, path) = group.First();
                var others = group.Select(each => each.Place.File).Distinct().Count() is > 1 and var count ? $" and {count - 1} more" : "";
                return new Finding(true, why.IsOutside ? "unreachable" : "hash", $"input '{path}' of {place.Name}{others}: {why.Message}", place.Shown, null, $"hostlock update {place.Name} -i {path}");
            }
        }));
        return [.. findings.OfType<Finding>()];
    }

    static void Missing(LockPlace place, TopFlake flake, List<Finding> findings)
    {
        // A flake without inputs needs no lock, and Nix writes none.
        if (flake.Flake.Inputs.Count > 0 || place.Name != "root")
            findings.Add(new(true, "missing", $"{place.Name} has no lock", place.Shown, null, $"hostlock lock {place.Name}"));
    }

    static void Lock(LockPlace place, LockFile file, TopFlake flake, Func<string, bool> isTracked, List<Finding> findings)
    {
        if (!isTracked(place.Shown))
            findings.Add(new(true, "untracked", $"git does not know the lock of {place.Name}, so Nix does not see it", place.Shown, null, $"git add -N {place.Shown}"));
        foreach (var stale in LockStaleness.Between(flake.Flake, file))
        {
            // What a host tracks for itself is declared in the list of hosts.
            var isOwn = stale.Path.Length == 1 && place.References.ContainsKey(stale.Path.Last);
            findings.Add(new(
                true,
                "stale",
                $"input '{stale.Path}' of {place.Name}: {stale.Why}",
                isOwn ? FleetFile.Name : stale.Declared?.Source.Name ?? place.Shown,
                isOwn ? null : LineOf(stale.Declared),
                $"hostlock lock {place.Name}"));
        }
        foreach (var (path, edge) in file.AllInputs())
        {
            if (edge is not LockEdge.Locked(var node))
                continue;
            if (!node.Locked.IsRelativePath && !node.Locked.IsLocked)
                findings.Add(new(true, "unlocked", $"input '{path}' of {place.Name} is not locked: {node.Locked.Attributes}", place.Shown, null, $"hostlock update {place.Name} -i {path}"));
        }
        foreach (var (input, target) in LockGraft.Dangling(file))
            findings.Add(new(true, "dangling", $"input '{input}' of {place.Name} follows '{target}', which is not there", place.Shown, null, $"hostlock lock {place.Name}"));
    }

    static void Frozen(LockStatus one, DateOnly today, List<Finding> findings)
    {
        foreach (var (input, freeze) in one.Place.Frozen)
        {
            if (freeze.Until is { } until && until < today)
                findings.Add(new(false, "expired-freeze", $"the freeze of '{input}' on {one.Place.Name} ended on {until:yyyy-MM-dd}: {freeze.Reason}", "hostlock.toml", null, $"hostlock unfreeze {one.Place.Name} {input}"));
        }
    }

    static void Shared(IReadOnlyList<LockStatus> locks, Fleet fleet, List<Finding> findings)
    {
        foreach (var (input, _) in fleet.Policies.Where(policy => policy.Value.IsShared))
        {
            var kinds = locks
                .Select(one => (one.Place, Locked: one.Inputs.FirstOrDefault(status => status.Name == input)?.Locked))
                .Where(one => one.Locked is not null)
                .GroupBy(one => one.Locked!)
                .OrderByDescending(kind => kind.Count())
                .ToList();
            foreach (var odd in kinds.Skip(1).SelectMany(kind => kind))
                findings.Add(new(true, "shared-differs", $"'{input}' is shared, but {odd.Place.Name} has another one than {kinds[0].First().Place.Name}", odd.Place.Shown, null, $"hostlock promote {kinds[0].First().Place.Name} {odd.Place.Name} -i {input}"));
        }
    }

    static void TooOld(IReadOnlyList<LockStatus> locks, Fleet fleet, DateTimeOffset now, List<Finding> findings)
    {
        foreach (var (input, policy) in fleet.Policies)
        {
            if (policy.MaximumAge is not { } most)
                continue;
            var path = InputPath.TryParse(input)!;
            foreach (var one in locks)
            {
                if (one.Lock?.EdgeAt(path) is not LockEdge.Locked({ Locked.LastModified: { } seconds }))
                    continue;
                var age = now - DateTimeOffset.FromUnixTimeSeconds((long)Math.Min(seconds, 253402300799));
                if (age > most)
                    findings.Add(new(true, "too-old", string.Create(CultureInfo.InvariantCulture, $"'{input}' of {one.Place.Name} is {age.TotalDays:0} days old, and may be {most.TotalDays:0.#}"), one.Place.Shown, null, $"hostlock update {one.Place.Name} -i {input}"));
            }
        }
    }

    // A release of NixOS is kept for seven months: 25.05 until the end of 2025, 25.11 until the end of June 2026.
    static void Ended(IReadOnlyList<LockStatus> locks, DateOnly today, List<Finding> findings)
    {
        var found = from one in locks
                    where one.Lock is not null
                    from input in one.Lock!.Root.Inputs
                    let branch = (input.Value as LockEdge.Locked)?.Node.Original.Ref
                    let release = branch is null ? null : Release().Match(branch)
                    where release is { Success: true }
                    let year = 2000 + int.Parse(release.Groups[1].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture)
                    let end = release.Groups[2].Value == "05" ? new DateOnly(year, 12, 31) : new DateOnly(year + 1, 6, 30)
                    where end < today
                    group one.Place by (input.Key, branch, end);
        foreach (var group in found)
        {
            var (input, branch, end) = group.Key;
            findings.Add(new(false, "ended-branch", string.Create(CultureInfo.InvariantCulture, $"'{input}' of {string.Join(' ', group.Select(place => place.Name))} is of '{branch}', which got its last update by {end:yyyy-MM-dd}"), group.First().Shown, null, null));
        }
    }

    [GeneratedRegex(@"^(?:nixos|nixpkgs|release|nix-darwin)-(\d\d)\.(05|11)(?:-small|-darwin|-aarch64)?$", RegexOptions.CultureInvariant)]
    private static partial Regex Release();

    // One finding a reference: it stands in every lock. Where it is declared is where it can be mended.
    static void Absolute(IReadOnlyList<LockStatus> locks, Func<LockPlace, TopFlake> declared, List<Finding> findings)
    {
        var told = new HashSet<(string, FlakeRef)>();
        foreach (var place in locks.Select(one => one.Place))
        {
            foreach (var (name, input) in declared(place).Flake.Inputs)
            {
                if (input is not { Reference: { } reference } || !IsAbsolute(reference) || !told.Add((name, reference)))
                    continue;
                var isOwn = place.References.ContainsKey(name);
                findings.Add(new(
                    false, "absolute-path", $"input '{name}' is an absolute path of one machine: '{reference}'",
                    isOwn ? FleetFile.Name : input.Span?.Source.Name ?? FleetFolder.FlakeFile, isOwn ? null : LineOf(input.Span), null));
            }
        }
        var found = from one in locks
                    where one.Lock is not null
                    from input in one.Lock!.AllInputs()
                    let original = (input.Edge as LockEdge.Locked)?.Node.Original
                    where original is not null && IsAbsolute(original) && !(input.Path.Length == 1 && told.Contains((input.Path.Last, original)))
                    group one.Place by (input.Path, original);
        foreach (var group in found)
        {
            var others = group.Count() > 1 ? $" and {group.Count() - 1} more" : "";
            findings.Add(new(false, "absolute-path", $"input '{group.Key.Path}' of {group.First().Name}{others} is an absolute path of one machine: '{group.Key.original}'", group.First().Shown, null, null));
        }
    }

    static bool IsAbsolute(FlakeRef reference) =>
        (reference.Type == "path" && !reference.IsRelativePath)
        || (reference.Input.Text("url") is { } url && url.StartsWith("file:/", StringComparison.Ordinal));

    static int? LineOf(SourceSpan? span) => span is null ? null : span.Source.Position(span.Start).Line;
}
