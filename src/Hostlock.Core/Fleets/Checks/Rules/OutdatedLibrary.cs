namespace Hostlock.Fleets.Checks.Rules;

/// <summary>hostlock.nix has other bytes than this program would write.</summary>
static class OutdatedLibrary
{
    public static IEnumerable<Problem> Find(CheckedFleet fleet)
    {
        if (fleet.Folder.HasFleetFile
            && fleet.Folder.TryReadBytes(FleetFolder.Library) is { } library
            && !library.AsSpan().SequenceEqual(NixLibrary.Contents))
            yield return new("it is not the library of this hostlock", FleetFolder.Library, null, "hostlock init --upgrade --yes");
    }
}
