using System.Globalization;
using System.Text;

namespace Hostlock.Reporting;

/// <summary>Renders the lines of a file that change, each with its number: in the old text for removed lines, in the new text for added
/// ones.</summary>
public static class LineDiffText
{
    // A file that people write has some hundred lines. Beyond this, all lines between the first and the last change are shown.
    const int MostCompared = 4_000_000;

    /// <summary>Renders the difference.</summary>
    /// <param name="before">The old text.</param>
    /// <param name="after">The new text.</param>
    /// <param name="ink">The colours.</param>
    public static string Render(string before, string after, Ink ink)
    {
        var (old, now) = (Lines(before), Lines(after));
        var start = old.AsSpan().CommonPrefixLength(now);
        var end = 0;
        while (end < Math.Min(old.Length, now.Length) - start && old[^(end + 1)] == now[^(end + 1)])
            end++;
        var (i, j) = (start, start);
        var (oldEnd, nowEnd) = (old.Length - end, now.Length - end);
        var common = Common(old.AsSpan(start..oldEnd), now.AsSpan(start..nowEnd));
        var text = new StringBuilder();
        while (i < oldEnd || j < nowEnd)
        {
            if (i < oldEnd && j < nowEnd && common is not null && old[i] == now[j])
                (i, j) = (i + 1, j + 1);
            else if (i < oldEnd && (j == nowEnd || common is null || common[i + 1 - start, j - start] >= common[i - start, j + 1 - start]))
                Add(ink.Bad($"- {Visible.Line(old[i])}"), i++);
            else
                Add(ink.Good($"+ {Visible.Line(now[j])}"), j++);
        }
        return text.ToString();

        void Add(string line, int at) => text.Append(CultureInfo.InvariantCulture, $"  {at + 1,4} {line}\n");
    }

    // The length of the longest common rest of two lists of lines, by where the rests begin; null if it would be too much work.
    static int[,]? Common(ReadOnlySpan<string> old, ReadOnlySpan<string> now)
    {
        if ((long)(old.Length + 1) * (now.Length + 1) > MostCompared)
            return null;
        var common = new int[old.Length + 1, now.Length + 1];
        for (var i = old.Length - 1; i >= 0; i--)
        {
            for (var j = now.Length - 1; j >= 0; j--)
                common[i, j] = old[i] == now[j] ? common[i + 1, j + 1] + 1 : Math.Max(common[i + 1, j], common[i, j + 1]);
        }
        return common;
    }

    static string[] Lines(string text) => [.. text.Split('\n').Select(line => line.TrimEnd('\r'))];
}
