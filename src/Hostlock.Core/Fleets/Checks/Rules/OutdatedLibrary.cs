namespace Hostlock.Fleets.Checks.Rules;

/// <summary>hostlock.nix has other bytes than this program would write.</summary>
static class OutdatedLibrary
{
    public static IEnumerable<Problem> Find(CheckedFleet fleet)
    {
        var file = fleet.Folder.Full(FleetFolder.Library);
        if (fleet.Folder.HasFleetFile && File.Exists(file) && !File.ReadAllBytes(file).AsSpan().SequenceEqual(NixLibrary.Contents))
            yield return new("it is not the library of this hostlock", FleetFolder.Library, null, "hostlock init --upgrade");
    }
}
