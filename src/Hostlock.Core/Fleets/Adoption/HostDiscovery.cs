using System.Collections.Immutable;
using System.Text.Json;
using Hostlock.Flakes;
using Hostlock.Platform;
using Hostlock.Platform.Programs;

namespace Hostlock.Fleets.Adoption;

/// <summary>Asks nix for the names of hosts and outputs, for a flake.nix whose text does not give them.</summary>
sealed class HostDiscovery(IProcessRunner processes)
{
    /// <summary>The names of all outputs, and of the hosts under them; null if nix is missing or fails.</summary>
    public async Task<OutputNames?> AskAsync(
        string folder, CancellationToken cancellationToken)
    {
        var wanted = string.Join(' ', OutputNames.HostOutputs.Select(output => $"\"{output}\""));
        // Only names are asked for: no configuration is evaluated.
        var question = $"o: {{ all = builtins.attrNames o; hosts = builtins.listToAttrs (map (n: {{ name = n; value = builtins.attrNames (o.${{n}} or {{ }}); }}) [ {wanted} ]); }}";
        Finished finished;
        try
        {
            finished = await processes.RunAsync(
                NixProgram.Command(
                    "eval", "--json", "--no-write-lock-file", "--no-update-lock-file", "--impure",
                    "--expr", $"({question}) (builtins.getFlake (toString ./.)).outputs") with { Folder = folder },
                cancellationToken);
        }
        catch (PlatformException)
        {
            return null; // this machine has no nix
        }
        return finished.Succeeded ? Parse(finished.Output) : null;
    }

    static OutputNames Parse(string json)
    {
        using var document = JsonDocument.Parse(json);
        return new(
            [.. document.RootElement.GetProperty("all").EnumerateArray().Select(name => name.GetString()!)],
            document.RootElement.GetProperty("hosts").EnumerateObject().ToImmutableSortedDictionary(
                output => output.Name, ImmutableArray<string> (output) => [.. output.Value.EnumerateArray().Select(name => name.GetString()!)]));
    }
}
