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
                    var why = $"is not locked{(isFrozen ? ", and frozen" : "")}: {locked.Attributes}";
                    yield return Problem.OfHost(
                        place,
                        $"input '{path}' of {place.Name} {why}",
                        new($"input '{path}' {why}", isFrozen ? null : Update(path))) with
                    { Input = path.ToString() };
                }
            }
        }
    }

    /// <summary>The command that moves an input; the one that moves all if no option can name it.</summary>
    public static HostCommand Update(InputPath input) =>
        new("hostlock update", input.Names.All(InputPath.IsReferable) ? $"-i {input}" : "");
}
