using static Hostlock.Reporting.Json.JsonShape;

namespace Hostlock.Reporting.Json;

/// <summary>The shapes that the JSON of several commands has; <see cref="JsonPage"/> writes the values.</summary>
static class SharedShapes
{
    /// <summary>The attributes of a reference, as the lock file has them.</summary>
    static JsonShape Reference =>
        new Named("reference", By("ATTRIBUTE", EitherOf(AnyText, AnyNumber, YesOrNo)));

    /// <summary>An entry of a lock, with other facts about it.</summary>
    /// <param name="more">The other members.</param>
    public static JsonShape Entry(params JsonMember[] more) => EitherOf(
        Object([Member("follows", AnyText, "The path of the input that it follows"), .. more]),
        Object(
            [
                Member("locked", Reference, "The locked reference, with the attributes of the lock file"),
                Member("original", Reference, "The declared reference, with the attributes of the lock file"),
                Member("unknown", By("ATTRIBUTE", new Any()), "Attributes of the entry that Nix does not know").IfAny,
                .. more,
            ]));

    static JsonShape PlainEntry => new Named("entry", Entry());

    /// <summary>Two sides of a conflict, of which one may not have the input.</summary>
    public static JsonShape Sides => Object(
        Member("ours", PlainEntry.OrNull, "Our entry; null if we do not have the input"),
        Member("theirs", PlainEntry.OrNull, "Their entry; null if they do not have the input"));

    /// <summary>The member <c>changes</c>.</summary>
    public static JsonMember Changes => Member("changes", new Named("changes", By("PATH", Object(
        Member(
            "kind", OneWord("added", "removed", "updated", "redeclared", "attributes"),
            "What happened to the input; attributes: the pin is the same, and other attributes of the entry differ"),
        Member("before", PlainEntry, "The entry before; missing if it was added").IfAny,
        Member("after", PlainEntry, "The entry after; missing if it was removed").IfAny))), "What differs, by input path");

    /// <summary>The member <c>held</c>.</summary>
    public static JsonMember Held => Member(
        "held", By("PATH", AnyText),
        "Inputs that a rule leaves as they are, and the rule: frozen, declared otherwise or not at all, no revision is old enough");

    /// <summary>The members of a freeze.</summary>
    public static JsonMember[] Freeze =>
    [
        Member("frozen", YesOrNo, "True if hostlock.toml freezes it"),
        Member("frozenUntil", Day, "The last day of the freeze, if it has one").IfAny,
    ];

    /// <summary>The members of a comparison of the packages of two systems.</summary>
    public static JsonMember[] Packages =>
    [
        Member("before", SystemShape, "The earlier system"),
        Member("after", SystemShape, "The later system"),
        Member("packages", By("NAME", Object(
            Member(
                "kind", OneWord("added", "removed", "upgraded", "downgraded", "changed", "rebuilt"), "What happened to the package"),
            Member("before", Texts, "The versions before; one is empty for a path without a version"),
            Member("after", Texts, "The versions after"),
            Member("bytesBefore", AnyNumber, "The size before, in bytes"),
            Member("bytesAfter", AnyNumber, "The size after, in bytes"))), "The packages that differ"),
    ];

    static JsonShape SystemShape => new Named("system", Object(
        Member("system", Store, "Its path in the store"),
        Member("bytes", AnyNumber, "The size of all that it needs, in bytes")));
}
