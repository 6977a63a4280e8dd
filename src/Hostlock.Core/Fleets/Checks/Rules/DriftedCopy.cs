using System.Collections.Immutable;
using Hostlock.Flakes;
using Hostlock.Fleets.Layouts;
using Hostlock.Locks;

namespace Hostlock.Fleets.Checks.Rules;

/// <summary>
/// A flake of this repository is taken in by a relative path, and flake.lock's copy of its lock differs from its own lock file. Nix builds
/// by the copy. A host's own flake is left out: hostlock.nix gives it its lock file, whatever flake.lock says.
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
            if (InnerLock.AsBuilt(root, name) is not { } copy || fleet.Flakes.TryReadLock($"{at}/{FleetFolder.RootLock}") is not { } own)
                continue;
            var moves = LockDiff.Between(copy, own).Changes.Select(change => change.Path)
                .Where(path => !IsOverridden(input.Overrides, path))
                .Select(path => path.Names[0]).Distinct().ToList();
            if (moves.Count > 0)
                yield return (IsInLine(fleet, at, own)
                    ? new Problem(
                        Message(name, at, moves),
                        FleetFolder.RootLock,
                        null,
                        IsOfNewHost(fleet, at) ? "hostlock init --yes" : $"hostlock update root -i {ShellWord.Quote(name)}")
                    : new(
                        $"{Message(name, at, moves)}; {at}/{FleetFolder.RootLock} is not in line with {at}/{FleetFolder.FlakeFile} either",
                        FleetFolder.RootLock)) with
                { Owner = new LockOwner.Root(), Input = name };
        }
    }

    // An override of the root in the input's lock is no copy of the input's own lock.
    static bool IsOverridden(ImmutableSortedDictionary<string, FlakeInput> overrides, InputPath path)
    {
        foreach (var name in path.Names)
        {
            if (!overrides.TryGetValue(name, out var nested))
                return false;
            if (nested.Reference is not null || nested.Follows is not null)
                return true;
            overrides = nested.Overrides;
        }
        return false;
    }

    static bool IsInLine(CheckedFleet fleet, string at, LockFile own) =>
        fleet.Flakes.Declared($"{at}/{FleetFolder.FlakeFile}") is { } declared
            && LockStaleness.Between(new(null, declared, RefAttributes.Empty, null), own).IsEmpty;

    static bool IsHosts(CheckedFleet fleet, string at) =>
        fleet.Folder.Fleet.Hosts.Any(host => host.FlakeFile == $"{at}/{FleetFolder.FlakeFile}");

    // init gives a host that is not adopted yet the lock of its own flake; any other copy is made anew.
    static bool IsOfNewHost(CheckedFleet fleet, string at) =>
        !fleet.Folder.HasFleetFile
        && HostName.TryParse(Path.GetFileName(at)) is { } host
        && fleet.Flakes.Outputs(FleetFolder.FlakeFile) is { } names && NamedHosts.In(names).ContainsKey(host);

    static string Message(string name, string at, List<string> moves) =>
        $"its copy of the lock of '{name}' is not what {at}/{FleetFolder.RootLock} says: {string.Join(' ', moves)} "
        + $"{(moves.Count == 1 ? "differs" : "differ")}, and the copy is what is built";
}
