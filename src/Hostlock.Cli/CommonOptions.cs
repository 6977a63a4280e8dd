using System.Collections.Immutable;
using System.CommandLine;
using System.CommandLine.Completions;
using Hostlock.Flakes;
using Hostlock.Fleets;
using Hostlock.Locks;

namespace Hostlock.Cli;

/// <summary>Options and arguments that several commands share.</summary>
/// <remarks>An option keeps all commands that ever had it, so each tree of commands has options of its own.</remarks>
static class CommonOptions
{
    /// <summary>Puts one option into the place of all that are equal in a tree of commands, as the parser needs it.</summary>
    /// <param name="root">The top of the tree.</param>
    public static void Unite(Command root)
    {
        var known = new Dictionary<Option, Option>();
        UniteBelow(root);

        void UniteBelow(Command command)
        {
            for (var i = 0; i < command.Options.Count; i++)
            {
                var option = command.Options[i];
                if (!known.TryAdd(option, option))
                    command.Options[i] = known[option];
            }
            foreach (var subcommand in command.Subcommands)
                UniteBelow(subcommand);
        }
    }

    /// <summary>The folder of the flake, for all commands.</summary>
    public static Option<string?> Flake => new SharedOption<string?>("--flake", "-C")
    {
        Description = "The folder of the flake [default: HOSTLOCK_FLAKE, or the current folder]",
        HelpName = "DIR",
        Recursive = true,
    };

    /// <summary>Prints the result as JSON, for commands whose result has a JSON form.</summary>
    public static Option<bool> Json => new SharedOption<bool>("--json") { Description = "Print one JSON document" };

    /// <summary>Leaves out everything but errors and what was asked for.</summary>
    public static Option<bool> Quiet =>
        new SharedOption<bool>("--quiet", "-q") { Description = "Print only errors, and what is asked for" };

    /// <summary>Adds what is done on the way.</summary>
    public static Option<bool> Verbose => new SharedOption<bool>("--verbose", "-v")
    {
        Description = "Also print the flake, the programs that run, and the addresses that are asked",
    };

    /// <summary>Uses no network.</summary>
    public static Option<bool> Offline => new SharedOption<bool>("--offline")
    {
        Description = "Use no network, only the cache",
    };

    /// <summary>Takes nothing from the cache that may have changed.</summary>
    public static Option<bool> Refresh => new SharedOption<bool>("--refresh")
    {
        Description = "Take nothing from the cache that may have changed",
    };

    /// <summary>Asks nothing.</summary>
    public static Option<bool> NoInput => new SharedOption<bool>("--no-input") { Description = "Ask nothing, even at a terminal" };

    /// <summary>The options that may also stand before the name of a command, and that some commands do not have.</summary>
    public static IReadOnlyList<Option> Placed => [Quiet, Verbose, Offline, Refresh, NoInput];

    /// <summary>The option that says when the output is coloured, for all commands.</summary>
    public static Option<string> Color => NewColor();

    /// <summary>Plans without writing.</summary>
    public static Option<bool> DryRun() => new("--dry-run", "-n") { Description = "Show what would change and write nothing" };

    /// <summary>Commits the locks that were written.</summary>
    public static Option<bool> Commit() => new("--commit") { Description = "Commit the locks, and only them" };

    /// <summary>Allows inputs to go back in time.</summary>
    public static Option<bool> AllowDowngrade() => new("--allow-downgrade") { Description = "Let inputs go back in time" };

    /// <summary>Writes without asking.</summary>
    public static Option<bool> Yes() => new("--yes", "-y") { Description = "Do not ask" };

    /// <summary>Stands for all locks.</summary>
    public static Option<bool> All() => new(AllName, "-a") { Description = "Every lock, the root lock included" };

    /// <summary>Stands for all hosts.</summary>
    public static Option<bool> AllHosts() => new(AllName, "-a") { Description = "Every host" };

    const string AllName = "--all";

    /// <summary>The name of the option of <see cref="Inputs"/>.</summary>
    public const string InputName = "--input";

    /// <summary>An option that names inputs by their paths; it may be repeated.</summary>
    public static Option<string[]> Inputs(string description)
    {
        var option = new InputOption(InputName, areMeant: true, "-i") { Description = description, HelpName = "INPUT" };
        option.CompletionSources.Add(context => InputWords(context.ParseResult));
        return option;
    }

    /// <summary>An option that names the inputs that a command which only looks is asked about; it may be repeated.</summary>
    public static Option<string[]> AskedInputs() => Inputs("An input to look at, by its path, with its own inputs [default: all]");

    /// <summary>An option that names inputs to leave out, directly beneath the flake; it may be repeated.</summary>
    public static Option<string[]> Excluded()
    {
        var option = new InputOption("--exclude", areMeant: false) { Description = "An input to leave as it is", HelpName = "INPUT" };
        option.CompletionSources.Add(
            context => InputWords(context.ParseResult).Where(item => !item.Label.Contains('/', StringComparison.Ordinal)));
        return option;
    }

