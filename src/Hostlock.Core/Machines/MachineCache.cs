using Hostlock.Fetching;

namespace Hostlock.Machines;

/// <summary>Keeps texts about machines in the cache.</summary>
/// <param name="folder">The folder of the cache.</param>
public sealed class MachineCache(string folder)
{
    readonly CachedTexts _texts = new(folder, "hostlock machines 1", 128 * 1024 * 1024);

    /// <summary>The text under a key; null if there is none.</summary>
    /// <param name="kind">What the texts are about; also the name of their folder.</param>
    /// <param name="key">The key.</param>
    public string? Find(string kind, string key) => _texts.Find(PathOf(kind, key), key);

    /// <summary>Keeps a text. If it cannot be written, nothing fails.</summary>
    /// <param name="kind">What the texts are about.</param>
    /// <param name="key">The key.</param>
    /// <param name="body">The text.</param>
    public void Keep(string kind, string key, string body) => _texts.Keep(PathOf(kind, key), key, body);

    static string PathOf(string kind, string key) => Path.Combine(kind, CachedTexts.NameOf(key)[..40]);
}
