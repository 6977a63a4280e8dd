using System.CommandLine;

namespace Hostlock.Cli;

/// <summary>The use that a command makes of the network.</summary>
enum NetworkUse
{
    /// <summary>It fetches nothing.</summary>
    None,

    /// <summary>It follows references to repositories and archives.</summary>
    Fetches,

    /// <summary>It asks machines, or changes them.</summary>
    Machines,
}

/// <summary>The nature of a command, as far as the common options depend on it. A command has each common option that means something for
/// it, and refuses the others with the reason.</summary>
/// <param name="Network">Its use of the network: <c>--offline</c> and <c>--refresh</c> are about fetching.</param>
sealed record CommandNature(NetworkUse Network)
{
    /// <summary>True if the command may ask a person: for a word that is missing, or before it writes.</summary>
    public bool Asks { get; init; }

    /// <summary>True if the command changes files, git or machines.</summary>
    public bool Writes { get; init; }

    /// <summary>The reason why a command that shows something has no <c>--json</c>; null if it has one, or has nothing to show.</summary>
    public string? WhyNoJson { get; init; }

    /// <summary>The reason why the command has none of the options about writing; null if it has them, or writes nothing.</summary>
    public string? WhyNoWriting { get; init; }

    /// <summary>True if all that the command prints is a text that was asked for, with nothing to leave out or to add.</summary>
    public bool PrintsTextAlone { get; init; }

    /// <summary>True if the command is about all commands, so that they have to be made for it.</summary>
    public bool IsAboutAllCommands { get; init; }

    /// <summary>True if the answer of the command may be no, which is exit code 1.</summary>
    public bool MaySayNo { get; init; }

    /// <summary>True if the command has nix evaluate something. nix itself may then use the network.</summary>
    public bool RunsNix { get; init; }

    /// <summary>True if the command may have to wait for a person or a time, which is exit code 5.</summary>
    public bool Waits { get; init; }

    /// <summary>True if the command may be done for some of several hosts or inputs, which is exit code 4.</summary>
    public bool MayBePartial { get; init; }

    /// <summary>The exit codes that the command has reason to end with.</summary>
    public IEnumerable<ExitCode> Codes => Enum.GetValues<ExitCode>().Where(code => code switch
    {
        ExitCode.No => MaySayNo,
        ExitCode.Outside => Writes || RunsNix || Network != NetworkUse.None,
        ExitCode.Partly => MayBePartial,
        ExitCode.Waiting => Waits,
        ExitCode.Busy => Writes && !PrintsTextAlone,
        ExitCode.Bug => false,
        _ => true,
    });

    /// <summary>The common options that may also stand before the name of the command and that this command has, except those that every
    /// command has, and <c>--json</c>.</summary>
    public IEnumerable<Option> Options =>
    [
        .. PrintsTextAlone ? Array.Empty<Option>() : [CommonOptions.Quiet, CommonOptions.Verbose],
        .. Network == NetworkUse.Fetches ? [CommonOptions.Offline, CommonOptions.Refresh] : Array.Empty<Option>(),
        .. Asks ? [CommonOptions.NoInput] : Array.Empty<Option>(),
    ];

    /// <summary>The options that other commands have and this command has not.</summary>
    /// <param name="command">The command, with all its options.</param>
    /// <param name="words">The words of a line, which may have some of these options; null for all of them.</param>
    public IReadOnlyList<RefusedOption> Refused(Command command, IReadOnlyList<string>? words)
    {
        var refused = new List<RefusedOption>();
        if (words is not null && !words.Any(word => word.StartsWith('-')))
            return refused;
        var taken = new HashSet<string>(StringComparer.Ordinal);
        foreach (var option in command.Options)
        {
            taken.Add(option.Name);
            taken.UnionWith(option.Aliases);
        }
        (string Name, string? Letter, string Why)[] shared =
        [
            ("--json", null, WhyNoJson ?? (PrintsTextAlone ? "it prints only the text that is asked for" : "it prints only what it did")),
            ("--quiet", "-q", "it prints only what is asked for"),
            ("--verbose", "-v", "it prints all that there is to say"),
            ("--offline", null, WhyNoWriting ?? WhyNotFetching),
            ("--refresh", null, WhyNoWriting ?? WhyNotFetching),
            ("--no-input", null, "it asks nothing"),
            ("--yes", "-y", WhyNoWriting ?? (Writes ? "it does not ask before it writes" : "it writes nothing")),
            ("--dry-run", "-n", WhyNoWriting ?? (Writes ? "whatever calls it wants it done" : "it writes nothing")),
            ("--commit", null, WhyNoWriting ?? (Writes ? "it leaves the commit to you" : "it writes no lock")),
            ("--all", "-a", WhyNoWriting ?? WhyNotAll(command)),
            ("--input", "-i", WhyNoWriting ?? "it is about no single inputs"),
        ];
        foreach (var (name, letter, why) in shared)
        {
            if (!taken.Contains(name) && (words is null || words.Any(word => MayBe(word, name, letter))))
                refused.Add(new(name, letter is not null && !taken.Contains(letter) ? [letter] : [], why));
        }
        return refused;
    }

    // A letter may stand among others behind one hyphen, and a value may follow a name.
    static bool MayBe(string word, string name, string? letter) =>
        word.StartsWith(name, StringComparison.Ordinal)
        || (letter is ['-', var brief] && word is ['-', not '-', ..] && word.Contains(brief, StringComparison.Ordinal));

    static string WhyNotAll(Command command) => command.Arguments.FirstOrDefault(argument => argument.HelpName == "HOST") switch
    {
        null => "it takes no hosts",
        { Arity.MaximumNumberOfValues: 1 } => "it takes one host",
        _ => "it takes all hosts if none is named",
    };

    string WhyNotFetching => Network == NetworkUse.Machines ? "it works on machines"
        : RunsNix ? "only nix fetches, by its own settings"
        : "it fetches nothing";
}

/// <summary>An option that other commands have. The line that has it is refused with the reason.</summary>
sealed class RefusedOption : Option<string[]>
{
    /// <param name="name">The name of the option.</param>
    /// <param name="aliases">Its other names.</param>
    /// <param name="why">Why the command does not have it, as a sentence about the command.</param>
    public RefusedOption(string name, string[] aliases, string why)
        : base(name, aliases) =>
        (Why, Hidden, Arity) = (why, true, ArgumentArity.ZeroOrMore);

    /// <summary>The reason why the command does not have it.</summary>
    public string Why { get; }
}
