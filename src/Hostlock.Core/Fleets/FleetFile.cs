using System.Collections.Immutable;
using System.Globalization;
using Tomlyn.Parsing;
using Tomlyn.Syntax;

namespace Hostlock.Fleets;

/// <summary>hostlock.toml as a <see cref="Fleet"/>. The only code that knows this format; hostlock.nix reads it as well, at evaluation.</summary>
public sealed class FleetFile
{
    public const string Name = "hostlock.toml";

    const int Version = 1;
    const string DefaultLock = "locks/{host}.lock";

    static readonly string[] TopKeys = ["version", "lock", "stamp", "outputs", "hosts", "inputs", "rings"];
    static readonly string[] HostKeys = ["ring", "target", "lock", "flake", "inputs", "configurations", "freeze", "stamp"];
    static readonly string[] RingKeys = ["after", "soak"];

    readonly SourceText _source;
    readonly List<Setting> _settings = [];
    readonly SortedDictionary<string, SourceSpan> _hosts = new(Utf8Order.Instance);
    readonly SortedDictionary<string, SourceSpan> _rings = new(Utf8Order.Instance);

    /// <summary>One value with the whole path to it, however tables, dots and braces wrote it.</summary>
    sealed record Setting(ImmutableArray<string> Path, ValueSyntax Value, SourceSpan Span);

    FleetFile(SourceText source) => _source = source;

    /// <summary>Reads the text of the file.</summary>
    /// <exception cref="FleetException">It is not TOML, or says something that is not known.</exception>
    public static Fleet Read(string text)
    {
        var file = new FleetFile(new(Name, text));
        file.Collect();
        return file.Interpret();
    }

    void Collect()
    {
        var document = SyntaxParser.Parse(_source.Text, Name, validate: true);
        foreach (var message in document.Diagnostics.Where(message => message.Kind == DiagnosticMessageKind.Error))
            throw FleetException.NotToml(Span(message.Span), message.Message);
        foreach (var pair in document.KeyValues)
            Collect([], pair);
        foreach (var table in document.Tables)
        {
            var path = PathOf(table.Name!);
            if (table is TableArraySyntax)
                throw FleetException.UnknownSetting(Span(table.Name!.Span), $"[[{string.Join('.', path)}]]", []);
            Meet(path, Span(table.Name!.Span));
            foreach (var pair in table.Items)
                Collect(path, pair);
        }
    }

    void Collect(ImmutableArray<string> prefix, KeyValueSyntax pair)
    {
        var path = prefix.AddRange(PathOf(pair.Key!));
        var span = Span(pair.Key!.Span);
        Meet(path, span);
        if (pair.Value is InlineTableSyntax table)
        {
            foreach (var item in table.Items)
                Collect(path, item.KeyValue!);
        }
        else
        {
            _settings.Add(new(path, pair.Value!, Span(pair.Value!.Span)));
        }
    }

    // A host or a ring is there as soon as its name is, be its table empty.
    void Meet(ImmutableArray<string> path, SourceSpan span)
    {
        if (path is ["hosts", var host, ..])
            _hosts.TryAdd(host, span);
        else if (path is ["rings", var ring, ..])
            _rings.TryAdd(ring, span);
        if (!TopKeys.Contains(path[0]))
            throw FleetException.UnknownSetting(span, path[0], TopKeys);
    }

    Fleet Interpret()
    {
        var version = One("version") ?? throw FleetException.NoVersion(_source.Span(0, 0));
        if (version.Value is not IntegerValueSyntax { Value: Version })
            throw FleetException.UnknownVersion(version.Span, version.Value.ToString().Trim());
        var pattern = One("lock") is { } lockSetting ? PathText(lockSetting) : DefaultLock;
        if (One("stamp") is { } stamp)
            Truth(stamp);
        var outputs = One("outputs") is { } names ? Texts(names) : (ImmutableArray<string>?)null;
        foreach (var setting in _settings)
            CheckKnown(setting);
        var hosts = _hosts.Select(host => ReadHost(HostName.Parse(host.Key, host.Value), pattern)).ToImmutableArray();
        return new(hosts, [.. _rings.Keys], Policies(), outputs);
    }

    static void CheckKnown(Setting setting)
    {
        switch (setting.Path)
        {
            case ["version" or "lock" or "stamp" or "outputs"]:
            case ["hosts", _, "inputs", _]:
            case ["hosts", _, "freeze", _, "reason" or "until"]:
            case ["hosts", _, "ring" or "target" or "lock" or "flake" or "configurations" or "stamp"]:
            case ["inputs", _, "scope" or "min-age"]:
            case ["rings", _, "after" or "soak"]:
                return;
            case ["hosts", _, "freeze", _, var key]:
                throw FleetException.UnknownSetting(setting.Span, key, ["reason", "until"]);
            case ["hosts", _, var key, ..]:
                throw FleetException.UnknownSetting(setting.Span, key, HostKeys);
            case ["inputs", _, var key]:
                throw FleetException.UnknownSetting(setting.Span, key, ["scope", "min-age"]);
            case ["rings", _, var key]:
                throw FleetException.UnknownSetting(setting.Span, key, RingKeys);
            default:
                throw FleetException.UnknownSetting(setting.Span, string.Join('.', setting.Path), TopKeys);
        }
    }

