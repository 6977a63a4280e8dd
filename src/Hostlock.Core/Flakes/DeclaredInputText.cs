using System.Collections.Immutable;
using Hostlock.Flakes.Nix;

namespace Hostlock.Flakes;

/// <summary>
/// The declarations of inputs as a flake.nix has them in its text, whatever the mix of <c>inputs.x.url = …;</c>,
/// <c>inputs = { x.url = …; };</c> and <c>x = { url = …; };</c>, and the edits of the text that change them.
/// </summary>
sealed class DeclaredInputText
{
    readonly SourceText _source;
    readonly NixAttributeSet _flake;

    // The sets that are written around inputs, with the path of each. The first is the flake itself.
    readonly List<(ImmutableArray<string> Path, NixAttributeSet Set)> _sets = [];

    // Each statement about inputs, with its whole path and the set that it is written in.
    readonly List<(ImmutableArray<string> Path, NixStatement Statement, NixAttributeSet Set)> _statements = [];

    /// <summary>Finds the declarations.</summary>
    /// <param name="source">The text.</param>
    /// <param name="flake">The set that the text is.</param>
    public DeclaredInputText(SourceText source, NixAttributeSet flake)
    {
        (_source, _flake) = (source, flake);
        Collect(flake, []);
    }

    /// <summary>The change that declares an input.</summary>
    /// <param name="name">The name of the input.</param>
    /// <param name="url">Its reference.</param>
    /// <param name="isFlake">False for <c>flake = false</c>.</param>
    public TextChange Added(string name, string url, bool isFlake)
    {
        var text = NixWords.Text(url);
        return isFlake
            ? Inserted(["inputs", name, "url"], text)
            : Inserted(["inputs", name], $"{{ url = {text}; flake = false; }}");
    }

    /// <summary>The changes that take an input out.</summary>
    /// <param name="name">The name of the input.</param>
    public IEnumerable<TextChange> Removed(string name)
    {
        var going = _statements.Where(each => Starts(each.Path, ["inputs", name])).Select(each => each.Statement).ToList();
        // A statement within another one goes with it.
        return going.Where(statement => !going.Exists(other => other.Start < statement.Start && statement.End < other.End))
            .Select(Removal);
    }

    /// <summary>The changes that give an input another source, in place of the present one.</summary>
    /// <param name="input">The input, or an input of an input.</param>
    /// <param name="attribute"><c>url</c> or <c>follows</c>.</param>
    /// <param name="value">The reference, or the path that is followed.</param>
    public IEnumerable<TextChange> Sourced(InputPath input, string attribute, string value)
    {
        ImmutableArray<string> path = [.. input.Names.SelectMany(name => new[] { "inputs", name })];
        var text = NixWords.Text(value);
        var saying = _statements
            .Where(each => each.Path.Length == path.Length + 1
                && Starts(each.Path, path)
                && each.Path[^1] is not ("flake" or "inputs"))
            .Select(each => each.Statement)
            .ToList();
        if (saying.Count == 0)
        {
            yield return Inserted([.. path, attribute], text);
            yield break;
        }
        var kept = saying.Find(statement => statement.Path[^1].Name == attribute) ?? saying[0];
        var (name, old) = (kept.Path[^1], kept.Value!);
        if (name.Name != attribute)
            yield return new(name.Start, name.End - name.Start, attribute);
        yield return new(old.OuterStart, old.OuterEnd - old.OuterStart, text);
        foreach (var statement in saying.Where(statement => statement != kept))
            yield return Removal(statement);
    }

    void Collect(NixAttributeSet set, ImmutableArray<string> at)
    {
        _sets.Add((at, set));
        foreach (var statement in set.Statements.Where(each => each.Value is not null && each.Path.All(name => name.Name is not null)))
        {
            var path = at.AddRange(statement.Path.Select(name => name.Name!));
            if (path[0] != "inputs")
                continue;
            _statements.Add((path, statement, set));
            if (statement.Value is NixAttributeSet inner)
                Collect(inner, path);
        }
    }

