using System.Collections.Immutable;
using System.Diagnostics;
using System.Globalization;
using Hostlock.Flakes;
using Hostlock.Flakes.Schemes;
using Hostlock.Fleets.Settings.Toml;

namespace Hostlock.Fleets.Settings;

// How single settings are read. Which settings there are is in FleetFile.cs.
public static partial class FleetFile
{
    /// <summary>A value, and its place in the file.</summary>
    readonly record struct Placed<T>(T Value, SourceSpan Span);

    /// <summary>The settings of one table, read with their types.</summary>
    sealed class Settings
    {
        const string ATable = "a table";

        readonly TomlTable _table;

        public Settings(TomlTable table, string[] known)
        {
            _table = table;
            foreach (var member in table.Members)
            {
                if (Array.IndexOf(known, member.Key) < 0)
                    throw FleetException.UnknownSetting(member.KeySpan, member.Key, known);
            }
        }

        public static Settings Of(TomlMember member, string[] known) =>
            member.Value is TomlValue.Table(var table, _) ? new(table, known) : throw Wrong(member.Value, ATable);

        public Placed<string>? Text(string key) =>
            Value<TomlValue.Text>(key, "text in quotes") is (var value, var span) ? new(value, span) : null;

        public bool? Truth(string key) => Value<TomlValue.Truth>(key, "true or false")?.Value;

        public IReadOnlyList<TomlMember> Table(string key) => Value<TomlValue.Table>(key, ATable)?.Members.Members ?? [];

        public ImmutableArray<string>? Texts(string key)
        {
            if (Value<TomlValue.List>(key, "a list of texts") is not { } list)
                return null;
            var wrong = list.Items.FirstOrDefault(item => item is not TomlValue.Text { Value.Length: > 0 });
            return wrong is null ? [.. list.Items.Select(item => ((TomlValue.Text)item).Value)] : throw Wrong(wrong, "text in quotes");
        }

        /// <summary>The settings of a table within this one; null if it has none by this name.</summary>
        public Settings? Inner(string key, string[] known) => _table.TryGet(key, out var member) ? Of(member, known) : null;

        public bool Has(string key) => _table.TryGet(key, out _);

        /// <summary>The place of the value of a key that the table has.</summary>
        public SourceSpan PlaceOf(string key) => _table.TryGet(key, out var member) ? member.Value.Span : throw new UnreachableException();

        /// <summary>The texts of a list with their places; none if the table does not have the key.</summary>
        public IEnumerable<Placed<string>> PlacedTexts(string key) =>
            Texts(key) is { } texts
                ? texts.Zip(Value<TomlValue.List>(key, "")!.Items, (text, item) => new Placed<string>(text, item.Span))
                : [];

        /// <summary>A program and its arguments, of which an argument may be empty.</summary>
        public ImmutableArray<string>? Words(string key)
        {
            if (Value<TomlValue.List>(key, "a list of texts") is not { } list)
                return null;
            return list.Items is [TomlValue.Text { Value.Length: > 0 }, ..] && list.Items.All(item => item is TomlValue.Text)
                ? [.. list.Items.Select(item => ((TomlValue.Text)item).Value)]
                : throw FleetException.WrongValue(list.Span, "a program and its arguments, each in quotes");
        }

        /// <summary>The same, each with its place; none if the table does not have the key.</summary>
        public IEnumerable<Placed<string>> PlacedWords(string key) =>
            Words(key) is { } words
                ? words.Zip(Value<TomlValue.List>(key, "")!.Items, (word, item) => new Placed<string>(word, item.Span))
                : [];

        /// <summary>A number from 1 to a bound.</summary>
        public int? Count(string key, int most) =>
            Value<TomlValue.Integer>(key, "a number") switch
            {
                null => null,
                (var number, _) when number >= 1 && number <= most => (int)number,
                (_, var span) => throw FleetException.WrongValue(span, $"a number from 1 to {most}"),
            };