    /// <summary>An argument of any number of hosts, rings and <c>root</c>.</summary>
    public static Argument<string[]> Hosts(string description) => Named("host", "HOST", description, ArgumentArity.ZeroOrMore);

    /// <summary>An argument of any number of hosts and rings, which are meant as machines.</summary>
    /// <param name="description">The words of the help.</param>
    public static Argument<string[]> Machines(string description) => Named<string[]>(
        "host", "HOST", description, ArgumentArity.ZeroOrMore, areMachines: true);

    /// <summary>An argument of at most one host, which is meant as a machine.</summary>
    /// <param name="description">The words of the help.</param>
    public static Argument<string?> Machine(string description) => Named<string?>(
        "host", "HOST", description, ArgumentArity.ZeroOrOne, areMachines: true);

    /// <summary>An argument of several hosts, rings and <c>root</c>.</summary>
    /// <param name="name">The name of the argument.</param>
    /// <param name="shown">The name that the help shows.</param>
    /// <param name="description">The words of the help.</param>
    /// <param name="arity">The number of words that it takes.</param>
    public static Argument<string[]> Named(string name, string shown, string description, ArgumentArity arity) =>
        Named<string[]>(name, shown, description, arity, areMachines: false);

    static HostArgument<T> Named<T>(string name, string shown, string description, ArgumentArity arity, bool areMachines)
    {
        var argument = new HostArgument<T>(name, areMachines) { Description = description, HelpName = shown, Arity = arity };
        argument.CompletionSources.Add(context => HostWords(context.ParseResult, areMachines));
        return argument;
    }

    /// <summary>An argument of exactly one word, which is completed as a host.</summary>
    /// <param name="name">The name of the argument.</param>
    /// <param name="shown">The name that the help shows.</param>
    /// <param name="description">The words of the help.</param>
    public static Argument<string> One(string name, string shown, string description)
    {
        var argument = new NeededArgument(name) { Description = description, HelpName = shown };
        argument.CompletionSources.Add(context => HostWords(context.ParseResult));
        return argument;
    }

    /// <summary>An argument of at most one word, which is completed as a host.</summary>
    /// <param name="name">The name of the argument.</param>
    /// <param name="shown">The name that the help shows.</param>
    /// <param name="description">The words of the help.</param>
    public static Argument<string?> OneAtMost(string name, string shown, string description) =>
        Named<string?>(name, shown, description, ArgumentArity.ZeroOrOne, areMachines: false);

    /// <summary>Reads input paths as they were typed.</summary>
    public static ImmutableArray<InputPath> InputPaths(IEnumerable<string>? words) =>
        [
            .. (words ?? [])
            .Select(word => InputPath.TryParse(word) is { IsRoot: false } path ? path : throw FleetException.NotAnInputPath(word)),
        ];

    /// <summary>Lets an option take one of a few words, which are completed.</summary>
    public static Option<string> OneOf(Option<string> option, params string[] choices)
    {
        option.Validators.Add(result =>
        {
            if (result.Tokens is [var token] && !choices.Contains(token.Value))
                result.AddError(UsageException.NotOneOf(token.Value, choices).Message);
        });
        option.CompletionSources.Add(choices);
        return option;
    }

    static Option<string> NewColor()
    {
        var color = new SharedOption<string>("--color")
        {
            Description = "When to colour: auto, always or never",
            HelpName = "WHEN",
            Recursive = true,
            DefaultValueFactory = _ => "auto",
        };
        return OneOf(color, "auto", "always", "never");
    }

    /// <summary>The inputs of the first host on the line, directly beneath the flake; none if the line has no host yet.</summary>
    public static IEnumerable<string> InputsOfHosts(ParseResult parsed)
    {
        var named = from folder in Folders(parsed)
                    from token in parsed.CommandResult.Tokens
                    let owner = folder.TryOwnerNamed(token.Value)
                    where owner is not null
                    select HostLocks.Read(folder.PlaceOf(owner))?.Root.Inputs.Names;
        return named.FirstOrDefault() ?? [];
    }

    /// <summary>An argument that names one input directly beneath the flake.</summary>
    public static Argument<string> DeclaredInput()
    {
        var argument = new Argument<string>("input") { Description = "An input of flake.nix", HelpName = "INPUT" };
        argument.CompletionSources.Add(context => RootInputWords(context.ParseResult, 1));
        return argument;
    }

    /// <summary>An argument that names inputs directly beneath the flake.</summary>
    /// <param name="arity">The number of words that it takes.</param>
    public static Argument<string[]> DeclaredInputs(ArgumentArity arity)
    {
        var argument = new Argument<string[]>("input") { Description = "Inputs of flake.nix", HelpName = "INPUT", Arity = arity };
        argument.CompletionSources.Add(context => RootInputWords(context.ParseResult, 1));
        return argument;
    }

