namespace Hostlock.Flakes.Nix;

/// <summary>
/// Collects the bindings of one pair of braces and makes a set of them: <c>a.b = 1</c> becomes <c>a = { b = 1; }</c>, and sets
/// under one path become one set.
/// </summary>
/// <remarks>Source: Nix 2.34.8, libexpr/include/nix/expr/parser-state.hh, addAttr.</remarks>
sealed class NixBindings(SourceText source, int start, bool isRecursive)
{
    readonly NixAttributeSet _set = new(start, start, isRecursive);

    public NixAttributeSet ToSet(int end)
    {
        _set.EndAt(end);
        return _set;
    }

    /// <summary>Adds <c>path = value;</c>.</summary>
    /// <param name="path">The names.</param>
    /// <param name="value">The value.</param>
    /// <param name="end">The offset after the semicolon.</param>
    /// <exception cref="FlakeException">The path, or a part of it, already has a value that is no set.</exception>
    public void Add(List<NixAttributeName> path, NixExpression value, int end)
    {
        _set.Statements.Add(new(path, value, path[0].Start, end));
        var (from, to) = (path[0].Start, path[^1].End);
        var set = _set;
        for (var i = 0; i < path.Count - 1; i++)
        {
            NixAttributeSet nested;
            if (path[i].Name is not { } name)
            {
                nested = new NixAttributeSet(from, to, false);
                set.Dynamic.Add(new NixDynamicAttribute(path[i].Expression!, nested));
            }
            else if (set.Attributes.TryGetValue(name, out var earlier))
            {
                nested = earlier.Value as NixAttributeSet ?? throw Twice(Dotted(path.Take(i + 1)), from, to, earlier);
            }
            else
            {
                nested = new NixAttributeSet(from, value.OuterEnd, false);
                set.Attributes.Add(name, new NixAttribute(name, NixAttributeKind.Plain, nested, from, to));
            }
            set = nested;
        }
        if (path[^1].Name is { } last)
            Put(set, path.Select(Spelling), new NixAttribute(last, NixAttributeKind.Plain, value, from, to), 0);
        else
            set.Dynamic.Add(new NixDynamicAttribute(path[^1].Expression!, value));
    }

    /// <summary>Adds <c>inherit a b;</c> or <c>inherit (source) a b;</c>.</summary>
    /// <param name="source">The expression that the names are taken from; null for the scope around the set.</param>
    /// <param name="names">The names.</param>
    /// <param name="start">The offset of its first character.</param>
    /// <param name="end">The offset after the semicolon.</param>
    public void Inherit(NixExpression? source, List<NixAttributeName> names, int start, int end)
    {
        _set.Statements.Add(new([], null, start, end));
        if (source is not null)
            _set.InheritSources.Add(source);
        foreach (var name in names)
        {
            if (_set.Attributes.TryGetValue(name.Name!, out var earlier))
                throw Twice(name.Name!, name.Start, name.End, earlier);
            NixExpression value = source is null
                ? new NixVariable(name.Start, name.End, name.Name!)
                : new NixSelection(name.Start, name.End, source, [name], null);
            _set.Attributes.Add(
                name.Name!,
                new NixAttribute(
                    name.Name!, source is null ? NixAttributeKind.Inherited : NixAttributeKind.InheritedFrom, value, name.Start, name.End));
        }
    }

    // The path is for an error, and is not walked before.
    void Put(NixAttributeSet set, IEnumerable<string> path, NixAttribute added, int depth)
    {
        if (!set.Attributes.TryGetValue(added.Name, out var earlier))
        {
            set.Attributes.Add(added.Name, added);
            return;
        }
        if (earlier.Value is not NixAttributeSet into || added.Value is not NixAttributeSet from)
            throw Twice(string.Join('.', path), added.Start, added.End, earlier);
        if (depth > NixParser.MaximumDepth)
            throw FlakeException.NixTooDeep(source.Span(added.Start, added.End - added.Start));
        // The first of the two sets decides whether the merged one is recursive.
        foreach (var attribute in from.Attributes.Values)
            Put(into, path.Append(attribute.Name), attribute, depth + 1);
        into.Dynamic.AddRange(from.Dynamic);
        into.InheritSources.AddRange(from.InheritSources);
    }

    static string Spelling(NixAttributeName name) => name.Name ?? "\"${...}\"";

    static string Dotted(IEnumerable<NixAttributeName> path) => string.Join('.', path.Select(Spelling));

    FlakeException Twice(string path, int from, int to, NixAttribute earlier) =>
        FlakeException.DuplicateAttribute(source.Span(from, to - from), path, source.Span(earlier.Start, earlier.End - earlier.Start));
}
