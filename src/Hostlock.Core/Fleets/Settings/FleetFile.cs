using System.Collections.Immutable;
using System.Globalization;
using Hostlock.Flakes;
using Hostlock.Fleets.Settings.Toml;

namespace Hostlock.Fleets.Settings;

/// <summary>
/// Reads hostlock.toml as a <see cref="Fleet"/>. Only this class knows its settings; hostlock.nix reads the file too, at evaluation. An
/// unknown setting is an error, because a misspelt freeze that freezes nothing is worse than an error.
/// </summary>
public static partial class FleetFile
{
    /// <summary>The name of the file.</summary>
    public const string Name = "hostlock.toml";

    /// <summary>The most hosts that a file may have.</summary>
    public const int MaximumHosts = 10_000;

    /// <summary>The version of the form of the file.</summary>
    public const int Version = 1;
    const int MostJobs = 1000, MostMegabytes = 1024 * 1024;
    const string AllSystems = $"{{{RolloutSettings.Systems}}}";
    static readonly TimeSpan ShortestTrial = TimeSpan.FromSeconds(10);
    internal const string DefaultLock = "locks/{host}.lock";

    static readonly string[] GateKinds = ["http", "tcp", "run", "ssh"];
    static readonly string[] TopKeys =
    [
        "version",
        "lock",
        "stamp",
        "merge",
        "outputs",
        "private",
        "hosts",
        "inputs",
        "rings",
        "groups",
        "rollout",
        "gates",
        "engines",
        "commit",
    ];
    static readonly string[] CommitKeys = ["subject"];
    static readonly string[] MachineKeys = ["engine", "trial", "substitute", "build"];
    static readonly string[] HostKeys =
        ["ring", "target", "lock", "flake", "inputs", "configurations", "freeze", "hold", "after", "stamp", .. MachineKeys];
    static readonly string[] FreezeKeys = ["reason", "until"];
    static readonly string[] PolicyKeys = ["scope", "min-age", "max-age"];
    static readonly string[] RingKeys = ["after", "soak", "parallel", "max-failed", "max-absent", "window", "approve"];
    static readonly string[] GroupKeys = ["hosts", "parallel"];
    static readonly string[] RolloutKeys =
        [.. MachineKeys, "open", "journal", "notify", "allowed-signers", "jobs", "memory", "after-build"];
    static readonly string[] EngineKeys = ["test", "switch"];
    static readonly string[] GateKeys = [.. GateKinds, "on", "within", "passes"];

    /// <summary>Reads the text of the file.</summary>
    /// <exception cref="FleetException">The text is not TOML, or has an unknown setting.</exception>
    public static Fleet Read(string text) => Read(new SourceText(Name, text));

    /// <summary>
    /// The place of a key in the file, such as <c>hosts</c>, <c>plex</c>, <c>freeze</c>, <c>nixpkgs</c>; null if the file does not have it.
    /// </summary>
    internal static SourceSpan? PlaceOf(TomlTable file, params ReadOnlySpan<string> keys)
    {
        var table = file;
        SourceSpan? place = null;
        foreach (var key in keys)
        {
            if (table is null || !table.TryGet(key, out var member))
                return null;
            (place, table) = (member.KeySpan, (member.Value as TomlValue.Table)?.Members);
        }
        return place;
    }

    /// <summary>The header of a table, as a hint has it: <c>[hosts."plex.lan"]</c>.</summary>
    /// <param name="keys">The keys that lead to it.</param>
    internal static string HeaderOf(params IEnumerable<string> keys) => TomlText.Header(keys);

    /// <summary>The place of a host's lock by the pattern for all hosts.</summary>
    internal static string LockOf(string pattern, HostName host) => pattern.Replace("{host}", host.ToString(), StringComparison.Ordinal);

    /// <summary>The word for a value of a choice.</summary>
    /// <param name="value">The value.</param>
    public static string WordOf<T>(T value)
        where T : struct, Enum =>
        value.ToString().ToLowerInvariant();

    internal static Fleet Read(SourceText source) => Read(TomlReader.Read(source), source);

