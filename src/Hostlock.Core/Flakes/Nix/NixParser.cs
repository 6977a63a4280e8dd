using System.Globalization;
using System.Runtime.CompilerServices;

namespace Hostlock.Flakes.Nix;

/// <summary>
/// Parses the whole Nix language, and makes the checks that Nix makes before it evaluates anything: for attributes and formals that
/// occur twice, for dynamic names in places that allow none, and for names that are not bound.
/// </summary>
/// <remarks>
/// Source of the rules: Nix 2.34.8, libexpr/parser.y. Chains (operators, functions in functions, <c>else if</c>) are read by
/// loops, so that only brackets nest. The depth of brackets is bounded.
/// </remarks>
sealed class NixParser
{
    // Files written by people stay below 50. A parse of this depth was measured to fit into a stack of one megabyte.
    internal const int MaximumDepth = 500;

    // In UTF-16 units. A syntax tree takes some fifty times the memory of its text.
    internal const int MaximumLength = 1024 * 1024;

    readonly SourceText _source;
    readonly NixLexer _lexer;
    readonly List<NixToken> _ahead = [];
    readonly Stack<NixToken> _open = [];
    NixPath? _homePath;
    int _depth;

    NixParser(SourceText source) => (_source, _lexer) = (source, new NixLexer(source));

    /// <summary>Parses a file and checks that each of its variables is bound.</summary>
    /// <exception cref="FlakeException">Nix would refuse the file before evaluating it, it is very long, or it nests very
    /// deeply.</exception>
    public static NixFile Parse(SourceText source)
    {
        if (source.Text.Length > MaximumLength)
            throw FlakeException.FileTooLong(source.Span(0, 0), MaximumLength);
        var parser = new NixParser(source);
        var expression = parser.Expression();
        parser.Expect(NixTokenKind.EndOfFile);
        NixScopes.Check(source, expression);
        return new NixFile(source, expression, parser._homePath);
    }

    NixToken Peek(int offset = 0)
    {
        while (_ahead.Count <= offset)
            _ahead.Add(_lexer.Next());
        return _ahead[offset];
    }

    bool Sees(NixTokenKind kind) => Peek().Kind == kind;

    NixToken Next()
    {
        var token = Peek();
        _ahead.RemoveAt(0);
        return token;
    }

    NixToken Expect(NixTokenKind kind) => Sees(kind) ? Next() : throw Unexpected(kind);

    FlakeException Unexpected(NixTokenKind? expected = null)
    {
        var found = Peek();
        var unclosed = found.Kind == NixTokenKind.EndOfFile && _open.TryPeek(out var open)
            ? _source.Span(open.Start, open.End - open.Start)
            : null;
        return FlakeException.UnexpectedToken(
            _source.Span(found.Start, found.End - found.Start),
            NixToken.Describe(found.Kind),
            expected is { } kind ? NixToken.Describe(kind) : null,
            unclosed);
    }

    NixToken Open(NixTokenKind kind)
    {
        var token = Expect(kind);
        _open.Push(token);
        return token;
    }

    NixToken Close(NixTokenKind kind)
    {
        var token = Expect(kind);
        _open.Pop();
        return token;
    }

    void Descend()
    {
        if (++_depth > MaximumDepth || !RuntimeHelpers.TryEnsureSufficientExecutionStack())
            throw FlakeException.NixTooDeep(_source.Span(Peek().Start, Peek().End - Peek().Start));
    }

    void Ascend() => _depth--;

    NixExpression Expression()
    {
        Descend();
        // Reads the prefixes that take everything after them: functions, let, with, assert and if.
        List<Func<NixExpression, NixExpression>>? prefixes = null;
        while (Prefix() is { } prefix)
            (prefixes ??= []).Add(prefix);
        var expression = Operators();
        for (var i = (prefixes?.Count ?? 0) - 1; i >= 0; i--)
            expression = prefixes![i](expression);
        Ascend();
        return expression;
    }

    Func<NixExpression, NixExpression>? Prefix()
    {
        switch (Peek().Kind)
        {
            case NixTokenKind.Identifier when Peek(1).Kind is NixTokenKind.Colon or NixTokenKind.At:
            case NixTokenKind.OpenBrace when StartsFormals():
                return FunctionHead();
            case NixTokenKind.Assert:
                return ConditionThen((start, end, condition, body) => new NixAssert(start, end, condition, body));
            case NixTokenKind.With:
                return ConditionThen((start, end, scope, body) => new NixWith(start, end, scope, body));
            case NixTokenKind.Let when Peek(1).Kind != NixTokenKind.OpenBrace:
                return LetHead();
            case NixTokenKind.If:
                return IfHead();
            default:
                return null;
        }
    }

