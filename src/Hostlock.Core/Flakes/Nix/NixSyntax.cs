namespace Hostlock.Flakes.Nix;

/// <summary>
/// An expression of the Nix language after parsing: operators are applied, attribute paths are nested sets, and of parentheses
/// only the place is left.
/// </summary>
/// <remarks>Source: Nix 2.34.8, libexpr/nixexpr.hh.</remarks>
abstract class NixExpression(int start, int end)
{
    /// <summary>The offset of the first character, without parentheses around the expression. Offsets count UTF-16 units.</summary>
    public int Start { get; } = start;

    /// <summary>The offset after the last character, without parentheses around the expression.</summary>
    public int End { get; private set; } = end;

    /// <summary>The offset of the outermost parenthesis around the expression, or <see cref="Start"/>.</summary>
    public int OuterStart { get; private set; } = start;

    /// <summary>The offset after the outermost parenthesis around the expression, or <see cref="End"/>.</summary>
    public int OuterEnd { get; private set; } = end;

    protected void MoveEnd(int end) => (End, OuterEnd) = (end, end);

    public void Parenthesize(int start, int end) => (OuterStart, OuterEnd) = (start, end);
}

/// <summary>A name that is looked up in its scope.</summary>
sealed class NixVariable(int start, int end, string name) : NixExpression(start, end)
{
    public string Name { get; } = name;
}

/// <summary><c>__curPos</c>, which is no variable.</summary>
sealed class NixPosition(int start, int end) : NixExpression(start, end);

sealed class NixInteger(int start, int end, long value) : NixExpression(start, end)
{
    public long Value { get; } = value;
}

sealed class NixFloat(int start, int end, double value) : NixExpression(start, end)
{
    public double Value { get; } = value;
}

/// <summary>A string without interpolation. Indented strings and URIs without quotes count too.</summary>
sealed class NixText(int start, int end, string value) : NixExpression(start, end)
{
    public string Value { get; } = value;
}

/// <summary>A string or a path with <c>${…}</c> in it.</summary>
sealed class NixInterpolation(int start, int end, bool isPath, List<NixExpression> parts) : NixExpression(start, end)
{
    public bool IsPath { get; } = isPath;

    public List<NixExpression> Parts { get; } = parts;
}

/// <summary>A path literal as written: <c>./x</c>, <c>a/b</c>, <c>/x</c>, <c>~/x</c>.</summary>
sealed class NixPath(int start, int end, string text) : NixExpression(start, end)
{
    public string Text { get; } = text;
}

/// <summary><c>&lt;nixpkgs&gt;</c>.</summary>
sealed class NixSearchPath(int start, int end, string name) : NixExpression(start, end)
{
    /// <summary>The text between the angle brackets.</summary>
    public string Name { get; } = name;
}

sealed class NixList(int start, int end, List<NixExpression> elements) : NixExpression(start, end)
{
    public List<NixExpression> Elements { get; } = elements;
}

/// <summary>A part of an attribute path: a name, or an expression that evaluates to one.</summary>
readonly record struct NixAttributeName(string? Name, NixExpression? Expression, int Start, int End);

/// <summary><c>a.b.c or d</c>. The old <c>let { body = …; }</c> is a selection of <c>body</c> too.</summary>
sealed class NixSelection(int start, int end, NixExpression subject, List<NixAttributeName> path, NixExpression? fallback)
    : NixExpression(start, end)
{
    public NixExpression Subject { get; } = subject;

    public List<NixAttributeName> Path { get; } = path;

    public NixExpression? Fallback { get; } = fallback;
}

/// <summary><c>a ? b.c</c>.</summary>
sealed class NixHasAttribute(int start, int end, NixExpression subject, List<NixAttributeName> path) : NixExpression(start, end)
{
    public NixExpression Subject { get; } = subject;

    public List<NixAttributeName> Path { get; } = path;
}

sealed class NixCall(int start, int end, NixExpression function, NixExpression argument) : NixExpression(start, end)
{
    public NixExpression Function { get; } = function;

    public NixExpression Argument { get; } = argument;
}

/// <summary><c>!a</c> or <c>-a</c>.</summary>
sealed class NixPrefix(int start, int end, NixTokenKind @operator, NixExpression operand) : NixExpression(start, end)
{
    public NixTokenKind Operator { get; } = @operator;

    public NixExpression Operand { get; } = operand;
}

sealed class NixInfix(NixExpression left, NixTokenKind @operator, NixExpression right)
    : NixExpression(left.OuterStart, right.OuterEnd)
{
    public NixExpression Left { get; } = left;

    public NixTokenKind Operator { get; } = @operator;

    public NixExpression Right { get; } = right;
}

