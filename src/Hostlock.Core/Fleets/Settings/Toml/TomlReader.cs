using System.Collections.Immutable;
using Tomlyn.Parsing;
using Tomlyn.Syntax;

namespace Hostlock.Fleets.Settings.Toml;

/// <summary>
/// Reads TOML into tables, with the places of their keys. Tomlyn makes the tokens. The grammar is TOML 1.0, and not the newer one that
/// Tomlyn reads, because <c>builtins.fromTOML</c> reads the same file and knows only 1.0, without dates.
/// </summary>
sealed class TomlReader
{
    const int MaximumDepth = 16;

    readonly SourceText _source;
    readonly TomlLexer _lexer;
    readonly TomlTable _root = new(TomlTable.Form.Header);
    TomlToken _token;

    TomlReader(SourceText source)
    {
        _source = source;
        _lexer = TomlLexer.Create(source.Text, new TomlLexerOptions { DecodeScalars = true }, source.Name);
    }

    /// <summary>Reads a whole text.</summary>
    /// <exception cref="FleetException">The text is not TOML 1.0, or has a date.</exception>
    public static TomlTable Read(SourceText source) => new TomlReader(source).Document();

    TomlTable Document()
    {
        // Tomlyn skips byte order marks. The caller has already removed one at the beginning of the file.
        if (_source.Text.StartsWith('\uFEFF'))
            throw FleetException.Expected(_source.Span(0, 1), "a key", "a byte order mark");
        var (table, path) = (_root, new List<TomlTable>());
        TomlPiece? section = null;
        Next(TomlLexerMode.Key);
        while (_token.Kind != TokenKind.Eof)
        {
            switch (_token.Kind)
            {
                case TokenKind.NewLine:
                    Next(TomlLexerMode.Key);
                    break;
                case TokenKind.OpenBracketDouble:
                    throw FleetException.TableArray(Here());
                case TokenKind.OpenBracket:
                    section = new(Start(), isInline: false);
                    (table, path) = Header();
                    foreach (var passed in path)
                        passed.Pieces.Add(section);
                    section.End = EndOfStatement();
                    break;
                default:
                    var statement = new TomlPiece(Start(), isInline: false);
                    KeyAndValue(table, statement, depth: 0);
                    statement.End = EndOfStatement();
                    section?.End = statement.End;
                    break;
            }
        }
        return _root;
    }

    (TomlTable Table, List<TomlTable> Path) Header()
    {
        Next(TomlLexerMode.Key);
        var keys = Keys();
        Expect(TokenKind.CloseBracket, "']'");
        Next(TomlLexerMode.Key);
        var (table, path) = (_root, new List<TomlTable>());
        for (var i = 0; i < keys.Count; i++)
        {
            var (key, span) = keys[i];
            var isLast = i == keys.Count - 1;
            if (!table.TryGet(key, out var member))
            {
                var fresh = new TomlTable(isLast ? TomlTable.Form.Header : TomlTable.Form.Implied);
                table.Add(new(key, span, new TomlValue.Table(fresh, span)));
                table = fresh;
            }
            else if (member.Value is TomlValue.Table(var known, _) && known.By != TomlTable.Form.Inline
                && (!isLast || known.By == TomlTable.Form.Implied))
            {
                if (isLast)
                    known.By = TomlTable.Form.Header;
                table = known;
            }
            else
            {
                throw FleetException.DefinedTwice(span, key, member.KeySpan);
            }
            path.Add(table);
        }
        return (table, path);
    }

    void KeyAndValue(TomlTable table, TomlPiece piece, int depth)
    {
        var keys = Keys();
        Expect(TokenKind.Equal, "'=' after a key");
        foreach (var (key, span) in keys[..^1])
        {
            if (!table.TryGet(key, out var member))
            {
                var fresh = new TomlTable(TomlTable.Form.Dotted);
                table.Add(new(key, span, new TomlValue.Table(fresh, span)));
                table = fresh;
            }
            else
            {
                table = member.Value is TomlValue.Table(var known, _) && known.By == TomlTable.Form.Dotted
                    ? known
                    : throw FleetException.DefinedTwice(span, key, member.KeySpan);
            }
            table.Pieces.Add(piece);
        }
        var (last, lastSpan) = keys[^1];
        if (table.TryGet(last, out var earlier))
            throw FleetException.DefinedTwice(lastSpan, last, earlier.KeySpan);
        Next(TomlLexerMode.Value);
        var value = Value(depth);
        if (value is TomlValue.Table(var inline, _))
            inline.Pieces.Add(piece);
        table.Add(new(last, lastSpan, value));
    }

    List<(string Key, SourceSpan Span)> Keys()
    {
        var keys = new List<(string, SourceSpan)>(2);
        while (true)
        {
            var span = Here();
            keys.Add(_token.Kind switch
            {
                TokenKind.BasicKey => (span.Text, span),
                TokenKind.String or TokenKind.StringLiteral => (Decoded(), span),
                _ => throw FleetException.Expected(span, "a key", Found()),
            });
            if (keys.Count > MaximumDepth)
                throw FleetException.TooDeep(span, MaximumDepth);
            Next(TomlLexerMode.Key);
            if (_token.Kind != TokenKind.Dot)
                return keys;
            Next(TomlLexerMode.Key);
        }
    }

