using System.Globalization;
using System.Text;
using Hostlock.Fleets;
using Hostlock.Locks;

namespace Hostlock.Reporting;

/// <summary>Renders the inputs that locks have more than once, the hosts, and the lines of flake.nix that would join them.</summary>
public static class RepetitionText
{
    /// <summary>Renders the repeated inputs of each lock, and the lines of follows that would join them.</summary>
    public static string Render(IReadOnlyList<RepeatedInputs> locks, Ink ink)
    {
        var text = new StringBuilder();
        var groups = Alike.Group(locks, repeating => repeating.Place.Sharers, repeating => Body(repeating.Repetitions, ink));
        foreach (var (hosts, body) in groups)
            text.Append(body.Length == 0 ? $"{ink.Bold(hosts)}: nothing is repeated\n" : $"{ink.Bold(hosts)}\n{body}");
        return text.ToString();
    }

    static string Body(IReadOnlyList<Repetition> repetitions, Ink ink)
    {
        var text = new StringBuilder();
        foreach (var repetition in repetitions)
        {
            var target = Visible.Name(repetition.Target);
            var joined = repetition.Others.Length + 1 == repetition.Times
                ? "these lines join them"
                : "these lines join some of them";
            var revisions = repetition.Revisions == 1 ? "all of one revision" : $"{repetition.Revisions} revisions";
            text.Append(
                CultureInfo.InvariantCulture,
                $"  {target} occurs {repetition.Times} times, {revisions}; {joined}:\n");
            foreach (var path in repetition.Others)
                text.Append(CultureInfo.InvariantCulture, $"    {ink.Good(Visible.Line(repetition.LineFor(path)))}\n");
        }
        return text.ToString();
    }
}