    bool StartsFormals() => Peek(1).Kind switch
    {
        NixTokenKind.Ellipsis => true,
        NixTokenKind.CloseBrace => Peek(2).Kind is NixTokenKind.Colon or NixTokenKind.At,
        NixTokenKind.Identifier => Peek(2).Kind is NixTokenKind.Comma or NixTokenKind.Question or NixTokenKind.CloseBrace,
        _ => false,
    };

    Func<NixExpression, NixExpression> FunctionHead()
    {
        var start = Peek().Start;
        NixToken? argument = null;
        NixFormals? formals = null;
        if (Sees(NixTokenKind.Identifier))
        {
            argument = Next();
            if (Sees(NixTokenKind.At))
            {
                Next();
                formals = Formals();
            }
        }
        else
        {
            formals = Formals();
            if (Sees(NixTokenKind.At))
            {
                Next();
                argument = Expect(NixTokenKind.Identifier);
            }
        }
        Expect(NixTokenKind.Colon);
        if (formals is not null)
            CheckFormals(formals, argument);
        return body => new NixLambda(start, body.OuterEnd, argument?.Text, formals, body);
    }

    NixFormals Formals()
    {
        var start = Open(NixTokenKind.OpenBrace).Start;
        var formals = new List<NixFormal>();
        var ellipsis = false;
        while (!Sees(NixTokenKind.CloseBrace))
        {
            if (Sees(NixTokenKind.Ellipsis))
            {
                Next();
                ellipsis = true;
                break;
            }
            var name = Expect(NixTokenKind.Identifier);
            NixExpression? fallback = null;
            if (Sees(NixTokenKind.Question))
            {
                Next();
                fallback = Expression();
            }
            formals.Add(new NixFormal(name.Text, fallback, name.Start, name.End));
            if (!Sees(NixTokenKind.Comma))
                break;
            Next();
        }
        return new NixFormals(formals, ellipsis, start, Close(NixTokenKind.CloseBrace).End);
    }

