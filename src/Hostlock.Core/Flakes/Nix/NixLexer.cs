using System.Globalization;
using System.Text;

namespace Hostlock.Flakes.Nix;

/// <summary>
/// Splits the text of a Nix file into tokens, one at a time. The longest match wins; among equally long ones, the rule that Nix lists
/// first.
/// </summary>
/// <remarks>Source of the rules: Nix 2.34.8, libexpr/lexer.l; the states below are its start conditions.</remarks>
sealed class NixLexer(SourceText source)
{
    enum State
    {
        Code,
        Text,
        Indented,
        PathStart,
        InPath,
        AfterSlash,
    }

    static readonly AsciiSet PathCharacters =
        AsciiSet.Of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-+");

    static readonly AsciiSet SchemeCharacters =
        AsciiSet.Of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+-.");

    static readonly AsciiSet UriCharacters =
        AsciiSet.Of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789%/?:@&=+$,-_.!~*'");

    readonly string _text = source.Text;
    readonly Stack<State> _outer = [];
    State _state = State.Code;
    int _at;
    (int Start, int End) _pathRun;
    (int Start, int End) _schemeRun;

    /// <summary>Reads the next token; <see cref="NixTokenKind.EndOfFile"/> at the end and at every call after it.</summary>
    /// <exception cref="FlakeException">The text goes on with no token, or with one that Nix refuses.</exception>
    public NixToken Next() => _state switch
    {
        State.Text => InText(),
        State.Indented => InIndented(),
        State.PathStart => StartOfPath(),
        State.InPath or State.AfterSlash => InPath(),
        _ => InCode(),
    };

    char Peek(int offset = 0) => _at + offset < _text.Length ? _text[_at + offset] : '\0';

    bool Has(int offset) => _at + offset < _text.Length;

    NixToken Take(NixTokenKind kind, int length, string text = "")
    {
        var token = new NixToken(kind, _at, _at + length, text);
        _at += length;
        return token;
    }

    NixToken TakeText(NixTokenKind kind, int length) => Take(kind, length, _text.Substring(_at, length));

    NixToken EndOfFile()
    {
        _at = _text.Length;
        return new NixToken(NixTokenKind.EndOfFile, _at, _at);
    }

    void Enter(State state)
    {
        _outer.Push(_state);
        _state = state;
    }

    void Leave() => _state = _outer.Pop();

    void Become(State state) => _state = state;

    NixToken InCode()
    {
        SkipBlank();
        // A NUL outside strings and comments ends the file: to Nix's parser a token of value 0 is the end.
        if (!Has(0) || Peek() == '\0')
            return EndOfFile();

        var c = Peek();
        if (Dynamic(out var dynamic))
            return dynamic;
        var path = PathLength();
        if (path > 0)
        {
            Enter(_text[_at + path - 1] == '/' ? State.AfterSlash : State.InPath);
            return TakeText(c == '~' ? NixTokenKind.HomePath : NixTokenKind.Path, path);
        }
        if (char.IsAsciiLetter(c) || c == '_')
            return Word();
        if (char.IsAsciiDigit(c) || (c == '.' && char.IsAsciiDigit(Peek(1))))
            return Number();
        return c switch
        {
            '"' => Opening(NixTokenKind.Quote, 1, State.Text),
            '\'' when Peek(1) == '\'' => Opening(NixTokenKind.IndentedOpen, IndentedOpenLength(), State.Indented),
            '$' when Peek(1) == '{' => Opening(NixTokenKind.DollarBrace, 2, State.Code),
            '{' => Opening(NixTokenKind.OpenBrace, 1, State.Code),
            '}' => ClosingBrace(),
            '<' when SearchPathLength() is > 0 and var length => TakeText(NixTokenKind.SearchPath, length),
            _ => Operator(c),
        };
    }

    void SkipBlank()
    {
        while (Has(0))
        {
            var c = Peek();
            if (c is ' ' or '\t' or '\r' or '\n')
            {
                _at++;
            }
            else if (c == '#')
            {
                var end = _text.AsSpan(_at).IndexOfAny('\r', '\n');
                _at = end < 0 ? _text.Length : _at + end;
            }
            else if (c == '/' && Peek(1) == '*' && _text.IndexOf("*/", _at + 2, StringComparison.Ordinal) is >= 0 and var close)
            {
                _at = close + 2;
            }
            else
            {
                return;
            }
        }
    }

