using System.Globalization;
using System.Text;
using Hostlock.Flakes.Nix;

namespace Hostlock.Tests.Support;

/// <summary>An expression spelled the way <c>nix-instantiate --parse</c> prints it, so that two trees are compared as text.</summary>
sealed class NixSpelling
{
    readonly StringBuilder _text = new();
    readonly string _folder;

    NixSpelling(string folder) => _folder = folder;

    /// <param name="expression">What to spell.</param>
    /// <param name="folder">The absolute path that relative path literals start from.</param>
    public static string Of(NixExpression expression, string folder)
    {
        var spelling = new NixSpelling(folder);
        spelling.Write(expression);
        return spelling._text.ToString();
    }

    NixSpelling Write(string text)
    {
        _text.Append(text);
        return this;
    }

    NixSpelling Write(NixExpression expression)
    {
        if (CallOf(expression) is { } call)
            return Between("(", call, " ", ")");
        return expression switch
        {
            NixVariable variable => Write(variable.Name),
            NixPosition => Write("__curPos"),
            NixInteger integer => Write(integer.Value.ToString(CultureInfo.InvariantCulture)),
            NixFloat number => Write(Spell(number.Value)),
            NixText text => Write(Quote(text.Value)),
            NixPath path => Write(Resolve(path.Text)),
            NixInterpolation interpolation => Between("(", interpolation.Parts, " + ", ")"),
            NixList list => list.Elements.Aggregate(Write("[ "), (self, element) => self.Write("(").Write(element).Write(") ")).Write("]"),
            NixSelection { Fallback: { } fallback } choice =>
                Write("(").Write(choice.Subject).Write(").").Write(choice.Path).Write(" or (").Write(fallback).Write(")"),
            NixSelection selection => Write("(").Write(selection.Subject).Write(").").Write(selection.Path),
            NixHasAttribute question => Write("((").Write(question.Subject).Write(") ? ").Write(question.Path).Write(")"),
            NixPrefix not => Write("(! ").Write(not.Operand).Write(")"),
            NixInfix { Operator: NixTokenKind.LessOrEqual } infix =>
                Write("(! ").Between("(__lessThan ", [infix.Right, infix.Left], " ", "))"),
            NixInfix { Operator: NixTokenKind.GreaterOrEqual } infix =>
                Write("(! ").Between("(__lessThan ", [infix.Left, infix.Right], " ", "))"),
            NixInfix infix => Between("(", [infix.Left, infix.Right], $" {NixToken.Describe(infix.Operator).Trim('\'')} ", ")"),
            NixIf choice =>
                Write("(if ").Write(choice.Condition).Write(" then ").Write(choice.Then).Write(" else ").Write(choice.Otherwise).Write(")"),
            NixAssert assertion => Write("assert ").Write(assertion.Condition).Write("; ").Write(assertion.Body),
            NixWith with => Write("(with ").Write(with.Scope).Write("; ").Write(with.Body).Write(")"),
            NixLet let => Write("(let ").Bindings(let.Bindings).Write("in ").Write(let.Body).Write(")"),
            NixLambda lambda => Function(lambda),
            NixAttributeSet set => Write(set.IsRecursive ? "rec { " : "{ ").Bindings(set).Write("}"),
            _ => throw new NotSupportedException(expression.GetType().Name),
        };
    }

    NixSpelling Between(string open, IEnumerable<NixExpression> parts, string separator, string close)
    {
        Write(open);
        var first = true;
        foreach (var part in parts)
        {
            Write(first ? "" : separator).Write(part);
            first = false;
        }
        return Write(close);
    }

    // Nix makes calls of arithmetic and comparisons, and joins a call of a call to one of more arguments.
    static List<NixExpression>? CallOf(NixExpression expression) => expression switch
    {
        NixCall { Argument: NixVariable { Name: "or" } } or => [or.Function, or.Argument],
        NixCall call => [.. CallOf(call.Function) ?? [call.Function], call.Argument],
        NixPrefix { Operator: NixTokenKind.Minus } minus => [Name("__sub"), new NixInteger(0, 0, 0), minus.Operand],
        NixInfix { Operator: NixTokenKind.Less } infix => [Name("__lessThan"), infix.Left, infix.Right],
        NixInfix { Operator: NixTokenKind.Greater } infix => [Name("__lessThan"), infix.Right, infix.Left],
        NixInfix { Operator: NixTokenKind.Minus } infix => [Name("__sub"), infix.Left, infix.Right],
        NixInfix { Operator: NixTokenKind.Times } infix => [Name("__mul"), infix.Left, infix.Right],
        NixInfix { Operator: NixTokenKind.Divide } infix => [Name("__div"), infix.Left, infix.Right],
        NixSearchPath path => [Name("__findFile"), Name("__nixPath"), new NixText(0, 0, path.Name)],
        _ => null,
    };

