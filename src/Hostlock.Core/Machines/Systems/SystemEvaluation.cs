using System.Text.Json;
using Hostlock.Fetching.Git.WorkTrees;
using Hostlock.Flakes;
using Hostlock.Fleets;
using Hostlock.Platform;
using Hostlock.Platform.Programs;

namespace Hostlock.Machines.Systems;

/// <summary>Has the user's own nix say which system a host is, without building it.</summary>
/// <param name="processes">Runs git and nix.</param>
/// <param name="folder">The fleet.</param>
public sealed class SystemEvaluation(IProcessRunner processes, FleetFolder folder)
{
    /// <summary>The system that the present files make, committed or not, as far as git knows them.</summary>
    /// <param name="host">The host.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="HostlockException">This machine has no nix, or nix fails.</exception>
    public Task<StorePath> OfAsync(Host host, CancellationToken cancellationToken) =>
        EvaluateAsync($"{ReferenceTo(AttributeOf(host))}.outPath", cancellationToken);

    /// <summary>The system that a commit makes.</summary>
    /// <param name="host">The host.</param>
    /// <param name="commit">The commit.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="HostlockException">This machine has no nix, or nix fails.</exception>
    public Task<StorePath> OfAsync(Host host, Revision commit, CancellationToken cancellationToken) =>
        EvaluateAsync($"{ReferenceTo(AttributeOf(host), commit)}.outPath", cancellationToken);

    /// <summary>Everything that can be known of a system without building it.</summary>
    /// <param name="configuration">The attribute path of a configuration.</param>
    /// <param name="commit">The commit that it is made of; null for the files as they are now.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>The system, or the error of nix if it cannot be evaluated.</returns>
    /// <exception cref="HostlockException">This machine has no nix.</exception>
    public async Task<EvaluationOutcome> TryAsync(string configuration, Revision? commit, CancellationToken cancellationToken)
    {
        var finished = await processes.RunAsync(
            NixProgram.Command(
                "eval", "--json", "--no-write-lock-file", "--apply", Members, "--", ReferenceTo(AttributeOf(configuration), commit)),
            cancellationToken);
        return finished.Succeeded && TryRead(finished.Output) is { } system
            ? new EvaluationOutcome.Evaluated(system)
            : new EvaluationOutcome.Failed(finished.Succeeded ? "it is no derivation" : finished.Errors.Trim());
    }

    // A list, because nix prints a set that is a derivation as its path.
    const string Members = "built: [ built.drvPath built.outPath built.system ]";

    static EvaluatedSystem? TryRead(string output)
    {
        try
        {
            using var json = JsonDocument.Parse(output);
            return json.RootElement is { ValueKind: JsonValueKind.Array } members && members.GetArrayLength() == 3
                && members.EnumerateArray().All(member => member.ValueKind == JsonValueKind.String)
                && StorePath.TryParse(members[0].GetString()!) is { } derivation && StorePath.TryParse(members[1].GetString()!) is { } path
                    ? new(derivation, path, members[2].GetString()!)
                    : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>The attribute of a host's first configuration that is its whole system.</summary>
    /// <param name="host">The host.</param>
    public static string AttributeOf(Host host) => AttributeOf(host.ConfigurationPaths[0]);

    /// <summary>The attribute of a configuration that is all of what is built of it.</summary>
    /// <param name="configuration">Its attribute path.</param>
    public static string AttributeOf(string configuration)
    {
        var system = configuration.Split('.')[0] switch
        {
            "homeConfigurations" => "activationPackage",
            "darwinConfigurations" => "system",
            _ => "config.system.build.toplevel",
        };
        return $"{configuration}.{system}";
    }

    /// <summary>True if a host's first configuration is the system of its machine, and no home.</summary>
    /// <param name="host">The host.</param>
    public static bool IsSystem(Host host) => !host.ConfigurationPaths[0].StartsWith("homeConfigurations.", StringComparison.Ordinal);

    /// <summary>A reference to an attribute of the flake, as nix takes it.</summary>
    /// <param name="attribute">The attribute path.</param>
    /// <param name="commit">The id of a commit; null for the files as they are now.</param>
    public string ReferenceTo(string attribute, Revision? commit = null) => $"{Reference(commit)}#{attribute}";

    /// <summary>A reference to the flake, as nix takes it.</summary>
    /// <param name="commit">The id of a commit; null for the files as they are now.</param>
    public string Reference(Revision? commit = null)
    {
        var root = GitWorkTreeFiles.Around(processes, folder.Path)?.Root;
        var query = new List<string>();
        if (root is not null && Path.GetRelativePath(root, folder.Path) is not "." and var inner)
            query.Add($"dir={Escape(inner)}");
        if (commit is not null)
            query.Add($"rev={commit}");
        var address = root is null ? $"path:{Escape(folder.Path)}" : $"git+file://{Escape(root)}";
        return $"{address}{(query.Count > 0 ? "?" : "")}{string.Join('&', query)}";
    }

    async Task<StorePath> EvaluateAsync(string reference, CancellationToken cancellationToken)
    {
        var finished = await processes.RunAsync(
            NixProgram.Command("eval", "--raw", "--no-write-lock-file", "--", reference), cancellationToken);
        if (!finished.Succeeded)
            throw FleetException.NixFailed("eval", finished.Errors.Trim());
        return StorePath.TryParse(finished.Output.Trim()) ?? throw MachineException.NotASystem("this machine", finished.Output.Trim());
    }

    static string Escape(string path) => Uri.EscapeDataString(path).Replace("%2F", "/", StringComparison.Ordinal);
}
