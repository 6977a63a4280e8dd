using System.Collections.Immutable;

namespace Hostlock.Platform;

/// <summary>The changes to the environment that a program inherits: variables that are set, and variables that are unset.</summary>
public sealed class EnvironmentChanges
{
    /// <summary>No changes.</summary>
    public static EnvironmentChanges None { get; } = new(ImmutableSortedDictionary.Create<string, string?>(StringComparer.Ordinal));

    readonly ImmutableSortedDictionary<string, string?> _changes;

    EnvironmentChanges(ImmutableSortedDictionary<string, string?> changes) => _changes = changes;

    /// <summary>The value of each changed variable, by name; null if the variable is unset.</summary>
    public IReadOnlyDictionary<string, string?> Variables => _changes;

    /// <summary>Adds a variable that is set.</summary>
    public EnvironmentChanges Set(string name, string value) => new(_changes.SetItem(name, value));

    /// <summary>Adds variables that are unset.</summary>
    public EnvironmentChanges Unset(params IEnumerable<string> names) =>
        new(_changes.SetItems(names.Select(name => KeyValuePair.Create(name, (string?)null))));

    /// <summary>Adds other changes, which override these.</summary>
    public EnvironmentChanges Then(EnvironmentChanges others) => new(_changes.SetItems(others._changes));
}
