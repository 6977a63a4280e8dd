using Hostlock.Flakes.Nix;
using Hostlock.Nar;

namespace Hostlock.Flakes;

/// <summary>
/// Edits of a flake.nix that leave all else of it as it is, comments and layout too: they put the outputs into the hands of
/// <c>hostlock.nix</c>, and take them out again.
/// </summary>
public static class FlakeNixEdit
{
    const string Library = "hostlock.nix";

    /// <summary>
    /// Puts <c>inputs: import ./hostlock.nix inputs (</c> before the function of <c>outputs</c> and <c>)</c> after it. If only the formals
    /// of that function tell Nix of some inputs, the new function has these formals too; otherwise Nix would no longer see the inputs.
    /// </summary>
    /// <exception cref="FlakeException">The file does not parse, is wrapped already, or its outputs are no function.</exception>
    public static SourceText Wrap(SourceText source)
    {
        var (_, flake) = Read(source);
        var function = OutputsFunction(source, flake);
        if (CallsLibrary(function))
            throw FlakeException.AlreadyWrapped(source.Span(function.Start, function.End - function.Start), Library);

        var formals = function.Formals?.Formals.Select(formal => formal.Name).ToList() ?? [];
        var taken = NixScopes.FreeIn(source, function).Concat(formals).ToHashSet();
        var inputs = "inputs";
        for (var other = "hostlockInputs"; taken.Contains(inputs); other += "'")
            inputs = other;

        var declared = DeclaredInputs(flake);
        var head = formals.Exists(name => name != "self" && !declared.Contains(name))
            ? $"{inputs}@{{ {string.Join(", ", formals)}, ... }}"
            : inputs;
        return TextChange.Apply(
            source,
            new TextChange(function.OuterStart, 0, $"{head}: import ./{Library} {inputs} ("),
            new TextChange(function.OuterEnd, 0, ")"));
    }

    /// <summary>Tells whether the outputs call <c>hostlock.nix</c>, however the call is laid out.</summary>
    /// <exception cref="FlakeException">The file does not parse.</exception>
    public static bool IsWrapped(SourceText source)
    {
        var (_, flake) = Read(source);
        return flake.Attributes.TryGetValue("outputs", out var outputs) && CallsLibrary(outputs.Value);
    }

    /// <summary>Takes away what <see cref="Wrap"/> added, also after the file was formatted anew.</summary>
    /// <exception cref="FlakeException">The file does not parse, or its outputs are not wrapped in the way <see cref="Wrap"/>
    /// does.</exception>
    public static SourceText Unwrap(SourceText source)
    {
        var (_, flake) = Read(source);
        var outer = OutputsFunction(source, flake);
        var span = source.Span(outer.Start, outer.End - outer.Start);
        if (!CallsLibrary(outer))
            throw FlakeException.NotWrapped(span, Library);
        if (WrappedIn(outer) is not { } inner)
            throw FlakeException.WrappedOtherwise(span, Library);

        var (start, end) = (inner.OuterStart, inner.OuterEnd);
        if (start < inner.Start)
        {
            (start, end) = (start + 1, end - 1);
            while (char.IsWhiteSpace(source.Text[start]))
                start++;
            while (char.IsWhiteSpace(source.Text[end - 1]))
                end--;
        }
        return TextChange.Apply(
            source,
            new TextChange(outer.OuterStart, start - outer.OuterStart, ""),
            new TextChange(end, outer.OuterEnd - end, ""));
    }

    /// <summary>The function that <see cref="Wrap"/> has put into another; null if the other is not made by it.</summary>
    internal static NixLambda? WrappedIn(NixLambda outer) =>
        outer is
        {
            Argument: { } name,
            Body: NixCall { Function: NixCall { Function: var library, Argument: NixVariable passed }, Argument: NixLambda inner },
        }
            && IsLibrary(library) && passed.Name == name
            ? inner
            : null;

    static SourceSpan Span(SourceText source, NixAttribute attribute) => source.Span(attribute.Start, attribute.End - attribute.Start);

    internal static (NixFile File, NixAttributeSet Flake) Read(SourceText source)
    {
        var file = NixParser.Parse(source);
        return (file, file.Expression as NixAttributeSet ?? throw FlakeException.NotASet(file.SpanOf(file.Expression)));
    }

    internal static NixLambda OutputsFunction(SourceText source, NixAttributeSet flake)
    {
        if (!flake.Attributes.TryGetValue("outputs", out var outputs))
            throw FlakeException.NoOutputs(source.Span(flake.Start, 1));
        return outputs.Value as NixLambda ?? throw FlakeException.OutputsAreNoFunction(Span(source, outputs));
    }

    internal static HashSet<string> DeclaredInputs(NixAttributeSet flake) =>
        flake.Attributes.GetValueOrDefault("inputs")?.Value is NixAttributeSet inputs ? [.. inputs.Attributes.Keys] : [];

    static bool CallsLibrary(NixExpression expression) => NixTree.Within(expression).Any(IsLibrary);

    internal static bool IsLibrary(NixExpression expression) =>
        expression is NixCall { Function: NixVariable { Name: "import" }, Argument: NixPath path }
        && !path.Text.StartsWith('/') && RelativeFolder.Between(TreePath.Root, TreePath.Root, path.Text) == Library;
}
