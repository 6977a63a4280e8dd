using Hostlock.Flakes;

namespace Hostlock.Fleets.Checks.Rules;

/// <summary>flake.nix of an adopted flake does not call hostlock.nix, so that no host's own lock is used.</summary>
static class UnwrappedOutputs
{
    public static IEnumerable<Problem> Find(CheckedFleet fleet)
    {
        if (!fleet.Folder.HasFleetFile)
            yield break;
        var flake = new SourceText(FleetFolder.FlakeFile, fleet.Folder.ReadText(FleetFolder.FlakeFile));
        if (!FlakeNixEdit.IsWrapped(flake))
            yield return new(
                "'outputs' does not call hostlock.nix, so every host is built by the root lock",
                FleetFolder.FlakeFile,
                null,
                "hostlock init --yes");
    }
}
