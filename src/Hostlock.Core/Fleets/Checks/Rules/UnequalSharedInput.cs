namespace Hostlock.Fleets.Checks.Rules;

/// <summary>A shared input, which must be equal in every lock, differs in some. The entry that most locks have counts as right.</summary>
static class UnequalSharedInput
{
    public static IEnumerable<Problem> Find(CheckedFleet fleet)
    {
        foreach (var input in fleet.Folder.Fleet.Policies.Where(policy => policy.Value.IsShared).Select(policy => policy.Key))
        {
            var kinds = fleet.Locks
                .Select(status => (status.Place, Locked: status.Inputs.FirstOrDefault(known => known.Name == input)?.Locked))
                .Where(having => having.Locked is not null)
                .GroupBy(having => having.Locked!, having => having.Place)
                .OrderByDescending(kind => kind.Count())
                .ToList();
            foreach (var kind in kinds.Skip(1))
            {
                var right = kinds[0].First().Name;
                // The one that most have may be the older one.
                var back = kinds[0].Key.LastModified < kind.Key.LastModified ? " --allow-downgrade" : "";
                foreach (var odd in kind)
                {
                    yield return new(
                        $"'{input}' is shared, but {odd.Name} has another one than {right}", odd.RelativePath, null,
                        $"hostlock promote {right} {odd.Name} -i {ShellWord.Quote(input)}{back}");
                }
            }
        }
    }
}
