using System.CommandLine;
using Hostlock.Cli.Commands;
using Hostlock.Reporting;

namespace Hostlock.Cli;

/// <summary>The program: its commands, the objects they work with, and the exit codes of its errors.</summary>
static class App
{
    /// <summary>The version, <c>0.1.0</c>.</summary>
    public const string Version = ProgramVersion.Text;

    /// <summary>The text of <c>--version</c>: the version, and the commit if the program was built from one.</summary>
    public const string VersionLine =
        ProgramVersion.Commit == "" ? $"hostlock {Version}\n" : $"hostlock {Version} ({ProgramVersion.Commit})\n";

    /// <summary>The command of a line that names none: it shows the state of the fleet.</summary>
    public const string WithoutName = "status";

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
        var terminal = new Terminal(surroundings, "auto", TypedCommands.InFlake, Loudness.Usual);
        var code = await RunLineAsync();
        try
        {
            surroundings.Output.Flush();
            return code;
        }
        catch (HostlockException error)
        {
            terminal.Error(error);
            return ExitCodes.Of(error);
        }

        async Task<ExitCode> RunLineAsync()
        {
            try
            {
                if (Suggestions.TryParse(arguments) is var (position, line))
                {
                    var all = Whole(surroundings);
                    foreach (var word in await Suggestions.AtAsync(position, line, all, Parsing, surroundings, cancellationToken))
                        terminal.Data(word + "\n");
                    return ExitCode.Done;
                }
                var root = Commands(surroundings, arguments);
                var parsed = root.Parse(arguments, Parsing);
                if (CommandLineRules.AsksForHelp(parsed))
                    parsed = root.Parse([.. arguments.SkipLast(1), "--help"], Parsing);
                terminal = Terminal.Of(surroundings, parsed);
                if (CommandLineRules.FirstError(parsed, arguments) is { } wrong)
                    throw wrong;
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
                return ExitCodes.Of(error);
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                terminal.Problem("hostlock: interrupted; every lock is as it was or as it was meant to be\n");
                return ExitCode.Interrupted;
            }
            catch (Exception why) when (Surroundings.Refusal(why) is { } refused)
            {
                // A full disk or a missing right can affect any file; code that knew more would have reported it.
                terminal.Error(refused);
                return ExitCodes.Of(refused);
            }
            catch (Exception bug)
            {
                terminal.Problem($"hostlock: this is a bug; please report it with what you typed\n{bug}\n");
                return ExitCode.Bug;
            }
        }
    }

    /// <summary>All commands, in the order in which the help lists them. Adding one is a line here.</summary>
    static readonly (CommandGroup Group, string Name, Func<FleetCommand> Make)[] All =
    [
        (CommandGroup.Start, "init", () => new InitCommand()),
        (CommandGroup.Start, "eject", () => new EjectCommand()),
        (CommandGroup.EveryDay, "status", () => new StatusCommand()),
        (CommandGroup.EveryDay, "update", () => new UpdateCommand()),
        (CommandGroup.EveryDay, "promote", () => new PromoteCommand()),
        (CommandGroup.EveryDay, "switch", () => new SwitchCommand()),
        (CommandGroup.EveryDay, "undo", () => new UndoCommand()),
        (CommandGroup.EveryDay, "redo", () => new RedoCommand()),
        (CommandGroup.EveryDay, "lock", () => new LockCommand()),
        (CommandGroup.Look, "outdated", () => new OutdatedCommand()),
        (CommandGroup.Look, "diff", () => new DiffCommand()),
        (CommandGroup.Look, "check", () => new CheckCommand()),
        (CommandGroup.Look, "affected", () => new AffectedCommand()),
        (CommandGroup.Look, "follows", () => new FollowsCommand()),
        (CommandGroup.Look, "report", () => new ReportCommand()),
        (CommandGroup.Look, "ui", () => new UiCommand()),
        (CommandGroup.Look, "show", () => new ShowCommand()),
        (CommandGroup.Machines, "rollout", () => new RolloutCommand()),
        (CommandGroup.Machines, "rollback", () => new RollbackCommand()),
        (CommandGroup.Machines, "release", () => new ReleaseCommand()),
        (CommandGroup.Machines, "pull", () => new PullCommand()),
        (CommandGroup.Machines, "probe", () => new ProbeCommand()),
        (CommandGroup.Machines, "adopt", () => new AdoptCommand()),
        (CommandGroup.Machines, "tick", () => new TickCommand()),
        (CommandGroup.History, "log", () => new LogCommand()),
        (CommandGroup.History, "audit", () => new AuditCommand()),
        (CommandGroup.History, "restore", () => new RestoreCommand()),
        (CommandGroup.History, BisectCommand.Name, () => new BisectCommand()),
        (CommandGroup.History, "resolve", () => new ResolveCommand()),
        (CommandGroup.Settings, InputCommand.Name, () => new InputCommand()),
        (CommandGroup.Settings, "freeze", () => new FreezeCommand()),
        (CommandGroup.Settings, "unfreeze", () => new UnfreezeCommand()),
        (CommandGroup.Settings, "hold", () => new HoldCommand()),
        (CommandGroup.Settings, "unhold", () => new UnholdCommand()),
        (CommandGroup.Plumbing, "merge-driver", () => new MergeDriverCommand()),
        (CommandGroup.Plumbing, "hash", () => new HashCommand()),
        (CommandGroup.Plumbing, "completion", () => new CompletionCommand()),
        (CommandGroup.Plumbing, SchemaCommand.Name, () => new SchemaCommand()),
        (CommandGroup.Plumbing, ManCommand.Name, () => new ManCommand()),
        (CommandGroup.Plumbing, HelpCommand.Name, () => new HelpCommand()),
    ];

    /// <summary>The group of a command in the help, which says its purpose.</summary>
    public static CommandGroup GroupOf(string name) => Array.Find(All, command => command.Name == name).Group;

    /// <summary>The program with all its commands.</summary>
    /// <param name="surroundings">Everything outside the program.</param>
    internal static ProgramCommand Whole(Surroundings surroundings) => Commands(surroundings, null);

    // The commands that a line may name. A word may be the name of one, and also the value of an option or the name of a host.
    static HashSet<string> NeededBy(string[] words, Func<string, FleetCommand> commandOf)
    {
        if (words is ["--version" or "-V"])
            return [];
        if (words is [var first, ..] && IsName(first) && !NeedsAll(first))
            return [first];
        var named = Array.FindAll(words, IsName);
        return Array.Exists(named, NeedsAll) || Array.Exists(words, MayAskForHelp) ? [.. Names] : [.. named, WithoutName];

        // The help of the program lists them all.
        static bool MayAskForHelp(string word) =>
            word == "--help" || (word is ['-', not '-', ..] && word.Contains('h', StringComparison.Ordinal));

        static bool IsName(string word) => Array.Exists(All, command => command.Name == word);

        bool NeedsAll(string name) => commandOf(name).Nature.IsAboutAllCommands;
    }

    /// <summary>The names of all commands, in the order of the help.</summary>
    public static IEnumerable<string> Names => All.Select(command => command.Name);

    static ProgramCommand Commands(Surroundings surroundings, string[]? arguments)
    {
        var made = new Dictionary<string, FleetCommand>(StringComparer.Ordinal);
        var needed = arguments is null ? [.. Names] : NeededBy(arguments, Of);
        var root = new ProgramCommand("One flake, many hosts, one lock per host.", HelpPage.WidthFor(surroundings));
        foreach (var (_, name, _) in All)
        {
            if (!needed.Contains(name))
                continue;
            var command = Of(name).Build(surroundings, arguments);
            root.Add(command);
            if (name == WithoutName)
                root.Action = command.Action;
        }
        root.Add(CommonOptions.Flake);
        root.Add(CommonOptions.Json);
        root.Add(CommonOptions.Color);
        foreach (var option in CommonOptions.Placed)
            root.Add(option);
        CommonOptions.Unite(root);
        CommandLineRules.Apply(root);
        return root;

        FleetCommand Of(string name) =>
            made.TryGetValue(name, out var known) ? known : made[name] = Array.Find(All, command => command.Name == name).Make();
    }
}
