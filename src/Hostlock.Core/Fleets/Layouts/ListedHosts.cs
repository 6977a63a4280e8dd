using System.Collections.Immutable;
using Hostlock.Flakes;

namespace Hostlock.Fleets.Layouts;

/// <summary>
/// The hosts that hostlock.toml lists, compared with those that flake.nix has by now, as far as its text names them: nothing is said about
/// computed names.
/// </summary>
/// <param name="Unlisted">The hosts that flake.nix has and hostlock.toml does not have.</param>
/// <param name="UnlistedConfigurations">By host, the attribute paths of configurations that flake.nix has and hostlock.toml does not list
/// for it.</param>
/// <param name="Gone">The hosts that hostlock.toml has and flake.nix no longer has.</param>
/// <param name="GoneConfigurations">By host that is still there, the attribute paths of configurations that are no longer there.</param>
/// <param name="UnlistedOutputs">The outputs of flake.nix that the list of outputs in hostlock.toml does not have; empty if there is no
/// such list.</param>
/// <param name="GoneOutputs">The outputs that are listed and that flake.nix no longer has.</param>
public sealed record ListedHosts(
    ImmutableArray<HostName> Unlisted,
    ImmutableSortedDictionary<HostName, ImmutableArray<string>> UnlistedConfigurations,
    ImmutableArray<HostName> Gone,
    ImmutableSortedDictionary<HostName, ImmutableArray<string>> GoneConfigurations,
    ImmutableArray<string> UnlistedOutputs,
    ImmutableArray<string> GoneOutputs)
{
    const int MostMisspelt = 10;

    /// <summary>True if there is no difference.</summary>
    public bool IsInLine =>
        Unlisted.IsEmpty && UnlistedConfigurations.IsEmpty && Gone.IsEmpty && GoneConfigurations.IsEmpty && UnlistedOutputs.IsEmpty
        && GoneOutputs.IsEmpty && UnlistedFlakes.IsEmpty;

    /// <summary>The hosts that a flake in their own folder has and hostlock.toml does not have, with the file of that flake.</summary>
    public ImmutableSortedDictionary<HostName, string> UnlistedFlakes { get; init; } = ImmutableSortedDictionary<HostName, string>.Empty;

    /// <summary>The hosts that only hostlock.toml has and whose name is almost that of a host that only flake.nix has, with that
    /// name.</summary>
    public ImmutableSortedDictionary<HostName, HostName> Misspelt { get; } = MisspeltIn(Gone, Unlisted);

    /// <summary>True if hostlock.toml misspells a host, so that nobody needs its lock.</summary>
    public bool IsMisspelt(LockOwner owner) => owner is LockOwner.Host(var name) && Misspelt.ContainsKey(name);

    /// <summary>The hosts that flake.nix has and hostlock.toml does not have, not even under a similar name.</summary>
    public IEnumerable<HostName> Came => Unlisted.Where(host => !Misspelt.ContainsValue(host));

    /// <summary>The hosts that hostlock.toml has and flake.nix no longer has, not even under a similar name.</summary>
    public IEnumerable<HostName> Went => Gone.Where(host => !Misspelt.ContainsKey(host));

    /// <summary>hostlock.toml and flake.nix agree, or nothing is known.</summary>
    public static readonly ListedHosts InLine = new(
        [], ImmutableSortedDictionary<HostName, ImmutableArray<string>>.Empty,
        [], ImmutableSortedDictionary<HostName, ImmutableArray<string>>.Empty,
        [], []);

    /// <summary>Reads flake.nix, and the flakes that hosts have of their own. No program is run.</summary>
    /// <param name="folder">The flake.</param>
    /// <param name="outputs">The names of the outputs of flake.nix; null to read them here.</param>
    public static ListedHosts Of(FleetFolder folder, OutputNames? outputs = null) =>
        Of(folder, new LocalFlakes(folder) { RootOutputs = outputs });

    internal static ListedHosts Of(FleetFolder folder, LocalFlakes flakes)
    {
        if (!folder.HasFleetFile || flakes.Outputs(FleetFolder.FlakeFile) is not { } names)
            return InLine;
        var fleet = folder.Fleet;
        var (listed, known) = (new HashSet<string>(StringComparer.Ordinal), new HashSet<HostName>());
        var gone = ImmutableArray.CreateBuilder<HostName>();
        var goneConfigurations = ImmutableSortedDictionary.CreateBuilder<HostName, ImmutableArray<string>>();
        foreach (var host in fleet.Hosts)
        {
            known.Add(host.Name);
            var paths = host.ConfigurationPaths;
            foreach (var path in paths)
                listed.Add(path);
            if (GoneOf(host, paths, names, flakes) is { IsEmpty: false } lost)
            {
                if (lost.Length == paths.Length)
                    gone.Add(host.Name);
                else
                    goneConfigurations.Add(host.Name, lost);
            }
        }
        var unlisted = ImmutableArray.CreateBuilder<HostName>();
        var unlistedConfigurations = ImmutableSortedDictionary.CreateBuilder<HostName, ImmutableArray<string>>();
        foreach (var (host, paths) in NamedHosts.In(names))
        {
            if (paths.RemoveAll(listed.Contains) is not { IsEmpty: false } found)
                continue;
            if (known.Contains(host))
                unlistedConfigurations.Add(host, found);
            else
                unlisted.Add(host);
        }
        var isListing = fleet.Outputs is not null && names.All is not null;
        return new(
            unlisted.ToImmutable(),
            unlistedConfigurations.ToImmutable(),
            gone.ToImmutable(),
            goneConfigurations.ToImmutable(),
            isListing ? [.. names.All!.Value.Except(fleet.Outputs!.Value)] : [],
            isListing ? [.. fleet.Outputs!.Value.Except(names.All!.Value)] : [])
        {
            // If names are computed, flake.nix may have the host as well.
            UnlistedFlakes = names.AreComplete
                && flakes.Hosts(host => !known.Contains(host) && !unlisted.Contains(host)) is { Count: > 0 } own
                ? own.ToImmutableSortedDictionary(host => host.Key, host => host.Value.File)
                : ImmutableSortedDictionary<HostName, string>.Empty,
        };
    }

    // web1 and web2 are two hosts, and if many came and went, none is a slip of the finger.
    static ImmutableSortedDictionary<HostName, HostName> MisspeltIn(ImmutableArray<HostName> gone, ImmutableArray<HostName> unlisted)
    {
        if (gone.IsEmpty || gone.Length > MostMisspelt || unlisted.Length > MostMisspelt)
            return ImmutableSortedDictionary<HostName, HostName>.Empty;
        var found = ImmutableSortedDictionary.CreateBuilder<HostName, HostName>();
        foreach (var host in gone)
        {
            var others = unlisted.Where(other => !found.ContainsValue(other) && Digits(other) == Digits(host));
            if (Closest.Find(host.ToString(), others.Select(other => other.ToString())) is { } nearest)
                found.Add(host, HostName.Parse(nearest));
        }
        return found.ToImmutable();

        static string Digits(HostName host) => string.Concat(host.ToString().Where(char.IsAsciiDigit));
    }

    static ImmutableArray<string> GoneOf(Host host, ImmutableArray<string> paths, OutputNames names, LocalFlakes flakes)
    {
        var own = host.FlakeFile == FleetFolder.FlakeFile ? null : flakes.Outputs(host.FlakeFile);
        return host.FlakeFile != FleetFolder.FlakeFile && own is null
            ? []
            : paths.RemoveAll(path => !Lacks(names, path) || (own is not null && !Lacks(own, path)));
    }

    // True if a flake certainly does not have a configuration.
    static bool Lacks(OutputNames names, string path)
    {
        var output = path.Split('.')[0];
        return names.Configurations.TryGetValue(output, out var configurations)
            ? !configurations.Any(name => Host.ConfigurationPath(output, name) == path)
            : names.All is { } all && !all.Contains(output);
    }
}