    Host ReadHost(HostName name, string pattern)
    {
        var host = name.ToString();
        var own = Of("hosts", host).ToList();
        string? Get(string key) => own.FirstOrDefault(setting => setting.Path.Length == 3 && setting.Path[2] == key) is { } setting ? Text(setting) : null;
        var place = own.FirstOrDefault(setting => setting.Path is [_, _, "lock"]) is { } lockSetting ? PathText(lockSetting) : pattern;
        var flake = own.FirstOrDefault(setting => setting.Path is [_, _, "flake"]) is { } flakeSetting ? PathText(flakeSetting) : "flake.nix";
        var ring = Get("ring");
        if (ring is not null && !_rings.ContainsKey(ring))
            throw FleetException.UnknownRing(own.First(setting => setting.Path is [_, _, "ring"]).Span, ring, _rings.Keys);
        foreach (var setting in own.Where(setting => setting.Path is [_, _, "configurations"]))
            Texts(setting);
        foreach (var setting in own.Where(setting => setting.Path is [_, _, "stamp"]))
            Truth(setting);
        return new(
            name,
            place.Replace("{host}", host, StringComparison.Ordinal),
            flake,
            ring,
            Get("target"),
            NameMap<string>.Of([.. own.Where(setting => setting.Path is [_, _, "inputs", _]).Select(setting => KeyValuePair.Create(setting.Path[3], Text(setting)))]),
            NameMap<Freeze>.Of([.. own.Where(setting => setting.Path is [_, _, "freeze", ..]).GroupBy(setting => setting.Path[3]).Select(ReadFreeze)]));
    }

    KeyValuePair<string, Freeze> ReadFreeze(IGrouping<string, Setting> settings)
    {
        var reason = settings.FirstOrDefault(setting => setting.Path[^1] == "reason");
        var until = settings.FirstOrDefault(setting => setting.Path[^1] == "until");
        DateOnly? day = null;
        if (until is not null)
        {
            day = DateOnly.TryParseExact(Text(until), "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var parsed)
                ? parsed
                : throw FleetException.WrongValue(until.Span, "a day as text, \"2026-12-31\"");
        }
        return new(settings.Key, new(reason is null ? "no reason given" : Text(reason), day));
    }

    NameMap<InputPolicy> Policies() => NameMap<InputPolicy>.Of([.. Of("inputs").GroupBy(setting => setting.Path[1]).Select(group =>
    {
        var scope = group.FirstOrDefault(setting => setting.Path[^1] == "scope");
        if (scope is not null && Text(scope) is not ("shared" or "host"))
            throw FleetException.WrongValue(scope.Span, "\"shared\" or \"host\"");
        var age = group.FirstOrDefault(setting => setting.Path[^1] == "min-age");
        return KeyValuePair.Create(group.Key, new InputPolicy(scope is not null && Text(scope) == "shared", age is null ? null : Age(age)));
    })]);

    static TimeSpan Age(Setting setting)
    {
        var text = Text(setting);
        return text.Length > 1 && int.TryParse(text[..^1], NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number < 10_000
            ? text[^1] switch
            {
                'm' => TimeSpan.FromMinutes(number),
                'h' => TimeSpan.FromHours(number),
                'd' => TimeSpan.FromDays(number),
                'w' => TimeSpan.FromDays(7 * number),
                _ => throw FleetException.WrongValue(setting.Span, "a time such as \"3d\" or \"12h\""),
            }
            : throw FleetException.WrongValue(setting.Span, "a time such as \"3d\" or \"12h\"");
    }

    Setting? One(string key) => _settings.FirstOrDefault(setting => setting.Path is [var only] && only == key);

    IEnumerable<Setting> Of(params string[] prefix) =>
        _settings.Where(setting => setting.Path.Length > prefix.Length && setting.Path.Take(prefix.Length).SequenceEqual(prefix));

    static string Text(Setting setting) => setting.Value is StringValueSyntax text ? text.Value ?? "" : throw FleetException.WrongValue(setting.Span, "text in quotes");

    static bool Truth(Setting setting) => setting.Value is BooleanValueSyntax truth ? truth.Value : throw FleetException.WrongValue(setting.Span, "true or false");

    static ImmutableArray<string> Texts(Setting setting) =>
        setting.Value is ArraySyntax array && array.Items.All(item => item.Value is StringValueSyntax)
            ? [.. array.Items.Select(item => ((StringValueSyntax)item.Value!).Value ?? "")]
            : throw FleetException.WrongValue(setting.Span, "a list of texts");

    // A lock outside the repository would be invisible to Nix, and could be anybody's file.
    static string PathText(Setting setting)
    {
        var path = Text(setting);
        return path.Length > 0 && path[0] != '/' && path.Split('/').All(part => part is not ("" or "." or ".."))
            ? path
            : throw FleetException.WrongValue(setting.Span, "a path inside the flake, without '.' and '..'");
    }

    static ImmutableArray<string> PathOf(KeySyntax key) => [Word(key.Key!), .. key.DotKeys.Select(dotted => Word(dotted.Key!))];

    static string Word(BareKeyOrStringValueSyntax word) => word switch
    {
        BareKeySyntax bare => bare.Key!.Text!,
        StringValueSyntax text => text.Value!,
        _ => "",
    };

    SourceSpan Span(Tomlyn.Syntax.SourceSpan span) => _source.Span(span.Start.Offset, Math.Max(1, span.End.Offset - span.Start.Offset + 1));
}
