using System.CommandLine;
using Hostlock.Fleets;
using Hostlock.Fleets.Adoption;
using Hostlock.Reporting;

namespace Hostlock.Cli;

/// <summary>A change of the whole flake, before the user agrees to it.</summary>
/// <param name="Plan">The changes, in words, with commands as they are typed in the folder of the flake.</param>
/// <param name="Files">The files that change.</param>
/// <param name="Done">The state once it is done, likewise.</param>
sealed record ShownChange(string Plan, Undertaking Files, string Done);

/// <summary>The common part of <c>init</c> and <c>eject</c>: the options, the question, the call, and the output. A run that was broken off
/// is finished.</summary>
sealed class FleetChanging
{
    readonly Option<bool> _yes = CommonOptions.Yes();
    readonly Option<bool> _dryRun = CommonOptions.DryRun();

    /// <summary>The options.</summary>
    public IEnumerable<Option> Options => [_yes, _dryRun];

    /// <summary>Shows the changes, asks, and makes them.</summary>
    /// <param name="run">The run of the command.</param>
    /// <param name="words">The words of the command, as an undertaking records them.</param>
    /// <param name="driver">The change of the setting of git's merges; null if it stays.</param>
    /// <param name="planAsync">Plans the changes; null if there are none, and the user was told so.</param>
    /// <param name="finished">The state once a run that was broken off is finished.</param>
    public async Task<ExitCode> RunAsync(
        CommandRun run, string[] words, MergeDriverChange? driver, Func<Task<ShownChange?>> planAsync, string finished)
    {
        var terminal = run.Terminal;
        var change = Undertaking.Find(run.Folder, words) is { } unfinished
            ? new ShownChange(UndertakingText.Render(unfinished, terminal.Ink), unfinished, finished)
            : await planAsync();
        if (change is null)
            return ExitCode.Done;
        // If nobody is asked about a plan, it is a report of the work.
        var isShown = !terminal.IsQuiet || run.Value(_dryRun) || !run.Value(_yes);
        if (isShown)
            terminal.Data(terminal.Quoted(change.Plan));
        if (driver is not null && isShown)
            terminal.Data(
                $"\n.git/config\n       {(driver is MergeDriverChange.Install ? '+' : '-')}   {MergeDriver.Setting} = {driver.Line}\n");
        if (run.Value(_dryRun))
            return ExitCode.Done;
        if (!terminal.MayWrite(run.Value(_yes)))
            return ExitCode.No;
        await new FleetTransition(run.Processes, run.Folder, change.Files, driver).ApplyAsync(Tell, run.CancellationToken);
        return ExitCode.Done;

        void Tell(IReadOnlyList<Warning> hidden)
        {
            foreach (var warning in hidden)
                terminal.Warn(warning);
            if (hidden.Count == 0 && !terminal.IsQuiet && change.Done.Length > 0)
                terminal.Data(terminal.Quoted($"\n{change.Done}"));
            if (driver is MergeDriverChange.Install && !terminal.IsQuiet)
                terminal.Data(terminal.Quoted("git merges locks by input here; in another clone, 'hostlock init' sets that up\n"));
            terminal.Flush();
        }
    }
}
