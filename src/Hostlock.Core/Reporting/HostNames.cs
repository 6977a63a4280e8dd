using System.Globalization;

namespace Hostlock.Reporting;

/// <summary>Lists as many names as fit, and the number of the others.</summary>
static class HostNames
{
    /// <summary>Lists names, parted by blanks. The first is always there, whatever its length.</summary>
    /// <param name="names">The names; none gives an empty text.</param>
    /// <param name="width">The room in columns.</param>
    public static string Fit<T>(IReadOnlyList<T> names, int width)
        where T : notnull =>
        Fit([.. names.Select(name => name.ToString()!)], " ", width);

    /// <summary>Lists words. The first is always there, whatever its length.</summary>
    /// <param name="words">The words; none gives an empty text.</param>
    /// <param name="separator">The text between two words.</param>
    /// <param name="width">The room in columns.</param>
    public static string Fit(IReadOnlyList<string> words, string separator, int width)
    {
        var (length, count) = (0, 0);
        foreach (var word in words)
        {
            var left = words.Count - count - 1;
            var next = length + (count > 0 ? separator.Length : 0) + word.Length;
            if (count > 0 && next + (left > 0 ? separator.Length + More(left).Length : 0) > width)
                break;
            (length, count) = (next, count + 1);
        }
        var shown = string.Join(separator, words.Take(count));
        return count == words.Count ? shown : $"{shown}{separator}{More(words.Count - count)}";
    }

    static string More(int count) => string.Create(CultureInfo.InvariantCulture, $"+{count}");
}
