using System.CommandLine;
using Hostlock.Fleets;
using Hostlock.Reporting;

namespace Hostlock.Cli;

/// <summary>Prints everything: data to the output, talk to the errors.</summary>
/// <param name="surroundings">Everything outside the program.</param>
/// <param name="when">When to colour.</param>
/// <param name="commands">How the commands in messages are typed in the current folder.</param>
/// <param name="loudness">The loudness.</param>
sealed class Terminal(Surroundings surroundings, string when, TypedCommands commands, Loudness loudness)
{
    /// <summary>The terminal for a line.</summary>
    /// <param name="surroundings">Everything outside the program.</param>
    /// <param name="parsed">The line.</param>
    public static Terminal Of(Surroundings surroundings, ParseResult parsed)
    {
        // Outside of any flake, a message says by itself where a command is typed.
        var flake = FleetFolder.Find(TypedLine.FolderOf(surroundings, parsed));
        if (flake is null)
            return Of(surroundings, parsed, TypedCommands.InFlake);
        var way = Path.GetRelativePath(surroundings.Folder, flake);
        return Of(surroundings, parsed, new(TypedLine.ValueOf(parsed, CommonOptions.Flake), way == "." ? null : way));
    }

    /// <summary>The terminal for a line whose commands are typed in a way that is known.</summary>
    /// <param name="surroundings">Everything outside the program.</param>
    /// <param name="parsed">The line.</param>
    /// <param name="commands">How the commands in messages are typed in the current folder.</param>
    public static Terminal Of(Surroundings surroundings, ParseResult parsed, TypedCommands commands)
    {
        var loudness = parsed.GetValue(CommonOptions.Quiet) ? Loudness.Quiet
            : parsed.GetValue(CommonOptions.Verbose) ? Loudness.Verbose
            : Loudness.Usual;
        return new(surroundings, TypedLine.ValueOf(parsed, CommonOptions.Color) ?? "auto", commands, loudness)
        {
            AsksNothing = parsed.GetValue(CommonOptions.NoInput),
        };
    }

    /// <summary>True if only errors are printed, and what was asked for.</summary>
    public bool IsQuiet => loudness == Loudness.Quiet;

    /// <summary>True if steps on the way are printed too.</summary>
    public bool IsVerbose => loudness == Loudness.Verbose;

    /// <summary>The colours of the output.</summary>
    public Ink Ink { get; } = new(IsColoured(surroundings, when), HasLinks(surroundings, when))
    {
        IsBrief = surroundings.IsTerminal && loudness != Loudness.Verbose,
    };

    /// <summary>The reader of data.</summary>
    /// <param name="now">The present time, for ages.</param>
    public Screen ScreenAt(DateTimeOffset now) => new(surroundings.IsTerminal, surroundings.Width, Ink, now, commands);

    /// <summary>
    /// Prints data for people, or JSON. No control character in it moves the cursor, no line commands a CI, and passwords and tokens in
    /// addresses are left out.
    /// </summary>
    public void Data(string text) => surroundings.Output.Write(Shown(text));

    /// <summary>Prints data that a person waits for, at once.</summary>
    /// <param name="text">The text.</param>
    public void Live(string text)
    {
        Data(text);
        surroundings.Output.Flush();
    }

    /// <summary>Prints JSON while it is made, by a writer that shows it as <see cref="Data(string)"/> does.</summary>
    public void Data(Action<TextWriter> write) => write(surroundings.Output);

    /// <summary>
    /// Prints a lock. Each byte counts for a program that reads it; at a terminal, no control character in it moves the cursor.
    /// </summary>
    public void Exact(string text) => surroundings.Output.Write(surroundings.IsTerminal ? Visible.Rendered(text, []) : text);

    /// <summary>Prints commands to a CI, each of whose values is escaped already.</summary>
    public void Commands(string text) => surroundings.Output.Write(text);

    /// <summary>Hands on the data that was printed so far. The rest is lost if the program is killed.</summary>
    public void Flush() => surroundings.Output.Flush();

    /// <summary>
    /// Prints a message to people, unless only errors are printed. No control character in it moves the cursor, no line commands a CI, and
    /// passwords and tokens in addresses are left out.
    /// </summary>
    public void Talk(string text)
    {
        if (!IsQuiet)
            Problem(text);
    }

    /// <summary>Prints a step on the way, if that was asked for.</summary>
    public void Detail(string text)
    {
        if (IsVerbose)
            Problem(text);
    }

    /// <summary>Prints a message to people that is part of an error, or that they have to answer.</summary>
    public void Problem(string text) => surroundings.Errors.Write(Shown(text));

    /// <summary>Passes on the output of a program of the user, unchanged.</summary>
    public void PassOn(string said) => surroundings.Errors.Write(said);

    /// <summary>Prints a warning.</summary>
    public void Warn(Warning warning) => Talk(Quoted(ErrorText.Render(warning, Ink, commands)));

