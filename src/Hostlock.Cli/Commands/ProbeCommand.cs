using System.CommandLine;
using Hostlock.Machines;
using Hostlock.Reporting;
using Hostlock.Reporting.Json;

namespace Hostlock.Cli.Commands;

/// <summary>Asks one machine what it runs, boots and has.</summary>
sealed class ProbeCommand : FleetCommand
{
    readonly Argument<string?> _host = CommonOptions.Machine("A host [default: the host that is this machine]");
    readonly Option<bool> _evaluate = new("--evaluate") { Description = "Have nix evaluate the host, and compare the systems too" };
    readonly Option<bool> _newMachine = new("--new-machine")
    {
        Description = "Take the machine that answers as the host's from now on",
    };

    public override CommandNature Nature => new(NetworkUse.Machines) { Asks = true };

    public override JsonShape? Shape => MachineJson.Shape;

    protected override Command Describe() => new("probe", """
        Show what a machine runs, boots next and has

        Asks the machine of a host by one ssh, or this machine without ssh, for its
        system and lock, generations, failed units, a switch under way, and disk space.
        Nothing is installed or changed there.

          hostlock probe plex
          hostlock probe plex --json
        """)
    { _host, _evaluate, _newMachine, CommonOptions.Json };

    public override FlakeReach Reach(CommandRun run) => FlakeReach.ThisMachine;

    public override async Task<ExitCode> RunAsync(CommandRun run)
    {
        await run.Picks.HostAsync(_host, isRootOne: false, unlessHere: true);
        var host = run.Value(_host) is { } word ? run.Named.HostNamed(word) : run.Named.HostHere;
        var request = new ProbeRequest(run.Value(_evaluate), run.Value(_newMachine));
        var status = (await run.Survey.AskAsync([host], request, run.CancellationToken))[0];
        var facts = status.Facts ?? throw status.Outcome.WhyNot();
        var pulled = await run.PulledAsync([status]);
        status = status with { Pulled = run.WordsOf(pulled, status) };
        run.Print(
            () => ProbeText.Render(status, facts, run.Now, run.Terminal.Ink),
            () => MachineJson.Render([status], pulled, run.Terminal.CommandsHere));
        if (status.Configuration is ConfigurationState.NotEvaluated(var why))
            run.Terminal.Error(why);
        return ExitCode.Done;
    }
}
