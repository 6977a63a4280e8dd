namespace Hostlock.Conformance.Support;

/// <summary>Every command of the program, in forms that do something on <see cref="SevenHosts"/>.</summary>
static class EveryCommand
{
    /// <summary>The forms; {0} stands for a lock beside the fleet, {1} for an earlier revision of nixpkgs.</summary>
    public static readonly string[][] Forms =
    [
        ["init", "--yes"],
        ["lock"],
        ["update", "plex"],
        ["update", "--all", "-i", "nixpkgs", "--min-age", "0s", "--allow-downgrade"],
        ["update", "plex", "-i", "nixpkgs", "--to", "{1}", "--allow-downgrade"],
        ["status"],
        ["status", "--json"],
        ["outdated"],
        ["diff", "plex", "root"],
        ["diff", "plex@HEAD", "plex"],
        ["promote", "plex", "dobro", "zeeba"],
        ["promote", "root", "plex", "--allow-downgrade"],
        ["check", "--base", "HEAD", "--fetch"],
        ["affected", "--base", "HEAD~1"],
        ["show", "plex"],
        ["show", "plex", "--canonical"],
        ["hash", "."],
        ["merge-driver", "{0}", "{0}", "{0}"],
        ["bisect", "plex", "--good", "plex@HEAD", "--run", "grep -q 00 locks/plex.lock"],
        ["input", "follow", "home-manager/nixpkgs", "nixpkgs", "-n"],
        ["follows"],
        ["log", "plex"],
        ["log"],
        ["audit"],
        ["report", "-o", "-"],
        ["report", "--format", "markdown"],
        ["resolve", "--all"],
        ["restore", "plex", "--to", "HEAD~1"],
        ["undo", "plex"],
        ["undo"],
        ["redo"],
        ["freeze", "plex", "nixpkgs", "--reason", "tests"],
        ["unfreeze", "plex", "nixpkgs"],
        ["hold", "plex", "--reason", "tests"],
        ["unhold", "plex"],
        ["freeze", "--all", "nixpkgs"],
        ["unfreeze", "--all", "nixpkgs"],
        ["restore", "--all", "--to", "HEAD"],
        ["lock", "--offline"],
        ["outdated", "plex", "--refresh", "-v"],
        ["tick"],
        ["completion", "bash"],
        ["schema", "status"],
        ["man", "update"],
        ["man", "hostlock.toml"],
        ["help", "update"],
    ];

    /// <summary>The forms with what they name.</summary>
    /// <param name="lockBeside">A lock beside the fleet.</param>
    /// <param name="revision">An earlier revision of nixpkgs.</param>
    public static IEnumerable<string[]> With(string lockBeside, string revision) =>
        Forms.Select(form => form.Select(word => word switch { "{0}" => lockBeside, "{1}" => revision, _ => word }).ToArray());
}
