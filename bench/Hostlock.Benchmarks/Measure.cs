using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace Hostlock.Benchmarks;

/// <summary>The cost of one run of a program.</summary>
/// <param name="Wall">From its start to its end.</param>
/// <param name="PeakBytes">The most memory it held, as the kernel counts it; looked up while it runs, so a start-up is too short for
/// it.</param>
/// <param name="Used">What it took of the machine; nothing for what this program does itself.</param>
sealed record Cost(TimeSpan Wall, long PeakBytes, ChildUsage Used = default)
{
    /// <summary>The time of all cores.</summary>
    public TimeSpan Cpu => Used.Cpu;
}

/// <summary>Runs programs one after the other and in turn, so that a machine that slows down slows both.</summary>
static class Measure
{
    /// <summary>The median of each of several commands, each run <paramref name="times"/> times after one that does not count.</summary>
    public static Cost[] InTurn(int times, params Job[] jobs)
    {
        var costs = jobs.Select(_ => new List<Cost>()).ToArray();
        for (var run = -1; run < times; run++)
        {
            for (var i = 0; i < jobs.Length; i++)
            {
                var cost = Once(jobs[i]);
                if (run >= 0 || times == 1)
                    costs[i].Add(cost);
            }
            if (times == 1)
                break;
        }
        return [.. costs.Select(each => each.OrderBy(cost => cost.Wall).ElementAt(each.Count / 2))];
    }

    /// <summary>The output of a program.</summary>
    public static string Output(IReadOnlyList<string> command, IReadOnlyDictionary<string, string> variables)
    {
        using var process = Start(command, variables);
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0
            ? output
            : throw new InvalidOperationException($"{string.Join(' ', command)}: exit {process.ExitCode}\n{errors.Result}");
    }

    /// <summary>The instructions of a program outside the kernel, by perf, or by valgrind if the machine does not count them; null if
    /// neither is installed.</summary>
    public static double? Instructions(IReadOnlyList<string> command, IReadOnlyDictionary<string, string> variables)
    {
        Output(command, variables); // once, so that nothing is new
        var file = Path.GetTempFileName();
        try
        {
            return Count(["perf", "stat", "-x,", "-e", "instructions:u", "-o", file], ',', 0)
                ?? Count(
                    [
                        "valgrind",
                        "--tool=cachegrind",
                        "--cache-sim=no",
                        "--trace-children=yes",
                        "--cachegrind-out-file=/dev/null",
                        $"--log-file={file}",
                    ],
                    ':',
                    1);
        }
        finally
        {
            File.Delete(file);
        }

        double? Count(string[] counter, char separator, int column)
        {
            try
            {
                Output([.. counter, .. command], variables);
            }
            catch (System.ComponentModel.Win32Exception)
            {
                return null; // it is not here
            }
            return File.ReadLines(file)
                .Where(
                    line =>
                        line.Contains("instructions:u", StringComparison.Ordinal)
                            || line.Contains("I   refs:", StringComparison.Ordinal)
                            || line.Contains("I refs:", StringComparison.Ordinal))
                .Select(
                    line =>
                        double.TryParse(
                            line.Split(separator)[column].Replace(",", "", StringComparison.Ordinal),
                            CultureInfo.InvariantCulture,
                            out var count)
                            ? count
                            : (double?)null)
                .LastOrDefault();
        }
    }

    /// <summary>The counters of Nix for an evaluation, which are the same in every run.</summary>
    public static IReadOnlyDictionary<string, double> NixCounters(
        IReadOnlyList<string> command, IReadOnlyDictionary<string, string> variables)
    {
        var file = Path.GetTempFileName();
        try
        {
            Output(command, new Dictionary<string, string>(variables) { ["NIX_SHOW_STATS"] = "1", ["NIX_SHOW_STATS_PATH"] = file });
            using var counters = JsonDocument.Parse(File.ReadAllText(file));
            return ((string[])["nrFunctionCalls", "nrPrimOpCalls", "nrThunks", "nrOpUpdates", "nrLookups"])
                .ToDictionary(name => name, name => counters.RootElement.GetProperty(name).GetDouble());
        }
        finally
        {
            File.Delete(file);
        }
    }

    static Process Start(IReadOnlyList<string> command, IReadOnlyDictionary<string, string> variables)
    {
        var start = new ProcessStartInfo(command[0], command.Skip(1)) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in variables)
            start.Environment[name] = value;
        return Process.Start(start)!;
    }

    static Cost Once(Job job)
    {
        job.Prepare?.Invoke();
        var (running, peak, used) = (0, 0L, default(ChildUsage));
        using var looking = new Timer(
            _ =>
            {
                if (Volatile.Read(ref running) is not 0 and var process)
                    peak = Math.Max(peak, PeakOf(process));
            },
            null,
            TimeSpan.FromMilliseconds(20),
            TimeSpan.FromMilliseconds(20));
        var clock = Stopwatch.StartNew();
        foreach (var command in job.Commands)
            used += ChildRun.Complete(command, job.Variables, process => Volatile.Write(ref running, process));
        return new(clock.Elapsed, peak, used);
    }

    static long PeakOf(int process)
    {
        try
        {
            var line = File.ReadLines($"/proc/{process}/status")
                .FirstOrDefault(each => each.StartsWith("VmHWM:", StringComparison.Ordinal));
            return line is null
                ? 0
                : long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) * 1024;
        }
        catch (IOException)
        {
            return 0; // it has ended in the meantime
        }
    }
}

/// <summary>Commands that make one measured job, with what has to be brought into place before each run and does not count.</summary>
sealed record Job(string Name, params IReadOnlyList<string>[] Commands)
{
    public Action? Prepare { get; init; }

    public IReadOnlyDictionary<string, string> Variables { get; init; } = new Dictionary<string, string>();
}
