using System.Collections.Immutable;

namespace Hostlock.Platform;

/// <summary>
/// What differs in the environment of a program from the one that is inherited: variables that are set, and others that are unset.
/// </summary>
public sealed class EnvironmentChanges
{
    /// <summary>The environment as it is inherited.</summary>
    public static EnvironmentChanges None { get; } = new(ImmutableSortedDictionary.Create<string, string?>(StringComparer.Ordinal));

    readonly ImmutableSortedDictionary<string, string?> _changes;

    EnvironmentChanges(ImmutableSortedDictionary<string, string?> changes) => _changes = changes;

    /// <summary>The variables by name, and the value of each; null for one that is unset.</summary>
    public IReadOnlyDictionary<string, string?> Variables => _changes;

    /// <summary>Sets a variable as well.</summary>
    public EnvironmentChanges Set(string name, string value) => new(_changes.SetItem(name, value));

    /// <summary>Unsets variables as well.</summary>
    public EnvironmentChanges Unset(params IEnumerable<string> names) =>
        new(_changes.SetItems(names.Select(name => KeyValuePair.Create(name, (string?)null))));

    /// <summary>Makes other changes on top of these.</summary>
    public EnvironmentChanges Then(EnvironmentChanges others) => new(_changes.SetItems(others._changes));
}
