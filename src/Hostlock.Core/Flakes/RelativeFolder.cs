using Hostlock.Nar;

namespace Hostlock.Flakes;

/// <summary>Path literals, as they become relative references.</summary>
static class RelativeFolder
{
    // While a flake is read its tree lies in the store, three names deep; a literal can climb out of the tree, not above '/'. No
    // literal can name the tree from outside: a name has no zero byte.
    static TreePath Tree => TreePath.OfCanonical("nix/store/\0tree"u8.ToArray());

    /// <summary>The way from one folder of a tree to the place that a literal in a file of another folder names.</summary>
    /// <param name="flakeDirectory">The folder of the flake.</param>
    /// <param name="fileDirectory">The folder of the file.</param>
    /// <param name="literal">The literal: <c>./x</c>, <c>../x</c>, <c>a/b</c>.</param>
    /// <returns>A path without <c>.</c> pieces, <c>..</c> only at its start; <c>.</c> for the folder itself.</returns>
    public static string Between(TreePath flakeDirectory, TreePath fileDirectory, string literal) =>
        Tree.Join(flakeDirectory).WayTo(Tree.Join(fileDirectory).Resolve(literal));
}
