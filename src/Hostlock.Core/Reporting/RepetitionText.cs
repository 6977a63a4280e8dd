using System.Globalization;
using System.Text;
using Hostlock.Fleets;
using Hostlock.Locks;

namespace Hostlock.Reporting;

/// <summary>Renders the inputs that locks have more than once, the hosts, and the lines of flake.nix that would join them.</summary>
public static class RepetitionText
{
    public static string Render(IReadOnlyList<(LockPlace Place, IReadOnlyList<Repetition> Repetitions)> locks, Ink ink)
    {
        var text = new StringBuilder();
        foreach (var group in locks.GroupBy(each => Body(each.Repetitions, ink)))
        {
            var hosts = ink.Bold(string.Join(' ', group.SelectMany(each => each.Place.Sharers)));
            text.Append(group.Key.Length == 0 ? $"{hosts}: nothing is there twice\n" : $"{hosts}\n{group.Key}");
        }
        return text.ToString();
    }

    static string Body(IReadOnlyList<Repetition> repetitions, Ink ink)
    {
        var text = new StringBuilder();
        foreach (var repetition in repetitions)
        {
            var revisions = repetition.Revisions == 1 ? "all of one revision" : $"{repetition.Revisions} revisions";
            text.Append(CultureInfo.InvariantCulture, $"  {repetition.Target} is there {repetition.Others.Length + 1} times, {revisions}; these lines join them:\n");
            foreach (var path in repetition.Others)
                text.Append(CultureInfo.InvariantCulture, $"    {ink.Good(repetition.LineFor(path))}\n");
        }
        return text.ToString();
    }
}
