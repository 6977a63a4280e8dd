using System.Collections.Immutable;
using Hostlock.Flakes;
using Hostlock.Flakes.Nix;
using Hostlock.Fleets.Layouts;
using Hostlock.Platform;

namespace Hostlock.Fleets.Adoption;

/// <summary>
/// The hosts of a flake that is being adopted, with the configurations that are theirs. This is the one entrance to the sources of their
/// names, which are asked in this order:
/// <list type="number">
/// <item><see cref="OutputNames"/>, the text of flake.nix: it costs nothing and is right, but does not have names that are computed;</item>
/// <item><see cref="HostDiscovery"/>, nix itself: only if the text does not say everything and the flake has no hostlock.toml yet, because
/// it takes seconds, and nix need not be on this machine;</item>
/// <item><see cref="LocalFlakes.Hosts"/>, flakes in the folders of hosts: their hosts are added to those of the root;</item>
/// <item><see cref="HostGuess"/>, the names of folders: nothing is adopted by them, but the error that no name is known suggests
/// them.</item>
/// </list>
/// Which of these hosts are then adopted is for the words of the command and hostlock.toml to say.
/// </summary>
public sealed class HostNames
{
    readonly OutputNames _outputs;
    readonly NixAnswer? _answer;

    HostNames(OutputNames outputs, NixAnswer? answer, ImmutableSortedDictionary<HostName, ImmutableArray<string>> configurations)
    {
        (_outputs, _answer, Configurations) = (outputs, answer, configurations);
        Candidates = Others(outputs, configurations);
    }

    /// <summary>The attribute paths of each host's configurations, by the name of the host.</summary>
    public ImmutableSortedDictionary<HostName, ImmutableArray<string>> Configurations { get; }

    /// <summary>
    /// Names that are no hosts by themselves and become hosts if they are named: the home of a user, of a profile or at a host that the
    /// flake does not have, and the system of a telephone. By that name, the attribute paths of their configurations.
    /// </summary>
    public ImmutableSortedDictionary<HostName, ImmutableArray<string>> Candidates { get; }

    /// <summary>True if the names of all configurations are known.</summary>
    public bool AreComplete => _outputs.AreComplete;

    /// <summary>Asks the sources. Writes nothing.</summary>
    /// <param name="folder">The flake.</param>
    /// <param name="processes">Runs nix.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="FlakeException">flake.nix is not Nix.</exception>
    public static async Task<HostNames> FindAsync(FleetFolder folder, IProcessRunner processes, CancellationToken cancellationToken)
    {
        var text = OutputNames.Read(folder.ReadFlakeFile());
        var answer = text.AreComplete || folder.HasFleetFile
            ? null
            : await new HostDiscovery(processes).AskAsync(folder.Path, cancellationToken);
        var outputs = answer is NixAnswer.Names(var names) ? names with { HiveNodes = text.HiveNodes } : text;
        var hosts = NamedHosts.In(outputs);
        var own = new LocalFlakes(folder).Hosts(host => !hosts.ContainsKey(host));
        return new(outputs, answer, hosts.AddRange(own.Select(host => KeyValuePair.Create(host.Key, host.Value.Configurations))));
    }

    /// <summary>The configurations of a host; for a host that no source knows, the usual one of NixOS.</summary>
    public ImmutableArray<string> ConfigurationsOf(HostName host) =>
        Configurations.GetValueOrDefault(
            host, Candidates.GetValueOrDefault(host, [Host.ConfigurationPath("nixosConfigurations", host.ToString())]));

    /// <summary>
    /// The names of all outputs, so that hostlock.toml may list them: with them listed, a configuration that is not in hostlock.toml does
    /// not exist. Null if one of them would be lost, or may be.
    /// </summary>
    /// <param name="taken">The attribute paths of the configurations that hostlock.toml is to have.</param>
    public ImmutableArray<string>? OutputsBeside(IEnumerable<string> taken)
    {
        var paths = taken.ToHashSet(StringComparer.Ordinal);
        // An output without a taken configuration stays as the root has it.
        return AreComplete
            && _outputs.Configurations.All(
                output => output.Value.Select(name => paths.Contains(Host.ConfigurationPath(output.Key, name))).Distinct().Count() < 2)
            ? _outputs.All
            : null;
    }

