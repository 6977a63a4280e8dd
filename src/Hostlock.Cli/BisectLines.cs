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

    public void Suspected(IReadOnlyList<string> inputs) => terminal.Talk(BisectText.Suspected(inputs));

    public void Tried(IReadOnlyList<string> inputs, Verdict verdict) => terminal.Talk(BisectText.Tried(inputs, verdict, terminal.Ink));

    public void Blamed(IReadOnlyList<string> inputs, LockDiff diff) => terminal.Data(BisectText.Blamed(owner, inputs, diff, terminal.Ink));

    public void FoundRevisions(string input, int count) => terminal.Talk(BisectText.Between(input, count));

    public void TriedRevision(string input, NewestRevision revision, Verdict verdict) =>
        terminal.Talk(BisectText.Tried(input, revision, verdict, terminal.Ink));

    public void Warned(Warning warning) => terminal.Warn(warning);

    public void Said(string text) => terminal.PassOn(text);
}
