namespace Hostlock.Flakes.Nix;

/// <summary>
/// Joins operands and operators by precedence as they come, without recursion. An operator that waits is applied before the next
/// one if it binds more tightly, or equally tightly and to the left.
/// </summary>
/// <remarks>Source of the table: Nix 2.34.8, libexpr/parser.y, the %left, %right and %nonassoc lines.</remarks>
sealed class NixOperation(SourceText source)
{
    const int NotPrecedence = 7;
    const int MinusPrecedence = 12;

    readonly List<NixExpression> _operands = [];
    List<(NixToken Token, bool IsPrefix, int Precedence)>? _operators;

    enum Side
    {
        Left,
        Right,
        None,
    }

    public static bool IsInfix(NixTokenKind kind) => kind != NixTokenKind.Question && Rank(kind).Precedence > 0;

    public void Prefix(NixToken token) =>
        (_operators ??= []).Add((token, true, token.Kind == NixTokenKind.Not ? NotPrecedence : MinusPrecedence));

    public void Operand(NixExpression operand) => _operands.Add(operand);

    public void Infix(NixToken token)
    {
        BeforeInfix(token);
        (_operators ??= []).Add((token, false, Rank(token.Kind).Precedence));
    }

    /// <summary>Applies the waiting operators that belong to the left operand of a new operator.</summary>
    /// <exception cref="FlakeException">The operator may not follow one of its own kind: <c>a == b == c</c>.</exception>
    public void BeforeInfix(NixToken token)
    {
        var (precedence, side) = Rank(token.Kind);
        while (_operators is { Count: > 0 })
        {
            var waiting = _operators[^1].Precedence;
            if (waiting == precedence && side == Side.None)
            {
                throw FlakeException.UnexpectedToken(
                    source.Span(token.Start, token.End - token.Start), NixToken.Describe(token.Kind), expected: null, unclosed: null);
            }
            if (waiting < precedence || (waiting == precedence && side == Side.Right))
                return;
            Apply();
        }
    }

    public void HasAttribute(List<NixAttributeName> path) =>
        _operands[^1] = new NixHasAttribute(_operands[^1].OuterStart, path[^1].End, _operands[^1], path);

    public NixExpression Result()
    {
        while (_operators is { Count: > 0 })
            Apply();
        return _operands[0];
    }

    void Apply()
    {
        var (token, isPrefix, _) = _operators![^1];
        _operators.RemoveAt(_operators.Count - 1);
        var right = _operands[^1];
        if (isPrefix)
        {
            _operands[^1] = new NixPrefix(token.Start, right.OuterEnd, token.Kind, right);
            return;
        }
        _operands.RemoveAt(_operands.Count - 1);
        _operands[^1] = new NixInfix(_operands[^1], token.Kind, right);
    }

    static (int Precedence, Side Side) Rank(NixTokenKind kind) => kind switch
    {
        NixTokenKind.Implies => (1, Side.Right),
        NixTokenKind.OrElse => (2, Side.Left),
        NixTokenKind.And => (3, Side.Left),
        NixTokenKind.Equal or NixTokenKind.NotEqual => (4, Side.None),
        NixTokenKind.Less or NixTokenKind.Greater or NixTokenKind.LessOrEqual or NixTokenKind.GreaterOrEqual => (5, Side.None),
        NixTokenKind.Update => (6, Side.Right),
        NixTokenKind.Plus or NixTokenKind.Minus => (8, Side.Left),
        NixTokenKind.Times or NixTokenKind.Divide => (9, Side.Left),
        NixTokenKind.Concat => (10, Side.Right),
        // Nix calls this operator non-associative, but it can follow itself: its right side is always complete when the next one comes.
        NixTokenKind.Question => (11, Side.Left),
        _ => (0, Side.None),
    };
}
