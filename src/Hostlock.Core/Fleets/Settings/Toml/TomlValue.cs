using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;

namespace Hostlock.Fleets.Settings.Toml;

/// <summary>A value in a TOML text, and its place.</summary>
abstract record TomlValue(SourceSpan Span)
{
    /// <summary>The kind of the value, for messages: <c>a string</c>.</summary>
    public abstract string Kind { get; }

    public sealed record Text(string Value, SourceSpan Span) : TomlValue(Span)
    {
        public override string Kind => "a string";
    }

    public sealed record Integer(long Value, SourceSpan Span) : TomlValue(Span)
    {
        public override string Kind => "an integer";
    }

    public sealed record Float(SourceSpan Span) : TomlValue(Span)
    {
        public override string Kind => "a float";
    }

    public sealed record Truth(bool Value, SourceSpan Span) : TomlValue(Span)
    {
        public override string Kind => "a Boolean";
    }

    public sealed record List(ImmutableArray<TomlValue> Items, SourceSpan Span) : TomlValue(Span)
    {
        public override string Kind => "an array";
    }

    public sealed record Table(TomlTable Members, SourceSpan Span) : TomlValue(Span)
    {
        public override string Kind => "a table";
    }
}

/// <summary>A key of a table, its place, and its value.</summary>
readonly record struct TomlMember(string Key, SourceSpan KeySpan, TomlValue Value);

/// <summary>A table, as all its headers, dotted keys and inline forms define it together, in the order of the text.</summary>
sealed class TomlTable(TomlTable.Form form)
{
    readonly List<TomlMember> _members = [];
    Dictionary<string, int>? _places;

    /// <summary>The way in which a table was defined, which decides how it may be extended (TOML 1.0, Table).</summary>
    public enum Form
    {
        /// <summary>The table is only named in the header of another table.</summary>
        Implied,
        Header,
        Dotted,
        Inline,
    }

    /// <summary>The way in which the table was defined.</summary>
    public Form By { get; set; } = form;

    /// <summary>The keys and values, in the order of the text.</summary>
    public IReadOnlyList<TomlMember> Members => _members;

    /// <summary>
    /// The parts of the text that define this table or a member of it: whole sections and whole statements; within an inline table, single
    /// items.
    /// </summary>
    public List<TomlPiece> Pieces { get; } = [];

    /// <summary>Finds a member by its key.</summary>
    public bool TryGet(string key, [MaybeNullWhen(false)] out TomlMember member)
    {
        var at = PlaceOf(key);
        member = at < 0 ? default : _members[at];
        return at >= 0;
    }

    /// <summary>Adds a member.</summary>
    public void Add(TomlMember member)
    {
        _members.Add(member);
        _places?.Add(member.Key, _members.Count - 1);
    }

    // Most tables have a handful of keys; the one with the hosts may have thousands.
    int PlaceOf(string key)
    {
        if (_places is null && _members.Count > 8)
            _places = _members.Select((member, at) => (member.Key, at))
                .ToDictionary(pair => pair.Key, pair => pair.at, StringComparer.Ordinal);
        return _places is null ? _members.FindIndex(member => member.Key == key) : _places.GetValueOrDefault(key, -1);
    }
}

/// <summary>A part of the text that defines a table or a member of it.</summary>
sealed class TomlPiece(int start, bool isInline)
{
    /// <summary>The offset of its beginning.</summary>
    public int Start { get; } = start;

    /// <summary>The offset of its end. A section ends after its last statement, a statement before the end of its line.</summary>
    public int End { get; set; } = start;

    /// <summary>True for an item of an inline table, which commas part from its neighbours.</summary>
    public bool IsInline { get; } = isInline;
}
