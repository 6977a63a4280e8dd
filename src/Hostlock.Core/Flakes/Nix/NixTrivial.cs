namespace Hostlock.Flakes.Nix;

/// <summary>
/// An expression as far as Nix knows it without evaluation: a literal, set, function or list as it is written, or a name that leads
/// to one of these.
/// </summary>
/// <param name="Expression">The expression, or the one that its name leads to.</param>
/// <param name="Scope">The chain of <c>rec</c> sets in which its names are looked up; null if there is none around it.</param>
/// <remarks>Source: Nix 2.34.8, libexpr/eval.cc, maybeThunk and Value::isTrivial.</remarks>
readonly record struct NixTrivial(NixExpression Expression, NixTrivial.RecursiveScope? Scope)
{
    const int LongestDetour = 100;

    /// <summary>A <c>rec</c> set and the one around it; null if there is none.</summary>
    public sealed record RecursiveScope(NixAttributeSet Set, RecursiveScope? Outer);

    public string? Text => (Expression as NixText)?.Value;

    public long? Integer => (Expression as NixInteger)?.Value;

    public bool? Truth =>
        Expression is NixVariable { Name: "true" or "false" } variable && Type == "a Boolean" ? variable.Name == "true" : null;

    /// <summary>The set, if the expression is one and all its names are known; else null.</summary>
    public NixAttributeSet? Set => Expression is NixAttributeSet { Dynamic.Count: 0 } set ? set : null;

    /// <summary>The type in the words of Nix's messages; <c>a thunk</c> if the expression would have to be evaluated.</summary>
    public string Type => Expression switch
    {
        NixText => "a string",
        NixPath => "a path",
        NixInteger => "an integer",
        NixFloat => "a float",
        NixList => "a list",
        NixLambda => "a function",
        NixAttributeSet { Dynamic.Count: 0 } => "a set",
        NixVariable variable when Find(variable.Name, Scope) is null => GlobalType(variable.Name),
        _ => "a thunk",
    };

    /// <summary>The type for places in which Nix does not even look into sets, functions and lists that are not empty.</summary>
    public string UnforcedType => Expression is NixAttributeSet or NixLambda or NixList { Elements.Count: > 0 } ? "a thunk" : Type;

    /// <summary>Finds the value of an attribute of <see cref="Set"/>.</summary>
    public NixTrivial Member(NixAttribute attribute)
    {
        var set = (NixAttributeSet)Expression;
        return Follow(attribute, set.IsRecursive ? new RecursiveScope(set, Scope) : Scope, set.IsRecursive);
    }

    /// <summary>Finds the value of an element of a list.</summary>
    public NixTrivial Element(NixExpression element) =>
        element is NixVariable variable && Find(variable.Name, Scope) is { } found
            ? Follow(found.Attribute, found.Scope, isRecursive: true)
            : new NixTrivial(element, Scope);

    static NixTrivial Follow(NixAttribute attribute, RecursiveScope? scope, bool isRecursive)
    {
        for (var detour = 0; detour < LongestDetour; detour++)
        {
            var own = isRecursive ? scope : null;
            var from = attribute.Kind == NixAttributeKind.Inherited && isRecursive ? scope!.Outer : scope;
            if (attribute.Value is not NixVariable variable || Find(variable.Name, from) is not var (found, where))
                return new NixTrivial(attribute.Value, from);
            // Nix makes the values of one set one after the other, so a name cannot lead to a later one.
            if (ReferenceEquals(where, own) && found.Start >= attribute.Start)
                break;
            (attribute, scope, isRecursive) = (found, where, true);
        }
        return new NixTrivial(attribute.Value, scope);
    }

    static (NixAttribute Attribute, RecursiveScope Scope)? Find(string name, RecursiveScope? scope)
    {
        for (; scope is not null; scope = scope.Outer)
        {
            if (scope.Set.Attributes.TryGetValue(name, out var attribute))
                return (attribute, scope);
        }
        return null;
    }

    static string GlobalType(string name) => name switch
    {
        "true" or "false" => "a Boolean",
        "null" => "null",
        // Nix would take its own constants for values. They are refused, because their values depend on the Nix that reads the file.
        "__nixVersion" or "__storeDir" or "__langVersion" or "__nixPath" or "builtins" or "derivation" => "a thunk",
        _ => "a function",
    };
}
