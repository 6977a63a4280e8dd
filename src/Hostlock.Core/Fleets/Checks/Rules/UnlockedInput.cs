using Hostlock.Flakes;
using Hostlock.Locks;

namespace Hostlock.Fleets.Checks.Rules;

/// <summary>An entry of a lock names no revision or hash, so that it may be another tree tomorrow.</summary>
static class UnlockedInput
{
    public static IEnumerable<Problem> Find(CheckedFleet fleet)
    {
        foreach (var (place, file) in fleet.Locks.Where(status => status.Lock is not null).Select(status => (status.Place, status.Lock!)))
        {
            foreach (var (path, edge) in file.AllInputs())
            {
                if (edge is LockEdge.Locked({ Locked: { IsRelativePath: false, IsLocked: false } locked }))
                {
                    var isFrozen = place.Freezes(path);
                    yield return new(
                        $"input '{path}' of {place.Name} is not locked{(isFrozen ? ", and frozen" : "")}: {locked.Attributes}",
                        place.RelativePath,
                        null,
                        isFrozen ? null : Update(place, path));
                }
            }
        }
    }

    /// <summary>The command that moves an input; the one that moves all if no option can name it.</summary>
    public static string Update(LockPlace place, InputPath input) =>
        $"hostlock update {place.Name}{(input.Names.All(InputPath.IsReferable) ? $" -i {input}" : "")}";
}
