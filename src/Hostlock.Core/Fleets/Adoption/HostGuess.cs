using System.Collections.Immutable;

namespace Hostlock.Fleets.Adoption;

/// <summary>
/// Guesses the names of hosts from the folders in which people keep their machines. It is used only if no certain source has names.
/// </summary>
static class HostGuess
{
    static readonly string[] Places = ["hosts", "machines", "nixos/hosts", "configurations/nixos", "systems", "nixos"];

    static readonly string[] Others = ["common", "shared", "default", "modules", "profiles", "lib", "overlays", "hosts", "users", "home"];

    /// <summary>The first place with such folders, and their names; null if there is none.</summary>
    public static (string Place, ImmutableArray<HostName> Names)? In(FleetFolder folder)
    {
        foreach (var place in Places)
        {
            var names = Names(folder.Full(place));
            // systems/x86_64-linux/plex
            if (names.Any(IsSystem))
                names = [.. names.Where(IsSystem).SelectMany(system => Names(Path.Combine(folder.Full(place), system)))];
            if (names.Length > 0)
                return (place, [.. names.Select(HostName.TryParse).OfType<HostName>().Distinct().Order()]);
        }
        return null;
    }

    static bool IsSystem(string name) =>
        name.EndsWith("-linux", StringComparison.Ordinal) || name.EndsWith("-darwin", StringComparison.Ordinal);

    // The names of the folders that have Nix code in them, or are named after a system.
    static ImmutableArray<string> Names(string folder) =>
        !Directory.Exists(folder) ? [] :
        [
            .. from below in Directory.EnumerateDirectories(folder)
               let name = Path.GetFileName(below)
               where HostName.TryParse(name) is not null && !Others.Contains(name)
               where IsSystem(name) || Directory.EnumerateFiles(below, "*.nix").Any()
               select name,
        ];
}
