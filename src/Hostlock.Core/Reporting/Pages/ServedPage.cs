using System.Collections.Immutable;

namespace Hostlock.Reporting.Pages;

/// <summary>The additional parts of a page that a server shows: the page is kept up to date, and may give commands.</summary>
/// <param name="Key">The word that each request of the page must have, and that no other page can read.</param>
/// <param name="State">The number of the state that the page shows.</param>
public sealed record ServedPage(string Key, long State)
{
    /// <summary>The commands that the page can give; none if it may only look.</summary>
    public ImmutableArray<PageAction> Actions { get; init; } = [];
}

/// <summary>A command that a served page can give.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Does">Its effect, in a few words.</param>
/// <param name="Fields">The fields that it takes.</param>
public sealed record PageAction(string Name, string Does, params ImmutableArray<PageField> Fields)
{
    /// <summary>The commands, in the order in which the page lists them.</summary>
    /// <param name="rollout">True if a rollout is under way, which can be approved, paused and resumed.</param>
    public static ImmutableArray<PageAction> All(bool rollout) =>
    [
        new("outdated", "what an update would move", PageField.Hosts, PageField.All, PageField.Inputs),
        new("diff", "compare two locks", PageField.From, PageField.To, PageField.Packages),
        new("update", "move inputs to their newest revisions", PageField.Hosts, PageField.All, PageField.Inputs, PageField.Commit),
        new("promote", "copy a tested lock to hosts", PageField.From, PageField.Hosts, PageField.All, PageField.Inputs, PageField.Commit),
        new("freeze", "keep inputs of hosts as they are", PageField.Hosts, PageField.Inputs, PageField.Reason, PageField.Until),
        new("unfreeze", "let inputs of hosts move again", PageField.Hosts, PageField.Inputs),
        new("hold", "keep the systems of hosts as they are", PageField.Hosts, PageField.Reason, PageField.Until),
        new("unhold", "let hosts get systems again", PageField.Hosts),
        .. rollout
            ?
            [
                new("approve", "let a ring of the rollout begin", PageField.Ring),
                new("pause", "begin no further host of the rollout"),
                new("resume", "go on with the rollout"),
            ]
            : Array.Empty<PageAction>(),
    ];

    /// <summary>True if the command only looks, so that it has no plan.</summary>
    public bool OnlyLooks => Name is "outdated" or "diff";
}

/// <summary>Something that a command of a served page takes.</summary>
public enum PageField
{
    /// <summary>One lock, which comes first.</summary>
    From,

    /// <summary>One lock that the first is compared with.</summary>
    To,

    /// <summary>Hosts and rings.</summary>
    Hosts,

    /// <summary>All of them.</summary>
    All,

    /// <summary>Inputs.</summary>
    Inputs,

    /// <summary>A reason.</summary>
    Reason,

    /// <summary>The last day.</summary>
    Until,

    /// <summary>A ring of the rollout.</summary>
    Ring,

    /// <summary>The locks are committed.</summary>
    Commit,

    /// <summary>The packages of the systems are compared, too.</summary>
    Packages,
}

/// <summary>The names of fields.</summary>
public static class PageFields
{
    /// <summary>The name of a field in the form, and in the requests that the page makes of it.</summary>
    /// <param name="field">The field.</param>
    public static string NameOf(PageField field) => field switch
    {
        PageField.From => "from",
        PageField.To => "to",
        PageField.Hosts => "hosts",
        PageField.All => "all",
        PageField.Inputs => "inputs",
        PageField.Reason => "reason",
        PageField.Until => "until",
        PageField.Ring => "ring",
        PageField.Commit => "commit",
        _ => "packages",
    };
}
