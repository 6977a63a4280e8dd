using System.Collections.Immutable;

namespace Hostlock.Machines.Packages;

/// <summary>The change of a package between two systems.</summary>
public enum PackageChangeKind
{
    /// <summary>Only the later system has it.</summary>
    Added,

    /// <summary>Only the earlier system has it.</summary>
    Removed,

    /// <summary>Its newest version is newer than before.</summary>
    Upgraded,

    /// <summary>Its newest version is older than before.</summary>
    Downgraded,

    /// <summary>It has other versions, and the newest one is as before.</summary>
    Changed,

    /// <summary>It has the same versions, built anew: something that it needs has changed.</summary>
    Rebuilt,
}

/// <summary>A package that two systems do not have alike.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Before">Its versions in the earlier system, each once, in order; empty if it is not there. A path without a version has
/// the empty version.</param>
/// <param name="After">Its versions in the later system.</param>
/// <param name="BytesBefore">The size of its paths in the earlier system, in bytes.</param>
/// <param name="BytesAfter">The size of its paths in the later system, in bytes.</param>
public sealed record PackageChange(
    string Name, ImmutableArray<string> Before, ImmutableArray<string> After, long BytesBefore, long BytesAfter)
{
    /// <summary>The kind of the change.</summary>
    public PackageChangeKind Kind
    {
        get
        {
            if (Before.IsEmpty)
                return PackageChangeKind.Added;
            if (After.IsEmpty)
                return PackageChangeKind.Removed;
            if (Before.SequenceEqual(After))
                return PackageChangeKind.Rebuilt;
            return VersionOrder.Instance.Compare(Before[^1], After[^1]) switch
            {
                < 0 => PackageChangeKind.Upgraded,
                > 0 => PackageChangeKind.Downgraded,
                _ => PackageChangeKind.Changed,
            };
        }
    }

    /// <summary>True if a path of it has a version. A file of the configuration has none.</summary>
    public bool HasVersion => Before.Concat(After).Any(version => version.Length > 0);
}

/// <summary>The packages that differ between two systems. It depends on nothing but the two closures, not on their order.</summary>
/// <param name="Before">The earlier system.</param>
/// <param name="After">The later system.</param>
/// <param name="BytesBefore">The size of the earlier closure, in bytes.</param>
/// <param name="BytesAfter">The size of the later closure, in bytes.</param>
/// <param name="Changes">The packages that differ, by name.</param>
public sealed record PackageDiff(
    StorePath Before, StorePath After, long BytesBefore, long BytesAfter, ImmutableArray<PackageChange> Changes)
{
    /// <summary>Compares two closures.</summary>
    /// <param name="before">The closure of the earlier system.</param>
    /// <param name="after">The closure of the later system.</param>
    public static PackageDiff Between(Closure before, Closure after)
    {
        var (old, now) = (ByName(before), ByName(after));
        var changes = from name in old.Keys.Union(now.Keys).Order(Utf8Order.Instance)
                      let one = old.GetValueOrDefault(name, [])
                      let other = now.GetValueOrDefault(name, [])
                      where !one.Select(entry => entry.Path).ToHashSet().SetEquals(other.Select(entry => entry.Path))
                      select new PackageChange(name, Versions(one), Versions(other), Bytes(one), Bytes(other));
        return new(before.System, after.System, before.Bytes, after.Bytes, [.. changes]);
    }

    static Dictionary<string, List<StoreEntry>> ByName(Closure closure)
    {
        var packages = new Dictionary<string, List<StoreEntry>>(StringComparer.Ordinal);
        foreach (var entry in closure.Entries.DistinctBy(entry => entry.Path))
        {
            var name = PackageName.Of(entry.Path).Name;
            if (!packages.TryGetValue(name, out var entries))
                packages.Add(name, entries = []);
            entries.Add(entry);
        }
        return packages;
    }

    // Versions that Nix takes for equal are told apart by their bytes, so that the order is always the same.
    static ImmutableArray<string> Versions(List<StoreEntry> entries) =>
        [
            .. entries.Select(entry => PackageName.Of(entry.Path).Version).Distinct()
            .Order(Utf8Order.Instance).Order(VersionOrder.Instance),
        ];

    static long Bytes(List<StoreEntry> entries) => entries.Sum(entry => entry.Bytes);
}
