using Hostlock.Nar;

namespace Hostlock.Fetching;

/// <summary>Names the files that describe a flake, flake.nix and flake.lock, in any folder of a tree.</summary>
static class FlakeFiles
{
    /// <summary>Keeps the contents of these files while a tree is hashed.</summary>
    public static CaughtFiles Catch() => new("flake.nix", "flake.lock");

    /// <summary>Tells whether a path is that of one of them.</summary>
    /// <param name="path">The path.</param>
    public static bool Has(TreePath path) =>
        path.Name.Bytes is var name && (name.SequenceEqual("flake.nix"u8) || name.SequenceEqual("flake.lock"u8));
}
