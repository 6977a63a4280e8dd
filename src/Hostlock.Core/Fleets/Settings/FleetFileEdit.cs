using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Hostlock.Flakes;
using Hostlock.Fleets.Settings.Toml;

namespace Hostlock.Fleets.Settings;

/// <summary>
/// Edits hostlock.toml as text, so that comments and layout stay. Each result is read again before it is returned, so it either says what
/// was asked, or an exception says that the edit is impossible.
/// </summary>
public static class FleetFileEdit
{
    /// <summary>Freezes an input of a host, and replaces an existing freeze of it.</summary>
    /// <exception cref="FleetException">The fleet has no such host, or the file cannot be edited.</exception>
    public static SourceText SetFreeze(SourceText source, HostName host, string input, Freeze freeze)
    {
        var member = HostMember(source, host);
        if (IsSet(FleetFile.Read(source)))
            return Changed(source, []);
        var settings = new StringBuilder();
        if (freeze.Reason != Freeze.NoReason)
            settings.Append(CultureInfo.InvariantCulture, $"reason = {TomlText.String(freeze.Reason)}\n");
        if (freeze.Until is { } until)
            settings.Append(CultureInfo.InvariantCulture, $"until = {TomlText.String($"{until:yyyy-MM-dd}")}\n");
        var there = Table(member.Members, "freeze") is { } freezes ? Table(freezes.Members, input) : null;
        SourceText edited;
        if (there is null)
        {
            edited = Changed(source, [Insertion(source, member.Members, host, input, settings.ToString())]);
        }
        else if (there.Members.Pieces is [{ IsInline: false } piece] && source.Text[piece.Start] == '[')
        {
            edited = Changed(source, [new(piece.Start, piece.End - piece.Start, $"{Header(host, input)}\n{settings}".TrimEnd('\n'))]);
        }
        else
        {
            edited = Between(source, SetFreeze(RemoveFreeze(source, host, input), host, input, freeze).Text);
        }
        return ReadAgain(edited, IsSet) ?? throw FleetException.CannotEdit(member.Span, $"freeze an input of '{host}'");

        bool IsSet(Fleet fleet) => Find(fleet, host)!.Frozen.TryGetValue(input, out var known) && known == freeze;
    }

    /// <summary>Removes the freeze of an input.</summary>
    /// <exception cref="FleetException">There is no such host or freeze, or the file cannot be edited.</exception>
    public static SourceText RemoveFreeze(SourceText source, HostName host, string input)
    {
        var member = HostMember(source, host);
        var changes = FreezeChanges(source, member.Members, input)
            ?? throw FleetException.NotFrozen(host, input, Find(FleetFile.Read(source), host)!.Frozen.Names);
        return ReadAgain(Changed(source, changes), fleet => Find(fleet, host) is { } still && !still.Frozen.ContainsKey(input))
            ?? throw FleetException.CannotEdit(member.Span, $"unfreeze an input of '{host}'");
    }

    /// <summary>Holds a host, or lets it go.</summary>
    /// <param name="source">The file.</param>
    /// <param name="host">The host.</param>
    /// <param name="hold">The reason, and the last day; null to let it go.</param>
    /// <exception cref="FleetException">The fleet has no such host, or the file cannot be edited.</exception>
    public static SourceText SetHold(SourceText source, HostName host, Freeze? hold)
    {
        var member = HostMember(source, host);
        if (Find(FleetFile.Read(source), host)!.Hold is { } known)
        {
            if (known == hold)
                return Changed(source, []);
            var without = ReadAgain(
                Changed(source, Removals(source, Table(member.Members, "hold")!.Members)),
                fleet => Find(fleet, host) is { Hold: null })
                ?? throw FleetException.CannotEdit(member.Span, $"let '{host}' go");
            return hold is null ? without : Between(source, SetHold(without, host, hold).Text);
        }
        if (hold is null)
            return Changed(source, []);
        var until = hold.Until is { } day
            ? string.Create(CultureInfo.InvariantCulture, $", until = {TomlText.String($"{day:yyyy-MM-dd}")}")
            : "";
        return SetKey(
            source, host, "hold", $"{{ reason = {TomlText.String(hold.Reason)}{until} }}", edited => edited.Hold == hold);
    }

