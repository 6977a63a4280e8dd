using System.Text.Json;
using Hostlock.Flakes;
using Hostlock.Flakes.Nix;
using Hostlock.Fleets;
using Hostlock.Platform;
using Hostlock.Platform.Programs;

namespace Hostlock.Machines.Systems;

/// <summary>A system that was evaluated.</summary>
/// <param name="Derivation">The derivation that makes it.</param>
/// <param name="System">The path of the system, once it is built.</param>
/// <param name="Platform">The platform that it is built on: <c>x86_64-linux</c>; empty if that is not known.</param>
public readonly record struct EvaluatedSystem(StorePath Derivation, StorePath System, string Platform);

/// <summary>The result of evaluating a configuration.</summary>
public abstract record EvaluationOutcome
{
    EvaluationOutcome()
    {
    }

    /// <summary>It is a system.</summary>
    /// <param name="System">The system.</param>
    public sealed record Evaluated(EvaluatedSystem System) : EvaluationOutcome;

    /// <summary>It cannot be evaluated.</summary>
    /// <param name="Why">The error of the evaluator.</param>
    public sealed record Failed(string Why) : EvaluationOutcome;
}

/// <summary>
/// Evaluates the systems of many hosts at once by nix-eval-jobs, several processes of which each has a bound on its memory. The derivations
/// are the same that nix comes to.
/// </summary>
/// <param name="processes">Runs nix-eval-jobs.</param>
/// <param name="folder">The fleet.</param>
sealed class SystemJobs(IProcessRunner processes, FleetFolder folder)
{
    // The names of hosts go into one argument, of which Linux takes 128 KiB.
    const int MostAtOnce = 500;

    /// <summary>Evaluates configurations.</summary>
    /// <param name="configurations">Their attribute paths: <c>nixosConfigurations.plex</c>.</param>
    /// <param name="commit">The commit that they are evaluated of; null for the files as they are now.</param>
    /// <param name="roots">A folder for links that keep the derivations from being collected.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>The result of each, by its attribute path; none if nix-eval-jobs is not on the PATH, or cannot evaluate anything
    /// here.</returns>
    public async Task<IReadOnlyDictionary<string, EvaluationOutcome>> EvaluateAsync(
        IEnumerable<string> configurations, Revision? commit, string roots, CancellationToken cancellationToken)
    {
        var found = new Dictionary<string, EvaluationOutcome>();
        foreach (var output in configurations.GroupBy(OutputOf))
        {
            foreach (var some in output.Chunk(MostAtOnce))
            {
                if (await EvaluateSomeAsync(output.Key, some, commit, roots, cancellationToken) is not { } jobs)
                    return new Dictionary<string, EvaluationOutcome>();
                foreach (var configuration in some)
                {
                    found[configuration] = jobs.GetValueOrDefault(NameOf(configuration)) switch
                    {
                        { System: { } system } => new EvaluationOutcome.Evaluated(system),
                        { Error: { } error } => new EvaluationOutcome.Failed(error.Trim()),
                        _ => new EvaluationOutcome.Failed("nix-eval-jobs says nothing of it"),
                    };
                }
            }
        }
        return found;
    }

    // Null if there is no such program, or it ended without an answer, such as an older one. Then nix reports the error, if there is one.
    async Task<Dictionary<string, Job>?> EvaluateSomeAsync(
        string output, IReadOnlyList<string> configurations, Revision? commit, string roots, CancellationToken cancellationToken)
    {
        var settings = folder.Fleet.Rollout;
        var reference = new SystemEvaluation(processes, folder).ReferenceTo(output, commit);
        try
        {
            var finished = await processes.RunAsync(
                NixEvalJobsProgram.Command(reference, Selection(configurations), settings.Jobs, settings.Memory, roots),
                cancellationToken);
            var jobs = finished.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(Job.TryParse).OfType<Job>()
                .DistinctBy(job => job.Name).ToDictionary(job => job.Name);
            return finished.Succeeded || jobs.Count > 0 ? jobs : null;
        }
        catch (PlatformException why) when (why.IsNoProgram)
        {
            return null;
        }
    }

    // All of them are of one output.
    static string Selection(IReadOnlyList<string> configurations) =>
        "all: builtins.listToAttrs (map (name: { inherit name; value = all.${name}."
        + SystemEvaluation.AttributeOf(configurations[0])[(configurations[0].Length + 1)..]
        + $"; }}) [ {string.Join(' ', configurations.Select(configuration => NixWords.Text(NameOf(configuration))))} ])";

    static string OutputOf(string configuration) => configuration.Split('.', 2)[0];

    static string NameOf(string configuration) => configuration[(OutputOf(configuration).Length + 1)..].Trim('"');

    /// <summary>One line of nix-eval-jobs.</summary>
    /// <param name="Name">The name of the job.</param>
    /// <param name="System">The system; null if the job cannot be evaluated.</param>
    /// <param name="Error">The reason why it cannot be; null if it can.</param>
    sealed record Job(string Name, EvaluatedSystem? System, string? Error)
    {
        /// <summary>Reads a line; null if it is none.</summary>
        public static Job? TryParse(string line)
        {
            try
            {
                using var json = JsonDocument.Parse(line);
                return json.RootElement is { ValueKind: JsonValueKind.Object } job
                    && job.TryGetProperty("attrPath", out var path) && path is { ValueKind: JsonValueKind.Array }
                    && path.GetArrayLength() == 1 && path[0] is { ValueKind: JsonValueKind.String } first
                    && first.GetString() is { } name
                    ? new(name, SystemOf(job), Text(job, "error"))
                    : null;
            }
            catch (JsonException)
            {
                return null;
            }
        }

        static EvaluatedSystem? SystemOf(JsonElement job) =>
            StorePath.TryParse(Text(job, "drvPath") ?? "") is { } derivation
            && job.TryGetProperty("outputs", out var outputs) && outputs.ValueKind == JsonValueKind.Object
            && StorePath.TryParse(Text(outputs, "out") ?? "") is { } system
                ? new(derivation, system, Text(job, "system") ?? "")
                : null;

        static string? Text(JsonElement job, string name) =>
            job.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
    }
}