    NixToken Opening(NixTokenKind kind, int length, State state)
    {
        Enter(state);
        return Take(kind, length);
    }

    NixToken ClosingBrace()
    {
        if (_outer.Count > 0)
            Leave();
        return Take(NixTokenKind.CloseBrace, 1);
    }

    // ./${, a/${ and ~/${: a path whose first piece ends in a slash before an interpolation.
    bool Dynamic(out NixToken token)
    {
        token = default;
        var length = Peek() == '~' && Peek(1) == '/' ? 2 : PathRun(0) + 1;
        if (_at + length - 1 >= _text.Length || Peek(length - 1) != '/' || Peek(length) != '$' || Peek(length + 1) != '{')
            return false;
        Enter(State.PathStart);
        token = StartOfPath();
        return true;
    }

    NixToken StartOfPath()
    {
        var home = Peek() == '~';
        var length = home ? 2 : PathRun(0) + 1;
        Become(State.AfterSlash);
        return TakeText(home ? NixTokenKind.HomePath : NixTokenKind.Path, length);
    }

    // Counts the path characters from an offset on.
    int PathRun(int offset) => Run(ref _pathRun, PathCharacters, _at + offset);

    // Counts the characters of a run. The end of the run is remembered, because many short tokens lie in one long run and each asks.
    int Run(ref (int Start, int End) known, AsciiSet characters, int start)
    {
        if (start >= known.Start && start < known.End)
            return known.End - start;
        var length = characters.PrefixLength(_text.AsSpan(Math.Min(start, _text.Length)));
        known = (start, start + length);
        return length;
    }

    // {PATH} or {HPATH}: at least one slash with a name after it, perhaps a slash at the end. 0: no path here.
    int PathLength()
    {
        var length = Peek() == '~' ? 1 : PathRun(0);
        return Segments(length) is var end && end > length ? EndSlash(end) : 0;
    }

    int Segments(int length)
    {
        while (Peek(length) == '/' && PathRun(length + 1) is > 0 and var run)
            length += 1 + run;
        return length;
    }

    int EndSlash(int length) => Peek(length) == '/' ? length + 1 : length;

    int SearchPathLength()
    {
        var run = PathRun(1);
        if (run == 0)
            return 0;
        var length = Segments(1 + run);
        return Peek(length) == '>' ? length + 1 : 0;
    }

    int UriLength()
    {
        if (!char.IsAsciiLetter(Peek()))
            return 0;
        var length = Run(ref _schemeRun, SchemeCharacters, _at);
        if (Peek(length) != ':')
            return 0;
        var rest = UriCharacters.PrefixLength(_text.AsSpan(_at + length + 1));
        return rest == 0 ? 0 : length + 1 + rest;
    }

    NixToken Word()
    {
        var length = 1;
        while (char.IsAsciiLetterOrDigit(Peek(length)) || Peek(length) is '_' or '\'' or '-')
            length++;
        if (UriLength() is var uri && uri > length)
            return TakeText(NixTokenKind.Uri, uri);
        var word = _text.Substring(_at, length);
        return Take(KindOf(word), length, word);
    }

    /// <summary>The keyword that a word is; <see cref="NixTokenKind.Identifier"/> for any other word.</summary>
    /// <param name="word">The word.</param>
    public static NixTokenKind KindOf(string word) => word switch
    {
        "if" => NixTokenKind.If,
        "then" => NixTokenKind.Then,
        "else" => NixTokenKind.Else,
        "assert" => NixTokenKind.Assert,
        "with" => NixTokenKind.With,
        "let" => NixTokenKind.Let,
        "in" => NixTokenKind.In,
        "rec" => NixTokenKind.Rec,
        "inherit" => NixTokenKind.Inherit,
        "or" => NixTokenKind.Or,
        _ => NixTokenKind.Identifier,
    };

    int Digits(int offset)
    {
        var length = 0;
        while (char.IsAsciiDigit(Peek(offset + length)))
            length++;
        return length;
    }

