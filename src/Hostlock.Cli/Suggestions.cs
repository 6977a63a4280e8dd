using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Hostlock.Fleets;
using Hostlock.Fleets.History;

namespace Hostlock.Cli;

/// <summary>
/// The words that may follow at a position of a command line. The scripts of <c>hostlock completion</c> ask for them by <c>hostlock
/// "[suggest:POSITION]" "LINE"</c>. The first line of the answer says what else may stand there: <c>words</c> for nothing else,
/// <c>paths</c> or <c>folders</c>. Each other line is a word, with its option if both are one word (<c>--ring=canary</c>), and after a tab
/// what it means. A shell puts a word into the line as it is, and names in a lock or a setting may be anybody's. So a word that would mean
/// more to a shell than its letters is not among them.
/// </summary>
static class Suggestions
{
    const int MostCommits = 20;
    const int LongestMeaning = 60;

    // The first line of an answer, if nothing but its words may stand there.
    const string Words = "words";

    // The names in the help of values that are folders, and of those that may be files or folders.
    const string Folder = "DIR";
    static readonly string[] Paths = ["SOURCE", "LOCK", "A", "B", "COMMON", "OURS", "THEIRS", "PATH"];

    /// <summary>Reads such a request; null if the words are not one.</summary>
    public static (int Position, string Line)? TryParse(IReadOnlyList<string> words)
    {
        const string prefix = "[suggest:";
        return words is [['[', .., ']'] request, var line]
            && request.StartsWith(prefix, StringComparison.Ordinal)
            && int.TryParse(
                request.AsSpan(prefix.Length, request.Length - prefix.Length - 1),
                NumberStyles.None,
                CultureInfo.InvariantCulture,
                out var position)
            ? (position, line)
            : null;
    }

