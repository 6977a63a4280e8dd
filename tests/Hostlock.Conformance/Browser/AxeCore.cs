using System.Formats.Tar;
using System.IO.Compression;
using Hostlock.Tests.Support;

namespace Hostlock.Conformance.Browser;

/// <summary>
/// The rules of axe-core, which tell whether a page can be used by a screen reader and by the keyboard. They are fetched by npm when they
/// are needed; if they cannot be had, the tests are skipped.
/// </summary>
static class AxeCore
{
    const string Package = "axe-core@4";

    static readonly Lazy<string?> Script = new(Fetch);

    /// <summary>The findings of the rules on the page that a browser shows, a line each.</summary>
    /// <param name="browser">The browser.</param>
    public static async Task<string> FindAsync(BrowserPage browser)
    {
        Assert.SkipWhen(Script.Value is null, $"THE PAGES ARE NOT TRIED BY AXE: npm cannot fetch {Package} here");
        await browser.RunAsync($"{Script.Value};null");
        return (string)(await browser.RunAsync(
            """
            axe.run(document).then(found => found.violations
              .map(rule => rule.id + ' ' + rule.nodes.length + ': ' + rule.nodes[0].html.slice(0, 200)).join('\n'))
            """))!;
    }

    static string? Fetch()
    {
        using var folder = new TempFolder();
        try
        {
            var packed = Run.Program("npm", folder.Path, new Dictionary<string, string>(), "pack", "--silent", Package);
            if (packed.ExitCode != 0 || Directory.GetFiles(folder.Path, "*.tgz") is not [var file])
                return null;
            using var archive = new TarReader(new GZipStream(File.OpenRead(file), CompressionMode.Decompress));
            while (archive.GetNextEntry() is { } entry)
            {
                if (entry is { Name: "package/axe.min.js", DataStream: { } data })
                    return new StreamReader(data).ReadToEnd();
            }
            return null;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null; // there is no npm
        }
    }
}
