namespace Hostlock.Fleets.Checks.Rules;

/// <summary>Git does not know a lock, hostlock.toml or hostlock.nix. Of a flake in a repository, Nix sees only what git knows.</summary>
static class UntrackedFile
{
    public static IEnumerable<Problem> Find(CheckedFleet fleet)
    {
        foreach (var place in fleet.Locks.Where(status => status.Lock is not null).Select(status => status.Place).Where(place => fleet.Untracked.Contains(place.RelativePath)))
            yield return Of(place.RelativePath, $"git does not know the lock of {place.Name}, so Nix does not see it");
        if (!fleet.Folder.HasFleetFile)
            yield break;
        foreach (var path in new[] { Settings.FleetFile.Name, FleetFolder.Library }.Where(fleet.Untracked.Contains))
            yield return Of(path, "git does not know it, so Nix does not see it");
    }

    static Problem Of(string path, string message) => new(message, path, null, $"git add -N {ShellWord.Quote(path)}");
}
