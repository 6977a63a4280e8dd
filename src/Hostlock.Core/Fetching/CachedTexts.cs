using System.Collections.Concurrent;
using System.Text;
using Hostlock.Platform;

namespace Hostlock.Fetching;

/// <summary>
/// Texts that are kept in the cache, each in one small file. A file that is damaged, foreign or of another version is ignored. Several runs
/// may use the files at once, because they are replaced whole.
/// </summary>
/// <param name="folder">The folder of the files.</param>
/// <param name="version">The first line of each file.</param>
/// <param name="maximumBytes">The most bytes that a file may have.</param>
public sealed class CachedTexts(string folder, string version, int maximumBytes)
{
    // Looking for leftovers lists a folder, which may have a file for each host.
    readonly ConcurrentDictionary<string, bool> _cleared = new(StringComparer.Ordinal);

    // By path, the checksum of the text that this run kept there. Several inputs may have one tree, whose text is written once.
    readonly ConcurrentDictionary<string, string> _kept = new(StringComparer.Ordinal);

    /// <summary>The text under a key; null if there is none.</summary>
    /// <param name="path">The path of its file in the folder.</param>
    /// <param name="key">The key.</param>
    public string? Find(string path, string key) =>
        RegularFile.TextIfReadable(Path.Combine(folder, path), maximumBytes)?.Split('\n', 3) is [var first, var sum, var text]
        && first == version
        && sum == Sum(key, text)
            ? text
            : null;

    /// <summary>Keeps a text. If it cannot be written, nothing fails: it is asked for again. What is kept already is not
    /// written again.</summary>
    /// <param name="path">The path of its file in the folder.</param>
    /// <param name="key">The key.</param>
    /// <param name="text">The text.</param>
    public void Keep(string path, string key, string text)
    {
        var sum = Sum(key, text);
        if (_kept.TryGetValue(path, out var kept) && kept == sum)
            return;
        var (file, contents) = (Path.Combine(folder, path), $"{version}\n{sum}\n{text}");
        try
        {
            // It is often that of an earlier run, and takes less time to be read than to be written.
            if (RegularFile.TextIfReadable(file, maximumBytes) != contents)
                Write(file, contents);
            _kept[path] = sum;
        }
        catch (Exception why) when (why is IOException or UnauthorizedAccessException or PlatformException)
        {
            // The next run asks again.
        }
    }

    /// <summary>The SHA-256 of a key, in hexadecimal digits. It can name the file of any key.</summary>
    /// <param name="key">The key.</param>
    public static string NameOf(string key) => ByteDigest.Sha256Hex(key);

    void Write(string file, string contents)
    {
        var place = Path.GetDirectoryName(file)!;
        if (!_cleared.ContainsKey(place))
        {
            Directory.CreateDirectory(place);
            AtomicFile.ClearLeftovers(place);
            _cleared.TryAdd(place, true);
        }
        AtomicFile.Replace(file, Encoding.UTF8.GetBytes(contents), isDurable: false);
    }

    // The key is part of the checksum, so that a text in the file of another key is noticed.
    static string Sum(string key, string text) => NameOf($"{key}\n{text}");
}
