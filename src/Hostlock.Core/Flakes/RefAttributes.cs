using System.Collections;
using System.Text;

namespace Hostlock.Flakes;

/// <summary>The value of one attribute of a reference: Nix knows text, unsigned 64-bit integers and Booleans.</summary>
public abstract record RefValue
{
    RefValue()
    {
    }

    public sealed record Text(string Value) : RefValue
    {
        public override string ToString() => Value;
    }

    public sealed record Number(ulong Value) : RefValue
    {
        public override string ToString() => Value.ToString(System.Globalization.CultureInfo.InvariantCulture);
    }

    public sealed record Truth(bool Value) : RefValue
    {
        public override string ToString() => Value ? "true" : "false";
    }

    public static implicit operator RefValue(string value) => new Text(value);

    public static implicit operator RefValue(ulong value) => new Number(value);

    public static implicit operator RefValue(bool value) => new Truth(value);

    public static implicit operator RefValue(Moment value) => new Number(value.Seconds);

    public static implicit operator RefValue(Revision value) => new Text(value.ToString());
}

/// <summary>
/// The attributes of a reference, sorted by the bytes of their names and compared by content (absent differs from false, and
/// true from the text "true"). Unknown names are kept, so nothing is lost on the way through.
/// </summary>
public sealed record RefAttributes : IEnumerable<KeyValuePair<string, RefValue>>
{
    public static readonly RefAttributes Empty = new(NameMap<RefValue>.Empty);

    readonly NameMap<RefValue> _values;

    RefAttributes(NameMap<RefValue> values) => _values = values;

    /// <summary>Takes attributes in any order; of two with one name the later stays.</summary>
    public static RefAttributes Of(IEnumerable<KeyValuePair<string, RefValue>> values) =>
        new(NameMap<RefValue>.Of(values as IReadOnlyList<KeyValuePair<string, RefValue>> ?? [.. values]));

    public static RefAttributes Of(params ReadOnlySpan<(string Name, RefValue Value)> values)
    {
        var members = new List<KeyValuePair<string, RefValue>>(values.Length);
        foreach (var (name, value) in values)
            members.Add(new(name, value));
        return Of(members);
    }

    public int Count => _values.Count;

    public IEnumerable<string> Names => _values.Names;

    public RefValue? this[string name] => _values.TryGetValue(name, out var value) ? value : null;

    public bool Has(string name) => _values.ContainsKey(name);

    /// <summary>The text under a name, or null where there is none or it is of another type.</summary>
    public string? Text(string name) => (this[name] as RefValue.Text)?.Value;

    public ulong? Number(string name) => (this[name] as RefValue.Number)?.Value;

    public bool? Truth(string name) => (this[name] as RefValue.Truth)?.Value;

    public RefAttributes With(string name, RefValue value) => new(_values.With(name, value));

    public RefAttributes Without(string name) => _values.ContainsKey(name) ? new(_values.Without(name)) : this;

    public bool Equals(RefAttributes? other) =>
        other is not null && (ReferenceEquals(this, other) || (Count == other.Count && _values.SequenceEqual(other._values)));

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
