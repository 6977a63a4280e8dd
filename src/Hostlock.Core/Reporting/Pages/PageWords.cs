using System.Globalization;
using Hostlock.Flakes;
using Hostlock.Fleets;
using Hostlock.Locks;

namespace Hostlock.Reporting.Pages;

/// <summary>Words that several parts of a page use.</summary>
static class PageWords
{
    const int HostsNamed = 6;

    /// <summary>The input by which people tell how old a host is: nixpkgs, or else the first one with a date that most locks have; null if
    /// no lock has a dated input.</summary>
    /// <param name="locks">The locks.</param>
    public static string? MainInput(IEnumerable<LockStatus> locks)
    {
        var dated = locks.SelectMany(status => status.Inputs).Where(input => input.Locked?.LastModified is not null)
            .CountBy(input => input.Name, StringComparer.Ordinal).ToList();
        return dated.Exists(input => input.Key == "nixpkgs")
            ? "nixpkgs"
            : dated.OrderByDescending(input => input.Value).ThenBy(input => input.Key, Utf8Order.Instance)
                .Select(input => input.Key).FirstOrDefault();
    }

    /// <summary>The first of some hosts by name, and how many more there are.</summary>
    /// <param name="owners">The hosts.</param>
    public static string Names(IReadOnlyList<LockOwner> owners) =>
        owners.Count <= HostsNamed + 1
            ? string.Join(' ', owners)
            : $"{string.Join(' ', owners.Take(HostsNamed))} and {Number(owners.Count - HostsNamed)} more";

    /// <summary>A number with its noun: <c>1 host</c>, <c>3 hosts</c>.</summary>
    /// <param name="count">The number.</param>
    /// <param name="noun">The noun for one.</param>
    public static string Count(int count, string noun) => $"{Number(count)} {noun}{(count == 1 ? "" : "s")}";

    /// <summary>A number in digits.</summary>
    public static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);

    /// <summary>Whole days between two moments, at least none.</summary>
    /// <param name="later">The later moment.</param>
    /// <param name="earlier">The earlier moment.</param>
    public static double Days(Moment later, Moment earlier) => later.SecondsSince(earlier) / 86400.0;

    /// <summary>A number of days in words, rounded down.</summary>
    public static string Days(double days) => Count((int)days, "day");

    /// <summary>A title and what lies below it, as a part of the page that one can jump to.</summary>
    /// <param name="id">The word by which it is found.</param>
    /// <param name="title">The title.</param>
    /// <param name="body">What lies below.</param>
    public static Html Section(string id, string title, Html body) =>
        $"<section id=\"{id}\" aria-labelledby=\"{id}-title\"><h2 id=\"{id}-title\">{title}</h2>\n{body}</section>\n";

    /// <summary>A command that can be copied.</summary>
    public static Html Command(string command) => $"<code class=\"command\">{command:line}</code>";

    /// <summary>The pinned entry of an input; null if the lock has none of its own.</summary>
    /// <param name="file">The lock.</param>
    /// <param name="input">The input.</param>
    public static FlakeRef? Pin(LockFile? file, string input) =>
        file is not null && file.Root.Inputs.TryGetValue(input, out var edge) && edge is LockEdge.Locked(var node) ? node.Locked : null;
}
