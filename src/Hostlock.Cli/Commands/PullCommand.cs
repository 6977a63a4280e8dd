using System.CommandLine;
using System.Text;
using Hostlock.Fetching;
using Hostlock.Fetching.Http;
using Hostlock.Fleets;
using Hostlock.Releases;
using Hostlock.Reporting;
using Hostlock.Reporting.Json;
using Hostlock.Rollouts.Journals;
using Hostlock.Rollouts.Steps;

namespace Hostlock.Cli.Commands;

/// <summary>Has this machine fetch the newest release, and try, check, and keep or give back its system. A timer runs it.</summary>
sealed class PullCommand : FleetCommand
{
    readonly Option<string> _settings = new("--settings")
    {
        Description = $"The settings of this machine [default: {PullSettings.UsualPath}]",
        HelpName = "FILE",
        DefaultValueFactory = _ => PullSettings.UsualPath,
    };
    readonly Option<bool> _dryRun = new("--dry-run", "-n") { Description = "Show what would be done, and change nothing" };
    readonly Option<bool> _again = new("--again") { Description = "Try the system that this machine gave back once more" };

    readonly Option<string?> _textfile = new("--textfile")
    {
        Description = "Then write numbers about its releases to this file, for Prometheus",
        HelpName = "FILE",
    };

    public override CommandNature Nature => new(NetworkUse.Machines) { Writes = true, MaySayNo = true, Waits = true, MayBePartial = true };

    protected override Command Describe() => new("pull", """
        Have this machine take its system from the newest signed release

        A timer runs it, as root. A release is believed by its signature alone, and an
        older one is refused. The system runs on trial, and goes back if units or gates
        fail, or the machine no longer reaches its releases. A receipt records the end.

          hostlock pull
          hostlock pull --dry-run
        """)
    { _settings, _dryRun, _again, _textfile, CommonOptions.Json };

    public override JsonShape? Shape => PullJson.Shape;

    public override FlakeReach Reach(CommandRun run) => FlakeReach.None;

    public override Task<ExitCode> RunAsync(CommandRun run)
    {
        var memory = new ReleaseMemory(ReleaseMemory.UsualState, ReleaseMemory.UsualRoots);
        return run.Value(_dryRun) ? PullAsync(run, memory)
            : run.IsRoot ? memory.NotingAsync(() => PullAsync(run, memory), run.Surroundings.Time)
            : throw ReleaseException.NotRoot();
    }

    async Task<ExitCode> PullAsync(CommandRun run, ReleaseMemory memory)
    {
        var path = Path.GetFullPath(run.Value(_settings)!, run.Surroundings.Folder);
        var settings = PullSettings.Open(path);
        var network = NixSettings.Read(run.Surroundings.Variables);
        using var downloads = new HttpDownloads(run.NewHttpHandler, network, run.Surroundings.Time);
        // The document has the standard output to itself.
        var lines = new SwitchLines(run.IsJson ? run.Terminal.Talk : run.Terminal.Live, run.Terminal.IsQuiet);
        var pull = new MachinePull(
            run.Processes, run.NewHttpHandler, new(run.Processes, downloads, run.Surroundings.Time),
            memory,
            RolloutJournals.OfMachine(Path.Combine(ReleaseMemory.UsualState, "pulls")), settings, run.Surroundings.Time)
        {
            Watcher = lines,
            Crash = new(run.Surroundings.Variables.GetValueOrDefault(CrashPoint.Variable)),
        };
        PullOutcome outcome;
        try
        {
            outcome = await pull.RunAsync(new(run.Value(_dryRun), run.Value(_again)), run.CancellationToken);
        }
        finally
        {
            lines.Break();
            foreach (var warning in pull.Warnings)
                run.Terminal.Warn(warning);
        }
        if (memory.Read().Accepted is { } accepted && PulledText.Expiry(accepted, run.Now) is { } expiry)
            run.Terminal.Warn(expiry);
        if (run.IsJson)
            run.Terminal.Data(PullJson.Render(settings, outcome));
        else if (outcome is PullOutcome.Refused(var refusal))
            run.Terminal.Problem(PullText.Render(refusal, run.Terminal.Ink));
        else if (run.Value(_dryRun) || !run.Terminal.IsQuiet)
            run.Terminal.Data(PullText.Render(settings, outcome));
        var isInterrupted = run.CancellationToken.IsCancellationRequested;
        if (!isInterrupted && run.Value(_textfile) is { } file && !run.Value(_dryRun))
            WriteNumbers(run, settings, memory, file);
        return ExitCodes.OfPull(outcome, isInterrupted);
    }

    static void WriteNumbers(CommandRun run, PullSettings settings, ReleaseMemory memory, string file)
    {
        var text = MetricsText.OfMachine(settings.Host, memory.Receipts().Last?.Receipt, memory.Refusal, memory.Read().Accepted);
        RepositoryFiles.ReplaceNamed(Path.GetFullPath(file, run.Surroundings.Folder), Encoding.UTF8.GetBytes(text));
    }
}
