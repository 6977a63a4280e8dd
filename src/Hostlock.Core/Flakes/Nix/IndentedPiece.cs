using System.Text;

namespace Hostlock.Flakes.Nix;

/// <summary>A piece of an indented string, before its indentation is taken off.</summary>
/// <remarks>Source: Nix 2.34.8, libexpr/include/nix/expr/parser-state.hh, stripIndentation.</remarks>
abstract record IndentedPiece
{
    IndentedPiece()
    {
    }

    /// <summary>Text of the file, or the text that an escape stands for.</summary>
    public sealed record Written(NixToken Token) : IndentedPiece;

    public sealed record Inserted(NixExpression Expression) : IndentedPiece;

    /// <summary>
    /// Takes off the indentation that all lines share, apart from lines of nothing but spaces. If the last line has nothing but
    /// spaces, they go and the newline before them stays.
    /// </summary>
    public static List<NixExpression> Strip(IReadOnlyList<IndentedPiece> pieces)
    {
        var indentation = CommonIndentation(pieces);
        var parts = new List<NixExpression>();
        var (atStart, dropped) = (true, 0);
        for (var i = 0; i < pieces.Count; i++)
        {
            if (pieces[i] is Inserted { Expression: var expression })
            {
                (atStart, dropped) = (false, 0);
                parts.Add(expression);
                continue;
            }
            var token = ((Written)pieces[i]).Token;
            var text = new StringBuilder(token.Text.Length);
            foreach (var c in token.Text)
            {
                if (!atStart)
                {
                    atStart = c == '\n';
                }
                else if (c == ' ')
                {
                    if (dropped++ < indentation)
                        continue;
                }
                else
                {
                    (atStart, dropped) = (c == '\n', 0);
                }
                text.Append(c);
            }
            var stripped = text.ToString();
            if (i == pieces.Count - 1 && stripped.TrimEnd(' ') is var kept && kept.EndsWith('\n'))
                stripped = kept;
            if (stripped.Length > 0)
                parts.Add(new NixText(token.Start, token.End, stripped));
        }
        return parts;
    }

    static int CommonIndentation(IReadOnlyList<IndentedPiece> pieces)
    {
        var (atStart, least, current) = (true, 1_000_000, 0);
        foreach (var piece in pieces)
        {
            // An escape ends the indentation of its line, even if it stands for a space. So does an interpolation.
            if (piece is not Written { Token: { Kind: NixTokenKind.IndentedPart, Text: var text } })
            {
                if (atStart)
                    (atStart, least) = (false, Math.Min(least, current));
                continue;
            }
            foreach (var c in text)
            {
                if (c == '\n')
                    (atStart, current) = (true, 0);
                else if (atStart && c == ' ')
                    current++;
                else if (atStart)
                    (atStart, least) = (false, Math.Min(least, current));
            }
        }
        return least;
    }
}
