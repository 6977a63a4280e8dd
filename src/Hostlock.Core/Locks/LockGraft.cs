using Hostlock.Flakes;

namespace Hostlock.Locks;

/// <summary>Chosen inputs, each with all beneath it, carried from one lock into another. Nothing else of the target changes.</summary>
public static class LockGraft
{
    /// <summary>
    /// The target with the source's input at <paramref name="path"/>, entry for entry. An input the source does not have is
    /// not in the result either.
    /// </summary>
    /// <exception cref="ArgumentException">The target has no node that the input could hang from.</exception>
    public static LockFile Into(LockFile target, LockFile from, InputPath path) => target.With(path, from.EdgeAt(path));

    /// <summary>
    /// The follows of a lock that lead nowhere or round in a circle, as a graft may leave them: the input that follows, and its target.
    /// </summary>
    public static IReadOnlyList<(InputPath Input, InputPath Target)> Dangling(LockFile file)
    {
        var followed = new FollowedNodes(file.Root);
        return [.. from input in file.AllInputs()
                   let target = (input.Edge as LockEdge.Follows)?.Target
                   where target is not null && followed.Find(target) is null
                   select (input.Path, target)];
    }
}
