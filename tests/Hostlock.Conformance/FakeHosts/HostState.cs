using System.Collections.Immutable;
using System.Globalization;

namespace Hostlock.Conformance.FakeHosts;

/// <summary>The state of a fake host, read off its files and not by the program's own probe.</summary>
/// <param name="Running">The store path of the running system; empty if there is none.</param>
/// <param name="Booted">The store path of the system it booted; empty if there is none.</param>
/// <param name="Boots">The store path that its boot loader starts next.</param>
/// <param name="Profile">The store path of the newest generation of its profile; empty if there is none.</param>
/// <param name="BootId">The id of this boot.</param>
/// <param name="Generations">The store paths of its generations by number.</param>
/// <param name="Activations">What its switches did, in order: action, store path, and <c>begin</c> or how it ended.</param>
sealed record HostState(
    string Running,
    string Booted,
    string Boots,
    string Profile,
    string BootId,
    ImmutableSortedDictionary<int, string> Generations,
    ImmutableArray<string> Activations)
{
    const string Profiles = "nix/var/nix/profiles";

    /// <summary>Reads what a host is in. No program is started for it, because tests do so many times a second.</summary>
    /// <param name="root">Its root folder, as this machine sees it. Links there lead elsewhere here, so they are read and not
    /// followed.</param>
    /// <exception cref="IOException">The host is off, or is not up yet.</exception>
    public static HostState Read(string root)
    {
        var newest = Target(Path.Combine(root, Profiles, "system"));
        return new(
            Target(Path.Combine(root, "run/current-system")),
            Target(Path.Combine(root, "run/booted-system")),
            File.ReadAllText(Path.Combine(root, "boot/loader/default")).TrimEnd('\n'),
            newest.Length == 0 ? "" : Target(Path.Combine(root, Profiles, newest)),
            File.ReadAllText(Path.Combine(root, "run/fake/boot_id")).TrimEnd('\n'),
            Directory.EnumerateFileSystemEntries(Path.Combine(root, Profiles), "system-*-link")
                .ToImmutableSortedDictionary(NumberOf, Target),
            // The first word is the time.
            [.. File.ReadLines(Path.Combine(root, "var/log/activations")).Select(line => line.Split(' ', 2)[1])]);
    }

    static int NumberOf(string link) =>
        int.Parse(Path.GetFileName(link)["system-".Length..^"-link".Length], CultureInfo.InvariantCulture);

    // The profile's link is to a name beside it. A host that goes off takes all of it away at once.
    static string Target(string link) => new FileInfo(link).LinkTarget ?? "";
}
