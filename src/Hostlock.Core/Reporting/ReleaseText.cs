using System.Globalization;
using System.Text;
using Hostlock.Flakes;
using Hostlock.Releases;

namespace Hostlock.Reporting;

/// <summary>Renders the systems that a release gives to hosts.</summary>
public static class ReleaseText
{
    const int FilesShown = 5;

    /// <summary>Renders a release: a line for each host, and whether its system is the one of the release before.</summary>
    /// <param name="release">The release.</param>
    /// <param name="last">The release before; null if there was none.</param>
    /// <param name="ink">The colours.</param>
    public static string Render(ReleaseManifest release, ReleaseManifest? last, Ink ink)
    {
        var text = new StringBuilder(
            $"release {ink.Bold(release.Number.ToString())} of {release.Fleet}, until {Minute(release.Expires)}\n");
        var width = release.Hosts.Names.Select(name => name.Length).DefaultIfEmpty().Max();
        foreach (var (host, released) in release.Hosts)
        {
            var before = last is not null && last.Hosts.TryGetValue(host, out var old) ? old.System : null;
            var word = before == released.System ? ink.Dim("as before") : ink.Good("new");
            text.Append($"  {host.PadRight(width)}  {released.System.Name}  {word}\n");
        }
        foreach (var gone in last?.Hosts.Names.Except(release.Hosts.Names) ?? [])
            text.Append($"  {gone.PadRight(width)}  {ink.Warn("no longer in it")}\n");
        return text.ToString();
    }

    /// <summary>Says that files are not in the systems, because no commit has them.</summary>
    /// <param name="files">The files.</param>
    public static Warning LeftOut(IReadOnlyList<string> files)
    {
        var more = files.Count > FilesShown ? $" and {files.Count - FilesShown} more" : "";
        return new($"left out, because no commit has it: {string.Join(' ', files.Take(FilesShown))}{more}");
    }

    /// <summary>A time to the minute, in UTC: <c>2026-12-13 21:00 UTC</c>.</summary>
    /// <param name="moment">The time.</param>
    internal static string Minute(Moment moment) =>
        moment.Date.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture) + " UTC";
}
