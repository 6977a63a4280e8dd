using System.CommandLine;
using Hostlock.Fleets;
using Hostlock.Fleets.Checks;
using Hostlock.Fleets.Layouts;
using Hostlock.Machines;
using Hostlock.Reporting;
using Hostlock.Reporting.Json;

namespace Hostlock.Cli.Commands;

/// <summary>Shows hosts × inputs, from the files alone.</summary>
sealed class StatusCommand : FleetCommand
{
    const string Text = "text", Prometheus = "prometheus";

    readonly Argument<string[]> _hosts = CommonOptions.Hosts("Hosts, root or @RING [default: every lock]");
    readonly Option<string[]> _inputs = CommonOptions.AskedInputs();
    readonly Option<bool> _all = CommonOptions.All();
    readonly Option<bool> _live = new("--live") { Description = "Ask the machines what they run" };
    readonly Option<bool> _evaluate = new("--evaluate")
    {
        Description = "With --live: have nix evaluate each host, and compare the systems too",
    };
    readonly Option<string> _format = NewFormat();

    public override CommandNature Nature => new(NetworkUse.None) { MayBePartial = true };

    public override JsonShape? Shape => JsonShape.EitherOf(StatusJson.Shape, MachineJson.Shape);

    protected override Command Describe() => new("status", """
        Show what each host is locked to, and who is behind

        Shows the inputs that differ. Hosts with equal locks share a row; in a pipe,
        each has its own. One host is shown input by input. An input is behind if
        another lock has a newer revision of the same reference. Reads files only, and
        uses no network; with --live, each machine is asked what it runs.

          hostlock status
          hostlock status plex @canary
          hostlock status -i nixpkgs
          hostlock status --live
        """)
    { _hosts, _inputs, _all, _live, _evaluate, _format, CommonOptions.Json };

    // A reader of numbers refuses a text in which a name occurs twice.
    public override FlakeReach Reach(CommandRun run) =>
        run.Value(_format) == Prometheus ? FlakeReach.Machines
        : run.Value(_live) ? FlakeReach.EachWithMachines
        : FlakeReach.Each;

    public override void Conclude(CommandRun run, RepositoryFlakes flakes) => run.TellUnadopted(flakes);

    public override Task<ExitCode> RunAsync(CommandRun run)
    {
        if (run.Value(_format) == Prometheus && run.IsJson)
            throw UsageException.Excludes($"--format {Prometheus}", CommonOptions.Json.Name);
        if (run.Value(_live) && run.Words(_inputs).Length > 0)
            throw UsageException.Excludes(_live.Name, _inputs.Name);
        return run.Value(_live) ? ShowMachinesAsync(run)
            : run.Value(_evaluate) ? throw FleetException.EvaluatesLive()
            : run.Value(_format) == Prometheus ? throw FleetException.CountsLive()
            : ShowLocksAsync(run);
    }

    async Task<ExitCode> ShowMachinesAsync(CommandRun run)
    {
        var request = new ProbeRequest(run.Value(_evaluate), AcceptsNewMachine: false);
        var session = new RolloutSession(run);
        IReadOnlyList<MachineStatus> statuses =
        [
            .. (await run.Survey.AskAsync(run.Named.Hosts(_hosts, _all), request, run.CancellationToken))
                .Select(
                    status => status with
                    {
                        Reason = MachineReasons.Of(status, session.ReasonOf(status.Host.Name, status.Facts?.System), run.Today),
                    }),
        ];
        var pulled = await run.PulledAsync(statuses);
        statuses = [.. statuses.Select(status => status with { Pulled = run.WordsOf(pulled, status) })];
        IReadOnlyList<HostlockException> unread = [];
        if (run.Value(_format) == Prometheus)
        {
            var numbers = new FleetNumbersReading(run).Of(statuses, pulled, await run.NewestReleaseAsync(), out unread);
            run.Terminal.Exact(MetricsText.Render(numbers));
        }
        else
        {
            run.Print(
                () => LiveTable.Render(statuses, run.Terminal.CommandsHere, run.Now, run.Terminal.Ink),
                () => MachineJson.Render(statuses, pulled, run.Terminal.CommandsHere));
        }
        if (run.Value(_format) != Prometheus && session.UnreadWarning is { } notKnown)
            run.Terminal.Warn(notKnown);
        if (statuses.Count == 0)
            run.Terminal.Talk(run.Terminal.Quoted("this flake has no hosts: 'hostlock init' gives each host a lock of its own\n"));
        await run.WarnOfExpiryAsync();
        foreach (var why in statuses.SelectMany(status => status.Failures))
            run.Terminal.Problem($"{Visible.Text(why.Message)}\n");
        foreach (var why in unread)
            run.Terminal.Error(why);
        return unread.Count == 0 && statuses.All(status => status.Facts is not null) ? ExitCode.Done : ExitCode.Partly;
    }

