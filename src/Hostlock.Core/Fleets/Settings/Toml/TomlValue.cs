using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;

namespace Hostlock.Fleets.Settings.Toml;

/// <summary>A value of a TOML text, with its place.</summary>
abstract record TomlValue(SourceSpan Span)
{
    /// <summary>What the value is, for messages: <c>a string</c>.</summary>
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

/// <summary>A key of a table, its value, and where the key stands.</summary>
readonly record struct TomlMember(string Key, SourceSpan KeySpan, TomlValue Value);

/// <summary>A table as all its headers, dotted keys and inline forms together define it, in the order of the text.</summary>
sealed class TomlTable(TomlTable.Form form)
{
    readonly List<TomlMember> _members = [];
    Dictionary<string, int>? _places;

    /// <summary>How a table came about, which decides how it may go on (TOML 1.0, Table).</summary>
    public enum Form
    {
        /// <summary>Only named on the way to another table's header.</summary>
        Implied,
        Header,
        Dotted,
        Inline,
    }

    public Form By { get; set; } = form;

    public IReadOnlyList<TomlMember> Members => _members;

    /// <summary>
    /// What of the text defines this table or something in it: whole sections and whole statements; within an inline table,
    /// one item.
    /// </summary>
    public List<TomlPiece> Pieces { get; } = [];

    public bool TryGet(string key, [MaybeNullWhen(false)] out TomlMember member)
    {
        var at = PlaceOf(key);
        member = at < 0 ? default : _members[at];
        return at >= 0;
    }

    public void Add(TomlMember member)
    {
        _members.Add(member);
        _places?.Add(member.Key, _members.Count - 1);
    }

    // Most tables have a handful of keys; the one with the hosts may have thousands.
    int PlaceOf(string key)
    {
        if (_places is null && _members.Count > 8)
            _places = _members.Select((member, at) => (member.Key, at)).ToDictionary(pair => pair.Key, pair => pair.at, StringComparer.Ordinal);
        return _places is null ? _members.FindIndex(member => member.Key == key) : _places.GetValueOrDefault(key, -1);
    }
}

/// <summary>A stretch of the text that defines a table or a part of it.</summary>
sealed class TomlPiece(int start, bool isInline)
{
    public int Start { get; } = start;

    /// <summary>The offset after it; a section ends after its last statement, a statement before the end of its line.</summary>
    public int End { get; set; } = start;

    /// <summary>An item of an inline table, parted by commas from its neighbours.</summary>
    public bool IsInline { get; } = isInline;
}
