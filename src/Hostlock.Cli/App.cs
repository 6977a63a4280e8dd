using System.CommandLine;
using Hostlock.Cli.Commands;
using Hostlock.Fleets;
using Hostlock.Machines;
using Hostlock.Reporting;
using Hostlock.Rollouts;

namespace Hostlock.Cli;

/// <summary>The program: its commands, the objects they work with, and the exit codes of its errors.</summary>
static class App
{
    /// <summary>The version, <c>0.1.0</c>.</summary>
    public static string Version { get; } = typeof(App).Assembly.GetName().Version!.ToString(3);

    static readonly ParserConfiguration Parsing = new()
    {
        EnablePosixBundling = true,
        // '@canary' is a ring, and not the name of a file with more words.
        ResponseFileTokenReplacer = null,
    };

    /// <summary>Runs one command line, and reports its errors.</summary>
    /// <param name="arguments">The words of the line, without the name of the program.</param>
    /// <param name="surroundings">Everything outside the program.</param>
    /// <param name="cancellationToken">Stops the run.</param>
    public static async Task<ExitCode> RunAsync(string[] arguments, Surroundings surroundings, CancellationToken cancellationToken)
    {
        var terminal = new Terminal(surroundings, "auto", TypedCommands.InFlake);
        var code = await RunLineAsync();
        try
        {
            surroundings.Output.Flush();
            return code;
        }
        catch (HostlockException error)
        {
            terminal.Error(error);
            return CodeOf(error);
        }

        async Task<ExitCode> RunLineAsync()
        {
            try
            {
                // 'help update' is what many type for 'update --help'.
                if (arguments is ["help", .. var topic])
                    arguments = [.. topic, "--help"];
                var root = Commands(surroundings, arguments);
                if (Suggestions.TryParse(arguments) is var (position, line))
                {
                    foreach (var word in Suggestions.At(position, line, root, Parsing, surroundings))
                        terminal.Data(word + "\n");
                    return ExitCode.Done;
                }
                var parsed = root.Parse(arguments, Parsing);
                if (CommandLineRules.FirstError(parsed) is { } wrong)
                {
                    terminal.Talk($"hostlock: {wrong}\nTry '{HelpPage.Path(parsed.CommandResult.Command)} --help'.\n");
                    return ExitCode.BadRequest;
                }
                terminal = CommandRun.NewTerminal(surroundings, parsed);
                return (ExitCode)await parsed.InvokeAsync(
                    new()
                    {
                        Output = surroundings.Output,
                        Error = surroundings.Errors,
                        EnableDefaultExceptionHandler = false,
                        ProcessTerminationTimeout = null,
                    },
                    cancellationToken);
            }
            catch (HostlockException error)
            {
                terminal.Error(error);
                return CodeOf(error);
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                terminal.Talk("hostlock: interrupted; every lock is as it was or as it was meant to be\n");
                return ExitCode.Interrupted;
            }
            catch (Exception why) when (why is IOException or UnauthorizedAccessException)
            {
                // A full disk or a missing right can meet any file; whoever knew more about it would have said so.
                var refused = Surroundings.Refusal(why);
                terminal.Error(refused);
                return CodeOf(refused);
            }
            catch (Exception bug)
            {
                terminal.Talk($"hostlock: this is a bug; please report it with what you typed\n{bug}\n");
                return ExitCode.Bug;
            }
        }
    }

    /// <summary>The exit code of an error.</summary>
    public static ExitCode CodeOf(HostlockException error) => error switch
    {
        FleetException { IsBusy: true } or RolloutException { IsBusy: true } => ExitCode.Busy,
        RolloutException { IsRefusal: true } => ExitCode.No,
        FleetException { IsRefusal: true } or MachineException { IsRefusal: true } => ExitCode.No,
        { IsOutside: true } => ExitCode.Outside,
        _ => ExitCode.BadRequest,
    };

    /// <summary>All commands. Adding one is a line here.</summary>
    static readonly (string Name, Func<FleetCommand> Make)[] All =
    [
        ("init", () => new InitCommand()),
        ("lock", () => new LockCommand()),
        ("update", () => new UpdateCommand()),
        ("status", () => new StatusCommand()),
        ("outdated", () => new OutdatedCommand()),
        ("diff", () => new DiffCommand()),
        ("promote", () => new PromoteCommand()),
        ("check", () => new CheckCommand()),
        ("show", () => new ShowCommand()),
        ("hash", () => new HashCommand()),
        ("merge-driver", () => new MergeDriverCommand()),
        ("resolve", () => new ResolveCommand()),
        (BisectCommand.Name, () => new BisectCommand()),
        (InputCommand.Name, () => new InputCommand()),
        ("follows", () => new FollowsCommand()),
        ("log", () => new LogCommand()),
        ("report", () => new ReportCommand()),
        ("restore", () => new RestoreCommand()),
        ("undo", () => new UndoCommand()),
        ("redo", () => new RedoCommand()),
        ("probe", () => new ProbeCommand()),
        ("adopt", () => new AdoptCommand()),
        ("switch", () => new SwitchCommand()),
        ("rollout", () => new RolloutCommand()),
        ("tick", () => new TickCommand()),
        ("rollback", () => new RollbackCommand()),
        ("eject", () => new EjectCommand()),
        ("hold", () => new HoldCommand()),
        ("unhold", () => new UnholdCommand()),
        ("freeze", () => new FreezeCommand()),
        ("unfreeze", () => new UnfreezeCommand()),
        ("completion", () => new CompletionCommand()),
        (ManCommand.Name, () => new ManCommand()),
    ];

    // A line that begins with the name of a command needs only that command. Any other line, and the manual, may need all of them.
    static RootCommand Commands(Surroundings surroundings, string[] arguments)
    {
        Func<string, bool> isNeeded = arguments switch
        {
            [] => name => name == "status",
            ["--version"] => _ => false,
            [var first, ..] when first != ManCommand.Name && Array.Exists(All, command => command.Name == first) => name => name == first,
            _ => _ => true,
        };
        var root = new RootCommand("One flake, many hosts, one lock per host.");
        foreach (var (name, make) in All.Where(command => isNeeded(command.Name)))
        {
            var command = make().Build(surroundings);
            root.Add(command);
            // A line without words shows the state of the fleet.
            if (name == "status")
                root.Action = command.Action;
        }
        root.Add(CommonOptions.Flake);
        root.Add(CommonOptions.Json);
        root.Add(CommonOptions.Color);
        CommandLineRules.Apply(root);
        return root;
    }
}