    static Option<string> NewFormat() => CommonOptions.OneOf(
        new("--format")
        {
            Description = "With --live: the form of the answer, text or prometheus",
            HelpName = "FORMAT",
            DefaultValueFactory = _ => Text,
        },
        Text, Prometheus);

    async Task<ExitCode> ShowLocksAsync(CommandRun run)
    {
        var (terminal, screen) = (run.Terminal, run.Screen);
        var isNamed = run.Words(_hosts).Length > 0;
        var asked = run.Asked(_inputs);
        var marked = await LockMarks.AddAsync(
            FleetStatus.OfFleet(run.Folder, run.Named.PlacesOrAll(_hosts, _all), asked), run.Folder, run.Processes, run.CancellationToken);
        var rollout = new RolloutSession(run);
        var state = new FleetState(
            run.Folder.Fleet,
            asked.IsAll ? marked.Locks : [.. marked.Locks.Select(status => status.About(asked))],
            isNamed ? ListedHosts.InLine : ListedHosts.Of(run.Folder, marked.Outputs))
        { Asked = asked };
        if (run.IsJson)
        {
            terminal.Data(output => StatusJson.Write(state, rollout.Reasons, rollout.Unread, output));
        }
        else
        {
            var table = Table(state, isNamed, screen);
            terminal.Data(table);
            // In a pipe, a line is a host.
            var notes = StatusNotes.Render(state, screen) + (isNamed ? "" : rollout.WhoIsOff());
            if (!screen.IsTerminal)
                terminal.Talk(notes.TrimStart('\n'));
            else if (notes.Length > 0)
                terminal.Data(table.Length > 0 ? $"\n{notes.TrimStart('\n')}" : notes.TrimStart('\n'));
            if (!run.Folder.HasFleetFile)
                terminal.Talk(terminal.Quoted("no hostlock.toml here: 'hostlock init' gives each host a lock of its own\n"));
        }
        foreach (var problem in state.Locks.Select(status => status.Problem).OfType<HostlockException>())
            terminal.Error(problem);
        await run.WarnOfExpiryAsync();
        if ((run.IsJson || !isNamed) && rollout.UnreadWarning is { } unread)
            terminal.Warn(unread);
        foreach (var problem in marked.Unread)
            terminal.Warn(new($"whether the locks are as declared is not known: {problem.Message}"));
        if (marked.NotCompared is { } failure)
            terminal.Warn(new($"whether the locks are committed is not known: {failure.Message}"));
        return state.Locks.Any(status => status.Problem is not null) ? ExitCode.BadRequest : ExitCode.Done;
    }

    static string Table(FleetState state, bool isNamed, Screen screen) =>
        state.Locks is [{ Lock: not null } only] && (isNamed || state.Fleet.Hosts.IsEmpty) ? HostInputs.Render(only, state.Fleet, screen)
        : screen.IsTerminal ? StatusTable.Render(state, screen)
        : StatusTable.RenderRows(state, screen);
}