    internal static Fleet Read(TomlTable file, SourceText source)
    {
        var top = new Settings(file, TopKeys);
        if (!file.TryGet("version", out var version))
            throw FleetException.NoVersion(source.Span(0, 0));
        if (version.Value is not TomlValue.Integer(Version, _))
            throw FleetException.UnknownVersion(version.Value.Span, version.Value.Span.Text);
        var rings = Rings(top);
        var ringNames = rings.Select(ring => ring.Name).ToHashSet(StringComparer.Ordinal);
        var pattern = top.LockPattern("lock") ?? DefaultLock;
        var stamp = top.Truth("stamp") ?? false;
        top.CheckArchives("private");
        var merge = top.Text("merge");
        if (merge is (not "newer", var mergeSpan))
            throw FleetException.WrongValue(mergeSpan, "\"newer\"");
        var engines = EnginesOf(top);
        var rollout = RolloutOf(top, file, engines);
        var members = top.Table("hosts");
        if (members.Count > MaximumHosts)
            throw FleetException.TooManyHosts(members[MaximumHosts].KeySpan, MaximumHosts);
        var hosts = members.Select(member => HostOf(member, pattern, stamp, ringNames, rollout, engines))
            .OrderBy(host => host.Name).ToImmutableArray();
        var hostNames = hosts.Select(host => host.Name).ToHashSet();
        RefuseDifferences(hosts, members);
        RefuseRounds(hosts, members, hostNames);
        return new(hosts, rings, MapOf(top.Table("inputs"), PolicyOf), top.Texts("outputs"))
        {
            LockPattern = pattern,
            Private = top.Texts("private") ?? [],
            MergesNewer = merge is not null,
            CommitSubject = top.Inner("commit", CommitKeys) is { } commit ? SubjectOf(commit) : null,
            Rollout = rollout,
            Engines = engines,
            Gates = GatesOf(top, hostNames, ringNames),
            Groups = InOrder(top.Table("groups"), member => GroupOf(member, hostNames), group => group.Name),
        };
    }

    // The things that a table has a table for each of, by name. Most files have no such table.
    static ImmutableArray<T> InOrder<T>(IReadOnlyList<TomlMember> members, Func<TomlMember, T> read, Func<T, string> nameOf) =>
        members.Count == 0 ? [] : [.. members.Select(read).OrderBy(nameOf, Utf8Order.Instance)];

    static NameMap<T> MapOf<T>(IReadOnlyList<TomlMember> members, Func<TomlMember, KeyValuePair<string, T>> read) =>
        members.Count == 0 ? NameMap<T>.Empty : NameMap<T>.Of([.. members.Select(read)]);

