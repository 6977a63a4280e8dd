using System.Text.Json;
using Hostlock.Cli;
using Hostlock.Platform;
using Json.Schema;

namespace Hostlock.Tests.Support;

/// <summary>Holds what the program prints as JSON against the schemas that it prints of it. A member that a schema does not have
/// fails.</summary>
static class JsonSchemas
{
    /// <summary>Surroundings for commands that are described and not run.</summary>
    public static Surroundings Nowhere { get; } = new(
        TextWriter.Null, TextWriter.Null, null, "/", new Dictionary<string, string>(), _ => throw new InvalidOperationException(),
        new NoProcesses(), TimeProvider.System, false, 80);

    static readonly Lazy<IReadOnlyDictionary<string, JsonSchema>> All = new(
        () => JsonDocuments.Of(App.Whole(Nowhere)).ToDictionary(each => each.Name, each => JsonSchema.FromText(each.Schema)));

    /// <summary>Checks the output of a line with <c>--json</c>; any other line is left alone.</summary>
    /// <param name="words">The words of the line, without the name of the program.</param>
    /// <param name="output">What it printed.</param>
    public static void CheckLine(IEnumerable<string> words, string output)
    {
        string[] line = [.. words];
        if (!line.Contains("--json") || output.Length == 0)
            return;
        var parsed = App.Whole(Nowhere).Parse(line, new() { ResponseFileTokenReplacer = null, EnablePosixBundling = true });
        // A line without words shows the state of the fleet.
        var name = parsed.CommandResult.Command is ProgramCommand
            ? "status"
            : HelpPage.Path(parsed.CommandResult.Command)["hostlock ".Length..];
        if (All.Value.ContainsKey(name))
            Check(name, output);
    }

    /// <summary>Checks the JSON of a command.</summary>
    /// <param name="command">The words of the command, without that of the program.</param>
    /// <param name="text">A document, or a line for each thing that happened.</param>
    /// <returns>The text.</returns>
    public static string Check(string command, string text)
    {
        var schema = All.Value[command];
        foreach (var document in Documents(text))
        {
            using var json = JsonDocument.Parse(document);
            if (!schema.Evaluate(json.RootElement).IsValid)
                Assert.Fail($"what {command} printed is not what its schema says:\n{document}\n{Problems(schema, json.RootElement)}");
        }
        return text;
    }

    // A document begins with a brace at the start of a line. Each event is a document of one line.
    static string[] Documents(string text) =>
        text.StartsWith("{\n", StringComparison.Ordinal) ? [text] : text.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    static string Problems(JsonSchema schema, JsonElement json)
    {
        var results = schema.Evaluate(json, new() { OutputFormat = OutputFormat.List });
        return string.Join(
            '\n',
            from detail in results.Details ?? []
            where !detail.IsValid
            from error in detail.Errors ?? []
            select $"{detail.InstanceLocation} ({detail.EvaluationPath}): {error.Value}");
    }

    sealed class NoProcesses : IProcessRunner
    {
        public Task<Finished> RunAsync(ProcessRequest request, CancellationToken cancellationToken) =>
            throw new InvalidOperationException(request.Program);

        public IRunningProcess Start(ProcessRequest request) => throw new InvalidOperationException(request.Program);
    }
}
