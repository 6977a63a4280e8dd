using Hostlock.Flakes.Nix;

namespace Hostlock.Flakes;

/// <summary>The formals of a function of <c>outputs</c>, <c>{ self, nixpkgs, … }:</c>, and the changes of the text that change
/// them.</summary>
/// <param name="source">The text.</param>
/// <param name="function">The function.</param>
sealed class FormalsText(SourceText source, NixLambda function)
{
    readonly List<NixFormal> _formals = function.Formals?.Formals ?? [];

    /// <summary>The change that lets the function be called with one more input; null if it can be already.</summary>
    /// <param name="name">The name of the input.</param>
    public TextChange? With(string name)
    {
        if (function.Formals is not { HasEllipsis: false } formals || _formals.Exists(formal => formal.Name == name))
            return null;
        // A new formal hides another meaning of the name: by a 'with', or a function of Nix.
        var isTaken = name == function.Argument || !NixWords.IsIdentifier(name) || Uses(name);
        var added = isTaken ? "..." : name;
        if (_formals.Count == 0)
            return new(formals.Start + 1, 0, formals.End == formals.Start + 2 ? $" {added} " : $" {added}");
        var end = EndOf(_formals.Count - 1);
        var comma = source.Text.IndexOf(',', end, formals.End - end);
        // No comma may stand behind the ellipsis.
        if (isTaken && comma >= 0)
            return new(comma + 1, 0, " ...");
        var between = _formals.Count > 1 ? source.Text[EndOf(_formals.Count - 2).._formals[^1].Start] : "";
        return new(end, 0, (between.Trim() == "," ? between : ", ") + added);
    }

    /// <summary>The change that takes an input out of the formals; null if it is not among them.</summary>
    /// <param name="name">The name of the input.</param>
    /// <exception cref="FlakeException">The function uses the input.</exception>
    public TextChange? Without(string name)
    {
        var index = _formals.FindIndex(formal => formal.Name == name);
        if (index >= 0 && Uses(name))
            throw FlakeException.InputInUse(PlaceOf(name), name);
        if (SelectionOf(name) is { } selected)
            throw FlakeException.InputInUse(source.Span(selected.Start, selected.End - selected.Start), name);
        if (index < 0)
            return null;
        if (index > 0)
            return Deleted(EndOf(index - 1), EndOf(index));
        if (_formals.Count > 1)
            return Deleted(_formals[0].Start, _formals[1].Start);
        var formals = function.Formals!;
        return Deleted(
            _formals[0].Start,
            formals.HasEllipsis ? source.Text.IndexOf("...", EndOf(0), StringComparison.Ordinal) : formals.End - 1);
    }

    static TextChange Deleted(int start, int end) => new(start, end - start, "");

    int EndOf(int index) => _formals[index] switch
    {
        { Default: { } fallback } => fallback.OuterEnd,
        var formal => formal.End,
    };

    IEnumerable<NixExpression> Inside => _formals.Select(formal => formal.Default).OfType<NixExpression>().Append(function.Body);

    bool Uses(string name) => Inside.Any(expression => NixScopes.FreeIn(source, expression).Contains(name));

    SourceSpan PlaceOf(string name)
    {
        var use = Inside.SelectMany(NixTree.Within)
            .Where(expression => expression is NixVariable variable && variable.Name == name)
            .MinBy(expression => expression.Start);
        return use is null ? source.Span(function.Start, 0) : source.Span(use.Start, use.End - use.Start);
    }

    // The places at which the function takes an input out of its whole argument: 'inputs.nixpkgs', 'inherit (inputs) nixpkgs'.
    NixSelection? SelectionOf(string name)
    {
        if (function.Argument is not { } argument)
            return null;
        return Inside.SelectMany(NixTree.Within)
            .SelectMany(expression => expression is NixAttributeSet set
                ? set.Attributes.Values.Where(attribute => attribute.Kind == NixAttributeKind.InheritedFrom)
                    .Select(attribute => attribute.Value)
                : [expression])
            .OfType<NixSelection>()
            .Where(selection => selection is { Subject: NixVariable subject, Path: [{ Name: { } first }, ..] }
                && subject.Name == argument && first == name)
            .MinBy(selection => selection.Start);
    }
}
