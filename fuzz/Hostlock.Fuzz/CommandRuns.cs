using System.Diagnostics;
using System.Globalization;

namespace Hostlock.Fuzz;

/// <summary>
/// Whole commands on made-up fleets: each run is one command of the program on files of which some are mutated. It ends with an exit code
/// that docs/files.md names, in time, and without much memory.
/// </summary>
/// <param name="program">The program as built.</param>
/// <param name="root">The checkout, whose tests have the files to begin with.</param>
/// <param name="random">Chooses.</param>
sealed class CommandRuns(string program, string root, Random random)
{
    /// <summary>The word for these runs among the targets.</summary>
    public const string Name = "commands";

    // The first limit is for the work of a command. The second is for its time, because on a busy machine every command waits.
    static readonly TimeSpan MostWork = TimeSpan.FromSeconds(10), Longest = TimeSpan.FromMinutes(2);
    const long MostMemory = 600L * 1024 * 1024;

    // The exit codes of docs/files.md with which these commands may end.
    static readonly int[] ExitCodes = [0, 1, 2, 3, 4, 6];

    static readonly string[][] Commands =
    [
        ["status"], ["status", "--json"], ["show", "plex"], ["show", "root", "--json"], ["show", "--canonical", "web"], ["check"],
        ["check", "--format", "github"], ["check", "--json"], ["diff", "plex", "web"], ["diff", "root", "web", "--json"], ["follows"],
        ["merge-driver", "flake.lock", "locks/plex.lock", "locks/web.lock", "locks/plex.lock"], ["lock", "--dry-run"],
        ["lock", "web", "--dry-run", "--json"], ["promote", "plex", "web", "--dry-run"], ["hash", "."], ["hash", "input.tar"],
        ["hash", "path:./locks"], ["freeze", "plex", "nixpkgs", "--dry-run"], ["input", "add", "fuzz", "path:./lib", "--dry-run"],
        ["input", "remove", "nixpkgs", "--dry-run"], ["follows", "--write", "--dry-run"], ["undo", "--dry-run"], ["log"],
    ];

    readonly List<(string File, Mutation Mutation)> _files =
    [
        .. from pair in new[]
           {
               ("flake.nix", "flake"), ("flake.lock", "lock"), ("locks/plex.lock", "lock"), ("locks/web.lock", "lock"),
               ("hostlock.toml", "toml"), ("input.tar", "tar"), ("lib/flake.nix", "flake"),
           }
           let target = Target.All.Single(target => target.Name == pair.Item2)
           select (pair.Item1, new Mutation(random, Seeds.For(target.Name, root), target.Words)),
    ];

    /// <summary>Runs a command.</summary>
    /// <param name="folder">An empty folder for its fleet.</param>
    /// <returns>The command, and what is wrong with how it ended; null if nothing is.</returns>
    public (string Command, string? Wrong) RunOne(string folder)
    {
        Lay(folder);
        var command = Commands[random.Next(Commands.Length)];
        var start = new ProcessStartInfo(program, command)
        {
            WorkingDirectory = folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in new[] { ("HOME", "home"), ("XDG_CACHE_HOME", "home"), ("NIX_CONF_DIR", "home") })
            start.Environment[name] = Path.Combine(folder, value);
        start.Environment["NIX_CONFIG"] = "flake-registry =\ndownload-attempts = 1\nconnect-timeout = 1";
        // No server is asked: all would be at an address where nobody listens.
        start.Environment["http_proxy"] = start.Environment["https_proxy"] = "http://127.0.0.1:1";
        start.Environment["GIT_ALLOW_PROTOCOL"] = "none";
        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        var output = process.StandardOutput.BaseStream.CopyToAsync(Stream.Null);
        var errors = process.StandardError.ReadToEndAsync();
        var clock = Stopwatch.StartNew();
        long memory = 0;
        while (!process.WaitForExit(10))
        {
            memory = Math.Max(memory, PeakOf(process.Id));
            if (WorkOf(process) < MostWork && clock.Elapsed < Longest && memory <= MostMemory)
                continue;
            process.Kill(entireProcessTree: true);
            process.WaitForExit();
            return (string.Join(' ', command), string.Create(
                CultureInfo.InvariantCulture, $"it took {clock.Elapsed.TotalSeconds:0.0} s and {memory >> 20} MiB, and was stopped"));
        }
        Task.WaitAll(output, errors);
        return (string.Join(' ', command), ExitCodes.Contains(process.ExitCode) ? null : $"exit {process.ExitCode}\n{errors.Result}");
    }

    void Lay(string folder)
    {
        Directory.CreateDirectory(Path.Combine(folder, "locks"));
        Directory.CreateDirectory(Path.Combine(folder, "lib"));
        File.WriteAllText(Path.Combine(folder, "hostlock.toml"), "version = 1\n[hosts.plex]\n[hosts.web]\n");
        foreach (var (file, mutation) in _files)
        {
            if (file != "hostlock.toml" || random.Next(4) == 0)
                File.WriteAllBytes(Path.Combine(folder, file), random.Next(3) == 0 ? mutation.Next() : mutation.Seed());
        }
    }

    static TimeSpan WorkOf(Process process)
    {
        try
        {
            return process.TotalProcessorTime;
        }
        catch (InvalidOperationException)
        {
            return TimeSpan.Zero; // it has just ended
        }
    }

    // The most memory that a process has had so far, in bytes; 0 if it has ended.
    static long PeakOf(int process)
    {
        try
        {
            // The line is 'VmHWM:     1234 kB'.
            var line = File.ReadLines($"/proc/{process}/status")
                .FirstOrDefault(line => line.StartsWith("VmHWM:", StringComparison.Ordinal));
            return line is null ? 0 : 1024 * long.Parse(line.AsSpan()[6..^3], NumberStyles.Integer, CultureInfo.InvariantCulture);
        }
        catch (IOException)
        {
            return 0;
        }
    }
}