    // A new statement goes into the innermost set that it can stand in, behind the last of those that are nearest to it.
    TextChange Inserted(ImmutableArray<string> path, string value)
    {
        var (at, set) = _sets.Where(each => each.Path.Length < path.Length && Starts(path, each.Path)).MaxBy(each => each.Path.Length);
        var text = $"{string.Join('.', path[at.Length..].Select(NixWords.Attribute))} = {value};";
        NixStatement? nearest = null;
        var most = at.Length;
        foreach (var (other, statement, _) in _statements.Where(each => each.Set == set))
        {
            if (Common(path, other) is var common && common >= most)
                (nearest, most) = (statement, common);
        }
        if (set == _flake)
            nearest ??= set.Statements.FirstOrDefault(statement => statement.Path is [{ Name: "description" }]);
        else
            nearest ??= set.Statements.LastOrDefault();
        return nearest is not null ? Behind(nearest, text)
            : set.Statements is [var first, ..] ? Before(first, text)
            : Within(set, text);
    }

    TextChange Behind(NixStatement statement, string text)
    {
        var end = LineEnd(statement.End);
        return Indent(statement.Start) is { } indent && IsBlankOrComment(statement.End, end) && end < _source.Text.Length
            ? new(end + 1, 0, $"{indent}{text}{_source.LineEnd}")
            : new(statement.End, 0, $" {text}");
    }

    TextChange Before(NixStatement statement, string text) =>
        Indent(statement.Start) is { } indent
            ? new(statement.Start - indent.Length, 0, $"{indent}{text}{_source.LineEnd}")
            : new(statement.Start, 0, $"{text} ");

    // The first statement between the braces of a set.
    TextChange Within(NixAttributeSet set, string text)
    {
        var open = _source.Text.IndexOf('{', set.Start);
        var (end, close) = (LineEnd(open), set.End - 1);
        if (end >= close)
            return new(open + 1, 0, close == open + 1 ? $" {text} " : $" {text}");
        var line = _source.Text[LineStart(open)..open];
        var indent = line[..(line.Length - line.TrimStart(' ', '\t').Length)];
        indent += indent.Contains('\t', StringComparison.Ordinal) ? "\t" : "  ";
        return IsBlankOrComment(open + 1, end)
            ? new(end + 1, 0, $"{indent}{text}{_source.LineEnd}")
            : new(open + 1, 0, $" {text}");
    }

    // A statement that has its lines for itself goes with them and with the comment at its end; any other goes with the blanks before it.
    TextChange Removal(NixStatement statement)
    {
        var (start, end) = (LineStart(statement.Start), LineEnd(statement.End));
        var isFirst = Indent(statement.Start) is not null;
        if (isFirst && IsBlankOrComment(statement.End, end) && end < _source.Text.Length)
        {
            var before = start > 0 ? LineStart(start - 1) : start;
            var next = _source.Text[(end + 1)..LineEnd(end + 1)].Trim();
            if (before < start && IsBlank(before, start) && (next.Length == 0 || next[0] == '}'))
                start = before;
            return new(start, end + 1 - start, "");
        }
        (start, end) = (statement.Start, statement.End);
        if (isFirst)
        {
            while (_source.Text[end] is ' ' or '\t')
                end++;
        }
        else
        {
            while (_source.Text[start - 1] is ' ' or '\t')
                start--;
        }
        return new(start, end - start, "");
    }

    // The blanks before a place, if it is the first of its line; else null.
    string? Indent(int place) => LineStart(place) is var start && IsBlank(start, place) ? _source.Text[start..place] : null;

    int LineStart(int place) => place == 0 ? 0 : _source.Text.LastIndexOf('\n', place - 1) + 1;

    // The offset of the line feed at the end of a line, or the length of the text.
    int LineEnd(int place) => _source.Text.IndexOf('\n', place) is >= 0 and var end ? end : _source.Text.Length;

    bool IsBlank(int start, int end) => _source.Text.AsSpan(start, end - start).IsWhiteSpace();

    bool IsBlankOrComment(int start, int end)
    {
        var rest = _source.Text.AsSpan(start, end - start).Trim();
        return rest.IsEmpty
            || rest[0] == '#'
            || (rest.StartsWith("/*", StringComparison.Ordinal)
                && rest.IndexOf("*/", StringComparison.Ordinal) is >= 2 and var close
                && close == rest.Length - 2);
    }

    static bool Starts(ImmutableArray<string> path, ImmutableArray<string> start) =>
        path.Length >= start.Length && path.AsSpan(0, start.Length).SequenceEqual(start.AsSpan());

    static int Common(ImmutableArray<string> one, ImmutableArray<string> other) => one.AsSpan().CommonPrefixLength(other.AsSpan());
}