    // (([1-9][0-9]*\.[0-9]*)|(0?\.[0-9]+))([Ee][+-]?[0-9]+)?
    int FloatLength()
    {
        var whole = Digits(0);
        if (Peek(whole) != '.')
            return 0;
        var fraction = Digits(whole + 1);
        var starts = whole > 0 && Peek() != '0';
        if (!starts && (whole > 1 || fraction == 0))
            return 0;
        var length = whole + 1 + fraction;
        if (Peek(length) is 'e' or 'E')
        {
            var sign = Peek(length + 1) is '+' or '-' ? 1 : 0;
            if (Digits(length + 1 + sign) is > 0 and var exponent)
                length += 1 + sign + exponent;
        }
        return length;
    }

    NixToken Number()
    {
        if (FloatLength() is > 0 and var length)
        {
            var text = _text.Substring(_at, length);
            var value = double.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture);
            // The C library calls a number out of range that is too large, or too small to be told exactly from zero.
            if (double.IsInfinity(value)
                || (Math.Abs(value) < 2.2250738585072014e-308 && text.AsSpan(0, MantissaLength(text)).ContainsAnyInRange('1', '9')))
                throw FlakeException.InvalidFloat(source.Span(_at, length));
            return Take(NixTokenKind.Float, length, text);
        }
        var digits = Digits(0);
        if (!long.TryParse(_text.AsSpan(_at, digits), NumberStyles.None, CultureInfo.InvariantCulture, out _))
            throw FlakeException.InvalidInteger(source.Span(_at, digits));
        return TakeText(NixTokenKind.Integer, digits);
    }

    static int MantissaLength(string text) => text.AsSpan().IndexOfAny('e', 'E') is >= 0 and var at ? at : text.Length;

    NixToken Operator(char c)
    {
        var next = Peek(1);
        var (kind, length) = (c, next) switch
        {
            ('.', '.') when Peek(2) == '.' => (NixTokenKind.Ellipsis, 3),
            ('=', '=') => (NixTokenKind.Equal, 2),
            ('!', '=') => (NixTokenKind.NotEqual, 2),
            ('<', '=') => (NixTokenKind.LessOrEqual, 2),
            ('>', '=') => (NixTokenKind.GreaterOrEqual, 2),
            ('&', '&') => (NixTokenKind.And, 2),
            ('|', '|') => (NixTokenKind.OrElse, 2),
            ('-', '>') => (NixTokenKind.Implies, 2),
            ('/', '/') => (NixTokenKind.Update, 2),
            ('+', '+') => (NixTokenKind.Concat, 2),
            ('<', '|') or ('|', '>') => throw FlakeException.PipeOperator(source.Span(_at, 2)),
            ('<', _) => (NixTokenKind.Less, 1),
            ('>', _) => (NixTokenKind.Greater, 1),
            ('+', _) => (NixTokenKind.Plus, 1),
            ('-', _) => (NixTokenKind.Minus, 1),
            ('*', _) => (NixTokenKind.Times, 1),
            ('/', _) => (NixTokenKind.Divide, 1),
            ('!', _) => (NixTokenKind.Not, 1),
            ('?', _) => (NixTokenKind.Question, 1),
            ('(', _) => (NixTokenKind.OpenParen, 1),
            (')', _) => (NixTokenKind.CloseParen, 1),
            ('[', _) => (NixTokenKind.OpenBracket, 1),
            (']', _) => (NixTokenKind.CloseBracket, 1),
            (':', _) => (NixTokenKind.Colon, 1),
            (';', _) => (NixTokenKind.Semicolon, 1),
            (',', _) => (NixTokenKind.Comma, 1),
            ('@', _) => (NixTokenKind.At, 1),
            ('.', _) => (NixTokenKind.Dot, 1),
            ('=', _) => (NixTokenKind.Assign, 1),
            _ => (NixTokenKind.Unknown, char.IsHighSurrogate(c) && char.IsLowSurrogate(next) ? 2 : 1),
        };
        return TakeText(kind, length);
    }

    NixToken InPath()
    {
        if (Peek() == '$' && Peek(1) == '{')
        {
            Become(State.InPath);
            return Opening(NixTokenKind.DollarBrace, 2, State.Code);
        }
        var length = EndSlash(Segments(PathRun(0)));
        // A slash alone is no piece of a path; {PATH_SEG} allows it, as in a//${b}.
        if (length > 0)
        {
            Become(_text[_at + length - 1] == '/' ? State.AfterSlash : State.InPath);
            return TakeText(NixTokenKind.StringPart, length);
        }
        if (_state == State.AfterSlash)
            throw FlakeException.TrailingSlash(source.Span(_at, 0));
        Leave();
        return Take(NixTokenKind.PathEnd, 0);
    }

    NixToken InText()
    {
        if (!Has(0))
            return EndOfFile();
        if (Peek() == '"')
        {
            Leave();
            return Take(NixTokenKind.Quote, 1);
        }
        var length = 0;
        while (Has(length))
        {
            var c = Peek(length);
            if (c == '"')
                break;
            if (c == '\\')
            {
                if (!Has(length + 1))
                    break;
                length += 2;
            }
            else if (c == '$')
            {
                if (!Has(length + 1) || Peek(length + 1) == '{')
                    break;
                if (Peek(length + 1) == '\\' && !Has(length + 2))
                    break;
                // $$ is taken as a pair, so that $${ opens nothing.
                length += Peek(length + 1) switch { '"' => 1, '\\' => 3, _ => 2 };
            }
            else
            {
                length++;
            }
        }
        if (length > 0)
            return Take(NixTokenKind.StringPart, length, Unescape(_at, length));
        if (Peek() == '$' && Peek(1) == '{')
            return Opening(NixTokenKind.DollarBrace, 2, State.Code);
        return EndOfFile();
    }

    string Unescape(int start, int length)
    {
        var raw = _text.AsSpan(start, length);
        if (raw.IndexOfAny('\\', '\r', '\0') < 0)
            return raw.ToString();
        var text = new StringBuilder(length);
        for (var i = 0; i < raw.Length; i++)
        {
            var c = raw[i];
            if (c == '\0')
                throw FlakeException.NullInString(source.Span(start, length));
            if (c == '\\' && i + 1 < raw.Length)
            {
                // Nix does not look whether an escaped character is NUL.
                c = raw[++i];
                text.Append(c switch { 'n' => '\n', 'r' => '\r', 't' => '\t', _ => c });
            }
            else if (c == '\r')
            {
                // CR and CRLF count as LF.
                text.Append('\n');
                if (i + 1 < raw.Length && raw[i + 1] == '\n')
                    i++;
            }
            else
            {
                text.Append(c);
            }
        }
        return text.ToString();
    }

    // Reads '' and the rest of its line, if that has nothing but spaces.
    int IndentedOpenLength()
    {
        var length = 2;
        while (Peek(length) == ' ')
            length++;
        return Peek(length) == '\n' ? length + 1 : 2;
    }

    NixToken InIndented()
    {
        if (!Has(0))
            return EndOfFile();
        var length = 0;
        while (Has(length))
        {
            var c = Peek(length);
            if (c is not ('$' or '\''))
                length++;
            else if (Has(length + 1) && Peek(length + 1) is var next && next != '\'' && next != (c == '$' ? '{' : '$'))
                length += 2;
            else
                break;
        }
        if (length > 0)
        {
            if (_text.AsSpan(_at, length).Contains('\0'))
                throw FlakeException.NullInString(source.Span(_at, length));
            return TakeText(NixTokenKind.IndentedPart, length);
        }
        if (Peek() == '$')
        {
            return Peek(1) == '{'
                ? Opening(NixTokenKind.DollarBrace, 2, State.Code)
                : Take(NixTokenKind.IndentedEscape, 1, "$");
        }
        if (Peek(1) != '\'')
            return Take(NixTokenKind.IndentedEscape, 1, "'");
        switch (Peek(2))
        {
            case '$':
                return Take(NixTokenKind.IndentedEscape, 3, "$");
            case '\'':
                return Take(NixTokenKind.IndentedEscape, 3, "''");
            case '\\' when Has(3):
                return Take(NixTokenKind.IndentedEscape, 4, Unescape(_at + 2, 2));
            default:
                Leave();
                return Take(NixTokenKind.IndentedClose, 2);
        }
    }
}
