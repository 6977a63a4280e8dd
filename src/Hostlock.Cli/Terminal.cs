using Hostlock.Reporting;

namespace Hostlock.Cli;

/// <summary>The one place that prints: data on the output, talk on the errors.</summary>
sealed class Terminal(Surroundings surroundings, string when)
{
    /// <summary>How to colour what goes to the output.</summary>
    public Ink Ink { get; } = new(when switch
    {
        "always" => true,
        "never" => false,
        _ => surroundings.IsTerminal && surroundings.Variables.GetValueOrDefault("NO_COLOR", "").Length == 0 && surroundings.Variables.GetValueOrDefault("TERM") != "dumb",
    });

    public int Width => surroundings.Width;

    /// <summary>Data for people, or JSON. Nothing in it moves the cursor.</summary>
    public void Data(string text) => surroundings.Output.Write(Visible.Rendered(text, Ink.Marks));

    /// <summary>Data of which every byte counts, written as it is made.</summary>
    public void Data(Action<TextWriter> write) => write(surroundings.Output);

    /// <summary>What is said to people. Nothing in it moves the cursor, and it has no password or token of an address.</summary>
    public void Talk(string text) => surroundings.Errors.Write(Visible.Rendered(Visible.WithoutSecrets(text), Ink.Marks));

    /// <summary>Passes on what a program of the user's says, as it says it.</summary>
    public void PassOn(string said) => surroundings.Errors.Write(said);

    public void Warn(Warning warning) => Talk(ErrorText.Render(warning, Ink));

    public void Error(HostlockException error) => Talk(ErrorText.Render(error, Ink));

    /// <summary>True where what was shown may be written: it was said so beforehand, or a person says so now.</summary>
    public bool MayWrite(bool isSaid)
    {
        if (isSaid || Ask("\nWrite this?") is true)
            return true;
        Talk("nothing was written; pass --yes to write it\n");
        return false;
    }

    // Null where there is nobody to ask.
    bool? Ask(string question)
    {
        if (surroundings.Input is not { } input || !surroundings.IsTerminal)
            return null;
        surroundings.Output.Flush();
        Talk($"{question} [y/N] ");
        return input.ReadLine()?.Trim() is "y" or "Y" or "yes";
    }
}
