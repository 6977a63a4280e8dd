namespace Hostlock.Fleets.Checks.Rules;

/// <summary>Git does not know a lock, hostlock.toml or hostlock.nix. Nix sees only the files of a repository that git knows.</summary>
static class UntrackedFile
{
    public static IEnumerable<Problem> Find(CheckedFleet fleet)
    {
        var places = fleet.Locks.Where(status => status.Lock is not null).Select(status => status.Place);
        foreach (var place in places.Where(place => fleet.Unseen.ContainsKey(place.RelativePath)))
            yield return OfLock(fleet, place);
        if (!fleet.Folder.HasFleetFile)
            yield break;
        foreach (var path in new[] { Settings.FleetFile.Name, FleetFolder.Library }.Where(fleet.Unseen.ContainsKey))
            yield return Of(fleet, path, "it");
    }

    static Problem OfLock(CheckedFleet fleet, LockPlace place)
    {
        var (unknown, isIgnored) = fleet.Unseen[place.RelativePath];
        if (fleet.Unseen[place.RelativePath].Link is { } link)
            return Problem.OfHost(place, BeyondLink(link, $"the lock of {place.Name}"), new(BeyondLink(link, "a lock"), Fix: null));
        var common = new CommonProblem(Message("a lock", isIgnored), new(FleetException.AddIntent([], isIgnored).TrimEnd()));
        return Problem.OfHost(place, Message($"the lock of {place.Name}", isIgnored), common) with
        {
            Fix = FleetException.AddIntent(unknown, isIgnored),
            Operands = [.. unknown.Select(ShellWord.Quote)],
        };
    }

    static Problem Of(CheckedFleet fleet, string path, string what)
    {
        var (unknown, isIgnored) = fleet.Unseen[path];
        return new(Message(what, isIgnored), path, null, FleetException.AddIntent(unknown, isIgnored));
    }

    // No command mends it: the user knows which folder was meant.
    static string BeyondLink(string link, string what) => $"git does not follow the link '{link}', so Nix does not see {what}";

    static string Message(string what, bool isIgnored) =>
        $"{(isIgnored ? ".gitignore has git ignore" : "git does not know")} {what}, so Nix does not see it";
}
