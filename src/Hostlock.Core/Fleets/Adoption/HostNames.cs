using System.Collections.Immutable;
using Hostlock.Flakes;
using Hostlock.Platform;

namespace Hostlock.Fleets.Adoption;

/// <summary>
/// The hosts of a flake that is being adopted, with the configurations that are theirs. This is the one entrance to the sources of their names,
/// which are asked in this order:
/// <list type="number">
/// <item><see cref="OutputNames"/>, the text of flake.nix: it costs nothing and is right in what it says, but does not say what is computed;</item>
/// <item><see cref="HostDiscovery"/>, nix itself: only if the text does not say everything and the flake has no hostlock.toml yet, since it takes
/// seconds, and nix need not be on this machine;</item>
/// <item><see cref="HostLayouts.WithFlakes"/>, flakes in the folders of hosts: their hosts are added to those of the root;</item>
/// <item><see cref="HostGuess"/>, the names of folders: nothing is adopted by them, but the error that no name is known suggests them.</item>
/// </list>
/// Which of these hosts are then adopted is for the words of the command and hostlock.toml to say.
/// </summary>
/// <param name="Configurations">The attribute paths of each host's configurations, by the name of the host.</param>
/// <param name="Outputs">The names of all outputs, if every host is known, so that hostlock.toml may list them: with them listed, a host
/// that is not in hostlock.toml does not exist. Null if some host may not be known.</param>
public sealed record HostNames(ImmutableSortedDictionary<HostName, ImmutableArray<string>> Configurations, ImmutableArray<string>? Outputs)
{
    /// <summary>True if every host of the flake is known.</summary>
    public bool IsComplete => Outputs is not null;

    /// <summary>Asks the sources. Writes nothing.</summary>
    /// <param name="folder">The flake.</param>
    /// <param name="processes">Runs nix.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="FlakeException">flake.nix is not Nix.</exception>
    public static async Task<HostNames> FindAsync(FleetFolder folder, IProcessRunner processes, CancellationToken cancellationToken)
    {
        var names = OutputNames.Read(new SourceText(FleetFolder.FlakeFile, folder.ReadText(FleetFolder.FlakeFile)));
        if (!SaysAllHosts(names) && !folder.HasFleetFile)
            names = await new HostDiscovery(processes).AskAsync(folder.Path, cancellationToken) ?? names;
        var hosts = In(names);
        return new(hosts.AddRange(HostLayouts.WithFlakes(folder).Where(host => !hosts.ContainsKey(host.Key))), SaysAllHosts(names) ? names.All : null);
    }

    /// <summary>The configurations of a host; for one that no source knows, the one that NixOS would have.</summary>
    public ImmutableArray<string> ConfigurationsOf(HostName host) =>
        Configurations.GetValueOrDefault(host, [Configuration("nixosConfigurations", host)]);

    /// <summary>The attribute path of a host's configuration, as hostlock.toml has it.</summary>
    /// <param name="output">The output, such as <c>nixosConfigurations</c>.</param>
    /// <param name="host">The host.</param>
    public static string Configuration(string output, HostName host) => Configuration(output, host.ToString());

    /// <summary>The attribute path of a configuration, as hostlock.toml writes it.</summary>
    /// <param name="output">The output, such as <c>nixosConfigurations</c>.</param>
    /// <param name="name">The name beneath it, which is quoted if Nix wants that.</param>
    public static string Configuration(string output, string name) => $"{output}.{(InputPath.IsReferable(name) ? name : $"\"{name}\"")}";

    /// <summary>The error that no host is known, with the likely names as its hint.</summary>
    public static FleetException Unknown(FleetFolder folder) =>
        HostGuess.In(folder) is var (place, likely) ? FleetException.HostsUnknown(place, likely) : FleetException.HostsUnknown(null, []);

    /// <summary>
    /// The hosts that the outputs of a flake name, with the configurations that are theirs; empty if the names are computed. The home
    /// configuration jono@plex belongs to plex.
    /// </summary>
    internal static ImmutableSortedDictionary<HostName, ImmutableArray<string>> In(OutputNames names)
    {
        var hosts = ImmutableSortedDictionary.CreateBuilder<HostName, ImmutableArray<string>>();
        foreach (var (output, named) in names.Configurations)
        {
            foreach (var host in named.Select(HostName.TryParse).OfType<HostName>())
                hosts[host] = hosts.GetValueOrDefault(host, []).Add(Configuration(output, host));
        }
        foreach (var home in names.Configurations.GetValueOrDefault("homeConfigurations", []))
        {
            if (home.LastIndexOf('@') is > 0 and var at && HostName.TryParse(home[(at + 1)..]) is { } host
                && hosts.TryGetValue(host, out var configurations))
                hosts[host] = configurations.Add(Configuration("homeConfigurations", home));
        }
        return hosts.ToImmutable();
    }

    /// <summary>True if every host is among the names, so that the outputs may be listed.</summary>
    internal static bool SaysAllHosts(OutputNames names)
    {
        if (names.All is not { } all)
            return false;
        var taken = In(names).Values.SelectMany(configurations => configurations).ToHashSet();
        // An output with no host's configuration stays as it is.
        return OutputNames.HostOutputs.Where(output => all.Contains(output)).All(output =>
            names.Configurations.TryGetValue(output, out var named) && named.Select(name => taken.Contains(Configuration(output, name))).Distinct().Count() < 2);
    }
}