    /// <summary>Gives a host another lock.</summary>
    /// <param name="source">The file.</param>
    /// <param name="host">The host.</param>
    /// <param name="lockPath">The path of the lock; null for the path that the file gives for all hosts.</param>
    /// <exception cref="FleetException">The fleet has no such host, or the file cannot be edited.</exception>
    public static SourceText SetLock(SourceText source, HostName host, string? lockPath) =>
        SetKey(
            source,
            host,
            "lock",
            lockPath is null ? null : TomlText.String(lockPath),
            edited => lockPath is null || edited.Lock == lockPath);

    /// <summary>Gives a host another flake file.</summary>
    /// <param name="source">The file.</param>
    /// <param name="host">The host.</param>
    /// <param name="flake">The file that declares its inputs; null for flake.nix.</param>
    /// <exception cref="FleetException">The fleet has no such host, or the file cannot be edited.</exception>
    public static SourceText SetFlake(SourceText source, HostName host, string? flake) =>
        SetKey(
            source,
            host,
            "flake",
            flake is null ? null : TomlText.String(flake),
            edited => edited.FlakeFile == (flake ?? FleetFolder.FlakeFile));

    /// <summary>Gives a host other configurations.</summary>
    /// <param name="source">The file.</param>
    /// <param name="host">The host.</param>
    /// <param name="configurations">Their attribute paths; null for <c>nixosConfigurations.NAME</c>.</param>
    /// <exception cref="FleetException">The fleet has no such host, or the file cannot be edited.</exception>
    public static SourceText SetConfigurations(SourceText source, HostName host, ImmutableArray<string>? configurations) =>
        SetKey(
            source, host, "configurations", configurations is { } paths ? TomlText.Strings(paths) : null,
            edited =>
                configurations is { } paths ? edited.Configurations is { } now && now.SequenceEqual(paths) : edited.Configurations is null);

    /// <summary>Has a host track another reference of an input, or the declared one again.</summary>
    /// <param name="source">The file.</param>
    /// <param name="host">The host.</param>
    /// <param name="input">The input, directly beneath the flake.</param>
    /// <param name="reference">The reference; null for the declared one.</param>
    /// <exception cref="FleetException">The fleet has no such host, or the file cannot be edited.</exception>
    public static SourceText SetReference(SourceText source, HostName host, string input, string? reference)
    {
        var member = HostMember(source, host);
        var text = reference is null ? null : TomlText.String(reference);
        var own = Table(member.Members, "inputs");
        TextChange change;
        if (own is not null && own.Members.TryGet(input, out var known))
            change = text is not null
                ? new(known.Value.Span.Start, known.Value.Span.Length, text)
                : Removal(source.Text, new(known.KeySpan.Start, own.Members.By == TomlTable.Form.Inline) { End = known.Value.Span.End });
        else if (text is null)
            return Changed(source, []);
        else if (own?.Members is { By: TomlTable.Form.Inline } inline)
            change = inline.Members.Count > 0
                ? new(inline.Members[0].KeySpan.Start, 0, $"{TomlText.Key(input)} = {text}, ")
                : new(own.Span.Start + 1, 0, $" {TomlText.Key(input)} = {text} ");
        else if (own?.Members is { By: TomlTable.Form.Header } table)
            change = new(LineAfter(source.Text, table.Pieces[0].Start), 0, $"{TomlText.Key(input)} = {text}\n");
        else
            return SetKey(source, host, $"inputs.{TomlText.Key(input)}", text, IsAsAsked);
        return ReadAgain(Changed(source, [change]), fleet => Find(fleet, host) is { } edited && IsAsAsked(edited))
            ?? throw FleetException.CannotEdit(member.Span, $"change the inputs of '{host}'");

        bool IsAsAsked(Host edited) => edited.References.TryGetValue(input, out var now) ? now == reference : reference is null;
    }

