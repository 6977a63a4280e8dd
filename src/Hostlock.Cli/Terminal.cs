using Hostlock.Reporting;

namespace Hostlock.Cli;

/// <summary>Prints everything: data to the output, talk to the errors.</summary>
sealed class Terminal(Surroundings surroundings, string when)
{
    /// <summary>The colours of the output.</summary>
    public Ink Ink { get; } = new(when switch
    {
        "always" => true,
        "never" => false,
        _ =>
            surroundings.IsTerminal
                && surroundings.Variables.GetValueOrDefault("NO_COLOR", "").Length == 0
                && surroundings.Variables.GetValueOrDefault("TERM") != "dumb",
    });

    /// <summary>The width of the terminal in columns.</summary>
    public int Width => surroundings.Width;

    /// <summary>Prints data for people, or JSON. No control character in it moves the cursor.</summary>
    public void Data(string text) => surroundings.Output.Write(Visible.Rendered(text, Ink.Marks));

    /// <summary>Prints data whose every byte counts, while it is made.</summary>
    public void Data(Action<TextWriter> write) => write(surroundings.Output);

    /// <summary>
    /// Prints a message to people. No control character in it moves the cursor, and passwords and tokens in addresses are left out.
    /// </summary>
    public void Talk(string text) => surroundings.Errors.Write(Visible.Rendered(Visible.WithoutSecrets(text), Ink.Marks));

    /// <summary>Passes on the output of a program of the user, unchanged.</summary>
    public void PassOn(string said) => surroundings.Errors.Write(said);

    /// <summary>Prints a warning.</summary>
    public void Warn(Warning warning) => Talk(ErrorText.Render(warning, Ink));

    /// <summary>Prints an error.</summary>
    public void Error(HostlockException error) => Talk(ErrorText.Render(error, Ink));

    /// <summary>True if the plan may be written: an option says so, or a person answers yes.</summary>
    public bool MayWrite(bool isSaid)
    {
        if (isSaid || Ask("\nWrite this?") is true)
            return true;
        Talk("nothing was written; pass --yes to write it\n");
        return false;
    }

    // The answer; null if nobody can be asked.
    bool? Ask(string question)
    {
        if (surroundings.Input is not { } input || !surroundings.IsTerminal)
            return null;
        surroundings.Output.Flush();
        Talk($"{question} [y/N] ");
        return input.ReadLine()?.Trim() is "y" or "Y" or "yes";
    }
}
