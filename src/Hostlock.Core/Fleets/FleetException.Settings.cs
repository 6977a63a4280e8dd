using Hostlock.Fleets.Settings;

namespace Hostlock.Fleets;

// What can be wrong with hostlock.toml, and with a change of it. All else that can be wrong with a fleet is in FleetException.cs.
public sealed partial class FleetException
{
    // The file.
    /// <summary>The text of hostlock.toml is not TOML, for the reason given by the parser.</summary>
    public static FleetException NotToml(SourceSpan span, string why) =>
        new($"not TOML: {char.ToLowerInvariant(why[0])}{why[1..].TrimEnd('.', ';')}") { Span = span };

    internal static FleetException Expected(SourceSpan span, string expected, string found) =>
        new($"not TOML: expected {expected}, found {found}") { Span = span };

    internal static FleetException DefinedTwice(SourceSpan span, string key, SourceSpan first) =>
        new($"'{key}' is already defined at {first}") { Span = span };

    internal static FleetException TooDeep(SourceSpan span, int bound) => new($"nested more than {bound} levels deep") { Span = span };

    internal static FleetException HasDate(SourceSpan span) =>
        new("dates are not allowed in this file, because Nix reads it too and knows none")
        {
            Span = span,
            Hint = $"write it as text: \"{span.Text}\"",
        };

    internal static FleetException InlineTableOverLines(SourceSpan span) =>
        new("an inline table must be on one line, because Nix reads this file as TOML 1.0")
        {
            Span = span,
            Hint = "make it one line, or a table with a header of its own",
        };

    internal static FleetException NewerEscape(SourceSpan span) =>
        new($"the escape '{span.Text}' is of TOML 1.1, which Nix does not read") { Span = span, Hint = "write it as '\\uHHHH'" };

    internal static FleetException NullCharacter(SourceSpan span) =>
        new("Nix cannot read a text with a null character") { Span = span };

    internal static FleetException TableArray(SourceSpan span) =>
        new("arrays of tables are not allowed in this file") { Span = span, Hint = "give the table one pair of brackets and a name" };

    internal static FleetException TooManyHosts(SourceSpan span, int bound) => new($"the fleet has more than {bound} hosts")
    {
        Span = span,
    };

    internal static FleetException NotATarget(SourceSpan span, string target) =>
        new($"'{target}' cannot be the target of a host")
        {
            Span = span,
            Hint = "write it as for ssh: 'root@plex.lan', 'plex' or 'ssh://root@plex.lan:2222'",
        };

    internal static FleetException NothingSoaks(SourceSpan span) =>
        new("a soak waits for the hosts of earlier rings, and this ring comes after none")
        {
            Span = span,
            Hint = "give the ring 'after' too, or leave out 'soak'",
        };

    internal static FleetException RingsGoRound(SourceSpan span, string ring) =>
        new($"ring '{ring}' comes after itself") { Span = span, Hint = "one of these rings has to come first" };

    internal static FleetException UnknownHostInList(SourceSpan span, string word, IEnumerable<HostName> hosts) =>
        new($"there is no host '{word}'") { Span = span, Hint = Closest.To(word, Words(hosts)) };

    internal static FleetException HostsGoRound(SourceSpan span, HostName host) =>
        new($"{host} comes after itself") { Span = span, Hint = "one of the hosts that its 'after' leads to has to come first" };

    internal static FleetException RingIsEmpty(string ring) =>
        new($"no host is in the ring '{ring}'") { Hint = $"give a host ring = \"{ring}\" in hostlock.toml" };

    internal static FleetException SharedLockDiffers(SourceSpan span, string path, HostName host, LockOwner other, string what) =>
        new($"'{host}' and '{other}' share the lock '{path}' but not {what}")
        {
            Span = span,
            Hint = $"give '{host}' a lock of its own, or make the two agree",
        };

    // Edits of hostlock.toml.
    internal static FleetException NotFrozen(HostName host, string input, IEnumerable<string> frozen) =>
        new($"input '{input}' of '{host}' is not frozen") { Hint = Closest.To(input, frozen) ?? Known("frozen", frozen) };

    /// <summary>A freeze was asked for the root lock, which has no table in hostlock.toml.</summary>
    public static FleetException RootCannotFreeze() =>
        new("inputs of the root lock cannot be frozen, because hostlock.toml has no table for it") { Hint = "name a host" };