    static NixVariable Name(string name) => new(0, 0, name);

    NixSpelling Write(List<NixAttributeName> path)
    {
        for (var i = 0; i < path.Count; i++)
        {
            Write(i > 0 ? "." : "");
            if (path[i].Name is { } name)
                Write(Attribute(name));
            else
                Write("\"${").Write(path[i].Expression!).Write("}\"");
        }
        return this;
    }

    NixSpelling Function(NixLambda lambda)
    {
        Write("(");
        if (lambda.Formals is { } formals)
        {
            Write("{ ");
            var first = true;
            foreach (var formal in formals.Formals.OrderBy(formal => formal.Name, StringComparer.Ordinal))
            {
                Write(first ? "" : ", ").Write(formal.Name);
                if (formal.Default is { } fallback)
                    Write(" ? ").Write(fallback);
                first = false;
            }
            if (formals.HasEllipsis)
                Write(first ? "..." : ", ...");
            Write(lambda.Argument is null ? " }" : " } @ ");
        }
        return Write(lambda.Argument ?? "").Write(": ").Write(lambda.Body).Write(")");
    }

    NixSpelling Bindings(NixAttributeSet set)
    {
        var sorted = set.Attributes.Values.OrderBy(attribute => attribute.Name, StringComparer.Ordinal).ToList();
        var inherited = sorted.Where(attribute => attribute.Kind == NixAttributeKind.Inherited).ToList();
        if (inherited.Count > 0)
            Write($"inherit{string.Concat(inherited.Select(attribute => " " + Attribute(attribute.Name)))}; ");
        foreach (var source in set.InheritSources)
        {
            var names = sorted.Where(
                attribute => attribute.Kind == NixAttributeKind.InheritedFrom && ((NixSelection)attribute.Value).Subject == source)
                .ToList();
            if (names.Count > 0)
                Write("inherit (").Write(source).Write($"){string.Concat(names.Select(attribute => " " + Attribute(attribute.Name)))}; ");
        }
        foreach (var attribute in sorted.Where(attribute => attribute.Kind == NixAttributeKind.Plain))
            Write(Attribute(attribute.Name)).Write(" = ").Write(attribute.Value).Write("; ");
        foreach (var attribute in set.Dynamic)
            Write("\"${").Write(attribute.Name).Write("}\" = ").Write(attribute.Value).Write("; ");
        return this;
    }

    string Resolve(string literal)
    {
        var names = new List<string>();
        foreach (var name in (literal.StartsWith('/') ? literal : $"{_folder}/{literal}").Split('/'))
        {
            if (name == ".." && names.Count > 0)
                names.RemoveAt(names.Count - 1);
            else if (name is not ("" or "." or ".."))
                names.Add(name);
        }
        // The piece before an interpolation keeps its slash.
        return "/" + string.Join('/', names) + (literal.Length > 1 && literal.EndsWith('/') ? "/" : "");
    }

    static string Attribute(string name) =>
        name.Length > 0
            && (char.IsAsciiLetter(name[0]) || name[0] == '_')
            && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '\'' or '-')
            && name is not ("if" or "then" or "else" or "assert" or "with" or "let" or "in" or "rec" or "inherit")
            ? name
            : Quote(name);

    static string Quote(string text)
    {
        var quoted = new StringBuilder("\"");
        for (var i = 0; i < text.Length; i++)
        {
            quoted.Append(text[i] switch
            {
                '"' => "\\\"",
                '\\' => "\\\\",
                '\n' => "\\n",
                '\r' => "\\r",
                '\t' => "\\t",
                '$' when i + 1 < text.Length && text[i + 1] == '{' => "\\$",
                var c => c.ToString(),
            });
        }
        return quoted.Append('"').ToString();
    }

    // C's %g: six digits, and an exponent of two digits at least.
    static string Spell(double number)
    {
        var text = number.ToString("G6", CultureInfo.InvariantCulture);
        if (text.IndexOf('E', StringComparison.Ordinal) is not (>= 0 and var at))
            return Math.Abs(number) is > 0 and < 1e-4 ? number.ToString("0.#####e+00", CultureInfo.InvariantCulture) : text;
        var digits = text[(at + 2)..].TrimStart('0').PadLeft(2, '0');
        return $"{text[..at]}e{text[at + 1]}{digits}";
    }
}
