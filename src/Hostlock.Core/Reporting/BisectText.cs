using System.Globalization;
using System.Text;
using Hostlock.Fleets;
using Hostlock.Fleets.Bisecting;
using Hostlock.Locks;

namespace Hostlock.Reporting;

/// <summary>Renders a bisect of a host: its steps and its result.</summary>
public static class BisectText
{
    /// <summary>The inputs that differ between the good lock and the bad one.</summary>
    public static string Suspected(IReadOnlyList<string> inputs) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"{inputs.Count} {(inputs.Count == 1 ? "input differs" : "inputs differ")}: {Names(inputs)}\n");

    /// <summary>The result of the good lock with some inputs of the bad one.</summary>
    public static string Tried(IReadOnlyList<string> inputs, Verdict verdict, Ink ink) =>
        $"{(inputs.Count == 0 ? "the good lock" : $"with {Names(inputs)}")}: {Word(verdict, ink)}\n";

    /// <summary>The result of the good lock with a revision of the culprit.</summary>
    public static string Tried(string input, NewestRevision revision, Verdict verdict, Ink ink) =>
        $"{Visible.Name(input)} at {revision.Id.Shortened}{Day(revision)}: {Word(verdict, ink)}\n";

    /// <summary>The number of revisions of the culprit between the good lock and the bad one.</summary>
    public static string Between(string input, int count) =>
        string.Create(CultureInfo.InvariantCulture, $"{count} revisions of {Visible.Name(input)} lie between\n");

    /// <summary>The inputs that broke a host, and the entries that they change.</summary>
    /// <param name="owner">The host, or the root.</param>
    /// <param name="inputs">The inputs, by name; several if they do so only together.</param>
    /// <param name="diff">The entries.</param>
    /// <param name="ink">How the text is made for its reader.</param>
    public static string Blamed(LockOwner owner, IReadOnlyList<string> inputs, LockDiff diff, Ink ink) =>
        (inputs.Count == 1 ? $"{Names(inputs)} broke {owner}:\n" : $"these together broke {owner}: {Names(inputs)}\n")
            + (ink.IsBrief ? BriefDiff.Render(diff, ink, showsAddresses: true) : DiffText.Render(diff, hasLinks: true));

    /// <summary>The end of a search, behind what <see cref="Blamed"/> said: the revision, and how to hold it back.</summary>
    /// <param name="owner">The host, or the root.</param>
    /// <param name="result">The result.</param>
    /// <param name="commands">How commands are typed in the current folder.</param>
    /// <param name="ink">Makes links of revisions.</param>
    public static string Render(LockOwner owner, BisectResult result, TypedCommands commands, Ink ink)
    {
        if (result.Culprits.IsEmpty)
            return "no input of the flake differs between the two locks\n";
        var text = new StringBuilder();
        var (input, word) = (Visible.Name(result.Culprits[0]), ShellWord.Quote(result.Culprits[0]));
        var culprits = result.Revisions?.Culprits ?? [];
        if (culprits.Count > 1)
            text.Append(
                CultureInfo.InvariantCulture,
                $"the first bad revision of {input} is one of these {culprits.Count}; only the last of them could be tested:\n");
        foreach (var culprit in culprits)
        {
            var link = result.Locked is { } locked ? CompareLink.Of(locked, culprit.Id) : null;
            text.Append(culprits.Count > 1 ? "  " : $"the first bad revision of {input} is ")
                .Append($"{ink.Link(culprit.Id.ToString(), link)}{Day(culprit)}\n");
            if (link is not null && !ink.HasLinks)
                text.Append($"  {link}\n");
        }
        if (result.LastGood is { } revision)
        {
            text.Append("to keep the rest and hold it back:\n");
            text.Append($"  {commands.Here($"hostlock update {owner} -i {word} --to {revision} --allow-downgrade")}\n");
            text.Append($"  {commands.Here($"hostlock freeze {owner} {word}")}\n");
        }
        return text.ToString();
    }

    // git cannot read every date.
    static string Day(NewestRevision revision) => revision.Time is { } time ? $" ({time})" : "";

    static string Word(Verdict verdict, Ink ink) => verdict switch
    {
        Verdict.Good => ink.Good("good"),
        Verdict.Bad => ink.Bad("bad"),
        _ => "cannot be told",
    };

    // Names of inputs may have any text.
    static string Names(IEnumerable<string> inputs) => string.Join(' ', inputs.Select(Visible.Name));
}
