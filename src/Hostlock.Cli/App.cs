using System.CommandLine;
using System.CommandLine.Invocation;
using Hostlock.Cli.Commands;
using Hostlock.Fetching;
using Hostlock.Fetching.Folders;
using Hostlock.Fetching.Git.WorkTrees;
using Hostlock.Fleets;
using Hostlock.Locks;

namespace Hostlock.Cli;

/// <summary>The program: its commands, the objects they work with, and what its errors are to whoever started it.</summary>
static class App
{
    /// <summary>The version, <c>0.1.0</c>.</summary>
    public static string Version { get; } = typeof(App).Assembly.GetName().Version!.ToString(3);

    static readonly ParserConfiguration Parsing = new()
    {
        EnablePosixBundling = true,
        // '@canary' is a ring and not the name of a file with more words in it.
        ResponseFileTokenReplacer = null,
    };

    public static async Task<ExitCode> RunAsync(string[] arguments, Surroundings surroundings, CancellationToken cancellationToken)
    {
        var terminal = new Terminal(surroundings, "auto");
        try
        {
            var root = Commands(surroundings, arguments);
            if (Suggestions.TryParse(arguments) is var (position, line))
            {
                foreach (var word in Suggestions.At(position, line, root, Parsing, surroundings))
                    terminal.Data(word + "\n");
                return ExitCode.Done;
            }
            var parsed = root.Parse(arguments, Parsing);
            if ((parsed.Errors.Count > 0 && parsed.Action is ParseErrorAction) || (parsed.Action is HelpPage && parsed.UnmatchedTokens.Count > 0))
            {
                terminal.Talk($"hostlock: {CommandLineRules.FirstError(parsed)}\nTry '{HelpPage.Path(parsed.CommandResult.Command)} --help'.\n");
                return ExitCode.BadRequest;
            }
            return (ExitCode)await parsed.InvokeAsync(
                new() { Output = surroundings.Output, Error = surroundings.Errors, EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null },
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
        catch (IOException) when (IsBroken(surroundings.Output))
        {
            return ExitCode.Done; // whoever read the output has had enough
        }
        catch (Exception bug)
        {
            terminal.Talk($"hostlock: this is a bug; please report it with what you typed\n{bug}\n");
            return ExitCode.Bug;
        }
        finally
        {
            Flush(surroundings.Output);
        }
    }

    public static ExitCode CodeOf(HostlockException error) => error switch
    {
        FleetException { IsBusy: true } => ExitCode.Busy,
        FleetException { IsRefusal: true } => ExitCode.No,
        { IsOutside: true } => ExitCode.Outside,
        _ => ExitCode.BadRequest,
    };

    /// <summary>All commands. Adding one is a line here.</summary>
    static readonly (string Name, Func<Surroundings, Command> Build)[] All =
    [
        ("init", surroundings => new InitCommand(surroundings).Build()),
        ("lock", surroundings => new LockCommand(surroundings).Build()),
        ("update", surroundings => new UpdateCommand(surroundings).Build()),
        ("status", surroundings => new StatusCommand(surroundings).Build()),
        ("outdated", surroundings => new OutdatedCommand(surroundings).Build()),
        ("diff", surroundings => new DiffCommand(surroundings).Build()),
        ("promote", surroundings => new PromoteCommand(surroundings).Build()),
        ("check", surroundings => new CheckCommand(surroundings).Build()),
        ("show", surroundings => new ShowCommand(surroundings).Build()),
        ("hash", surroundings => new HashCommand(surroundings).Build()),
        ("merge-driver", surroundings => new MergeDriverCommand(surroundings).Build()),
        ("bisect", surroundings => new BisectCommand(surroundings).Build()),
        ("follows", surroundings => new FollowsCommand(surroundings).Build()),
        ("log", surroundings => new LogCommand(surroundings).Build()),
        ("restore", surroundings => new RestoreCommand(surroundings).Build()),
        ("undo", surroundings => new RestoreCommand(surroundings).BuildUndo()),
        ("eject", surroundings => new EjectCommand(surroundings).Build()),
        ("freeze", surroundings => new FreezeCommand(surroundings).Build()),
        ("unfreeze", surroundings => new UnfreezeCommand(surroundings).Build()),
        ("completion", surroundings => new CompletionCommand(surroundings).Build()),
        (ManCommand.Name, surroundings => new ManCommand(surroundings).Build()),
    ];

    // A line that begins with a command needs that one alone; any other, and the manual, may be about all of them.
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
        foreach (var (name, build) in All.Where(command => isNeeded(command.Name)))
        {
            var command = build(surroundings);
            root.Add(command);
            // No words mean the state of the fleet.
            if (name == "status")
                root.Action = command.Action;
        }
        root.Add(CommonOptions.Flake);
        root.Add(CommonOptions.Json);
        root.Add(CommonOptions.Color);
        CommandLineRules.Apply(root);
        return root;
    }

    /// <summary>The flake that the words of a command are about.</summary>
    public static FleetFolder Open(this Surroundings surroundings, ParseResult parsed) =>
        FleetFolder.Open(Path.GetFullPath(parsed.GetValue(CommonOptions.Flake) ?? surroundings.FlakeFolder, surroundings.Folder));

    public static Terminal TerminalFor(this Surroundings surroundings, ParseResult parsed) => new(surroundings, parsed.GetValue(CommonOptions.Color) ?? "auto");

    /// <summary>What follows references to trees; to be disposed of.</summary>
    /// <param name="surroundings">What is outside.</param>
    /// <param name="lines">Shows what goes on, or null.</param>
    /// <param name="cacheFolder">Where answers are kept; the user's cache where null.</param>
    public static FlakeFetcher Fetcher(this Surroundings surroundings, IFetchWatcher? lines, string? cacheFolder = null)
    {
        var settings = NixSettings.Read(surroundings.Variables);
        return new(surroundings.Processes, new(() => surroundings.Http(settings), settings, surroundings.Time), settings, cacheFolder ?? surroundings.CacheFolder, lines);
    }

    /// <summary>Lines of what is fetched, where a person sees the errors; to be disposed of.</summary>
    public static FetchLines? FetchLines(this Surroundings surroundings) => surroundings.IsErrorsTerminal ? new(surroundings) : null;

    /// <summary>The tree that a flake's own relative paths start in: its git work tree, or its folder.</summary>
    public static FlakePlace PlaceOf(this Surroundings surroundings, FleetFolder folder) =>
        GitWorkTreeFiles.Around(surroundings.Processes, folder.Path) is { } tree
            ? new(tree, Path.GetRelativePath(tree.Root, folder.Path) is var relative && relative == "." ? "" : relative)
            : new(new FolderFiles(folder.Path), "");

    static bool IsBroken(TextWriter output)
    {
        try
        {
            output.Flush();
            return false;
        }
        catch (IOException)
        {
            return true;
        }
    }

    static void Flush(TextWriter output)
    {
        try
        {
            output.Flush();
        }
        catch (IOException)
        {
            // A closed pipe: nobody reads any more.
        }
    }
}
