namespace Hostlock.Fleets.Checks.Rules;

/// <summary>Git does not know a lock, hostlock.toml or hostlock.nix. Of a flake in a repository, Nix sees only what git knows.</summary>
static class UntrackedFile
{
    public static IEnumerable<Problem> Find(CheckedFleet fleet)
    {
        var places = fleet.Locks.Where(status => status.Lock is not null).Select(status => status.Place);
        foreach (var place in places.Where(place => fleet.Unseen.ContainsKey(place.RelativePath)))
            yield return Of(fleet, place.RelativePath, $"the lock of {place.Name}") with { Owner = place.Owner };
        if (!fleet.Folder.HasFleetFile)
            yield break;
        foreach (var path in new[] { Settings.FleetFile.Name, FleetFolder.Library }.Where(fleet.Unseen.ContainsKey))
            yield return Of(fleet, path, "it");
    }

    static Problem Of(CheckedFleet fleet, string path, string what)
    {
        var (unknown, isIgnored) = fleet.Unseen[path];
        var message = isIgnored ? $".gitignore has git ignore {what}" : $"git does not know {what}";
        return new($"{message}, so Nix does not see it", path, null, FleetException.AddIntent(unknown, isIgnored));
    }
}
