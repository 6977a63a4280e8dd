using System.Text.RegularExpressions;

namespace Hostlock.Reporting;

/// <summary>
/// Commands in messages, as the user can type them. Messages have them as they are typed in the folder of the flake; in another folder,
/// they say where the flake is.
/// </summary>
/// <param name="Option">The folder that the user named the flake by, with <c>-C</c>; null if hostlock finds the flake by itself.</param>
/// <param name="Folder">The way from the current folder to that of the flake; null if they are one.</param>
public sealed partial record TypedCommands(string? Option, string? Folder)
{
    /// <summary>The user is in the folder of the flake.</summary>
    public static readonly TypedCommands InFlake = new(null, null);

    /// <summary>A command or a hint, as it can be typed where the user is.</summary>
    /// <param name="text">The text. Its commands begin it, or follow a quotation mark, a colon or another command.</param>
    public string Here(string text) => this == InFlake ? text : Program().Replace(text, Placed);

    /// <summary>A sentence, with the commands that it quotes as they can be typed where the user is.</summary>
    /// <param name="text">The sentence. Its first word may be the name of a program that it is about.</param>
    public string Quoted(string text) => this == InFlake ? text : QuotedProgram().Replace(text, Placed);

    string Placed(Match program) => program.Value switch
    {
        "hostlock" => Option is null ? "hostlock" : $"hostlock -C {ShellWord.Quote(Option)}",
        "git" => Folder is null ? "git" : $"git -C {ShellWord.Quote(Folder)}",
        var other => Folder is null ? other : $"cd {ShellWord.Quote(Folder)} && {other}",
    };

    [GeneratedRegex("(?<=^|'|: |&& )(?:hostlock|git|cp|mv)(?= )", RegexOptions.CultureInvariant)]
    private static partial Regex Program();

    [GeneratedRegex("(?<=')(?:hostlock|git|cp|mv)(?= )", RegexOptions.CultureInvariant)]
    private static partial Regex QuotedProgram();
}