    // Leaves the reader on the token after the value.
    TomlValue Value(int depth)
    {
        var span = Here();
        if (depth > MaximumDepth)
            throw FleetException.TooDeep(span, MaximumDepth);
        TomlValue value;
        switch (_token.Kind)
        {
            case TokenKind.String or TokenKind.StringMulti or TokenKind.StringLiteral or TokenKind.StringLiteralMulti:
                value = new TomlValue.Text(Decoded(), span);
                break;
            case TokenKind.Integer or TokenKind.IntegerHexa or TokenKind.IntegerOctal or TokenKind.IntegerBinary:
                value = new TomlValue.Integer((long)_token.Data, span);
                break;
            case TokenKind.True or TokenKind.False:
                value = new TomlValue.Truth(_token.Kind == TokenKind.True, span);
                break;
            case TokenKind.OpenBracket:
                return List(depth);
            case TokenKind.OpenBrace:
                return Inline(depth);
            case var kind when kind.IsFloat():
                value = new TomlValue.Float(span);
                break;
            case var kind when kind.IsDateTime():
                throw FleetException.HasDate(span);
            default:
                throw FleetException.Expected(span, "a value", Found());
        }
        Next(TomlLexerMode.Value);
        return value;
    }

    TomlValue.List List(int depth)
    {
        var start = Start();
        var items = ImmutableArray.CreateBuilder<TomlValue>();
        Next(TomlLexerMode.Value);
        while (true)
        {
            SkipLines();
            if (_token.Kind == TokenKind.CloseBracket)
                break;
            items.Add(Value(depth + 1));
            SkipLines();
            if (_token.Kind == TokenKind.CloseBracket)
                break;
            Expect(TokenKind.Comma, "',' or ']'");
            Next(TomlLexerMode.Value);
        }
        var span = Since(start);
        Next(TomlLexerMode.Value);
        return new(items.ToImmutable(), span);
    }

    TomlValue.Table Inline(int depth)
    {
        var start = Start();
        var table = new TomlTable(TomlTable.Form.Inline);
        Next(TomlLexerMode.Key);
        while (_token.Kind != TokenKind.CloseBrace || table.Members.Count > 0)
        {
            if (_token.Kind == TokenKind.NewLine)
                throw FleetException.InlineTableOverLines(Here());
            var item = new TomlPiece(Start(), isInline: true);
            KeyAndValue(table, item, depth + 1);
            item.End = table.Members is [.., { Value: TomlValue.Table { Members.By: TomlTable.Form.Dotted } }]
                ? PreviousEnd()
                : table.Members[^1].Value.Span.End;
            if (_token.Kind == TokenKind.NewLine)
                throw FleetException.InlineTableOverLines(Here());
            if (_token.Kind == TokenKind.CloseBrace)
                break;
            Expect(TokenKind.Comma, "',' or '}'");
            Next(TomlLexerMode.Key);
        }
        var span = Since(start);
        Next(TomlLexerMode.Value);
        return new(table, span);
    }

    void SkipLines()
    {
        while (_token.Kind == TokenKind.NewLine)
            Next(TomlLexerMode.Value);
    }

    // Checks that a statement has its line to itself. Returns the offset of its end, after a comment behind it.
    int EndOfStatement()
    {
        if (_token.Kind is not (TokenKind.NewLine or TokenKind.Eof))
            throw FleetException.Expected(Here(), "the end of the line", Found());
        var end = Start();
        if (_token.Kind == TokenKind.NewLine)
            Next(TomlLexerMode.Key);
        return end;
    }

    int _previousEnd;

    int PreviousEnd() => _previousEnd;

    void Next(TomlLexerMode mode)
    {
        _previousEnd = _token.Kind == TokenKind.Invalid ? 0 : _token.End.Offset + 1;
        _lexer.Mode = mode;
        do
        {
            try
            {
                if (!_lexer.MoveNext())
                    break;
            }
            catch (ArgumentOutOfRangeException)
            {
                // The library throws this at an escape of a surrogate.
                throw FleetException.NotToml(
                    _source.Span(Math.Min(_previousEnd, _source.Text.Length), 0), "an escape stands for no character");
            }
            _token = _lexer.Current;
        }
        while (_token.Kind is TokenKind.Whitespaces or TokenKind.Comment);
        if (_lexer.HasErrors)
        {
            var error = _lexer.Errors.First();
            throw FleetException.NotToml(
                _source.Span(Math.Min(error.Span.Offset, _source.Text.Length), Math.Max(error.Span.Length, 0)), error.Message);
        }
    }

    void Expect(TokenKind kind, string what)
    {
        if (_token.Kind != kind)
            throw FleetException.Expected(Here(), what, Found());
    }

    string Decoded()
    {
        var value = _token.StringValue ?? "";
        if (value.Contains('\0', StringComparison.Ordinal))
            throw FleetException.NullCharacter(Here());
        // \e and \xHH came with TOML 1.1.
        if (_token.Kind is TokenKind.String or TokenKind.StringMulti)
        {
            var raw = Here().Text;
            for (var i = raw.IndexOf('\\', StringComparison.Ordinal); i >= 0 && i + 1 < raw.Length; i = raw.IndexOf('\\', i + 2))
            {
                if (raw[i + 1] is 'e' or 'x')
                    throw FleetException.NewerEscape(_source.Span(Start() + i, 2));
            }
        }
        return value;
    }

    string Found() => _token.Kind switch
    {
        TokenKind.Eof => "the end of the file",
        TokenKind.NewLine => "the end of the line",
        _ => $"'{Here().Text}'",
    };

    int Start() => Math.Min(_token.Start.Offset, _source.Text.Length);

    SourceSpan Here() => Since(Start());

    SourceSpan Since(int start) => _source.Span(start, Math.Min(_token.End.Offset + 1, _source.Text.Length) - start);
}
