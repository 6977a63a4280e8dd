using System.Globalization;
using Hostlock.Fleets;
using Hostlock.Fleets.Bisecting;
using Hostlock.Locks;
using Hostlock.Reporting;

namespace Hostlock.Cli;

/// <summary>Prints the steps of a search: each try as talk, the culprits as data.</summary>
/// <param name="terminal">Prints them.</param>
/// <param name="owner">The host that is broken, or the root.</param>
sealed class BisectLines(Terminal terminal, LockOwner owner) : IBisectWatcher
{
    public void GaveUp(string command) =>
        terminal.Warn(new($"the search that was open (--run {ShellWord.Quote(command)}) is given up for this one"));

    public void Suspected(IReadOnlyList<string> inputs) =>
        terminal.Talk(
            string.Create(
                CultureInfo.InvariantCulture,
                $"{inputs.Count} {(inputs.Count == 1 ? "input differs" : "inputs differ")}: {Names(inputs)}\n"));

    public void Tried(IReadOnlyList<string> inputs, Verdict verdict) =>
        terminal.Talk($"{(inputs.Count == 0 ? "the good lock" : $"with {Names(inputs)}")}: {Word(verdict)}\n");

    public void Blamed(IReadOnlyList<string> inputs, LockDiff diff)
    {
        terminal.Data(inputs.Count == 1 ? $"{Names(inputs)} broke {owner}:\n" : $"these together broke {owner}: {Names(inputs)}\n");
        terminal.Data(DiffText.Render(diff, hasLinks: true));
    }

    public void FoundRevisions(string input, int count) =>
        terminal.Talk(string.Create(CultureInfo.InvariantCulture, $"{count} revisions of {Visible.Name(input)} lie between\n"));

    public void TriedRevision(string input, NewestRevision revision, Verdict verdict) =>
        terminal.Talk($"{Visible.Name(input)} at {revision.Id.Shortened}{Date(revision)}: {Word(verdict)}\n");

    /// <summary>The date of a revision in parentheses, behind a space; empty if git cannot read it.</summary>
    public static string Date(NewestRevision revision) => revision.Time is { } time ? $" ({time})" : "";

    public void Warned(Warning warning) => terminal.Warn(warning);

    public void Said(string text) => terminal.PassOn(text);

    // Names of inputs are anybody's.
    static string Names(IEnumerable<string> inputs) => string.Join(' ', inputs.Select(Visible.Name));

    string Word(Verdict verdict) => verdict switch
    {
        Verdict.Good => terminal.Ink.Good("good"),
        Verdict.Bad => terminal.Ink.Bad("bad"),
        _ => "cannot be told",
    };
}
