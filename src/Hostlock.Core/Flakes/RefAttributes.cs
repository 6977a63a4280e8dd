using System.Collections;
using System.Text;

namespace Hostlock.Flakes;

/// <summary>The value of one attribute of a reference: Nix knows text, unsigned 64-bit integers and Booleans.</summary>
public abstract record RefValue
{
    RefValue()
    {
    }

    /// <summary>A text.</summary>
    /// <param name="Value">The value.</param>
    public sealed record Text(string Value) : RefValue
    {
        /// <summary>The text.</summary>
        public override string ToString() => Value;
    }

    /// <summary>An unsigned number of 64 bits.</summary>
    /// <param name="Value">The value.</param>
    public sealed record Number(ulong Value) : RefValue
    {
        /// <summary>The number in decimal digits.</summary>
        public override string ToString() => Value.ToString(System.Globalization.CultureInfo.InvariantCulture);
    }

    /// <summary>A Boolean.</summary>
    /// <param name="Value">The value.</param>
    public sealed record Truth(bool Value) : RefValue
    {
        /// <summary><c>true</c> or <c>false</c>.</summary>
        public override string ToString() => Value ? "true" : "false";
    }

    /// <summary>A text as a value.</summary>
    /// <param name="value">The value.</param>
    public static implicit operator RefValue(string value) => new Text(value);

    /// <summary>A number as a value.</summary>
    /// <param name="value">The value.</param>
    public static implicit operator RefValue(ulong value) => new Number(value);

    /// <summary>A Boolean as a value.</summary>
    /// <param name="value">The value.</param>
    public static implicit operator RefValue(bool value) => new Truth(value);

    /// <summary>A moment as a value: its seconds since the epoch.</summary>
    /// <param name="value">The value.</param>
    public static implicit operator RefValue(Moment value) => new Number(value.Seconds);

    /// <summary>A revision as a value: its digits.</summary>
    /// <param name="value">The value.</param>
    public static implicit operator RefValue(Revision value) => new Text(value.ToString());
}

/// <summary>
/// The attributes of a reference, sorted by the bytes of their names and compared by content (absent differs from false, and
/// true from the text "true"). Unknown names are kept, so that nothing is lost.
/// </summary>
public sealed record RefAttributes : IEnumerable<KeyValuePair<string, RefValue>>
{
    /// <summary>No attributes.</summary>
    public static readonly RefAttributes Empty = new(NameMap<RefValue>.Empty);

    readonly NameMap<RefValue> _values;

    RefAttributes(NameMap<RefValue> values) => _values = values;

    /// <summary>Takes attributes in any order; of two with one name the later stays.</summary>
    public static RefAttributes Of(IEnumerable<KeyValuePair<string, RefValue>> values) =>
        new(NameMap<RefValue>.Of(values as IReadOnlyList<KeyValuePair<string, RefValue>> ?? [.. values]));

    /// <summary>Takes attributes in any order; of two with one name the later stays.</summary>
    /// <param name="values">The attributes.</param>
    public static RefAttributes Of(params ReadOnlySpan<(string Name, RefValue Value)> values)
    {
        var members = new List<KeyValuePair<string, RefValue>>(values.Length);
        foreach (var (name, value) in values)
            members.Add(new(name, value));
        return Of(members);
    }

    /// <summary>The number of attributes.</summary>
    public int Count => _values.Count;

    /// <summary>The names, sorted by their bytes.</summary>
    public IEnumerable<string> Names => _values.Names;

    /// <summary>The value under a name; null if no attribute has it.</summary>
    /// <param name="name">The name.</param>
    public RefValue? this[string name] => _values.TryGetValue(name, out var value) ? value : null;

    /// <summary>Tells whether an attribute has a name.</summary>
    /// <param name="name">The name.</param>
    public bool Has(string name) => _values.ContainsKey(name);

    /// <summary>The text under a name; null if no attribute has the name, or its value is no text.</summary>
    /// <param name="name">The name.</param>
    public string? Text(string name) => (this[name] as RefValue.Text)?.Value;

    /// <summary>The number under a name; null if no attribute has the name, or its value is no number.</summary>
    /// <param name="name">The name.</param>
    public ulong? Number(string name) => (this[name] as RefValue.Number)?.Value;

    /// <summary>The Boolean under a name; null if no attribute has the name, or its value is no Boolean.</summary>
    /// <param name="name">The name.</param>
    public bool? Truth(string name) => (this[name] as RefValue.Truth)?.Value;

    /// <summary>The attributes with one more, which replaces another of its name.</summary>
    /// <param name="name">The name.</param>
    /// <param name="value">The value.</param>
    public RefAttributes With(string name, RefValue value) => new(_values.With(name, value));

    /// <summary>The attributes without one.</summary>
    /// <param name="name">Its name; if none has it, nothing changes.</param>
    public RefAttributes Without(string name) => _values.ContainsKey(name) ? new(_values.Without(name)) : this;

    /// <summary>Tells whether two sets have the same names with the same values.</summary>
    /// <param name="other">The other set.</param>
    public bool Equals(RefAttributes? other) =>
        other is not null && (ReferenceEquals(this, other) || (Count == other.Count && _values.SequenceEqual(other._values)));

    /// <summary>A hash of the names and values.</summary>
    public override int GetHashCode()
    {
        var hash = new HashCode();
        foreach (var (name, value) in _values)
        {
            hash.Add(name);
            hash.Add(value);
        }
        return hash.ToHashCode();
    }

    /// <summary>Goes through the attributes, sorted by the bytes of their names.</summary>
    public IEnumerator<KeyValuePair<string, RefValue>> GetEnumerator() => _values.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>The attributes as compact JSON, for messages.</summary>
    public override string ToString()
    {
        var text = new StringBuilder("{");
        foreach (var (name, value) in _values)
        {
            text.Append(text.Length > 1 ? "," : "").Append('"').Append(name).Append("\":");
            text.Append(value is RefValue.Text ? $"\"{value}\"" : value.ToString());
        }
        return text.Append('}').ToString();
    }
}
