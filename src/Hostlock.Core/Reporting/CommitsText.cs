using System.Globalization;
using System.Text;
using Hostlock.Fleets.Changes;

namespace Hostlock.Reporting;

/// <summary>Renders the commits by which an input moved.</summary>
public static class CommitsText
{
    /// <summary>The most commits that are listed of an input.</summary>
    public const int Most = 20;

    /// <summary>Renders the commits of one input; if they are not known, why, and where upstream shows them.</summary>
    /// <param name="moved">The input, and its commits.</param>
    /// <param name="ink">The colours.</param>
    public static string Render(MovedCommits moved, Ink ink)
    {
        var (change, commits, why) = moved;
        var text = new StringBuilder($"\n{ink.Bold(Visible.Name(change.Path.ToString()))}: ");
        var address = CompareLink.Between(change.Before, change.After);
        if (commits is null)
        {
            text.Append(why is null ? "its commits are not on this machine" : $"its commits are not known: {Visible.Name(why.Message)}");
            text.Append('\n');
            return address is null ? text.ToString() : text.Append($"  {address}\n").ToString();
        }
        text.Append(CultureInfo.InvariantCulture, $"{commits.Total} {(commits.Total == 1 ? "commit" : "commits")}\n");
        foreach (var commit in commits.Titles)
            text.Append($"  {ink.Warn(commit.Id.Shortened)} {Visible.Name(commit.Title)}\n");
        var more = commits.Total - Math.Min(commits.Total, (ulong)commits.Titles.Length);
        if (more > 0)
            text.Append(CultureInfo.InvariantCulture, $"  and {more} more{(address is null ? "" : $": {address}")}\n");
        return text.ToString();
    }
}
