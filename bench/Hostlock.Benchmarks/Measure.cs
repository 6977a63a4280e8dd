using System.Diagnostics;
using System.Globalization;

namespace Hostlock.Benchmarks;

/// <summary>What one run of a program cost.</summary>
/// <param name="Wall">From its start to its end.</param>
/// <param name="PeakBytes">The most memory it held, as the kernel counts it; looked up while it runs, so a start-up is too short for it.</param>
/// <param name="Cpu">The time of all cores, up to the last look; zero for what is over before the first.</param>
sealed record Cost(TimeSpan Wall, long PeakBytes, TimeSpan Cpu = default);

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

    static Cost Once(Job job)
    {
        job.Prepare?.Invoke();
        var clock = Stopwatch.StartNew();
        var peak = 0L;
        var cpu = TimeSpan.Zero;
        foreach (var command in job.Commands)
        {
            var start = new ProcessStartInfo(command[0]) { RedirectStandardOutput = true, RedirectStandardError = true };
            foreach (var argument in command.Skip(1))
                start.ArgumentList.Add(argument);
            foreach (var (name, value) in job.Variables)
                start.Environment[name] = value;
            using var process = Process.Start(start)!;
            var output = process.StandardOutput.BaseStream.CopyToAsync(Stream.Null);
            var errors = process.StandardError.ReadToEndAsync();
            var used = TimeSpan.Zero;
            while (!process.WaitForExit(20))
                (peak, used) = (Math.Max(peak, PeakOf(process.Id)), CpuOf(process) ?? used);
            Task.WaitAll(output, errors);
            cpu += used;
            if (process.ExitCode != 0)
                throw new InvalidOperationException($"{string.Join(' ', command)}: exit {process.ExitCode}\n{errors.Result}");
        }
        return new(clock.Elapsed, peak, cpu);
    }

    static TimeSpan? CpuOf(Process process)
    {
        try
        {
            return process.TotalProcessorTime;
        }
        catch (InvalidOperationException)
        {
            return null; // it has ended in the meantime
        }
    }

    static long PeakOf(int process)
    {
        try
        {
            var line = File.ReadLines($"/proc/{process}/status").FirstOrDefault(each => each.StartsWith("VmHWM:", StringComparison.Ordinal));
            return line is null ? 0 : long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) * 1024;
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
