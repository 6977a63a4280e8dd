using System.Collections.Immutable;
using Hostlock.Flakes;
using Hostlock.Locks;

namespace Hostlock.Fleets.Checks.Rules;

/// <summary>
/// An input follows a path that its lock does not have, or one that is not declared. If only a lock says so, locking puts it right; a
/// declaration only the user can change.
/// </summary>
static class DanglingFollows
{
    public static IEnumerable<Problem> Find(CheckedFleet fleet)
    {
        var told = new HashSet<(string File, int? Line, string Input)>();
        foreach (var status in fleet.Locks)
        {
            var declared = fleet.Declared(status.Place);
            var isLockable = !Undeclared(declared).Any();
            foreach (var (name, input) in Undeclared(declared))
            {
                var file = input.Span?.Source.Name ?? FleetFolder.FlakeFile;
                if (told.Add((file, input.Span?.Line, name)))
                    yield return new($"input '{name}' follows '{input.Follows}', which is not declared", file, input.Span?.Line)
                    {
                        Input = name,
                    };
            }
            foreach (var (path, target) in status.Lock is null ? [] : LockGraft.Dangling(status.Lock))
            {
                var isDeclared = DeclaredAt(declared.Inputs, path) is { Follows: { } follows } && follows.Equals(target);
                if (isDeclared && !declared.Inputs.ContainsKey(target.Names[0]))
                    continue;
                var what = $"follows '{target}', which does not exist";
                yield return Problem.OfHost(
                    status.Place,
                    $"input '{path}' of {status.Place.Name} {what}",
                    new($"input '{path}' {what}", isDeclared || !isLockable ? null : MissingLock.Lock)) with
                { Input = path.ToString() };
            }
        }
    }

    /// <summary>The declared inputs that follow an input which is not declared. With one of them, nothing can be locked.</summary>
    public static IEnumerable<KeyValuePair<string, FlakeInput>> Undeclared(Flake flake) =>
        flake.Inputs.Where(
            input => input.Value.Follows is { IsRoot: false } target && !flake.Inputs.ContainsKey(target.Names[0]));

    // The declaration of an input, or the override of one beneath; null if nothing declares it.
    static FlakeInput? DeclaredAt(ImmutableSortedDictionary<string, FlakeInput> inputs, InputPath path)
    {
        FlakeInput? found = null;
        foreach (var name in path.Names)
        {
            if (!inputs.TryGetValue(name, out found))
                return null;
            inputs = found.Overrides;
        }
        return found;
    }
}