    /// <summary>Lists other outputs, in a file that lists outputs.</summary>
    /// <param name="source">The file.</param>
    /// <param name="outputs">The names of all outputs; null to list none.</param>
    /// <exception cref="FleetException">The file cannot be edited.</exception>
    public static SourceText SetOutputs(SourceText source, ImmutableArray<string>? outputs)
    {
        if (!TomlReader.Read(source).TryGet("outputs", out var known))
            return Changed(source, []);
        var change = outputs is { } names
            ? new(known.Value.Span.Start, known.Value.Span.Length, TomlText.Strings(names))
            : Removal(source.Text, new(known.KeySpan.Start, isInline: false) { End = known.Value.Span.End });
        return ReadAgain(
            Changed(source, [change]),
            fleet => fleet.Outputs is { } now ? outputs is { } asked && now.SequenceEqual(asked) : outputs is null)
            ?? throw FleetException.CannotEdit(known.KeySpan, "list other outputs");
    }

    /// <summary>
    /// Takes a host out, with all its settings: groups and gates lose its name, and those that have no other host go with it, because a
    /// gate without hosts would be put to every host. Hosts that came after it no longer do.
    /// </summary>
    /// <param name="source">The file.</param>
    /// <param name="host">The host.</param>
    /// <exception cref="FleetException">The fleet has no such host, or the file cannot be edited.</exception>
    public static SourceText RemoveHost(SourceText source, HostName host)
    {
        var member = HostMember(source, host);
        var file = TomlReader.Read(source);
        IEnumerable<TextChange> changes =
        [
            .. Removals(source, member.Members), .. WithoutName(source, file, "groups", "hosts", host),
            .. WithoutName(source, file, "gates", "on", host), .. WithoutName(source, file, "hosts", "after", host),
        ];
        return ReadAgain(Changed(source, changes), fleet => Find(fleet, host) is null)
            ?? throw FleetException.CannotEdit(member.Span, $"take out '{host}'");
    }

    // The changes that take a host's name out of the lists that one kind of section has.
    static IEnumerable<TextChange> WithoutName(SourceText source, TomlTable file, string kind, string key, HostName host)
    {
        foreach (var section in Table(file, kind)?.Members.Members ?? [])
        {
            // The host's own section goes altogether.
            if ((kind == "hosts" && section.Key == host.ToString())
                || section.Value is not TomlValue.Table(var table, _) || !table.TryGet(key, out var member)
                || member.Value is not TomlValue.List(var items, var span))
                continue;
            var left = items.OfType<TomlValue.Text>().Where(item => item.Value != host.ToString()).ToList();
            if (left.Count == items.Length)
                continue;
            if (left.Count == 0 && kind != "hosts")
            {
                foreach (var change in Removals(source, table))
                    yield return change;
                continue;
            }
            // A list of several lines may have comments.
            if (!source.Text.AsSpan(span.Start, span.Length).Contains('\n'))
            {
                yield return new(span.Start, span.Length, TomlText.Strings(left.Select(item => item.Value)));
                continue;
            }
            foreach (var item in items.Except(left))
                yield return Removal(source.Text, new(item.Span.Start, IsAmongOthers(source.Text, item.Span)) { End = item.Span.End });
        }
    }

    // True if the line of an item of a list has other items, too.
    static bool IsAmongOthers(string text, SourceSpan item)
    {
        var start = text.LastIndexOf('\n', item.Start) + 1;
        var behind = text.AsSpan(item.End, LineAfter(text, item.End) - item.End).TrimStart(" \t,");
        return text.AsSpan(start, item.Start - start).ContainsAnyExcept(' ', '\t') || behind is not (['\n', ..] or ['\r', ..] or ['#', ..]);
    }