    void CheckFormals(NixFormals formals, NixToken? argument)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var formal in formals.Formals)
        {
            if (!names.Add(formal.Name))
                throw FlakeException.DuplicateFormal(_source.Span(formal.Start, formal.End - formal.Start), formal.Name);
        }
        if (argument is { } name && names.Contains(name.Text))
            throw FlakeException.DuplicateFormal(_source.Span(name.Start, name.End - name.Start), name.Text);
    }

    Func<NixExpression, NixExpression> ConditionThen(Func<int, int, NixExpression, NixExpression, NixExpression> make)
    {
        var start = Next().Start;
        var condition = Expression();
        Expect(NixTokenKind.Semicolon);
        return body => make(start, body.OuterEnd, condition, body);
    }

    Func<NixExpression, NixExpression> LetHead()
    {
        var start = Open(NixTokenKind.Let).Start;
        var bindings = Bindings(start, isRecursive: true, NixTokenKind.In);
        if (bindings.Dynamic.Count > 0)
            throw FlakeException.DynamicInLet(
                _source.Span(bindings.Dynamic[0].Name.OuterStart, bindings.Dynamic[0].Name.OuterEnd - bindings.Dynamic[0].Name.OuterStart));
        return body => new NixLet(start, body.OuterEnd, bindings, body);
    }

    Func<NixExpression, NixExpression> IfHead()
    {
        var start = Open(NixTokenKind.If).Start;
        var condition = Expression();
        Expect(NixTokenKind.Then);
        var then = Expression();
        Close(NixTokenKind.Else);
        return otherwise => new NixIf(start, otherwise.OuterEnd, condition, then, otherwise);
    }

    NixExpression Operators()
    {
        var operation = new NixOperation(_source);
        while (true)
        {
            while (Sees(NixTokenKind.Not) || Sees(NixTokenKind.Minus))
                operation.Prefix(Next());
            operation.Operand(Application());
            while (Sees(NixTokenKind.Question))
            {
                var question = Next();
                operation.BeforeInfix(question);
                var path = AttributePath();
                operation.HasAttribute(path);
            }
            if (!NixOperation.IsInfix(Peek().Kind))
                return operation.Result();
            operation.Infix(Next());
        }
    }

    NixExpression Application()
    {
        var expression = Selection();
        while (StartsSimple())
        {
            var argument = Selection();
            expression = new NixCall(expression.OuterStart, argument.OuterEnd, expression, argument);
        }
        return expression;
    }

    bool StartsSimple() => Peek().Kind switch
    {
        NixTokenKind.Identifier or NixTokenKind.Integer or NixTokenKind.Float or NixTokenKind.Uri or NixTokenKind.Path
            or NixTokenKind.HomePath or NixTokenKind.SearchPath or NixTokenKind.Quote or NixTokenKind.IndentedOpen
            or NixTokenKind.OpenParen or NixTokenKind.OpenBrace or NixTokenKind.OpenBracket or NixTokenKind.Rec or NixTokenKind.Let => true,
        _ => false,
    };

    NixExpression Selection()
    {
        List<(NixExpression Subject, List<NixAttributeName> Path)>? waiting = null;
        NixExpression result;
        while (true)
        {
            result = Simple();
            if (Sees(NixTokenKind.Dot))
            {
                Next();
                var path = AttributePath();
                if (Sees(NixTokenKind.Or))
                {
                    Next();
                    (waiting ??= []).Add((result, path));
                    continue;
                }
                result = new NixSelection(result.OuterStart, path[^1].End, result, path, null);
            }
            else if (Sees(NixTokenKind.Or))
            {
                // Nixpkgs had a function called 'or': the word is a variable here, and the argument of the expression before it.
                var or = Next();
                result = new NixCall(result.OuterStart, or.End, result, new NixVariable(or.Start, or.End, "or"));
            }
            break;
        }
        for (var i = (waiting?.Count ?? 0) - 1; i >= 0; i--)
            result = new NixSelection(waiting![i].Subject.OuterStart, result.OuterEnd, waiting[i].Subject, waiting[i].Path, result);
        return result;
    }

    NixExpression Simple() => Peek().Kind switch
    {
        NixTokenKind.Quote => Text(),
        NixTokenKind.IndentedOpen => IndentedText(),
        NixTokenKind.Path or NixTokenKind.HomePath => Path(),
        NixTokenKind.OpenParen => Parenthesized(),
        NixTokenKind.OpenBracket => List(),
        NixTokenKind.OpenBrace => Bindings(Open(NixTokenKind.OpenBrace).Start, isRecursive: false, NixTokenKind.CloseBrace),
        NixTokenKind.Rec => RecursiveSet(),
        NixTokenKind.Let => OldLet(),
        _ => Atom(),
    };

    NixExpression Atom()
    {
        var token = Peek();
        NixExpression atom = token.Kind switch
        {
            NixTokenKind.Identifier when token.Text == "__curPos" => new NixPosition(token.Start, token.End),
            NixTokenKind.Identifier => new NixVariable(token.Start, token.End, token.Text),
            NixTokenKind.Integer => new NixInteger(token.Start, token.End, long.Parse(token.Text, CultureInfo.InvariantCulture)),
            NixTokenKind.Float => new NixFloat(token.Start, token.End, double.Parse(token.Text, CultureInfo.InvariantCulture)),
            NixTokenKind.Uri => new NixText(token.Start, token.End, token.Text),
            NixTokenKind.SearchPath => new NixSearchPath(token.Start, token.End, token.Text[1..^1]),
            _ => throw Unexpected(),
        };
        Next();
        return atom;
    }

    NixAttributeSet RecursiveSet()
    {
        var start = Next().Start;
        Open(NixTokenKind.OpenBrace);
        return Bindings(start, isRecursive: true, NixTokenKind.CloseBrace);
    }

    // let { …, body = …; } means (rec { … }).body.
    NixSelection OldLet()
    {
        var start = Next().Start;
        Open(NixTokenKind.OpenBrace);
        var set = Bindings(start, isRecursive: true, NixTokenKind.CloseBrace);
        return new NixSelection(start, set.End, set, [new NixAttributeName("body", null, start, start)], null);
    }

    NixExpression Parenthesized()
    {
        var start = Open(NixTokenKind.OpenParen).Start;
        var inner = Expression();
        inner.Parenthesize(start, Close(NixTokenKind.CloseParen).End);
        return inner;
    }

    NixList List()
    {
        Descend();
        var start = Open(NixTokenKind.OpenBracket).Start;
        var elements = new List<NixExpression>();
        while (StartsSimple())
            elements.Add(Selection());
        var end = Close(NixTokenKind.CloseBracket).End;
        Ascend();
        return new NixList(start, end, elements);
    }

    NixExpression Text()
    {
        var start = Open(NixTokenKind.Quote).Start;
        var parts = Pieces();
        var end = Close(NixTokenKind.Quote).End;
        return parts switch
        {
            [] => new NixText(start, end, ""),
            [NixText { Value: var value }] when !_interpolated => new NixText(start, end, value),
            _ => new NixInterpolation(start, end, isPath: false, parts),
        };
    }

    // True if one of the pieces read last was an interpolation: "${"a"}" is no literal.
    bool _interpolated;

    List<NixExpression> Pieces()
    {
        var parts = new List<NixExpression>();
        var interpolated = false;
        while (true)
        {
            if (Sees(NixTokenKind.StringPart))
            {
                // Before the first interpolation, the grammar allows only one piece (a//b is no path).
                if (parts.Count > 0 && !interpolated)
                    throw Unexpected(NixTokenKind.DollarBrace);
                var piece = Next();
                parts.Add(new NixText(piece.Start, piece.End, piece.Text));
            }
            else if (Sees(NixTokenKind.DollarBrace))
            {
                interpolated = true;
                parts.Add(Interpolated());
            }
            else
            {
                _interpolated = interpolated;
                return parts;
            }
        }
    }

    NixExpression Interpolated()
    {
        Open(NixTokenKind.DollarBrace);
        var expression = Expression();
        Close(NixTokenKind.CloseBrace);
        return expression;
    }

    NixExpression IndentedText()
    {
        var start = Open(NixTokenKind.IndentedOpen).Start;
        var pieces = new List<IndentedPiece>();
        while (!Sees(NixTokenKind.IndentedClose))
        {
            if (Sees(NixTokenKind.DollarBrace))
                pieces.Add(new IndentedPiece.Inserted(Interpolated()));
            else if (Peek() is { Kind: NixTokenKind.IndentedPart or NixTokenKind.IndentedEscape })
                pieces.Add(new IndentedPiece.Written(Next()));
            else
                throw Unexpected(NixTokenKind.IndentedClose);
        }
        var end = Close(NixTokenKind.IndentedClose).End;
        var parts = IndentedPiece.Strip(pieces);
        return parts switch
        {
            [] => new NixText(start, end, ""),
            // Nix takes ''${"a"}'' for a literal, but not "${"a"}".
            [NixText only] => new NixText(start, end, only.Value),
            _ => new NixInterpolation(start, end, isPath: false, parts),
        };
    }

    NixExpression Path()
    {
        var token = Next();
        var path = new NixPath(token.Start, token.End, token.Text);
        if (token.Kind == NixTokenKind.HomePath)
            _homePath ??= path;
        var parts = Pieces();
        if (parts.Count > 0 && !_interpolated)
            throw Unexpected(NixTokenKind.DollarBrace);
        var end = Expect(NixTokenKind.PathEnd).End;
        return parts.Count == 0 ? path : new NixInterpolation(token.Start, end, isPath: true, [path, .. parts]);
    }

    // Reads up to the closing token and takes it. The opening token is already on the stack.
    NixAttributeSet Bindings(int start, bool isRecursive, NixTokenKind closing)
    {
        var pending = new NixBindings(_source, start, isRecursive);
        while (!Sees(closing))
        {
            if (Sees(NixTokenKind.Inherit))
            {
                Inherit(pending);
                continue;
            }
            var path = AttributePath();
            Expect(NixTokenKind.Assign);
            var value = Expression();
            pending.Add(path, value, Expect(NixTokenKind.Semicolon).End);
        }
        return pending.ToSet(Close(closing).End);
    }

    void Inherit(NixBindings bindings)
    {
        var start = Next().Start;
        NixExpression? source = null;
        if (Sees(NixTokenKind.OpenParen))
        {
            Open(NixTokenKind.OpenParen);
            source = Expression();
            Close(NixTokenKind.CloseParen);
        }
        var names = new List<NixAttributeName>();
        while (!Sees(NixTokenKind.Semicolon))
        {
            var name = AttributeName(NixTokenKind.Semicolon);
            if (name.Name is null)
                throw FlakeException.DynamicInInherit(_source.Span(name.Start, name.End - name.Start));
            names.Add(name);
        }
        bindings.Inherit(source, names, start, Next().End);
    }

    List<NixAttributeName> AttributePath()
    {
        var path = new List<NixAttributeName> { AttributeName(null) };
        while (Sees(NixTokenKind.Dot))
        {
            Next();
            path.Add(AttributeName(null));
            if (path.Count > MaximumDepth)
                throw FlakeException.NixTooDeep(_source.Span(path[^1].Start, path[^1].End - path[^1].Start));
        }
        return path;
    }

    NixAttributeName AttributeName(NixTokenKind? otherwise)
    {
        var token = Peek();
        switch (token.Kind)
        {
            case NixTokenKind.Identifier or NixTokenKind.Or:
                Next();
                return new NixAttributeName(token.Text, null, token.Start, token.End);
            case NixTokenKind.Quote:
                var text = Text();
                return new NixAttributeName((text as NixText)?.Value, text, text.Start, text.End);
            case NixTokenKind.DollarBrace:
                var expression = Interpolated();
                return new NixAttributeName((expression as NixText)?.Value, expression, token.Start, expression.OuterEnd);
            default:
                throw Unexpected(otherwise);
        }
    }
}
