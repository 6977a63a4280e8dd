namespace Hostlock.Fleets.Checks.Rules;

/// <summary>An adopted flake does not have hostlock.nix.</summary>
static class MissingLibrary
{
    public static IEnumerable<Problem> Find(CheckedFleet fleet)
    {
        if (fleet.Folder.HasFleetFile && !File.Exists(fleet.Folder.Full(FleetFolder.Library)))
            yield return new(
                "the library that chooses each host's lock does not exist", FleetFolder.Library, null, "hostlock init --upgrade --yes");
    }
}