    /// <summary>An argument that names one input by its path.</summary>
    /// <param name="name">The name of the argument.</param>
    /// <param name="shown">The name that the help shows.</param>
    /// <param name="description">The words of the help.</param>
    public static Argument<string> PathOfInput(string name, string shown, string description)
    {
        var argument = new Argument<string>(name) { Description = description, HelpName = shown };
        argument.CompletionSources.Add(context => RootInputWords(context.ParseResult, int.MaxValue));
        return argument;
    }

    static IEnumerable<CompletionItem> RootInputWords(ParseResult parsed, int longest) =>
        (HostLocks.Read(FleetFolder.Open(parsed.GetValue(Flake)!).RootPlace)?.AllInputs() ?? [])
            .Where(input => input.Path.Length <= longest)
            .Select(input => new CompletionItem(input.Path.ToString()));

    // The input paths of the first host on the line; those of the root lock if no host is named.
    static IEnumerable<CompletionItem> InputWords(ParseResult parsed) =>
        from folder in Folders(parsed)
        let host = parsed.CommandResult.Tokens.Select(token => folder.TryOwnerNamed(token.Value)).OfType<LockOwner.Host>().FirstOrDefault()
        from input in HostLocks.Read(host is null ? folder.RootPlace : folder.PlaceOf(host))?.AllInputs() ?? []
        where input.Edge is LockEdge.Locked
        select new CompletionItem(input.Path.ToString(), detail: DetailOf((LockEdge.Locked)input.Edge));

    // The revision of an input, or what its reference is.
    static string DetailOf(LockEdge.Locked edge) =>
        edge.Node.Locked.Commit is { } revision ? $"{edge.Node.Original} {revision.Shortened}" : edge.Node.Original.ToString();

    /// <summary>The words that name hosts, for completion.</summary>
    /// <param name="parsed">The line so far.</param>
    /// <param name="areMachines">True if machines are meant, of which the root lock is none.</param>
    public static IEnumerable<CompletionItem> HostWords(ParseResult parsed, bool areMachines = false)
    {
        var folders = Folders(parsed);
        return folders.SelectMany(folder => folder.Fleet.Hosts)
            .Select(
                host => new CompletionItem(host.Name.ToString(), detail: host.Ring is { } ring ? $"{host.Lock}, in @{ring}" : host.Lock))
            .Concat(areMachines ? [] : [new CompletionItem(HostName.Root, detail: FleetFolder.RootLock)])
            .Concat(
                folders.SelectMany(folder => folder.Fleet.Rings.Select(ring => (folder.Fleet.Hosts, ring.Name))).Select(
                    ring => new CompletionItem(
                        $"@{ring.Name}",
                        detail: string.Join(' ', ring.Hosts.Where(host => host.Ring == ring.Name).Select(host => host.Name)))))
            .DistinctBy(item => item.Label);
    }

    /// <summary>An option that names a ring.</summary>
    /// <param name="name">The name of the option.</param>
    /// <param name="description">The words of the help.</param>
    public static Option<string?> Ring(string name, string description)
    {
        var option = new Option<string?>(name) { Description = description, HelpName = "RING" };
        option.CompletionSources.Add(
            context => HostWords(context.ParseResult).Where(item => item.Label.StartsWith('@'))
                .Select(item => new CompletionItem(item.Label[1..], detail: item.Detail)));
        return option;
    }

    // The flakes that the line is about. The folder was made absolute before. Without a fleet, nothing is completed.
    static IReadOnlyList<FleetFolder> Folders(ParseResult parsed)
    {
        var start = parsed.GetValue(Flake)!;
        return RepositoryFlakes.Around(start)?.Adopted.ToList() is { Count: > 0 } flakes
            ? [.. flakes.Select(flake => FleetFolder.Open(flake.Path))]
            : [FleetFolder.Open(start)];
    }
}

/// <summary>An argument that a command needs, and that a person at a terminal may pick from a list.</summary>
sealed class NeededArgument : Argument<string>, INamesHosts
{
    /// <param name="name">The name of the argument.</param>
    public NeededArgument(string name)
        : base(name) => Arity = ArgumentArity.ZeroOrOne;
}

/// <summary>An option that several commands have. A value is asked for by another of its name, which is equal to it.</summary>
/// <typeparam name="T">The type of its value.</typeparam>
/// <param name="name">The name, <c>--json</c>.</param>
/// <param name="aliases">Other names.</param>
sealed class SharedOption<T>(string name, params string[] aliases) : Option<T>(name, aliases)
{
    /// <summary>True for an option of the same name.</summary>
    /// <param name="obj">The other option.</param>
    public override bool Equals(object? obj) => obj is SharedOption<T> other && other.Name == Name;

    /// <summary>The hash of the name.</summary>
    public override int GetHashCode() => Name.GetHashCode(StringComparison.Ordinal);

    /// <summary>True if both have the same name, or are null.</summary>
    public static bool operator ==(SharedOption<T>? left, SharedOption<T>? right) => Equals(left, right);

    /// <summary>True if they have different names, or one of them is null.</summary>
    public static bool operator !=(SharedOption<T>? left, SharedOption<T>? right) => !Equals(left, right);
}
