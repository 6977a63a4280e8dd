using System.Collections.Immutable;
using System.Text.Json;
using Hostlock.Machines.Packages;

namespace Hostlock.Reporting.Json;

/// <summary>The JSON of the packages that differ between two systems.</summary>
static class PackagesJson
{
    /// <summary>The members <c>before</c>, <c>after</c> and <c>packages</c>.</summary>
    /// <param name="json">Gets them.</param>
    /// <param name="diff">The comparison.</param>
    public static void WritePackages(this Utf8JsonWriter json, PackageDiff diff)
    {
        WriteSystem("before", diff.Before.ToString(), diff.BytesBefore);
        WriteSystem("after", diff.After.ToString(), diff.BytesAfter);
        json.WriteStartObject("packages");
        foreach (var change in diff.Changes)
        {
            json.WriteStartObject(change.Name);
            json.WriteString("kind", KindOf(change));
            WriteVersions("before", change.Before);
            WriteVersions("after", change.After);
            json.WriteNumber("bytesBefore", change.BytesBefore);
            json.WriteNumber("bytesAfter", change.BytesAfter);
            json.WriteEndObject();
        }
        json.WriteEndObject();

        void WriteSystem(string name, string path, long bytes)
        {
            json.WriteStartObject(name);
            json.WriteString("system", path);
            json.WriteNumber("bytes", bytes);
            json.WriteEndObject();
        }

        void WriteVersions(string name, ImmutableArray<string> versions)
        {
            json.WriteStartArray(name);
            foreach (var version in versions)
                json.WriteStringValue(version);
            json.WriteEndArray();
        }
    }

    static string KindOf(PackageChange change) => change.Kind switch
    {
        PackageChangeKind.Added => "added",
        PackageChangeKind.Removed => "removed",
        PackageChangeKind.Upgraded => "upgraded",
        PackageChangeKind.Downgraded => "downgraded",
        PackageChangeKind.Changed => "changed",
        PackageChangeKind.Rebuilt => "rebuilt",
        _ => throw new System.Diagnostics.UnreachableException(),
    };
}