sealed class NixIf(int start, int end, NixExpression condition, NixExpression then, NixExpression otherwise) : NixExpression(start, end)
{
    public NixExpression Condition { get; } = condition;

    public NixExpression Then { get; } = then;

    public NixExpression Otherwise { get; } = otherwise;
}

sealed class NixAssert(int start, int end, NixExpression condition, NixExpression body) : NixExpression(start, end)
{
    public NixExpression Condition { get; } = condition;

    public NixExpression Body { get; } = body;
}

sealed class NixWith(int start, int end, NixExpression scope, NixExpression body) : NixExpression(start, end)
{
    public NixExpression Scope { get; } = scope;

    public NixExpression Body { get; } = body;
}

sealed class NixLet(int start, int end, NixAttributeSet bindings, NixExpression body) : NixExpression(start, end)
{
    public NixAttributeSet Bindings { get; } = bindings;

    public NixExpression Body { get; } = body;
}

/// <summary>A formal argument of <c>{ a, b ? c, ... }:</c>.</summary>
sealed record NixFormal(string Name, NixExpression? Default, int Start, int End);

/// <summary>The braces before the colon of a function.</summary>
/// <param name="Formals">The formals in the order of the text.</param>
/// <param name="HasEllipsis">True for <c>{ …, ... }</c>.</param>
/// <param name="Start">The offset of the opening brace.</param>
/// <param name="End">The offset after the closing brace.</param>
sealed record NixFormals(List<NixFormal> Formals, bool HasEllipsis, int Start, int End);

/// <summary>A function: of a plain argument, of formals, or of both, <c>args@{ … }:</c>.</summary>
sealed class NixLambda(int start, int end, string? argument, NixFormals? formals, NixExpression body) : NixExpression(start, end)
{
    public string? Argument { get; } = argument;

    public NixFormals? Formals { get; } = formals;

    public NixExpression Body { get; } = body;
}

/// <summary>The form of a binding. It decides in which scope the value is looked up.</summary>
enum NixAttributeKind
{
    /// <summary><c>a = value;</c></summary>
    Plain,

    /// <summary><c>inherit a;</c>: the value is a variable of the scope around the set.</summary>
    Inherited,

    /// <summary><c>inherit (source) a;</c></summary>
    InheritedFrom,
}

/// <summary>One attribute of a set: its name, the place of its name or path, and its value.</summary>
sealed record NixAttribute(string Name, NixAttributeKind Kind, NixExpression Value, int Start, int End);

/// <summary>A statement of a set as it is written: <c>a.b = value;</c>, or an <c>inherit</c>.</summary>
/// <param name="Path">The names before the equals sign; empty for an <c>inherit</c>.</param>
/// <param name="Value">The value; null for an <c>inherit</c>.</param>
/// <param name="Start">The offset of its first character.</param>
/// <param name="End">The offset after its semicolon.</param>
sealed record NixStatement(IReadOnlyList<NixAttributeName> Path, NixExpression? Value, int Start, int End);

/// <summary>An attribute whose name is an expression.</summary>
sealed record NixDynamicAttribute(NixExpression Name, NixExpression Value);

/// <summary><c>{ … }</c> or <c>rec { … }</c>, with attribute paths unfolded and sets of one path merged.</summary>
sealed class NixAttributeSet(int start, int end, bool isRecursive) : NixExpression(start, end)
{
    public bool IsRecursive { get; } = isRecursive;

    /// <summary>The attributes by name, in the order of the text.</summary>
    public OrderedDictionary<string, NixAttribute> Attributes { get; } = new(StringComparer.Ordinal);

    public List<NixDynamicAttribute> Dynamic { get; } = [];

    /// <summary>The <c>source</c> of each <c>inherit (source) …</c>.</summary>
    public List<NixExpression> InheritSources { get; } = [];

    /// <summary>The statements between the braces of the set, as they are written. Those of a set that was merged into this one are not
    /// among them.</summary>
    public List<NixStatement> Statements { get; } = [];

    /// <summary>Sets the end of the set, which is known only after its bindings.</summary>
    public void EndAt(int end) => MoveEnd(end);
}

/// <summary>A parsed file.</summary>
/// <param name="Source">The text.</param>
/// <param name="Expression">The expression that the file consists of.</param>
/// <param name="HomePath">The first path literal that starts with <c>~/</c>, which pure evaluation refuses; null if there is none.</param>
sealed record NixFile(SourceText Source, NixExpression Expression, NixPath? HomePath)
{
    public SourceSpan SpanOf(NixExpression expression) => Source.Span(expression.Start, expression.End - expression.Start);
}
