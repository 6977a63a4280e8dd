using System.Text;
using Hostlock.Fleets.History;
using Hostlock.Machines.Systems;

namespace Hostlock.Reporting;

/// <summary>Renders the hosts whose systems differ from those of an earlier commit, one on each line.</summary>
public static class AffectedText
{
    /// <summary>Renders the lines.</summary>
    /// <param name="affected">The hosts.</param>
    /// <param name="ink">The colours.</param>
    public static string Render(AffectedFleet affected, Ink ink)
    {
        var text = new StringBuilder();
        var width = affected.Hosts.Select(host => host.Name.ToString().Length)
            .Concat(affected.Gone.Select(name => name.ToString().Length)).DefaultIfEmpty(0).Max();
        foreach (var host in affected.Hosts)
            text.Append($"{host.Name.ToString().PadRight(width)}  {Why(host)}\n");
        foreach (var name in affected.Gone)
            text.Append($"{name.ToString().PadRight(width)}  {ink.Dim("gone: hostlock.toml has it no more")}\n");
        return text.ToString();
    }

    /// <summary>Counts them, for people.</summary>
    /// <param name="affected">The hosts.</param>
    /// <param name="word">The commit, as the user named it.</param>
    public static string Counts(AffectedFleet affected, string word)
    {
        var rest = affected.Asked - affected.Evaluated;
        var hosts = affected.Asked == 1 ? "host" : "hosts";
        return $"affected since {Visible.Name(word)}: {affected.Hosts.Length} of {affected.Asked} {hosts}"
            + (rest > 0 ? $"; the other {rest} are not concerned" : "")
            + (affected.Failed.IsEmpty ? "" : $"; {affected.Failed.Length} cannot be evaluated") + "\n"
            + (affected.Seen is { } why ? $"every host was evaluated: {Visible.Text(why)}\n" : "");
    }

    static string Why(AffectedHost host) =>
        string.Join(" and ", host.Reasons.DefaultIfEmpty(ChangeReason.Files).Select(Word))
        + (host.EarlierProblem is null ? "" : "; it cannot be evaluated as it was");

    static string Word(ChangeReason reason) => reason switch
    {
        ChangeReason.Lock => "lock",
        ChangeReason.Files => "files",
        ChangeReason.Settings => "hostlock.toml",
        ChangeReason.Revision => "revision of the flake",
        ChangeReason.New => "new",
        _ => throw new System.Diagnostics.UnreachableException(),
    };
}
