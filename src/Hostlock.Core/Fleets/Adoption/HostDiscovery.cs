using System.Collections.Immutable;
using System.Text.Json;
using Hostlock.Fetching.Git.WorkTrees;
using Hostlock.Flakes;
using Hostlock.Platform;
using Hostlock.Platform.Programs;

namespace Hostlock.Fleets.Adoption;

/// <summary>The result of asking nix for the names of the outputs.</summary>
abstract record NixAnswer
{
    NixAnswer()
    {
    }

    /// <summary>Nix knows them.</summary>
    public sealed record Names(OutputNames Outputs) : NixAnswer;

    /// <summary>Nix is not installed here.</summary>
    public sealed record Absent : NixAnswer;

    /// <summary>Nix failed.</summary>
    /// <param name="Why">The last error that it reported.</param>
    public sealed record Failed(string Why) : NixAnswer;
}

/// <summary>Asks nix for the names of hosts and outputs, if the text of flake.nix does not say them.</summary>
sealed class HostDiscovery(IProcessRunner processes)
{
    // Only names are asked for: no configuration is evaluated.
    static readonly string Question =
        "o: { all = builtins.attrNames o; configurations = builtins.listToAttrs (map (n: { name = n; value = builtins.attrNames (o.${n} "
            + "or { }); }) [ "
        + $"{string.Join(' ', OutputNames.ConfigurationOutputs.Select(output => $"\"{output}\""))} ]); }}";

    /// <summary>Asks for the names of all outputs, and of the configurations under them. Nix copies what git tracks into its store, and no
    /// other file.</summary>
    /// <param name="folder">The folder of the flake, absolute.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public async Task<NixAnswer> AskAsync(string folder, CancellationToken cancellationToken)
    {
        Finished finished;
        try
        {
            finished = await processes.RunAsync(
                NixProgram.Command(
                    "eval", "--json", "--no-write-lock-file", "--no-update-lock-file", "--impure",
                    "--expr", $"({Question}) (builtins.getFlake \"{AddressOf(folder)}\").outputs") with
                {
                    Folder = folder,
                },
                cancellationToken);
        }
        catch (PlatformException why)
        {
            return why.IsNoProgram ? new NixAnswer.Absent() : new NixAnswer.Failed(why.Message);
        }
        return finished.Succeeded ? new NixAnswer.Names(Parse(finished.Output)) : new NixAnswer.Failed(LastError(finished.Errors));
    }

    // If Nix got only its path, it would copy the whole folder with .git and ignored files, which anybody could then read, and would find
    // nothing outside of it.
    string AddressOf(string folder)
    {
        if (GitWorkTreeFiles.Around(processes, folder)?.Root is not { } root)
            return $"path:{Escaped(folder)}";
        var inner = Path.GetRelativePath(root, folder);
        // As Nix does for a flake that it is asked for by its folder (libflake/flakeref.cc, parsePathFlakeRefWithFragment).
        string[] query =
        [
            .. inner == "." ? [] : new[] { $"dir={Escaped(inner)}" },
            .. File.Exists(Path.Combine(root, ".git/shallow")) ? new[] { "shallow=1" } : [],
        ];
        return $"git+file://{Escaped(root)}{(query.Length == 0 ? "" : $"?{string.Join('&', query)}")}";
    }

    static string Escaped(string path) => string.Join('/', path.Split('/').Select(Uri.EscapeDataString));

    static string LastError(string said)
    {
        const string Mark = "error:";
        var lines = said.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        var last = Array.FindLast(lines, line => line.StartsWith(Mark, StringComparison.Ordinal) && line.Length > Mark.Length)
            ?? lines.LastOrDefault()
            ?? "it says nothing";
        return Visible.Name(last.StartsWith(Mark, StringComparison.Ordinal) ? last[Mark.Length..].TrimStart() : last);
    }

    static OutputNames Parse(string json)
    {
        using var document = JsonDocument.Parse(json);
        return new(
            [.. document.RootElement.GetProperty("all").EnumerateArray().Select(name => name.GetString()!)],
            document.RootElement.GetProperty("configurations").EnumerateObject().ToImmutableSortedDictionary(
                output =>
                    output.Name, ImmutableArray<string> (output) => [.. output.Value.EnumerateArray().Select(name => name.GetString()!)]));
    }
}
