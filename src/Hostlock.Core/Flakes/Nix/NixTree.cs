namespace Hostlock.Flakes.Nix;

/// <summary>Walks through expressions.</summary>
static class NixTree
{
    /// <summary>Lists an expression and all within it, in no particular order. It does not recurse, because chains nest deeply.</summary>
    public static IEnumerable<NixExpression> Within(NixExpression expression)
    {
        var waiting = new Stack<NixExpression>([expression]);
        while (waiting.TryPop(out var next))
        {
            yield return next;
            foreach (var part in Parts(next))
            {
                if (part is not null)
                    waiting.Push(part);
            }
        }
    }

    static List<NixExpression?> Parts(NixExpression expression) => expression switch
    {
        NixInterpolation interpolation => [.. interpolation.Parts],
        NixList list => [.. list.Elements],
        NixSelection selection => [selection.Subject, selection.Fallback, .. Computed(selection.Path)],
        NixHasAttribute question => [question.Subject, .. Computed(question.Path)],
        NixCall call => [call.Function, call.Argument],
        NixPrefix prefix => [prefix.Operand],
        NixInfix infix => [infix.Left, infix.Right],
        NixIf choice => [choice.Condition, choice.Then, choice.Otherwise],
        NixAssert assertion => [assertion.Condition, assertion.Body],
        NixWith with => [with.Scope, with.Body],
        NixLet let => [let.Bindings, let.Body],
        NixLambda lambda => [lambda.Body, .. lambda.Formals?.Formals.Select(formal => formal.Default) ?? []],
        // The attributes of one inherit share its source, so the source is walked once, by itself.
        NixAttributeSet set =>
        [
            .. set.InheritSources,
            .. set.Attributes.Values.Where(attribute => attribute.Kind != NixAttributeKind.InheritedFrom)
            .Select(attribute => attribute.Value),
            .. set.Dynamic.SelectMany(attribute => new[] { attribute.Name, attribute.Value }),
        ],
        _ => [],
    };

    static IEnumerable<NixExpression?> Computed(List<NixAttributeName> path) =>
        path.Where(name => name.Name is null).Select(name => name.Expression);
}
