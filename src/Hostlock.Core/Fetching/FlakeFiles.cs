using Hostlock.Nar;

namespace Hostlock.Fetching;

/// <summary>The files that say what a flake is, wherever in a tree they lie: flake.nix and flake.lock.</summary>
static class FlakeFiles
{
    /// <summary>Catches them while a tree is hashed.</summary>
    public static CaughtFiles Catch() => new("flake.nix", "flake.lock");

    /// <summary>Whether a path is that of one of them.</summary>
    public static bool Has(string path) => path.AsSpan(path.LastIndexOf('/') + 1) is "flake.nix" or "flake.lock";
}