        /// <summary>A number of hosts from 0 on, or a percentage, such as <c>"5%"</c>.</summary>
        public HostShare? Share(string key)
        {
            if (!_table.TryGet(key, out var member))
                return null;
            return member.Value switch
            {
                TomlValue.Integer(>= 0 and <= MaximumHosts and var number, _) => new((int)number),
                TomlValue.Text([.. var digits, '%'], _) when int.TryParse(
                    digits, NumberStyles.None, CultureInfo.InvariantCulture, out var percent) && percent <= 100 => new(percent, true),
                var other => throw FleetException.WrongValue(
                    other.Span, "a number of hosts, or a part of them such as \"5%\"",
                    string.Create(CultureInfo.InvariantCulture, $"from 0 to {MaximumHosts}, or from \"0%\" to \"100%\"")),
            };
        }

        /// <summary>One of the words of a choice, in small letters.</summary>
        public T Choice<T>(string key, T usual)
            where T : struct, Enum
        {
            if (Text(key) is not (var text, var span))
                return usual;
            foreach (var value in Enum.GetValues<T>())
            {
                if (WordOf(value) == text)
                    return value;
            }
            throw FleetException.WrongValue(span, string.Join(" or ", Enum.GetValues<T>().Select(value => $"\"{WordOf(value)}\"")));
        }

        /// <summary>The beginnings of references of archives, which hostlock.nix compares with those of a lock.</summary>
        public void CheckArchives(string key)
        {
            foreach (var (text, span) in PlacedTexts(key))
            {
                if (!IsOfArchive(text))
                    throw FleetException.WrongValue(
                        span,
                        "the beginning of a reference of an archive: \"github:acme\", \"gitlab:acme/anvil\" or \"https://acme.example\"");
            }
        }

        // Only archives can be private: everything else is fetched with its tokens and logins in any case.
        static bool IsOfArchive(string text) =>
            text.Split(':', 2) is [var type, var rest]
            && (InputSchemes.IsForge(type) ? rest
                : type is "http" or "https" or "file" && rest.StartsWith("//", StringComparison.Ordinal) ? rest[2..].TrimStart('/')
                : "").Split('/').All(segment => segment.Length > 0);

        // A lock outside of the repository would be invisible to Nix, and could be any file of the machine.
        public string? Path(string key) =>
            Text(key) is not (var path, var span) ? null
            : FlakePath.IsWithin(path) ? path
            : throw FleetException.WrongValue(
                span, "a path inside the flake, without '.' and '..'", FlakePath.WhyNotWithin(path));

        // Any other place could be that of a file that git, Nix or hostlock obeys.
        public string? LockPath(string key) => LockPath(key, path => path);

        /// <summary>The same with <c>{host}</c> in it, in place of the name of each host.</summary>
        public string? LockPattern(string key) => LockPath(key, path => LockOf(path, HostName.Parse("host")));

        string? LockPath(string key, Func<string, string> filled) =>
            Path(key) is not { } path || FlakePath.IsFitForLock(filled(path)) ? Path(key)
            : throw FleetException.ReservedPlace(Text(key)!.Value.Span, path);

        public TimeSpan? Duration(string key) =>
            Text(key) is not (var text, var span)
                ? null
                : Durations.TryParse(text) ?? throw FleetException.WrongValue(
                    span, "a time such as \"3d\" or \"12h\"", "it is a whole number and one of s, m, h, d and w, of at most ten years");

        public DateOnly? Day(string key) =>
            Text(key) is not (var text, var span) ? null
            : Moment.TryParseDay(text) ?? throw FleetException.WrongValue(span, "a day as text, \"2026-12-31\"");

        T? Value<T>(string key, string expected)
            where T : TomlValue =>
            !_table.TryGet(key, out var member) ? null : member.Value as T ?? throw Wrong(member.Value, expected);

        static FleetException Wrong(TomlValue value, string expected) => FleetException.WrongValue(
            value.Span, $"{expected}, not {value.Kind}",
            hint: expected == ATable ? "write its name in brackets on a line of its own, and each setting on a line beneath" : null);
    }
}
