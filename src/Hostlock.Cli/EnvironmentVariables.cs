using System.Collections;
using System.Diagnostics.CodeAnalysis;

namespace Hostlock.Cli;

/// <summary>The variables of this process. Each is looked up when it is asked for: most runs ask for ten of them, and a shell has
/// many.</summary>
sealed class EnvironmentVariables : IReadOnlyDictionary<string, string>
{
    readonly Lazy<Dictionary<string, string>> _all = new(() => Environment.GetEnvironmentVariables()
        .Cast<DictionaryEntry>()
        .ToDictionary(pair => (string)pair.Key, pair => (string)pair.Value!));

    /// <inheritdoc/>
    public int Count => _all.Value.Count;

    /// <inheritdoc/>
    public IEnumerable<string> Keys => _all.Value.Keys;

    /// <inheritdoc/>
    public IEnumerable<string> Values => _all.Value.Values;

    /// <inheritdoc/>
    public string this[string key] => Environment.GetEnvironmentVariable(key) ?? throw new KeyNotFoundException(key);

    /// <inheritdoc/>
    public bool ContainsKey(string key) => Environment.GetEnvironmentVariable(key) is not null;

    /// <inheritdoc/>
    public bool TryGetValue(string key, [MaybeNullWhen(false)] out string value) =>
        (value = Environment.GetEnvironmentVariable(key)) is not null;

    /// <inheritdoc/>
    public IEnumerator<KeyValuePair<string, string>> GetEnumerator() => _all.Value.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
