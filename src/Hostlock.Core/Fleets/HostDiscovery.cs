using System.Collections.Immutable;
using System.Text.Json;
using Hostlock.Flakes;
using Hostlock.Platform;

namespace Hostlock.Fleets;

/// <summary>The names of hosts and outputs where the text of flake.nix does not say them: asked of nix, where there is one.</summary>
public sealed class HostDiscovery(IProcessRunner processes)
{
    /// <summary>The hosts by the outputs they are under, and the names of all outputs; null where nix is not there or fails.</summary>
    public async Task<(ImmutableSortedDictionary<string, ImmutableArray<string>> Hosts, ImmutableArray<string> Outputs)?> AskAsync(
        string folder, CancellationToken cancellationToken)
    {
        var wanted = string.Join(' ', OutputNames.HostOutputs.Select(output => $"\"{output}\""));
        // Only names are asked for: no configuration is evaluated.
        var question = $"o: {{ all = builtins.attrNames o; hosts = builtins.listToAttrs (map (n: {{ name = n; value = builtins.attrNames (o.${{n}} or {{ }}); }}) [ {wanted} ]); }}";
        Finished finished;
        try
        {
            finished = await processes.RunAsync(
                Invocation.Of(
                    "nix", "--extra-experimental-features", "nix-command flakes", "eval", "--json", "--no-write-lock-file", "--no-update-lock-file",
                    "--expr", $"({question}) (builtins.getFlake (toString ./.)).outputs", "--impure") with { Folder = folder },
                cancellationToken);
        }
        catch (PlatformException)
        {
            return null; // no nix here
        }
        return finished.Succeeded ? Parse(finished.Output) : null;
    }

    static (ImmutableSortedDictionary<string, ImmutableArray<string>>, ImmutableArray<string>) Parse(string json)
    {
        using var document = JsonDocument.Parse(json);
        var hosts = ImmutableSortedDictionary.CreateBuilder<string, ImmutableArray<string>>(Utf8Order.Instance);
        foreach (var output in document.RootElement.GetProperty("hosts").EnumerateObject())
        {
            foreach (var host in output.Value.EnumerateArray().Select(name => name.GetString()!).Where(name => HostName.TryParse(name) is not null))
                hosts[host] = hosts.GetValueOrDefault(host, []).Add(output.Name);
        }
        return (hosts.ToImmutable(), [.. document.RootElement.GetProperty("all").EnumerateArray().Select(name => name.GetString()!)]);
    }
}