    /// <summary>Prints an error.</summary>
    public void Error(HostlockException error) => Problem(Rendered(error));

    /// <summary>The text of an error.</summary>
    public string Rendered(HostlockException error) => ErrorText.Render(error, Ink, commands);

    /// <summary>The way in which commands are typed in the current folder.</summary>
    public TypedCommands CommandsHere => commands;

    /// <summary>A command as it can be typed in the current folder.</summary>
    public string Typed(string command) => commands.Here(command);

    /// <summary>A sentence or a table whose quoted commands can be typed in the current folder.</summary>
    public string Quoted(string text) => commands.Quoted(text);

    /// <summary>True if the plan may be written: an option says so, or a person answers yes.</summary>
    public bool MayWrite(bool isSaid)
    {
        if (isSaid || Ask("\nWrite this?") is true)
            return true;
        Problem("nothing was written; pass --yes to write it\n");
        return false;
    }

    static bool IsColoured(Surroundings surroundings, string when) => when switch
    {
        "always" => true,
        "never" => false,
        _ =>
            surroundings.IsTerminal
                && surroundings.Variables.GetValueOrDefault("NO_COLOR", "").Length == 0
                && surroundings.Variables.GetValueOrDefault("TERM") != "dumb",
    };

    // A person who wants no colours wants no sequences. The console of Linux shows no links.
    static bool HasLinks(Surroundings surroundings, string when) =>
        surroundings.IsTerminal
        && IsColoured(surroundings, when)
        && surroundings.Variables.GetValueOrDefault("TERM") is not ("linux" or "dumb");

    /// <summary>A text as it is shown: no control character in it moves the cursor, and passwords and tokens are left out.</summary>
    /// <param name="text">The text.</param>
    public string Shown(string text) => Visible.Rendered(Visible.WithoutSecrets(text), Ink.Marks);

    /// <summary>True if a person can be asked.</summary>
    public bool CanAsk =>
        surroundings.Input is not null && surroundings.IsTerminal && !AsksNothing
        && surroundings.Variables.GetValueOrDefault("CI", "").Length == 0;

    /// <summary>True if a person can pick from a list.</summary>
    public bool CanPick => CanAsk && surroundings.Keys is not null;

    /// <summary>Has a person pick from a list that narrows as they type. It is drawn over until they are done, and then gone.</summary>
    /// <param name="question">The question.</param>
    /// <param name="rows">The words.</param>
    /// <param name="takesSeveral">True if more than one may be picked.</param>
    /// <param name="cancellationToken">Stops it; the terminal gets the mode that it had.</param>
    /// <returns>The words; null if nobody can be asked, or the person gave up.</returns>
    public async Task<IReadOnlyList<string>?> PickAsync(
        string question, IReadOnlyList<PickedRow> rows, bool takesSeveral, CancellationToken cancellationToken)
    {
        if (!CanPick || rows.Count == 0 || await surroundings.Keys!(cancellationToken) is not { } keys)
            return null;
        var picker = new Picker(question, rows, takesSeveral);
        var buffer = new byte[256];
        var drawn = 0;
        await using (keys)
        {
            try
            {
                var isNew = true;
                while (picker.Picked is null)
                {
                    if (isNew)
                        Draw(picker.Lines(surroundings.Width > 0 ? surroundings.Width : 80, Ink));
                    cancellationToken.ThrowIfCancellationRequested();
                    var read = keys.Read(buffer);
                    foreach (var key in PickerKey.Of(buffer.AsMemory(0, read)).TakeWhile(_ => picker.Picked is null))
                    {
                        if (!picker.Press(key))
                            return null;
                    }
                    isNew = read > 0;
                }
                return picker.Picked;
            }
            finally
            {
                Draw([]);
            }
        }

        void Draw(IReadOnlyList<string> lines)
        {
            var up = drawn > 0 ? $"\e[{drawn}A" : "";
            surroundings.Errors.Write($"\r{up}\e[J{string.Concat(lines.Select(line => $"{line}\n"))}");
            drawn = lines.Count;
        }
    }

    /// <summary>True if nobody is to be asked, whoever is there.</summary>
    public bool AsksNothing { get; init; }

    /// <summary>Asks a person; null if nobody can be asked.</summary>
    /// <param name="question">The question, which yes or no answers.</param>
    public bool? Ask(string question)
    {
        if (!CanAsk || surroundings.Input is not { } input)
            return null;
        Problem($"{question} [y/N] ");
        return input.ReadLine()?.Trim() is "y" or "Y" or "yes";
    }
}

/// <summary>The amount of text.</summary>
enum Loudness
{
    /// <summary>Only errors, and what was asked for.</summary>
    Quiet,

    /// <summary>Reports and warnings.</summary>
    Usual,

    /// <summary>Also steps on the way.</summary>
    Verbose,
}
