namespace Hostlock.Flakes.Nix;

/// <summary>The kinds of tokens of the Nix language.</summary>
enum NixTokenKind
{
    EndOfFile, Identifier, Integer, Float, Uri, Path, HomePath, SearchPath, PathEnd,
    Quote, StringPart, IndentedOpen, IndentedPart, IndentedEscape, IndentedClose, DollarBrace,
    If, Then, Else, Assert, With, Let, In, Rec, Inherit, Or,
    Ellipsis, Equal, NotEqual, LessOrEqual, GreaterOrEqual, And, OrElse, Implies, Update, Concat,
    Less, Greater, Plus, Minus, Times, Divide, Not, Question,
    OpenBrace, CloseBrace, OpenParen, CloseParen, OpenBracket, CloseBracket,
    Colon, Semicolon, Comma, At, Dot, Assign,
    Unknown,
}

/// <summary>One token: its kind, its place, and for names, literals and pieces of strings the text that they stand for.</summary>
readonly record struct NixToken(NixTokenKind Kind, int Start, int End, string Text = "")
{
    /// <summary>Names a kind of token as Nix's own syntax errors do.</summary>
    public static string Describe(NixTokenKind kind) => kind switch
    {
        NixTokenKind.EndOfFile => "end of file",
        NixTokenKind.Identifier => "identifier",
        NixTokenKind.Integer => "integer",
        NixTokenKind.Float => "floating-point literal",
        NixTokenKind.Uri => "URI",
        NixTokenKind.Path => "path",
        NixTokenKind.HomePath => "'~/…' path",
        NixTokenKind.SearchPath => "'<…>' path",
        NixTokenKind.PathEnd => "end of path",
        NixTokenKind.Quote => "'\"'",
        NixTokenKind.StringPart => "string",
        NixTokenKind.IndentedOpen => "start of an indented string",
        NixTokenKind.IndentedPart or NixTokenKind.IndentedEscape => "indented string",
        NixTokenKind.IndentedClose => "end of an indented string",
        NixTokenKind.DollarBrace => "'${'",
        NixTokenKind.If => "'if'",
        NixTokenKind.Then => "'then'",
        NixTokenKind.Else => "'else'",
        NixTokenKind.Assert => "'assert'",
        NixTokenKind.With => "'with'",
        NixTokenKind.Let => "'let'",
        NixTokenKind.In => "'in'",
        NixTokenKind.Rec => "'rec'",
        NixTokenKind.Inherit => "'inherit'",
        NixTokenKind.Or => "'or'",
        NixTokenKind.Ellipsis => "'...'",
        NixTokenKind.Equal => "'=='",
        NixTokenKind.NotEqual => "'!='",
        NixTokenKind.LessOrEqual => "'<='",
        NixTokenKind.GreaterOrEqual => "'>='",
        NixTokenKind.And => "'&&'",
        NixTokenKind.OrElse => "'||'",
        NixTokenKind.Implies => "'->'",
        NixTokenKind.Update => "'//'",
        NixTokenKind.Concat => "'++'",
        NixTokenKind.Less => "'<'",
        NixTokenKind.Greater => "'>'",
        NixTokenKind.Plus => "'+'",
        NixTokenKind.Minus => "'-'",
        NixTokenKind.Times => "'*'",
        NixTokenKind.Divide => "'/'",
        NixTokenKind.Not => "'!'",
        NixTokenKind.Question => "'?'",
        NixTokenKind.OpenBrace => "'{'",
        NixTokenKind.CloseBrace => "'}'",
        NixTokenKind.OpenParen => "'('",
        NixTokenKind.CloseParen => "')'",
        NixTokenKind.OpenBracket => "'['",
        NixTokenKind.CloseBracket => "']'",
        NixTokenKind.Colon => "':'",
        NixTokenKind.Semicolon => "';'",
        NixTokenKind.Comma => "','",
        NixTokenKind.At => "'@'",
        NixTokenKind.Dot => "'.'",
        NixTokenKind.Assign => "'='",
        _ => "invalid token",
    };
}