    static ImmutableArray<Ring> Rings(Settings top)
    {
        var members = top.Table("rings");
        var rings = InOrder(members, RingOf, ring => ring.Name);
        var after = rings.ToDictionary(ring => ring.Name, ring => ring.After, StringComparer.Ordinal);
        // The rings from which the way is known to lead to a first one.
        var begin = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (name, _, value) in members)
        {
            if (new Settings(((TomlValue.Table)value).Members, RingKeys).Text("after") is not (var before, var span))
                continue;
            if (!after.ContainsKey(before))
                throw FleetException.UnknownRing(span, before, after.Keys.Where(other => other != name));
            var way = new HashSet<string>(StringComparer.Ordinal);
            for (var at = name; at is not null && !begin.Contains(at); at = after.GetValueOrDefault(at))
            {
                if (!way.Add(at))
                    throw FleetException.RingsGoRound(span, name);
            }
            begin.UnionWith(way);
        }
        return rings;
    }

    static Ring RingOf(TomlMember member)
    {
        // A ring is named on the command line, as '@NAME', so its name follows the rules of a host's name.
        RequireName(member, "a ring");
        var settings = Settings.Of(member, RingKeys);
        var after = settings.Text("after")?.Value;
        if (after is null && settings.Text("soak") is (_, var span))
            throw FleetException.NothingSoaks(span);
        return new(member.Key)
        {
            After = after,
            Soak = settings.Duration("soak") ?? TimeSpan.Zero,
            Parallel = settings.Count("parallel", MaximumHosts) ?? 1,
            MaxFailed = settings.Share("max-failed") ?? default,
            MaxAbsent = settings.Share("max-absent"),
            Window = settings.Text("window") is (var text, var place)
                ? ChangeWindow.TryParse(text) ?? throw FleetException.WrongValue(
                    place, "hours of UTC such as \"Sat,Sun 01:00-05:00\"", ChangeWindow.WhyNot(text))
                : null,
            NeedsApproval = settings.Truth("approve") ?? false,
        };
    }

    static void RequireName(TomlMember member, string kind)
    {
        if (HostName.TryParse(member.Key) is null)
            throw FleetException.NotAName(kind, member.Key, member.KeySpan);
    }

    static HostGroup GroupOf(TomlMember member, HashSet<HostName> hosts)
    {
        RequireName(member, "a group");
        var settings = Settings.Of(member, GroupKeys);
        RefuseUnknownHosts(settings.PlacedTexts("hosts"), hosts);
        return settings.Texts("hosts") is { IsEmpty: false } names
            ? new(member.Key, [.. names.Distinct().Select(name => HostName.Parse(name))], settings.Count("parallel", MaximumHosts) ?? 1)
            : throw FleetException.WrongValue(member.KeySpan, "a group with hosts = [\"one\", \"two\"]");
    }

    static void RefuseUnknownHosts(IEnumerable<Placed<string>> words, HashSet<HostName> hosts)
    {
        foreach (var (word, span) in words)
            RefuseUnknownHost(word, span, hosts);
    }

    static void RefuseUnknownHost(string word, SourceSpan span, HashSet<HostName> hosts)
    {
        if (HostName.TryParse(word) is not { } name || !hosts.Contains(name))
            throw FleetException.UnknownHostInList(span, word, hosts);
    }

    // A host that comes after itself would never begin.
    static void RefuseRounds(ImmutableArray<Host> hosts, IReadOnlyList<TomlMember> members, HashSet<HostName> names)
    {
        if (hosts.All(host => host.After.IsEmpty))
            return;
        foreach (var member in members)
            RefuseUnknownHosts(Settings.Of(member, HostKeys).PlacedTexts("after"), names);
        // Hosts that wait for none are taken away, again and again. Each of the rest waits for another of the rest.
        var left = hosts.ToDictionary(host => host.Name, host => host.After.Distinct().Count());
        var waiting = hosts.SelectMany(host => host.After.Distinct().Select(before => (host.Name, Before: before)))
            .ToLookup(each => each.Before, each => each.Name);
        var free = new Queue<HostName>(left.Where(host => host.Value == 0).Select(host => host.Key));
        while (free.TryDequeue(out var first))
        {
            left.Remove(first);
            foreach (var next in waiting[first].Where(next => --left[next] == 0))
                free.Enqueue(next);
        }
        if (left.Count == 0)
            return;
        var after = hosts.ToDictionary(host => host.Name, host => host.After);
        var at = members.Select(member => HostName.Parse(member.Key)).First(left.ContainsKey);
        var way = new HashSet<HostName>();
        while (way.Add(at))
            at = after[at].First(left.ContainsKey);
        throw FleetException.HostsGoRound(members.First(member => HostName.Parse(member.Key) == at).KeySpan, at);
    }

    static Host HostOf(
        TomlMember member, string pattern, bool stamp, HashSet<string> rings, RolloutSettings rollout,
        ImmutableArray<EngineSettings> engines)
    {
        var name = HostName.Parse(member.Key, member.KeySpan);
        var settings = Settings.Of(member, HostKeys);
        var ring = settings.Text("ring");
        if (ring is (var ringName, var ringSpan) && !rings.Contains(ringName))
            throw FleetException.UnknownRing(ringSpan, ringName, rings);
        var target = settings.Text("target");
        if (target is (var address, var targetSpan) && !IsTarget(address))
            throw FleetException.NotATarget(targetSpan, address);
        return new(
            name,
            settings.LockPath("lock") ?? LockOf(pattern, name, member.KeySpan),
            settings.Path("flake") ?? FleetFolder.FlakeFile,
            ring?.Value,
            target?.Value,
            References(settings.Table("inputs")),
            MapOf(settings.Table("freeze"), FreezeOf))
        {
            Configurations = ConfigurationsOf(settings),
            Hold = settings.Inner("hold", FreezeKeys) is { } hold ? FreezeOf(hold) : null,
            After = settings.Texts("after") is { } others ? [.. others.Distinct().Select(HostName.TryParse).OfType<HostName>()] : [],
            IsStamped = settings.Truth("stamp") ?? stamp,
            Rollout = RolloutOf(settings, rollout, engines),
        };
    }

    // Each configuration is an output and a name in it. An empty list would leave the host nothing to build.
    static ImmutableArray<string>? ConfigurationsOf(Settings settings)
    {
        const string Expected = "attribute paths such as \"nixosConfigurations.plex\"";
        if (settings.Texts("configurations") is not { } paths)
            return null;
        if (paths.IsEmpty)
            throw FleetException.WrongValue(
                settings.PlaceOf("configurations"), Expected, "none is listed; left out, it is that of NixOS by the name of the host");
        foreach (var (path, span) in settings.PlacedTexts("configurations"))
        {
            if (path.Split('.', 2) is not [var output, var name] || !InputPath.IsReferable(output) || !IsName(name))
                throw FleetException.WrongValue(span, Expected, "it is an output, a dot, and a name, in quotes if it has dots");
        }
        return paths;

        // hostlock.nix takes a path apart by the same rule.
        static bool IsName(string name) =>
            name is ['"', .. { Length: > 0 } inner, '"']
                ? !inner.Contains('"', StringComparison.Ordinal)
                : name.Length > 0 && !name.AsSpan().ContainsAny('.', '"');
    }

    // A subject is one line. Values in it are shown without control characters.
    static string? SubjectOf(Settings commit)
    {
        if (commit.Text("subject") is not var (subject, span))
            return null;
        if (string.IsNullOrWhiteSpace(subject) || subject.Any(char.IsControl))
            throw FleetException.WrongValue(span, "one line of text");
        foreach (var name in Placeholders.Of(subject).Where(name => !Fleet.SubjectNames.Contains(name)))
            throw FleetException.UnknownPlaceholder(span, name, Fleet.SubjectNames);
        return subject;
    }

    // A name may make a reserved place of a pattern: 'flake.nix' of '{host}'.
    static string LockOf(string pattern, HostName host, SourceSpan span) =>
        LockOf(pattern, host) is var path && FlakePath.IsFitForLock(path) ? path : throw FleetException.ReservedPlace(span, path);

    static NameMap<string> References(IReadOnlyList<TomlMember> members)
    {
        if (members.Count == 0)
            return NameMap<string>.Empty;
        var references = new KeyValuePair<string, string>[members.Count];
        for (var i = 0; i < references.Length; i++)
        {
            var (key, keySpan, value) = members[i];
            if (!InputPath.IsReferable(key))
                throw FleetException.WrongValue(keySpan, "the name of an input of flake.nix");
            if (value is not TomlValue.Text({ Length: > 0 } text, _))
                throw FleetException.WrongValue(value.Span, "a flake reference in quotes");
            RefuseNoReference(text, value.Span);
            references[i] = new(key, text);
        }
        return NameMap<string>.Of(references);
    }

    // A text like 'github:acme', which has too few parts, would be taken for the path of a folder.
    static void RefuseNoReference(string text, SourceSpan span)
    {
        try
        {
            var reference = FlakeRef.ParseInput(text, wantsTree: true, null, null);
            if (reference.Type == "path" && text.Split('/')[0].Split(':') is [not "path", _, ..])
                throw FleetException.WrongValue(span, "a flake reference, such as \"github:NixOS/nixpkgs/nixos-25.11\"");
        }
        catch (FlakeException why)
        {
            throw FleetException.NotAReference(span, why.Message);
        }
    }

    static KeyValuePair<string, Freeze> FreezeOf(TomlMember member)
    {
        // A freeze of an input of an input would not hold, because it moves with the one above it.
        if (!InputPath.IsReferable(member.Key))
            throw FleetException.WrongValue(member.KeySpan, "the name of an input of flake.nix");
        return new(member.Key, FreezeOf(Settings.Of(member, FreezeKeys)));
    }

    static Freeze FreezeOf(Settings settings) => new(settings.Text("reason")?.Value ?? Freeze.NoReason, settings.Day("until"));

    static KeyValuePair<string, InputPolicy> PolicyOf(TomlMember member)
    {
        var path = PathOf(member);
        var settings = Settings.Of(member, PolicyKeys);
        var scope = settings.Text("scope");
        if (scope is (not ("shared" or "host"), var span))
            throw FleetException.WrongValue(span, "\"shared\" or \"host\"");
        var (least, most) = (settings.Duration("min-age"), settings.Duration("max-age"));
        if (least >= most)
            throw FleetException.WrongValue(
                settings.PlaceOf("max-age"), "longer than min-age", "what update may take is too old already for check");
        return new(path, new(scope?.Value == "shared", least, most));
    }

    static RolloutSettings RolloutOf(Settings top, TomlTable file, ImmutableArray<EngineSettings> engines)
    {
        if (!file.TryGet("rollout", out var member))
            return RolloutSettings.Default;
        _ = top.Table("rollout"); // which says so if it is none
        var settings = Settings.Of(member, RolloutKeys);
        RefuseUnknown(settings.PlacedWords("after-build"), [RolloutSettings.Systems]);
        foreach (var (word, span) in settings.PlacedWords("after-build"))
        {
            if (word.Length > AllSystems.Length && word.Contains(AllSystems, StringComparison.Ordinal))
                throw FleetException.WrongValue(span, $"\"{AllSystems}\", a word of its own, or a word without it");
        }
        var usual = RolloutSettings.Default;
        return RolloutOf(settings, usual, engines) with
        {
            Jobs = settings.Count("jobs", MostJobs) ?? usual.Jobs,
            Memory = settings.Count("memory", MostMegabytes) ?? usual.Memory,
            AfterBuild = settings.Words("after-build") ?? usual.AfterBuild,
            Open = settings.Choice("open", usual.Open),
            Journal = settings.Choice("journal", usual.Journal),
            Notify = settings.Words("notify") ?? usual.Notify,
            AllowedSigners = settings.Path("allowed-signers"),
        };
    }

    // The settings of [rollout] for all machines, or of a host for its own.
    static RolloutSettings RolloutOf(Settings settings, RolloutSettings usual, ImmutableArray<EngineSettings> engines)
    {
        if (!MachineKeys.Any(settings.Has))
            return usual;
        string[] known = [.. RolloutSettings.Engines, .. engines.Select(each => each.Name)];
        if (settings.Text("engine") is (var engine, var span) && !known.Contains(engine))
            throw FleetException.UnknownEngine(span, engine, known);
        if (settings.Text("trial") is (_, var trialSpan) && settings.Duration("trial") < ShortestTrial)
            throw FleetException.WrongValue(trialSpan, "a time of 10 seconds or more");
        return usual with
        {
            Engine = settings.Text("engine")?.Value ?? usual.Engine,
            Trial = settings.Duration("trial") ?? usual.Trial,
            Substitutes = settings.Truth("substitute") ?? usual.Substitutes,
            Build = settings.Text("build") switch
            {
                null => usual.Build,
                ("here", _) => new BuildPlace.Here(),
                ("target", _) => new BuildPlace.Target(),
                (var store, _) when IsStore(store) => new BuildPlace.Elsewhere(store),
                (_, var span2) => throw FleetException.WrongValue(span2, "\"here\", \"target\" or a store such as \"ssh-ng://builder\""),
            },
        };
    }

    static ImmutableArray<EngineSettings> EnginesOf(Settings top) =>
        InOrder(top.Table("engines"), EngineOf, engine => engine.Name);

    static EngineSettings EngineOf(TomlMember member)
    {
        // Its name is a word of tables and of JSON.
        RequireName(member, "an engine");
        if (RolloutSettings.Engines.Contains(member.Key))
            throw FleetException.WrongValue(member.KeySpan, $"another name: {string.Join(", ", RolloutSettings.Engines)} exist already");
        var settings = Settings.Of(member, EngineKeys);
        if (EngineKeys.Count(settings.Has) != 1)
            throw FleetException.WrongValue(member.KeySpan, $"an engine with one of {string.Join(", ", EngineKeys)}");
        var key = EngineKeys.Single(settings.Has);
        RefuseUnknown(settings.PlacedWords(key), EngineSettings.Placeholders);
        return new(member.Key, key == "test", settings.Words(key)!.Value);
    }

    // A misspelt {host} would be given to the program as it is.
    static void RefuseUnknown(IEnumerable<Placed<string>> words, string[] known)
    {
        foreach (var (word, span) in words)
        {
            if (Placeholders.Of(word).FirstOrDefault(name => !known.Contains(name)) is { } unknown)
                throw FleetException.UnknownPlaceholder(span, unknown, known);
        }
    }

    static ImmutableArray<Gate> GatesOf(Settings top, HashSet<HostName> hosts, HashSet<string> rings) =>
        InOrder(top.Table("gates"), member => GateOf(member, hosts, rings), gate => gate.Name);

    static Gate GateOf(TomlMember member, HashSet<HostName> hosts, HashSet<string> rings)
    {
        // Its name is a word of tables and of JSON.
        RequireName(member, "a gate");
        var settings = Settings.Of(member, GateKeys);
        if (GateKinds.Count(settings.Has) != 1)
            throw FleetException.WrongValue(member.KeySpan, $"a gate with one of {string.Join(", ", GateKinds)}");
        foreach (var (word, span) in settings.PlacedTexts("on"))
        {
            if (word.StartsWith('@'))
            {
                if (!rings.Contains(word[1..]))
                    throw FleetException.UnknownRing(span, word[1..], rings);
            }
            else
            {
                RefuseUnknownHost(word, span, hosts);
            }
        }
        if (settings.Duration("within") == TimeSpan.Zero)
            throw FleetException.WrongValue(settings.PlaceOf("within"), "a time of 1 second or more", "a gate takes time to pass");
        GateQuestion question = settings switch
        {
            _ when settings.Text("http") is (var address, var span) =>
                IsHttp(address)
                    ? new GateQuestion.Http(address)
                    : throw FleetException.WrongValue(
                        span, "an address, \"https://{target}/\"",
                        "it begins with http:// or https://, and of words in braces only {host} and {target} are known"),
            _ when settings.Text("tcp") is (var address, var span) =>
                IsPort(address)
                    ? new GateQuestion.Tcp(address)
                    : throw FleetException.WrongValue(
                        span, "a port, \"{target}:5432\"",
                        "it is a machine, a colon, and a number from 1 to 65535, and only {host} and {target} are known"),
            _ when settings.Words("run") is { } words => new GateQuestion.Run(words),
            _ => new GateQuestion.OnHost(settings.Words("ssh")!.Value),
        };
        return new(
            member.Key, question, settings.Texts("on") ?? [], settings.Duration("within") ?? Gate.UsualTime,
            settings.Count("passes", Gate.MostPasses) ?? 1);
    }

    static bool IsHttp(string address) =>
        (address.StartsWith("http://", StringComparison.Ordinal) || address.StartsWith("https://", StringComparison.Ordinal))
        && Uri.TryCreate(Filled(address), UriKind.Absolute, out _)
        && HasKnownNames(address);

    // A misspelt {target} would be asked for as it is.
    static bool HasKnownNames(string text) => Filled(text).IndexOfAny(['{', '}']) < 0;

    static string Filled(string text) =>
        text.Replace("{host}", "host", StringComparison.Ordinal).Replace("{target}", "target", StringComparison.Ordinal);

    static bool IsPort(string address) =>
        HasKnownNames(address) && address.LastIndexOf(':') is > 0 and var colon
        && ushort.TryParse(address.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port > 0
        && !address.AsSpan(0, colon).ContainsAny(" \t");

    // A store is one argument of nix. Its other kinds, such as a folder, need no ssh and are no machines that build.
    static bool IsStore(string store) =>
        store.Split("://", 2) is ["ssh-ng" or "ssh", var address]
            && IsTarget(address.Split('?')[0])
            && !store.Contains(' ', StringComparison.Ordinal);

    static string PathOf(TomlMember member) =>
        InputPath.TryParse(member.Key) is { IsRoot: false } path
            ? path.ToString()
            : throw FleetException.WrongValue(member.KeySpan, "the path of an input, such as nixpkgs or \"home-manager/nixpkgs\"");

    // The target is one argument of ssh. It must not look like an option, or have characters that a shell acts on.
    static bool IsTarget(string target) =>
        target.Length is > 0 and <= 256 && target[0] != '-'
        && target.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_' or '@' or ':' or '[' or ']' or '/' or '%');

    // One lock file can be right for several hosts only if they declare the same inputs.
    static void RefuseDifferences(ImmutableArray<Host> hosts, IReadOnlyList<TomlMember> members)
    {
        var first = new Dictionary<string, (LockOwner Owner, string Flake, NameMap<string> References)>(StringComparer.Ordinal)
        {
            [FleetFolder.RootLock] = (new LockOwner.Root(), FleetFolder.FlakeFile, NameMap<string>.Empty),
        };
        foreach (var host in hosts)
        {
            if (first.TryAdd(host.Lock, (new LockOwner.Host(host.Name), host.FlakeFile, host.References)))
                continue;
            var (other, flake, references) = first[host.Lock];
            var what = host.FlakeFile != flake ? "the flake file" : !host.References.SequenceEqual(references) ? "the inputs" : null;
            if (what is not null)
            {
                var span = members.First(member => member.Key == host.Name.ToString()).KeySpan;
                throw FleetException.SharedLockDiffers(span, host.Lock, host.Name, other, what);
            }
        }
    }
}
