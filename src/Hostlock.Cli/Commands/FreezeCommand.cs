using System.CommandLine;
using System.Globalization;
using Hostlock.Flakes;
using Hostlock.Fleets;
using Hostlock.Fleets.Settings;

namespace Hostlock.Cli.Commands;

/// <summary>Freezes an input of a host, in hostlock.toml.</summary>
sealed class FreezeCommand(Surroundings surroundings)
{
    readonly Argument<string> _host = CommonOptions.One("host", "HOST", "A host");
    readonly Option<string?> _reason = new("--reason") { Description = "Why, for whoever meets the freeze", HelpName = "TEXT" };
    readonly Option<string?> _until = new("--until") { Description = "The last day it holds: 2026-12-31", HelpName = "DAY" };
    readonly Option<bool> _dryRun = CommonOptions.DryRun();

    public Command Build()
    {
        var input = CommonOptions.Input(_host);
        var command = new Command("freeze", "Keep an input of a host where it is") { _host, input, _reason, _until, _dryRun };
        command.SetAction(parsed => (int)Run(parsed, parsed.GetValue(input)!));
        return command;
    }

    ExitCode Run(ParseResult parsed, string input)
    {
        var folder = surroundings.Open(parsed);
        if (parsed.GetValue(_host) == HostName.Root)
            throw FleetException.RootCannotFreeze();
        var host = folder.HostNamed(parsed.GetValue(_host)!);
        var freeze = new Freeze(parsed.GetValue(_reason) ?? Freeze.NoReason, Day(parsed.GetValue(_until)));
        RefuseUnknown(folder.Places([host.Name.ToString()])[0], input);
        FleetFileWriting.Edit(folder, file => FleetFileEdit.SetFreeze(file, host.Name, input, freeze), parsed.GetValue(_dryRun));
        surroundings.TerminalFor(parsed).Data($"{host.Name}  {input}  frozen{(freeze.Until is { } day ? $" until {day:yyyy-MM-dd}" : "")}\n");
        return ExitCode.Done;
    }

    DateOnly? Day(string? word)
    {
        if (word is null)
            return null;
        if (!DateOnly.TryParseExact(word, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day))
            throw FleetException.NotADay(word);
        return day >= DateOnly.FromDateTime(surroundings.Time.GetUtcNow().UtcDateTime) ? day : throw FleetException.DayIsPast(word);
    }

    // A misspelt freeze would freeze nothing. A host that has no lock yet has nothing to compare with.
    static void RefuseUnknown(LockPlace place, string input)
    {
        if (!InputPath.IsReferable(input))
            throw FleetException.NotAnInputPath(input);
        if (HostLocks.Read(place) is { } file && !file.Root.Inputs.ContainsKey(input))
            throw FleetException.NotAnInput(place, InputPath.Of(input), file.Root.Inputs.Names);
    }
}

/// <summary>Changes of hostlock.toml by commands; with <c>--dry-run</c>, all of it but the writing.</summary>
static class FleetFileWriting
{
    public static void Edit(FleetFolder folder, Func<SourceText, EditedText> edit, bool isDryRun)
    {
        using var reserved = isDryRun ? null : folder.Reserve();
        // Read again now that nobody else writes it.
        var file = folder.ReadFleetFile();
        var edited = edit(file);
        if (!isDryRun && edited.Text != file.Text)
            folder.WriteFleetFile(edited.Text);
    }
}
