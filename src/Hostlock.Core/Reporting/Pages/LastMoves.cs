using Hostlock.Fetching.Git;
using Hostlock.Fleets.History;
using Hostlock.Locks;

namespace Hostlock.Reporting.Pages;

/// <summary>Lists the last commits that moved locks, with what moved, in which hosts, and by which promotion.</summary>
static class LastMoves
{
    const int MostShown = 60, MostOpen = 12, InputsNamed = 3, LinksIn = 8;

    /// <summary>Renders the list.</summary>
    /// <param name="history">The moves.</param>
    public static Html Render(FleetHistory history)
    {
        if (history.Moves.IsEmpty)
            return $"<p>git has no history of these locks yet.</p>\n";
        var commits = history.Moves.Reverse().GroupBy(move => move.Commit).ToList();
        var shown = commits.Take(MostShown).ToList();
        return $"{Table(shown.Take(MostOpen), isLinked: true)}{Older(shown)}{Bound(commits.Count, shown.Count, history.IsCut)}";
    }

    static Html Older(List<IGrouping<FileCommit, LockMove>> shown) =>
        shown.Count > MostOpen
            ? $"<details><summary>{PageWords.Count(shown.Count - MostOpen, "earlier commit")}</summary>"
                + $"{Table(shown.Skip(MostOpen), isLinked: false)}</details>\n"
            : Html.Nothing;

    static Html Bound(int commits, int shown, bool isCut)
    {
        if (commits == shown && !isCut)
            return Html.Nothing;
        var read = isCut
            ? (Html)$"The newest {commits} commits that moved locks were read"
            : $"{commits} commits moved locks";
        return $"<p>{read}; the newest {shown} are listed. {PageWords.Command("hostlock log HOST")} has the others.</p>\n";
    }

    static Html Table(IEnumerable<IGrouping<FileCommit, LockMove>> commits, bool isLinked) => $"""
        <div class="scroll" tabindex="0" role="region" aria-label="{(isLinked ? "the last moves" : "earlier moves")}"><table>
        <thead><tr><th scope="col">day</th><th scope="col">commit</th><th scope="col">moved</th></tr></thead><tbody>
        {commits.Select((commit, i) => Row(commit, isLinked && i < LinksIn))}</tbody></table></div>

        """;

    static Html Row(IGrouping<FileCommit, LockMove> commit, bool isLinked)
    {
        var (id, by) = (commit.Key, commit.Key.PromotedFrom);
        var subject = isLinked ? $" {id.Subject}" : Html.Nothing;
        var from = by.Length > 0 ? $" <small>promoted from {by}</small>" : Html.Nothing;
        // Locks that are not the same may move alike.
        var moved = Html.Join(
            $"<br>",
            commit.GroupBy(move => string.Join(", ", MoveWords.Inputs(move, InputsNamed)))
                .Select(alike => Moved(alike.Key, [.. alike], isLinked)));
        return $"<tr><td>{id.Time?.ToString() ?? "no date"}</td><th scope=\"row\"><code>{id.Id.Shortened}</code>{subject}</th>"
            + $"<td>{moved}{from}</td></tr>\n";
    }

    static Html Moved(string inputs, IReadOnlyList<LockMove> alike, bool isLinked)
    {
        var hosts = PageWords.Names([.. alike.SelectMany(move => move.Places).SelectMany(place => place.Sharers)]);
        var words = (Html)$"<b>{hosts:line}</b> {inputs:line}";
        if (!isLinked || alike[0] is not { Before: { } before, After: { } after })
            return words;
        var links = LockDiff.Between(before, after).Changes.Where(change => change.Path.Length == 1).Take(InputsNamed)
            .Select(change => (Path: change.Path.ToString(), Link: CompareLink.Between(change.Before, change.After)))
            .Where(change => change.Link is not null)
            .Select(change => Html.Link(change.Link, $"compare {change.Path}"));
        return Html.Join($" ", links.Prepend(words));
    }
}