    static SourceText SetKey(SourceText source, HostName host, string key, string? value, Func<Host, bool> isAsAsked)
    {
        var member = HostMember(source, host);
        var table = member.Members;
        TextChange change;
        if (table.TryGet(key, out var known))
        {
            change = value is not null
                ? new(known.Value.Span.Start, known.Value.Span.Length, value)
                : Removal(source.Text, new(known.KeySpan.Start, table.By == TomlTable.Form.Inline) { End = known.Value.Span.End });
        }
        else if (value is null)
        {
            return Changed(source, []);
        }
        else
        {
            change = new(Place(), 0, Line(value));
        }
        return ReadAgain(Changed(source, [change]), fleet => Find(fleet, host) is { } edited && isAsAsked(edited))
            ?? throw FleetException.CannotEdit(member.Span, $"change the {key} of '{host}'");

        // Right behind the header of the host; if it has none, before its first setting.
        int Place() => table.By switch
        {
            TomlTable.Form.Header => LineAfter(source.Text, table.Pieces.First(IsHeader).Start),
            TomlTable.Form.Inline => table.Members.Count > 0 ? table.Members[0].KeySpan.Start : member.Span.End - 1,
            _ => table.Pieces.Min(piece => piece.Start),
        };

        string Line(string text) => table.By switch
        {
            TomlTable.Form.Header => $"{key} = {text}\n",
            TomlTable.Form.Implied => $"{TomlText.Header("hosts", host.ToString())}\n{key} = {text}\n\n",
            TomlTable.Form.Inline => $"{key} = {text}{(table.Members.Count > 0 ? ", " : " ")}",
            // In hosts.plex.ring = "canary" and plex.ring = "canary", the keys name the host themselves.
            _ => $"{source.Text[table.Pieces[0].Start..table.Members[0].KeySpan.Start]}{key} = {text}\n",
        };

        bool IsHeader(TomlPiece piece) =>
            source.Text[piece.Start] == '['
                && source.Text[piece.Start..LineAfter(source.Text, piece.Start)]
                    .Split(']')[0]
                    .TrimEnd()
                    .TrimEnd('"', '\'')
                    .EndsWith(host.ToString(), StringComparison.Ordinal);
    }

    static TomlValue.Table HostMember(SourceText source, HostName host)
    {
        var file = TomlReader.Read(source);
        if (Find(FleetFile.Read(file, source), host) is null)
            throw FleetException.UnknownHost(host.ToString(), FleetFile.Read(file, source).Hosts.Select(known => known.Name));
        return Table(Table(file, "hosts")!.Members, host.ToString())!;
    }

    // The changes that remove the freeze of an input; null if there is none.
    static List<TextChange>? FreezeChanges(SourceText source, TomlTable host, string input)
    {
        if (Table(host, "freeze") is not { } freezes)
            return null;
        if (Table(freezes.Members, input) is not { } value)
            return null;
        // An inline table of freezes is removed with its last freeze.
        var going = freezes.Members is { By: TomlTable.Form.Inline, Members.Count: 1 } ? freezes : value;
        return Removals(source, going.Members);
    }

    // The changes that remove all parts that define a table.
    static List<TextChange> Removals(SourceText source, TomlTable table)
    {
        var changes = new List<TextChange>();
        foreach (var piece in table.Pieces)
        {
            // The last line of the file is removed with the line end before it, which another removal may already cover.
            var removal = Removal(source.Text, piece);
            var start = Math.Max(removal.Start, changes.Count > 0 ? changes[^1].Start + changes[^1].Length : 0);
            changes.Add(new(start, removal.Start + removal.Length - start, ""));
        }
        return changes;
    }

    static TextChange Removal(string text, TomlPiece piece)
    {
        var (start, end) = (piece.Start, piece.End);
        if (piece.IsInline)
        {
            // An item is removed with the comma behind it; the last item, with the comma before it.
            var next = end;
            while (next < text.Length && text[next] is ' ' or '\t')
                next++;
            if (text[next] == ',')
            {
                end = next + 1;
                while (text[end] is ' ' or '\t')
                    end++;
            }
            else
            {
                while (text[start - 1] is ' ' or '\t')
                    start--;
                start -= text[start - 1] == ',' ? 1 : 0;
            }
            return new(start, end - start, "");
        }
        start = text.LastIndexOf('\n', Math.Max(start - 1, 0)) + 1;
        end = LineAfter(text, end);
        // One of the two empty lines around it is removed too; at the end of the file, the one before it.
        if (EmptyLineAt(text, end) is > 0 and var after && (start == 0 || EmptyLineBefore(text, start) > 0))
            end += after;
        else if (end == text.Length)
            start -= EmptyLineBefore(text, start);
        if (end == text.Length && start > 0 && text[^1] != '\n')
            start -= start > 1 && text[start - 2] == '\r' ? 2 : 1;
        return new(start, end - start, "");
    }

