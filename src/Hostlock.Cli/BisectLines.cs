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
    public void Suspected(IReadOnlyList<string> inputs) =>
        terminal.Talk(
            string.Create(
                CultureInfo.InvariantCulture,
                $"{inputs.Count} {(inputs.Count == 1 ? "input differs" : "inputs differ")}: {string.Join(' ', inputs)}\n"));

    public void Tried(IReadOnlyList<string> inputs, Verdict verdict) =>
        terminal.Talk($"{(inputs.Count == 0 ? "the good lock" : $"with {string.Join(' ', inputs)}")}: {Word(verdict)}\n");

    public void Blamed(IReadOnlyList<string> inputs, LockDiff diff)
    {
        terminal.Data(inputs.Count == 1 ? $"{inputs[0]} broke {owner}:\n" : $"these together broke {owner}: {string.Join(' ', inputs)}\n");
        terminal.Data(DiffText.Render(diff, hasLinks: true));
    }

    public void FoundRevisions(string input, int count) =>
        terminal.Talk(string.Create(CultureInfo.InvariantCulture, $"{count} revisions of {input} lie between\n"));

    public void TriedRevision(string input, NewestRevision revision, Verdict verdict) =>
        terminal.Talk($"{input} at {revision.Id.Shortened} ({revision.Time ?? default}): {Word(verdict)}\n");

    public void Warned(Warning warning) => terminal.Warn(warning);

    public void Said(string text) => terminal.PassOn(text);

    string Word(Verdict verdict) => verdict switch
    {
        Verdict.Good => terminal.Ink.Good("good"),
        Verdict.Bad => terminal.Ink.Bad("bad"),
        _ => "cannot be told",
    };
}
