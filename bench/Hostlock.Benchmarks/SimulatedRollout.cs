using System.Diagnostics;
using Hostlock.Cli;

namespace Hostlock.Benchmarks;

/// <summary>The program as it is, with all its floors, on machines that exist in memory alone.</summary>
static class SimulatedRollout
{
    /// <summary>Runs the program in this process.</summary>
    /// <param name="folder">The flake.</param>
    /// <param name="words">The command line.</param>
    /// <returns>The exit code.</returns>
    public static async Task<int> RunAsync(string folder, params string[] words)
    {
        var variables = Environment.GetEnvironmentVariables().Cast<System.Collections.DictionaryEntry>()
            .ToDictionary(pair => (string)pair.Key, pair => (string)pair.Value!);
        using var output = new StreamWriter(Stream.Null);
        var surroundings = new Surroundings(
            output, Console.Error, null, folder, variables, _ => new SocketsHttpHandler(), new SimulatedMachines(folder),
            TimeProvider.System, IsTerminal: false, 160);
        return (int)await App.RunAsync(words, surroundings, CancellationToken.None);
    }

    /// <summary>The command that runs the program on such machines in a process of its own.</summary>
    /// <param name="folder">The flake.</param>
    /// <param name="words">The command line.</param>
    public static string[] Command(string folder, params string[] words) =>
        [Environment.ProcessPath!, .. Assembly(), "simulated", folder, .. words];

    /// <summary>The time that it takes to append lines to a file and flush each of them, which no journal can avoid.</summary>
    /// <param name="lines">The lines.</param>
    /// <param name="path">The file.</param>
    public static Cost Append(string[] lines, string path)
    {
        var clock = Stopwatch.StartNew();
        using var file = File.OpenHandle(path, FileMode.Create, FileAccess.Write);
        var end = 0L;
        foreach (var line in lines)
        {
            var bytes = System.Text.Encoding.UTF8.GetBytes($"{line}\n");
            RandomAccess.Write(file, bytes, end);
            RandomAccess.FlushToDisk(file);
            end += bytes.Length;
        }
        return new(clock.Elapsed, 0);
    }

    // Either dotnet runs this assembly, or the host program that is made for it.
    static string[] Assembly() =>
        Path.GetFileNameWithoutExtension(Environment.ProcessPath!) == "dotnet" ? ["exec", typeof(SimulatedRollout).Assembly.Location] : [];
}
