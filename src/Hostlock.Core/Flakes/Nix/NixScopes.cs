namespace Hostlock.Flakes.Nix;

/// <summary>
/// Checks names without evaluation: each variable must be bound by the text around it, be a name that Nix binds everywhere, or lie
/// inside a <c>with</c>. The walk keeps a list of expressions to visit and does not recurse, because chains of operators nest deeply.
/// </summary>
/// <remarks>Source: Nix 2.34.8, libexpr/nixexpr.cc, bindVars.</remarks>
sealed class NixScopes
{
    // Longer names are not compared with others for a hint: a comparison takes the product of the lengths in time and memory.
    const int LongestSlip = 100;

    readonly SourceText _source;
    readonly Stack<Step> _steps = [];
    // By name: how many of the open scopes bind it.
    readonly Dictionary<string, int> _bound = new(StringComparer.Ordinal);
    int _withs;

    NixScopes(SourceText source) => _source = source;

    // If set, unbound names are gathered here instead of being refused.
    HashSet<string>? _free;

    // Either an expression to visit, or names whose scope opens (+1) or closes (-1) here. A step without names is for a with.
    readonly record struct Step(NixExpression? Expression, IReadOnlyCollection<string>? Names = null, int Change = 0);

    /// <exception cref="FlakeException">A variable is bound nowhere.</exception>
    public static void Check(SourceText source, NixExpression expression)
    {
        var scopes = new NixScopes(source);
        scopes.Run(expression);
    }

    /// <summary>Finds the names that an expression takes from outside: from the text around it, from Nix, or from a <c>with</c>.</summary>
    public static IReadOnlySet<string> FreeIn(SourceText source, NixExpression expression)
    {
        var scopes = new NixScopes(source) { _free = [] };
        scopes.Run(expression);
        return scopes._free;
    }

    void Run(NixExpression expression)
    {
        _steps.Push(new Step(expression));
        while (_steps.TryPop(out var step))
            Take(step);
    }

    void Take(Step step)
    {
        if (step.Expression is { } expression)
        {
            var mark = _steps.Count;
            Visit(expression);
            Reverse(mark);
        }
        else if (step.Names is null)
        {
            _withs += step.Change;
        }
        else
        {
            foreach (var name in step.Names)
                _bound[name] = _bound.GetValueOrDefault(name) + step.Change;
        }
    }

    // A visit pushes its steps in the order of the text, and the first one has to be taken first.
    void Reverse(int mark)
    {
        var pushed = new Step[_steps.Count - mark];
        for (var i = 0; i < pushed.Length; i++)
            pushed[i] = _steps.Pop();
        foreach (var step in pushed)
            _steps.Push(step);
    }

    void Later(NixExpression? expression)
    {
        if (expression is not null)
            _steps.Push(new Step(expression));
    }

    void Later(IEnumerable<NixExpression> expressions)
    {
        foreach (var expression in expressions)
            Later(expression);
    }

    void Later(NixAttributeSet set, NixAttributeKind kind)
    {
        foreach (var attribute in set.Attributes.Values)
        {
            if (attribute.Kind == kind)
                Later(attribute.Value);
        }
    }

    void Later(List<NixAttributeName> path)
    {
        foreach (var name in path)
        {
            if (name.Name is null)
                Later(name.Expression);
        }
    }

    void Open(IReadOnlyCollection<string>? names) => _steps.Push(new Step(null, names, 1));

    void Close(IReadOnlyCollection<string>? names) => _steps.Push(new Step(null, names, -1));

    void Visit(NixExpression expression)
    {
        switch (expression)
        {
            case NixVariable variable:
                Look(variable);
                break;
            case NixInterpolation interpolation:
                Later(interpolation.Parts);
                break;
            case NixList list:
                Later(list.Elements);
                break;
            case NixSelection selection:
                Later(selection.Subject);
                Later(selection.Path);
                Later(selection.Fallback);
                break;
            case NixHasAttribute question:
                Later(question.Subject);
                Later(question.Path);
                break;
            case NixCall call:
                Later(call.Function);
                Later(call.Argument);
                break;
            case NixPrefix prefix:
                Later(prefix.Operand);
                break;
            case NixInfix infix:
                Later(infix.Left);
                Later(infix.Right);
                break;
            case NixIf choice:
                Later(choice.Condition);
                Later(choice.Then);
                Later(choice.Otherwise);
                break;
            case NixAssert assertion:
                Later(assertion.Condition);
                Later(assertion.Body);
                break;
            case NixWith with:
                Later(with.Scope);
                Open(null);
                Later(with.Body);
                Close(null);
                break;
            case NixLet let:
                Set(let.Bindings, let.Body);
                break;
            case NixAttributeSet set:
                Set(set, null);
                break;
            case NixLambda lambda:
                Function(lambda);
                break;
        }
    }

    void Set(NixAttributeSet set, NixExpression? body)
    {
        // An attribute inherited without a source comes from outside, also in a recursive set.
        Later(set, NixAttributeKind.Inherited);
        if (set.IsRecursive)
            Open(set.Attributes.Keys);
        Later(set.InheritSources);
        Later(set, NixAttributeKind.Plain);
        foreach (var attribute in set.Dynamic)
        {
            Later(attribute.Name);
            Later(attribute.Value);
        }
        Later(body);
        if (set.IsRecursive)
            Close(set.Attributes.Keys);
    }

    void Function(NixLambda lambda)
    {
        string[] names =
        [
            .. lambda.Formals?.Formals.Select(formal => formal.Name) ?? [],
            .. lambda.Argument is { } name ? [name] : Array.Empty<string>(),
        ];
        Open(names);
        foreach (var formal in lambda.Formals?.Formals ?? [])
            Later(formal.Default);
        Later(lambda.Body);
        Close(names);
    }

    void Look(NixVariable variable)
    {
        if (_bound.GetValueOrDefault(variable.Name) > 0)
            return;
        if (_free is not null)
        {
            _free.Add(variable.Name);
            return;
        }
        if (_withs > 0 || NixGlobals.Names.Contains(variable.Name))
            return;
        if (variable.Name.Length > LongestSlip)
            throw FlakeException.UndefinedVariable(_source.Span(variable.Start, variable.End - variable.Start), variable.Name, null);
        var near = _bound.Where(pair => pair.Value > 0).Select(pair => pair.Key).Concat(NixGlobals.Names);
        throw FlakeException.UndefinedVariable(
            _source.Span(variable.Start, variable.End - variable.Start), variable.Name, Closest.To(variable.Name, near));
    }
}
