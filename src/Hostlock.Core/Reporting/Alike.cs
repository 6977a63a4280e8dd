using Hostlock.Fleets;

namespace Hostlock.Reporting;

/// <summary>
/// Groups hosts with the same text: of a thousand, most are alike, so each text is printed once, with all its hosts.
/// </summary>
static class Alike
{
    /// <summary>Groups items by their text, in the order of the first item of each group.</summary>
    /// <typeparam name="T">The type of the items.</typeparam>
    /// <param name="items">The items.</param>
    /// <param name="hosts">The hosts of an item.</param>
    /// <param name="text">The text of an item.</param>
    /// <returns>The names of the hosts, parted by blanks, and the text.</returns>
    public static IEnumerable<(string Hosts, string Text)> Group<T>(
        IEnumerable<T> items, Func<T, IEnumerable<LockOwner>> hosts, Func<T, string> text) =>
        items.GroupBy(text).Select(alike => (string.Join(' ', alike.SelectMany(hosts)), alike.Key));
}
