using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using Hostlock.Rollouts.Journals;

namespace Hostlock.Reporting.Json;

/// <summary>A member of an object of JSON.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Shape">The shape of its value.</param>
/// <param name="Meaning">What it says, in a sentence without a full stop.</param>
public sealed record JsonMember(string Name, JsonShape Shape, string Meaning)
{
    /// <summary>True if it may be missing.</summary>
    public bool IsOptional { get; init; }

    /// <summary>The same member, which may be missing.</summary>
    public JsonMember IfAny => this with { IsOptional = true };
}

/// <summary>
/// The shape of a value of JSON. The JSON Schema of a command, its table in the documents and the check of each JSON in the tests are made
/// of it, so it stands beside the code that writes the value.
/// </summary>
public abstract record JsonShape
{
    JsonShape()
    {
    }

    /// <summary>A string.</summary>
    /// <param name="Pattern">The regular expression that it matches; null for any string.</param>
    public sealed record Text(string? Pattern = null) : JsonShape;

    /// <summary>A number without a fraction.</summary>
    /// <param name="Least">The least that it can be; null for no bound.</param>
    /// <param name="Most">The most that it can be; null for no bound.</param>
    public sealed record Number(long? Least = null, long? Most = null) : JsonShape;

    /// <summary>True or false.</summary>
    public sealed record Truth : JsonShape;

    /// <summary>One of a few words.</summary>
    /// <param name="Words">The words.</param>
    public sealed record Choice(ImmutableArray<string> Words) : JsonShape;

    /// <summary>An object with these members and no others.</summary>
    /// <param name="Members">The members.</param>
    public sealed record Record(ImmutableArray<JsonMember> Members) : JsonShape;

    /// <summary>An object whose names are of one kind, and so are its values.</summary>
    /// <param name="Key">What the names are, in capitals: <c>HOST</c>.</param>
    /// <param name="Values">The shape of the values.</param>
    public sealed record Map(string Key, JsonShape Values) : JsonShape;

    /// <summary>An array.</summary>
    /// <param name="Items">The shape of its items.</param>
    public sealed record List(JsonShape Items) : JsonShape;

    /// <summary>A value of one of several shapes.</summary>
    /// <param name="Shapes">The shapes.</param>
    public sealed record OneOf(ImmutableArray<JsonShape> Shapes) : JsonShape;

    /// <summary>Null.</summary>
    public sealed record Null : JsonShape;

    /// <summary>A shape that occurs at several places, and has a name.</summary>
    /// <param name="Name">The name.</param>
    /// <param name="Shape">The shape.</param>
    public sealed record Named(string Name, JsonShape Shape) : JsonShape;

    /// <summary>Any value.</summary>
    public sealed record Any : JsonShape;

    /// <summary>Any string.</summary>
    public static JsonShape AnyText => new Text();

    /// <summary>Any number without a fraction.</summary>
    public static JsonShape AnyNumber => new Number();

    /// <summary>A number from zero on.</summary>
    public static JsonShape Count => new Number(0);

    /// <summary>True or false.</summary>
    public static JsonShape YesOrNo => new Truth();

    /// <summary>The id of a commit, whole.</summary>
    public static JsonShape WholeRevision => new Named("revision", new Text("^[0-9a-f]{40}$"));

    /// <summary>The path of a system in a store.</summary>
    public static JsonShape Store => new Named("storePath", new Text("^/.+/[0-9a-z]{32}-.+$"));

    /// <summary>Seconds since the beginning of 1970.</summary>
    public static JsonShape Time => new Named("time", new Number());

    /// <summary>A day: <c>2026-12-31</c>.</summary>
    public static JsonShape Day => new Named("day", new Text("^[0-9]{4}-[0-9]{2}-[0-9]{2}$"));

    /// <summary>Strings.</summary>
    public static JsonShape Texts => new List(new Text());

    /// <summary>One of a few words.</summary>
    public static JsonShape OneWord(params ImmutableArray<string> words) => new Choice(words);

    /// <summary>One of the words for the values of a choice.</summary>
    public static JsonShape WordsOf<T>()
        where T : struct, Enum =>
        new Choice([.. Enum.GetValues<T>().Select(RolloutJson.Word)]);

    /// <summary>An object.</summary>
    [SuppressMessage("Naming", "CA1720:Identifier contains type name", Justification = "It is the word of JSON.")]
    public static JsonShape Object(params ImmutableArray<JsonMember> members) => new Record(members);

    /// <summary>An object by names of one kind.</summary>
    /// <param name="key">What the names are, in capitals.</param>
    /// <param name="values">The shape of the values.</param>
    public static JsonShape By(string key, JsonShape values) => new Map(key, values);

    /// <summary>An array.</summary>
    public static JsonShape ListOf(JsonShape items) => new List(items);

    /// <summary>A value of one of several shapes.</summary>
    public static JsonShape EitherOf(params ImmutableArray<JsonShape> shapes) => new OneOf(shapes);

    /// <summary>The shape, or null.</summary>
    public JsonShape OrNull => new OneOf([this, new Null()]);

    /// <summary>A member.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="shape">The shape of its value.</param>
    /// <param name="meaning">What it says, in a sentence without a full stop.</param>
    public static JsonMember Member(string name, JsonShape shape, string meaning) => new(name, shape, meaning);

    /// <summary>A document, as <see cref="JsonPage"/> writes it.</summary>
    /// <param name="members">The members after <c>version</c>.</param>
    public static JsonShape Document(params ImmutableArray<JsonMember> members) => new Record([VersionMember, .. members]);

    /// <summary>The member <c>version</c> of a document.</summary>
    public static JsonMember VersionMember =>
        Member("version", new Number(JsonPage.Version, JsonPage.Version), "The version of the form of the JSON");
}