    /// <summary>The configurations that stay on the root lock, and what they are, in one sentence; null if every known one is
    /// taken.</summary>
    /// <param name="taken">The attribute paths of the configurations that hostlock.toml is to have.</param>
    public string? Staying(IEnumerable<string> taken)
    {
        var paths = taken.ToHashSet(StringComparer.Ordinal);
        var staying = (
            from output in _outputs.Configurations
            from name in output.Value
            where !paths.Contains(Host.ConfigurationPath(output.Key, name))
            select (Path: ShownPath(output.Key, name), Kind: KindOf(output.Key, name), Owner: NamedHosts.OwnerOf(output.Key, name)))
            .Concat(
                _outputs.HiveNodes.Select(
                    node =>
                        (
                            Path: ShownPath("colmena", node),
                            Kind: "nodes that colmena builds of modules of their own",
                            Owner: HostName.TryParse(node))))
            .ToList();
        var kinds = staying.GroupBy(each => each.Kind).Select(each =>
            $"{string.Join(' ', each.Select(one => one.Path))} "
                + $"({each.Key}"
                + (each.First().Owner is { } owner && Candidates.ContainsKey(owner) ? $"; 'hostlock init {owner}' gives it a lock)" : ")"));
        return staying.Count == 0
            ? null
            : $"{staying.Count} {(staying.Count == 1 ? "stays" : "stay")} on flake.lock: {string.Join(", ", kinds)}";
    }

    /// <summary>The error that no host is known: nix cannot be asked, nix failed, or the flake has none. Its hint can be
    /// followed.</summary>
    /// <param name="folder">The flake.</param>
    public FleetException Unknown(FleetFolder folder)
    {
        if (AreComplete)
            return Candidates.IsEmpty ? FleetException.HasNoHosts() : FleetException.HasOnlyCandidates(Candidates.Keys);
        // A named host starts from the root lock, if the flake has inputs to lock.
        if (!File.Exists(folder.RootPlace.FullPath) && new LocalFlakes(folder).RootInputs.Count > 0)
            return FleetException.NoLock(folder.RootPlace);
        var guess = HostGuess.In(folder);
        var likely = guess?.Names ?? [];
        return _answer is NixAnswer.Failed(var why)
            ? FleetException.NixCannotNameHosts(why, guess?.Place, likely)
            : FleetException.HostsUnknown(guess?.Place, likely);
    }

    static ImmutableSortedDictionary<HostName, ImmutableArray<string>> Others(
        OutputNames names, ImmutableSortedDictionary<HostName, ImmutableArray<string>> hosts)
    {
        var taken = hosts.Values.SelectMany(configurations => configurations).ToHashSet(StringComparer.Ordinal);
        var others = ImmutableSortedDictionary.CreateBuilder<HostName, ImmutableArray<string>>();
        foreach (var output in (string[])[OutputNames.Homes, OutputNames.Phones])
        {
            var all = names.Configurations.GetValueOrDefault(output, []);
            foreach (var name in all.Where(name => !taken.Contains(Host.ConfigurationPath(output, name))))
            {
                if (NamedHosts.OwnerOf(output, name) is { } host && !hosts.ContainsKey(host))
                    others[host] = others.GetValueOrDefault(host, []).Add(Host.ConfigurationPath(output, name));
            }
        }
        return others.ToImmutable();
    }

    // In the form of the Nix language: a name that no host can have may have any characters, and the paths of hostlock.toml know no
    // escapes.
    static string ShownPath(string output, string name) => $"{output}.{NixWords.Attribute(name)}";

    string KindOf(string output, string name)
    {
        return name == HostName.Root ? "the name of the root lock"
            : NamedHosts.OwnerOf(output, name) is not { } host ? "no name of a host: letters, digits, '-', '_' and '.'"
            : Configurations.ContainsKey(host) ? "of hosts that are not named"
            : output == OutputNames.Homes ? "homes of no host here"
            : "telephones";
    }
}
