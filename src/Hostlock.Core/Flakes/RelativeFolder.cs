namespace Hostlock.Flakes;

/// <summary>Path literals, as they become relative references.</summary>
static class RelativeFolder
{
    // While a flake is read its tree lies in the store, three names deep; a literal can climb out of the tree, not above '/'.
    static readonly string[] Store = ["nix", "store", "\0tree"];

    /// <summary>The way from one folder of a tree to what a literal names that stands in a file of another folder.</summary>
    /// <param name="flakeDirectory">The folder of the flake, from the root of the tree.</param>
    /// <param name="fileDirectory">The folder of the file, from the root of the tree.</param>
    /// <param name="literal">The literal: <c>./x</c>, <c>../x</c>, <c>a/b</c>.</param>
    /// <returns>A path without <c>.</c> pieces, <c>..</c> only at its start; <c>.</c> for the folder itself.</returns>
    /// <remarks>Source: Nix 2.34.8, libutil/canon-path.cc, makeRelative.</remarks>
    public static string Between(string flakeDirectory, string fileDirectory, string literal)
    {
        var from = Resolve([.. Store], flakeDirectory);
        var to = Resolve(Resolve([.. Store], fileDirectory), literal);
        var shared = 0;
        while (shared < from.Count && shared < to.Count && from[shared] == to[shared])
            shared++;
        var steps = Enumerable.Repeat("..", from.Count - shared).Concat(to.Skip(shared));
        return string.Join('/', steps) is { Length: > 0 } path ? path : ".";
    }

    static List<string> Resolve(List<string> start, string path)
    {
        foreach (var name in path.Split('/'))
        {
            if (name is "" or ".")
                continue;
            if (name != "..")
                start.Add(name);
            else if (start.Count > 0)
                start.RemoveAt(start.Count - 1);
        }
        return start;
    }
}
