using System.Collections;
using System.Diagnostics.CodeAnalysis;

namespace Hostlock;

/// <summary>
/// An immutable map from names to values, in <see cref="Utf8Order"/>, kept as one sorted array: the maps of a lock have a
/// handful of members, and a large fleet has hundreds of thousands of maps.
/// </summary>
/// <typeparam name="T">The type of the values.</typeparam>
[SuppressMessage("Naming", "CA1710:Identifiers should have correct suffix", Justification = "It is a map, and the domain says so.")]
public sealed class NameMap<T> : IReadOnlyCollection<KeyValuePair<string, T>>
{
    /// <summary>The map without members.</summary>
    [SuppressMessage("Design", "CA1000:Do not declare static members on generic types", Justification = "As ImmutableArray<T>.Empty.")]
    public static readonly NameMap<T> Empty = new([]);

    readonly KeyValuePair<string, T>[] _members;

    NameMap(KeyValuePair<string, T>[] members) => _members = members;

    /// <summary>The number of members.</summary>
    public int Count => _members.Length;

    /// <summary>The names, in order.</summary>
    public IEnumerable<string> Names => _members.Select(member => member.Key);

    internal ReadOnlySpan<KeyValuePair<string, T>> Members => _members;

    /// <summary>Makes a map of members in any order. If two have one name, the later one stays.</summary>
    /// <param name="members">The members.</param>
    [SuppressMessage("Design", "CA1000:Do not declare static members on generic types", Justification = "As Empty.")]
    public static NameMap<T> Of(IReadOnlyList<KeyValuePair<string, T>> members)
    {
        if (members.Count == 0)
            return Empty;
        var sorted = new KeyValuePair<string, T>[members.Count];
        for (var i = 0; i < sorted.Length; i++)
            sorted[i] = members[i];
        if (!IsStrictlySorted(sorted))
            sorted = SortedDistinct(sorted);
        return new(sorted);
    }

    /// <summary>Finds the value of a name.</summary>
    /// <param name="name">The name.</param>
    /// <param name="value">The value; the default of its type if the map does not have the name.</param>
    public bool TryGetValue(string name, [MaybeNullWhen(false)] out T value)
    {
        var at = IndexOf(name);
        value = at >= 0 ? _members[at].Value : default;
        return at >= 0;
    }

    /// <summary>Finds the value of a name in a map that is walked beside another one with much the same names.</summary>
    /// <param name="name">The name.</param>
    /// <param name="likely">The index of the name in the other map.</param>
    /// <param name="value">The value; the default of its type if the map does not have the name.</param>
    internal bool TryGetValue(string name, int likely, [MaybeNullWhen(false)] out T value)
    {
        if (likely >= _members.Length || _members[likely].Key != name)
            return TryGetValue(name, out value);
        value = _members[likely].Value;
        return true;
    }

    /// <summary>Tells whether two maps have the same names with equal values.</summary>
    /// <param name="other">The other map.</param>
    internal bool SameAs(NameMap<T> other)
    {
        if (ReferenceEquals(this, other))
            return true;
        if (Count != other.Count)
            return false;
        for (var i = 0; i < _members.Length; i++)
        {
            var (mine, its) = (_members[i], other._members[i]);
            if (mine.Key != its.Key || !EqualityComparer<T>.Default.Equals(mine.Value, its.Value))
                return false;
        }
        return true;
    }

    /// <summary>Tells whether the map has each name of another map.</summary>
    /// <param name="other">The other map.</param>
    internal bool HasNamesOf(NameMap<T> other)
    {
        for (var i = 0; i < other._members.Length; i++)
        {
            if (!TryGetValue(other._members[i].Key, i, out _))
                return false;
        }
        return true;
    }

    /// <summary>Tells whether the map has a name.</summary>
    /// <param name="name">The name.</param>
    public bool ContainsKey(string name) => IndexOf(name) >= 0;

    /// <summary>Makes a map with one value added or replaced.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="value">The value.</param>
    public NameMap<T> With(string name, T value)
    {
        var at = IndexOf(name);
        var copy = _members.ToList();
        if (at >= 0)
            copy[at] = new(name, value);
        else
            copy.Insert(~at, new(name, value));
        return new([.. copy]);
    }

    /// <summary>Makes a map without a name; the same map if it does not have the name.</summary>
    /// <param name="name">The name.</param>
    public NameMap<T> Without(string name)
    {
        var at = IndexOf(name);
        return at < 0 ? this : new([.. _members[..at], .. _members[(at + 1)..]]);
    }

    /// <summary>Walks the members, in order of their names.</summary>
    public IEnumerator<KeyValuePair<string, T>> GetEnumerator() => _members.AsEnumerable().GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    int IndexOf(string name)
    {
        var (low, high) = (0, _members.Length - 1);
        while (low <= high)
        {
            var middle = (low + high) / 2;
            switch (Utf8Order.Instance.Compare(_members[middle].Key, name))
            {
                case 0:
                    return middle;
                case < 0:
                    low = middle + 1;
                    break;
                default:
                    high = middle - 1;
                    break;
            }
        }
        return ~low;
    }

    static bool IsStrictlySorted(KeyValuePair<string, T>[] members)
    {
        for (var i = 1; i < members.Length; i++)
        {
            if (Utf8Order.Instance.Compare(members[i - 1].Key, members[i].Key) >= 0)
                return false;
        }
        return true;
    }

    static KeyValuePair<string, T>[] SortedDistinct(KeyValuePair<string, T>[] members)
    {
        var byName = new Dictionary<string, T>();
        foreach (var (name, value) in members)
            byName[name] = value;
        string[] names = [.. byName.Keys];
        Array.Sort(names, Utf8Order.Instance);
        return Array.ConvertAll(names, name => new KeyValuePair<string, T>(name, byName[name]));
    }
}
