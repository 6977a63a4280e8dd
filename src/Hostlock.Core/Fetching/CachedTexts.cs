using System.Collections.Concurrent;
using System.Security.Cryptography;
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
    // To look for leftovers is to list a folder, which may have a file for each host.
    readonly ConcurrentDictionary<string, bool> _cleared = new(StringComparer.Ordinal);

    /// <summary>The text under a key; null if there is none.</summary>
    /// <param name="path">The path of its file in the folder.</param>
    /// <param name="key">The key.</param>
    public string? Find(string path, string key) =>
        RegularFile.TextIfReadable(Path.Combine(folder, path), maximumBytes)?.Split('\n', 3) is [var first, var sum, var text]
        && first == version
        && sum == Sum(key, text)
            ? text
            : null;

    /// <summary>Keeps a text. If it cannot be written, nothing fails: it is asked for again.</summary>
    /// <param name="path">The path of its file in the folder.</param>
    /// <param name="key">The key.</param>
    /// <param name="text">The text.</param>
    public void Keep(string path, string key, string text)
    {
        try
        {
            var file = Path.Combine(folder, path);
            var place = Path.GetDirectoryName(file)!;
            Directory.CreateDirectory(place);
            if (_cleared.TryAdd(place, true))
                AtomicFile.ClearLeftovers(place);
            AtomicFile.Replace(file, Encoding.UTF8.GetBytes($"{version}\n{Sum(key, text)}\n{text}"), isDurable: false);
        }
        catch (Exception why) when (why is IOException or UnauthorizedAccessException or PlatformException)
        {
            // The next run asks again.
        }
    }

    /// <summary>The SHA-256 of a key, in hexadecimal digits: a name for a file that any key may have.</summary>
    /// <param name="key">The key.</param>
    public static string NameOf(string key) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key)));

    // The key is part of the checksum, so that a text in the file of another key is noticed.
    static string Sum(string key, string text) => NameOf($"{key}\n{text}");
}