    // The length of the empty line that begins at an offset, and of the one that ends there; 0 if none does.
    static int EmptyLineAt(string text, int offset) =>
        text.AsSpan(offset) is ['\n', ..] ? 1 : text.AsSpan(offset) is ['\r', '\n', ..] ? 2 : 0;

    static int EmptyLineBefore(string text, int offset) =>
        text.AsSpan(0, offset) is [.., '\n', '\n'] ? 1 : text.AsSpan(0, offset) is [.., '\n', '\r', '\n'] ? 2 : 0;

    static TextChange Insertion(SourceText source, TomlTable host, HostName name, string input, string settings)
    {
        var inline = $"{{ {string.Join(", ", settings.Split('\n', StringSplitOptions.RemoveEmptyEntries))} }}";
        var freezes = Table(host, "freeze");
        if (freezes?.Members is { By: TomlTable.Form.Inline, Members.Count: > 0 })
        {
            return new(freezes.Span.Start + 1, 0, $" {TomlText.Key(input)} = {inline},");
        }
        if (host.By == TomlTable.Form.Inline)
        {
            var span = host.Members.Count > 0
                ? host.Members[0].KeySpan
                : throw FleetException.CannotEdit(source.Span(0, 0), $"freeze an input of '{name}'");
            return new(span.Start, 0, $"freeze.{TomlText.Key(input)} = {inline}, ");
        }
        // The section comes behind the other settings of the host, so that they stay together. Statements of another table may follow a
        // host that is written in dotted keys.
        var text = source.Text;
        var at = LineAfter(text, host.By == TomlTable.Form.Dotted ? text.TrimEnd().Length : host.Pieces.Max(piece => piece.End));
        var section = $"{Header(name, input)}\n{settings}";
        // Empty lines part the section from its neighbours. Removal relies on them, so that removing a freeze restores the text.
        return at < text.Length ? new(at, 0, text[at] is '\n' or '\r' ? $"\n{section}" : section)
            : text[at - 1] == '\n' ? new(at, 0, $"\n{section}")
            : new(at, 0, $"\n\n{section.TrimEnd('\n')}");
    }

    static Host? Find(Fleet fleet, HostName name) => fleet.Hosts.FirstOrDefault(host => host.Name == name);

    static TomlValue.Table? Table(TomlTable table, string key) =>
        table.TryGet(key, out var member) ? member.Value as TomlValue.Table : null;

    static int LineAfter(string text, int offset) => text.IndexOf('\n', offset) is >= 0 and var end ? end + 1 : text.Length;

    static string Header(HostName host, string input) => TomlText.Header("hosts", host.ToString(), "freeze", input);

    // New lines end as those of the file do.
    static SourceText Changed(SourceText source, IEnumerable<TextChange> changes)
    {
        var lineEnd = source.LineEnd;
        return TextChange.Apply(
            source,
            [
                .. changes.OrderBy(change => change.Start)
                    .Select(change => change with { Replacement = change.Replacement.Replace("\n", lineEnd, StringComparison.Ordinal) }),
            ]);
    }

    // The difference as one change, from the first changed character to the last.
    static SourceText Between(SourceText source, string changed)
    {
        var old = source.Text;
        var start = old.AsSpan().CommonPrefixLength(changed);
        var end = 0;
        while (end < Math.Min(old.Length, changed.Length) - start && old[^(end + 1)] == changed[^(end + 1)])
            end++;
        return TextChange.Apply(source, new TextChange(start, old.Length - start - end, changed[start..^end]));
    }

    static SourceText? ReadAgain(SourceText edited, Func<Fleet, bool> isAsAsked)
    {
        try
        {
            return isAsAsked(FleetFile.Read(edited)) ? edited : null;
        }
        catch (FleetException)
        {
            return null;
        }
    }
}
