using Hostlock.Nar;

namespace Hostlock.Fetching;

/// <summary>The files that say what a flake is, wherever in a tree they lie: flake.nix and flake.lock.</summary>
static class FlakeFiles
{
    /// <summary>Catches them while a tree is hashed.</summary>
    public static CaughtFiles Catch() => new("flake.nix", "flake.lock");

    /// <summary>Tells whether a path is that of one of them.</summary>
    /// <param name="path">The path.</param>
    public static bool Has(TreePath path) =>
        path.Name.Bytes is var name && (name.SequenceEqual("flake.nix"u8) || name.SequenceEqual("flake.lock"u8));
}