    internal static FleetException CannotEdit(SourceSpan span, string what) =>
        new($"cannot {what} in a file that is laid out like this") { Span = span, Hint = "edit it by hand" };

    /// <summary>The text is not a day of the form 2026-12-31.</summary>
    public static FleetException NotADay(string text) =>
        new($"'{text}' is not a day") { Hint = "write it as year, month and day: '2026-12-31'" };

    /// <summary>The day until which an input is to be frozen is over.</summary>
    public static FleetException DayIsPast(string day) => new($"the day '{day}' is past");

    /// <summary>hostlock.toml does not begin with its version.</summary>
    public static FleetException NoVersion(SourceSpan span) =>
        new("'version' is missing") { Span = span, Hint = "the first line of hostlock.toml is 'version = 1'" };

    /// <summary>hostlock.toml has a version that this program does not read.</summary>
    public static FleetException UnknownVersion(SourceSpan span, string version) =>
        new($"version {version} of hostlock.toml is not known")
        {
            Span = span,
            Hint = "this hostlock reads version 1; a newer hostlock may read this one",
        };

    /// <summary>A table of hostlock.toml has a setting of an unknown name; the hint is the nearest known one.</summary>
    public static FleetException UnknownSetting(SourceSpan span, string name, IEnumerable<string> known) =>
        new($"setting '{name}' is not known")
        {
            Span = span,
            Hint = Closest.To(name, known) ?? (known.Any() ? $"known here: {string.Join(", ", known)}" : null),
        };

    /// <summary>A setting has a value of another kind than <paramref name="expected"/>.</summary>
    /// <param name="span">The value.</param>
    /// <param name="expected">The kind of value that is expected.</param>
    /// <param name="why">The fault of the value; null if the fault is plain.</param>
    /// <param name="hint">The value to write; null if it is plain.</param>
    public static FleetException WrongValue(SourceSpan span, string expected, string? why = null, string? hint = null) =>
        new($"this must be {expected}{(why is null ? "" : $": {why}")}") { Span = span, Hint = hint };

    /// <summary>The text cannot name a ring, a group, a gate or an engine.</summary>
    /// <param name="kind">What it is to name, with its article.</param>
    /// <param name="text">The text.</param>
    /// <param name="span">Its place.</param>
    internal static FleetException NotAName(string kind, string text, SourceSpan span) =>
        new($"'{text}' cannot be the name of {kind}")
        {
            Span = span,
            Hint = text == HostName.Root
                ? "'root' means the root lock"
                : "a name has letters, digits, '-', '_' and '.', and starts with a letter or digit",
        };

    internal static FleetException NotAReference(SourceSpan span, string why) => new($"this is no flake reference: {why}") { Span = span };

    internal static FleetException ReservedPlace(SourceSpan span, string path) =>
        new($"'{path}' is no place for a lock")
        {
            Span = span,
            Hint = "a place cannot be a file of git, Nix or hostlock, or a pattern; locks/{host}.lock is usual",
        };

    /// <summary>A host is in a ring that hostlock.toml does not declare.</summary>
    public static FleetException UnknownRing(SourceSpan span, string ring, IEnumerable<string> rings) =>
        new($"there is no ring '{ring}'")
        {
            Span = span,
            Hint = Closest.To(ring, rings)
                ?? (HostName.TryParse(ring) is not null ? $"add a table {FleetFile.HeaderOf("rings", ring)}" : Known("rings", rings)),
        };

    internal static FleetException UnknownEngine(SourceSpan span, string engine, IReadOnlyCollection<string> engines) =>
        new($"there is no engine '{engine}'")
        {
            Span = span,
            Hint = Closest.To(engine, engines) ?? $"known here: {string.Join(", ", engines)}; others are described by [engines.NAME]",
        };

    internal static FleetException UnknownPlaceholder(SourceSpan span, string name, IReadOnlyCollection<string> known) =>
        new($"unknown placeholder '{{{name}}}'")
        {
            Span = span,
            Hint = Closest.To(name, known) ?? $"known here: {string.Join(", ", known.Select(each => $"{{{each}}}"))}",
        };

    /// <summary>The text cannot name a host. <paramref name="span"/> is its place in a file; null means that it was typed.</summary>
    public static FleetException NotAHostName(string text, SourceSpan? span) =>
        new($"'{text}' is not a host name")
        {
            Span = span,
            Hint = text == HostName.Root
                ? "'root' means the root lock"
                : "a host name has letters, digits, '-', '_' and '.', and starts with a letter or digit",
        };
}