    /// <summary>The answer to such a request, a line each.</summary>
    /// <param name="position">The position of the cursor in the line, in characters or bytes.</param>
    /// <param name="line">The line with the name of the program.</param>
    /// <param name="root">All commands.</param>
    /// <param name="configuration">How the line is parsed.</param>
    /// <param name="surroundings">Everything outside the program.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public static async Task<IReadOnlyList<string>> AtAsync(
        int position, string line, Command root, ParserConfiguration configuration, Surroundings surroundings,
        CancellationToken cancellationToken)
    {
        // A shell may count in bytes. The position is then beyond the end of a line with longer letters, and means the end.
        var before = line[..Math.Min(position, line.Length)].TrimStart();
        // The first word is the name of the program, in any spelling.
        var rest = before.IndexOf(' ', StringComparison.Ordinal) is >= 0 and var end ? before[(end + 1)..] : "";
        var typed = rest[(rest.LastIndexOf(' ') + 1)..];
        // The library knows the value of an option by itself alone: '--ring=ca' is asked for as '--ring ca'.
        var given = typed.StartsWith("--", StringComparison.Ordinal) && typed.IndexOf('=', StringComparison.Ordinal) is > 0 and var equals
            ? typed[..(equals + 1)]
            : "";
        if (given.Length > 0)
        {
            rest = $"{rest[..^typed.Length]}{given[..^1]} {typed[given.Length..]}";
            typed = typed[given.Length..];
        }
        // The words are completed from the flake that the command would work on.
        if (!rest.Contains("-C ", StringComparison.Ordinal) && !rest.Contains("--flake", StringComparison.Ordinal))
            rest = $"--flake \"{surroundings.FlakeFolder}\" {rest}";
        var already = root.Parse(rest[..^typed.Length], configuration);
        var target = TargetOf(already);
        // The library fails at several letters behind one hyphen, and at an option with its value in the same word. No option begins so.
        if (given.Length > 0 && (target is not Option || typed.StartsWith('-')))
            return [Words];
        var begun = OptionsOf(already).Where(each => IsCalled(each, name => name.StartsWith(typed, StringComparison.Ordinal)));
        if (typed.StartsWith('-') && !begun.Any())
            return [KindOf(target, typed)];
        try
        {
            var items = root.Parse(rest, configuration).GetCompletions(rest.Length)
                .Select(item => (Word: item.Label, Meaning: MeaningOf(item.Label, already) ?? item.Detail));
            if (target is CommitOption)
                items = items.Concat(await CommitsAsync(already, surroundings, cancellationToken));
            var taken = TakenBy(target, already);
            return
            [
                KindOf(target, typed),
                .. items.Where(item => item.Word.StartsWith('-') == typed.StartsWith('-') && ShellWord.Quote(item.Word) == item.Word)
                .Where(item => !taken.Contains(item.Word)).DistinctBy(item => item.Word)
                .Select(item => given + (item.Meaning is { Length: > 0 } meaning ? $"{item.Word}\t{Brief(meaning)}" : item.Word)),
            ];
        }
        catch (HostlockException)
        {
            // In the middle of typing, a fleet may be missing or a word may be incomplete; nothing is suggested then.
            return [KindOf(target, typed)];
        }
    }

    static string KindOf(Symbol? target, string typed) => target switch
    {
        _ when typed.StartsWith('-') => Words,
        Option { HelpName: Folder } => "folders",
        Option { HelpName: { } value } when Paths.Contains(value) => "paths",
        Argument { HelpName: { } value } when Paths.Contains(value) => "paths",
        _ => Words,
    };

    // The option whose value follows, or the argument that takes the next word; null for the name of a command.
    static Symbol? TargetOf(ParseResult already)
    {
        var command = already.CommandResult.Command;
        if (already.Tokens is [.., { Type: TokenType.Option } last])
        {
            var option = OptionsOf(already).FirstOrDefault(each => IsCalled(each, name => name == last.Value));
            if (option?.Arity.MaximumNumberOfValues > 0)
                return option;
        }
        return command.Arguments.FirstOrDefault(
            argument => (already.GetResult(argument)?.Tokens.Count ?? 0) < argument.Arity.MaximumNumberOfValues);
    }

    static IEnumerable<Option> OptionsOf(ParseResult already) => Above(already.CommandResult.Command).SelectMany(each => each.Options);

    static bool IsCalled(Option option, Func<string, bool> isIt) => isIt(option.Name) || option.Aliases.Any(isIt);

    static IEnumerable<Command> Above(Command command) => command.Parents.OfType<Command>().SelectMany(Above).Prepend(command);

    // Words that stand there already: no host, and no input of an option, is named twice.
    static HashSet<string> TakenBy(Symbol? target, ParseResult already) => target switch
    {
        Option option => [.. already.GetResult(option)?.Tokens.Select(token => token.Value) ?? []],
        _ => [.. already.CommandResult.Children.OfType<ArgumentResult>().SelectMany(result => result.Tokens).Select(token => token.Value)],
    };

    static string? MeaningOf(string word, ParseResult already)
    {
        if (word.StartsWith('-'))
            return OptionsOf(already).FirstOrDefault(each => IsCalled(each, name => name == word))?.Description;
        return already.CommandResult.Command.Subcommands.FirstOrDefault(each => each.Name == word) is { } command
            ? HelpContents.Of(command).Summary
            : null;
    }

    static string Brief(string meaning)
    {
        var line = Visible.Line(meaning);
        return line.Length <= LongestMeaning ? line : $"{line[..(LongestMeaning - 1)]}…";
    }

    // The last commits of the locks, or of the lock of the host that the line names.
    static async Task<IEnumerable<(string Word, string? Meaning)>> CommitsAsync(
        ParseResult already, Surroundings surroundings, CancellationToken cancellationToken)
    {
        var folder = FleetFolder.Open(already.GetValue(CommonOptions.Flake)!);
        using var history = LockHistory.Open(surroundings.Processes, folder);
        var owner = already.CommandResult.Tokens.Select(token => folder.TryOwnerNamed(token.Value)).OfType<LockOwner>().FirstOrDefault();
        var commits = await history.CommitsAsync(owner is null ? null : folder.PlaceOf(owner), MostCommits, cancellationToken);
        return commits.Select(commit => (commit.Id.Shortened, (string?)$"{commit.Time} {commit.Subject}"));
    }
}

/// <summary>An option whose value is a commit, or may also be something else. It is completed with the last commits of the locks.</summary>
sealed class CommitOption(string name) : Option<string?>(name);
