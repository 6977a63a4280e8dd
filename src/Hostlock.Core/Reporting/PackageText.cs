using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Hostlock.Machines.Packages;

namespace Hostlock.Reporting;

/// <summary>
/// Renders the packages that differ between two systems: a line for each with its versions, and a count of those that were built anew or
/// have no version, because most files of a configuration have none.
/// </summary>
public static class PackageText
{
    // A smaller change of size is not shown, as in nix (libcmd, diff-closures).
    const long LeastBytes = 8 * 1024;

    /// <summary>Renders a comparison.</summary>
    /// <param name="diff">The comparison.</param>
    /// <param name="ink">The colours.</param>
    public static string Render(PackageDiff diff, Ink ink)
    {
        if (diff.Before == diff.After)
            return "the systems are the same\n";
        var text = new StringBuilder();
        var shown = WithOtherVersions(diff);
        var widestName = shown.Max(change => (int?)change.Name.Length) ?? 0;
        var widestVersions = shown.Max(change => (int?)Versions(change).Length) ?? 0;
        foreach (var change in shown)
        {
            var size = Size(change);
            text.Append($"{change.Name.PadRight(widestName)}  {Painted(change, ink, size.Length > 0 ? widestVersions : 0)}{size}\n");
        }
        if (shown.Count == 0)
            text.Append("the systems have the same packages\n");
        text.Append(Rest(diff));
        text.Append($"closure  {Sizes(diff)}\n");
        return text.ToString();
    }

    /// <summary>The packages that come, go, or change their version.</summary>
    /// <param name="diff">The comparison.</param>
    internal static IReadOnlyList<PackageChange> WithOtherVersions(PackageDiff diff) =>
        [.. diff.Changes.Where(change => change.HasVersion && change.Kind != PackageChangeKind.Rebuilt)];

    /// <summary>The sizes of both systems, and how they differ.</summary>
    /// <param name="diff">The comparison.</param>
    internal static string Sizes(PackageDiff diff) =>
        $"{Amounts.Size(diff.BytesBefore)} → {Amounts.Size(diff.BytesAfter)}  {Amounts.Change(diff.BytesAfter - diff.BytesBefore)}";

    static string Painted(PackageChange change, Ink ink, int width)
    {
        var versions = Versions(change).PadRight(width);
        return change.Kind switch
        {
            PackageChangeKind.Added => ink.Good(versions),
            PackageChangeKind.Removed => ink.Bad(versions),
            PackageChangeKind.Downgraded => ink.Warn(versions),
            _ => versions,
        };
    }

    static string Versions(PackageChange change) =>
        $"{List(change.Before)} → {List(change.After)}{(change.Kind == PackageChangeKind.Downgraded ? ", goes back" : "")}";

    static string List(ImmutableArray<string> versions) =>
        versions.IsEmpty ? "∅" : string.Join(", ", versions.Select(version => version.Length == 0 ? "no version" : version));

    static string Size(PackageChange change)
    {
        var bytes = change.BytesAfter - change.BytesBefore;
        return Math.Abs(bytes) < LeastBytes ? "" : $"  {Amounts.Change(bytes)}";
    }

    static string Rest(PackageDiff diff)
    {
        var rebuilt = diff.Changes.Count(change => change.HasVersion && change.Kind == PackageChangeKind.Rebuilt);
        var unversioned = diff.Changes.Where(change => !change.HasVersion).ToList();
        var counts = new List<string>();
        Count("added", unversioned.Count(change => change.Kind == PackageChangeKind.Added));
        Count("removed", unversioned.Count(change => change.Kind == PackageChangeKind.Removed));
        Count("changed", unversioned.Count(change => change.Kind == PackageChangeKind.Rebuilt));
        return (rebuilt > 0 ? string.Create(CultureInfo.InvariantCulture, $"rebuilt  {rebuilt} of the same version\n") : "")
            + (counts.Count > 0 ? $"without a version  {string.Join(", ", counts)}\n" : "");

        void Count(string word, int count)
        {
            if (count > 0)
                counts.Add(string.Create(CultureInfo.InvariantCulture, $"{count} {word}"));
        }
    }
}
