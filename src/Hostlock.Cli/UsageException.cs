namespace Hostlock.Cli;

/// <summary>The errors of command lines that make no sense.</summary>
sealed class UsageException : HostlockException
{
    UsageException(Sentence message)
        : base(message.ToString())
    {
    }

    /// <summary>The line names a command that does not exist.</summary>
    public static UsageException NoSuchCommand(string word, IEnumerable<string> commands) =>
        new($"unknown command '{word}'") { Hint = Closest.To(word, commands) ?? "'hostlock help' lists the commands" };

    /// <summary>A schema is asked for that does not exist.</summary>
    /// <param name="word">The words of a command.</param>
    /// <param name="known">Those that have a schema.</param>
    public static UsageException NoSuchSchema(string word, IEnumerable<string> known) =>
        new($"'{word}' is no command that prints JSON") { Hint = Closest.To(word, known) ?? "'hostlock schema' lists them" };

    /// <summary>The line has options that the command does not have.</summary>
    /// <param name="path">The command, such as <c>hostlock update</c>.</param>
    /// <param name="options">The options.</param>
    /// <param name="known">Those that exist.</param>
    public static UsageException UnknownOptions(string path, IReadOnlyList<string> options, IReadOnlyList<string> known)
    {
        var near = options.Select(option => Near(option, known)).OfType<string>().Distinct().Select(name => $"'{name}'").ToList();
        return new($"unknown option{(options.Count > 1 ? "s" : "")} {string.Join(", ", options.Select(option => $"'{option}'"))}")
        {
            Hint = near.Count > 0 ? $"did you mean {string.Join(", ", near)}?" : $"'{path} --help' lists the options",
        };
    }

    /// <summary>The line has an option that other commands have.</summary>
    public static UsageException TakesNo(string path, string option, string why) => new($"'{path}' takes no '{option}': {why}");

    /// <summary>The line has more words than the command takes.</summary>
    public static UsageException UnexpectedWords(IEnumerable<string> words, string usage) =>
        new($"unexpected {string.Join(", ", words.Select(word => $"'{word}'"))}") { Hint = $"usage: {usage}" };

    /// <summary>The line lacks words or options that the command needs.</summary>
    public static UsageException Needs(string path, IEnumerable<string> words, string usage) =>
        new($"'{path}' needs {string.Join(" and ", words)}") { Hint = $"usage: {usage}" };

    /// <summary>An option stands at the end of the line, without its value.</summary>
    public static UsageException NeedsValue(string option, string value) => new($"'{option}' needs a value: {option} {value}");

    /// <summary>An option stands there more than once.</summary>
    public static UsageException Twice(string option) => new($"'{option}' is given more than once");

    /// <summary>A value that was joined to an option that has none.</summary>
    public static UsageException TakesNoValue(string option) => new($"'{option}' takes no value");

    /// <summary>The value is not one of a few.</summary>
    public static UsageException NotOneOf(string value, IReadOnlyList<string> choices) =>
        new($"'{value}' is not one of {string.Join(", ", choices)}");

    /// <summary>The value is no number.</summary>
    public static UsageException NotANumber(string option, string value) => new($"'{option}' takes a number, and '{value}' is none");

    /// <summary>An option has to be given, because this user has no folder of his own.</summary>
    public static UsageException NoKnownHosts(string option) =>
        new("this user has no known_hosts of ssh") { Hint = $"pass {option} with a file that has the keys of the machines" };

    /// <summary>An option takes a day.</summary>
    public static UsageException NotADay(string option, string value) =>
        new($"'{option}' takes a day such as 2026-11-29, and '{value}' is none");

    /// <summary>Two options contradict each other.</summary>
    public static UsageException Excludes(string option, string other) => new($"'{option}' and '{other}' exclude each other");

    /// <summary>All locks and single ones are named at once.</summary>
    public static UsageException AllAndMore(string word) =>
        new($"'--all' names every host, and '{word}' is one of them") { Hint = "leave out one or the other" };

    /// <summary>A word that names an input stands where hosts belong.</summary>
    /// <param name="inputs">The inputs.</param>
    /// <param name="meant">The command that was meant; null if the command takes no inputs.</param>
    /// <param name="others">The words that could stand there: the hosts, and root if it can.</param>
    public static UsageException InputForHost(IReadOnlyList<string> inputs, string? meant, IEnumerable<string> others) =>
        new(UnknownHosts(inputs)) { Hint = AreInputs(inputs) + (meant is null ? $"; hosts: {string.Join(", ", others)}" : $": {meant}") };

    /// <summary>Words that name inputs stand where hosts belong, beside words that name nothing.</summary>
    /// <param name="words">All of these words, as they were typed.</param>
    /// <param name="inputs">The inputs among them.</param>
    /// <param name="others">The hints about the words that name nothing.</param>
    public static UsageException InputForHostAndMore(
        IReadOnlyList<string> words, IReadOnlyList<string> inputs, IEnumerable<string> others) =>
        new(UnknownHosts(words)) { Hint = $"{AreInputs(inputs)}; {string.Join("; ", others)}" };

    static string UnknownHosts(IReadOnlyList<string> words) =>
        $"unknown host{(words.Count > 1 ? "s" : "")} {string.Join(", ", words.Select(word => $"'{word}'"))}";

    static string AreInputs(IReadOnlyList<string> inputs) =>
        $"{string.Join(", ", inputs.Select(input => $"'{input}'"))} {(inputs.Count > 1 ? "are inputs" : "is an input")}";

    /// <summary>An input and a host stand in the wrong order.</summary>
    public static UsageException WrongOrder(string input, IEnumerable<string> meant) =>
        new($"unknown host '{input}'") { Hint = $"the host comes first: {ShellWord.Join(meant)}" };

    /// <summary>The word <c>help</c> stands where a host belongs, and no host is called that.</summary>
    public static UsageException NoHelpHere(string path) => new("unknown host 'help'") { Hint = $"'{path} --help' prints the help" };

    /// <summary>A value is refused by the option itself, in these words.</summary>
    public static UsageException Wrong(string message) => new($"{message}");

    // Of one letter any other letter is near, so only its other case counts.
    static string? Near(string option, IReadOnlyList<string> known) => option.Length > 2
        ? Closest.Find(option, known)
        : known.FirstOrDefault(name => name != option && string.Equals(name, option, StringComparison.OrdinalIgnoreCase));
}
