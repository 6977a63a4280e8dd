using Hostlock.Fleets.Layouts;
using Hostlock.Locks;

namespace Hostlock.Fleets.Checks.Rules;

/// <summary>
/// A flake of this repository is taken in by a relative path, and flake.lock's copy of its lock differs from its own lock file. The copy is
/// what is built. A host's own flake is left out: hostlock.nix gives it its lock file, whatever flake.lock says.
/// </summary>
static class DriftedCopy
{
    public static IEnumerable<Problem> Find(CheckedFleet fleet)
    {
        if (fleet.Locks.FirstOrDefault(status => status.Place.RelativePath == FleetFolder.RootLock)?.Lock is not { } root)
            yield break;
        foreach (var (name, input) in fleet.Flakes.RootInputs)
        {
            if (input.Reference is not { IsRelativePath: true } reference
                || fleet.Flakes.FolderWithin(reference) is not { } at
                || IsHosts(fleet, at))
                continue;
            if (InnerLock.Of(root, name) is not { } copy || fleet.Flakes.TryReadLock($"{at}/{FleetFolder.RootLock}") is not { } own)
                continue;
            var moves = LocalFlakes.Moves(copy, own);
            if (!moves.IsEmpty)
                yield return new(
                    Message(name, at, moves),
                    FleetFolder.RootLock,
                    null,
                    IsOfNewHost(fleet, at) ? "hostlock init" : $"hostlock update root -i {ShellWord.Quote(name)}");
        }
    }

    static bool IsHosts(CheckedFleet fleet, string at) =>
        fleet.Folder.Fleet.Hosts.Any(host => host.FlakeFile == $"{at}/{FleetFolder.FlakeFile}");

    // init gives a host that is not adopted yet the lock of its own flake; a copy for anybody else is made anew.
    static bool IsOfNewHost(CheckedFleet fleet, string at) =>
        !fleet.Folder.HasFleetFile
        && HostName.TryParse(Path.GetFileName(at)) is { } host
        && fleet.Flakes.Outputs(FleetFolder.FlakeFile) is { } names && NamedHosts.In(names).ContainsKey(host);

    static string Message(string name, string at, IReadOnlyCollection<string> moves) =>
        $"its copy of the lock of '{name}' is not what {at}/{FleetFolder.RootLock} says: {string.Join(' ', moves)} "
        + $"{(moves.Count == 1 ? "differs" : "differ")}, and the copy is what is built";
}
