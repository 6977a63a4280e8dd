using System.Collections.Frozen;
using Hostlock.Flakes.Nix;
using Hostlock.Nar;

namespace Hostlock.Flakes;

/// <summary>
/// Tells whether the Nix code of a flake may see more of the flake itself than the files that it names: its revision and its hash, the
/// configurations of other hosts, or folders with other files in them. If it cannot tell, it says yes.
/// </summary>
static class SelfSight
{
    const string Self = "self", Inputs = "inputs";

    // Outputs that show neither the flake's revision nor another host. Their code is looked at in its own file.
    static readonly FrozenSet<string> Harmless =
    [
        "apps", "checks", "darwinModules", "devShells", "formatter", "homeManagerModules", "homeModules", "legacyPackages", "lib",
        "modules", "nixosModules", "overlay", "overlays", "packages", "templates",
    ];

    // Arguments for modules. Every file of the flake is looked at, so that the same names may be handed on in them.
    static readonly FrozenSet<string> HandedOn = ["specialArgs", "extraSpecialArgs", "_module"];

    // Functions and options that tell where in the store the flake lies, or that read files that no literal names.
    static readonly FrozenSet<string> Telling =
    [
        "getFlake", "includeAllModules", "scopedImport", "storePath", "unsafeGetAttrPos", "__getFlake", "__storePath",
        "__unsafeGetAttrPos",
    ];

    /// <summary>The first place of a file at which it may see more; null if it has none.</summary>
    /// <param name="source">The text of the file.</param>
    /// <param name="folder">The folder of the file, from the root of the repository.</param>
    /// <param name="others">The files that the code must not reach, from the root of the repository.</param>
    /// <exception cref="FlakeException">The text does not parse.</exception>
    public static SourceSpan? FirstIn(SourceText source, TreePath folder, IReadOnlyCollection<TreePath> others)
    {
        var file = NixParser.Parse(source);
        return new Look(file, folder, others).First() is { } first ? file.SpanOf(first) : null;
    }

    sealed class Look(NixFile file, TreePath folder, IReadOnlyCollection<TreePath> others)
    {
        readonly HashSet<string> _aliases = [Inputs];
        readonly HashSet<NixExpression> _allowed = new(ReferenceEqualityComparer.Instance);

        public NixExpression? First()
        {
            var all = NixTree.Within(file.Expression).ToList();
            foreach (var name in all.SelectMany(AliasesOf))
                _aliases.Add(name);
            NixExpression? first = null;
            foreach (var expression in all)
                Allow(expression);
            foreach (var expression in all.Where(Sees))
            {
                if (first is null || expression.Start < first.Start)
                    first = expression;
            }
            return first;
        }

        // The names of sets that have 'self' in them: 'args@{ self, … }', and the argument of the outputs.
        IEnumerable<string> AliasesOf(NixExpression expression)
        {
            if (expression is NixLambda { Argument: { } argument, Formals: { } formals }
                && formals.Formals.Exists(each => each.Name == Self))
                yield return argument;
            if (ReferenceEquals(expression, file.Expression) && expression is NixAttributeSet flake
                && flake.Attributes.TryGetValue("outputs", out var outputs) && outputs.Value is NixLambda { Argument: { } outer } function)
            {
                yield return outer;
                if (FlakeNixEdit.WrappedIn(function) is { Argument: { } inner })
                    yield return inner;
            }
        }

        // Marks the uses of 'self' and of all inputs that show nothing.
        void Allow(NixExpression expression)
        {
            switch (expression)
            {
                case NixSelection selection when IsHarmless(selection.Subject, selection.Path):
                    _allowed.Add(selection.Subject);
                    break;
                case NixHasAttribute question when IsHarmless(question.Subject, question.Path):
                    _allowed.Add(question.Subject);
                    break;
                case NixAttributeSet set:
                    foreach (var source in set.InheritSources)
                    {
                        if (NamesFrom(set, source).All(name => IsHarmless(source, [name])))
                            _allowed.Add(source);
                    }
                    foreach (var attribute in set.Attributes.Values.Where(attribute => HandedOn.Contains(attribute.Name)))
                        HandOn(attribute.Value);
                    break;
                case NixCall { Function: var function, Argument: var argument } when FlakeNixEdit.IsLibrary(function):
                    _allowed.Add(argument);
                    break;
                case NixCall
                {
                    Function: NixCall { Function: NixVariable { Name: "import" }, Argument: NixPath },
                    Argument: NixAttributeSet set,
                }:
                    HandOn(set);
                    break;
                default:
                    break;
            }
        }

        static IEnumerable<NixAttributeName> NamesFrom(NixAttributeSet set, NixExpression source) =>
            from attribute in set.Attributes.Values
            where attribute is { Kind: NixAttributeKind.InheritedFrom, Value: NixSelection selection }
                && ReferenceEquals(selection.Subject, source)
            select new NixAttributeName(attribute.Name, null, attribute.Start, attribute.End);

        // The set hands its members on under their own names, so that the files that get them are understood as well.
        void HandOn(NixExpression expression)
        {
            switch (expression)
            {
                case NixVariable { Name: var name } when IsOfSelf(name):
                    _allowed.Add(expression);
                    break;
                case NixInfix { Operator: NixTokenKind.Update } both:
                    HandOn(both.Left);
                    HandOn(both.Right);
                    break;
                case NixAttributeSet set:
                    foreach (var (name, attribute) in set.Attributes)
                    {
                        if (name == "args")
                            HandOn(attribute.Value);
                        else if (attribute.Value is NixVariable { Name: var value }
                            && (value == name || (name == Inputs && _aliases.Contains(value))))
                            _allowed.Add(attribute.Value);
                    }
                    break;
                default:
                    break;
            }
        }

        bool IsOfSelf(string name) => name == Self || _aliases.Contains(name);

        // 'inputs.nixpkgs', 'self.nixosModules', 'inputs.self.overlays'.
        bool IsHarmless(NixExpression subject, IReadOnlyList<NixAttributeName> path) => (subject, path) switch
        {
            (NixVariable { Name: Self }, [{ Name: { } output }, ..]) => Harmless.Contains(output),
            (NixVariable { Name: var name }, [{ Name: { } input }, ..]) when _aliases.Contains(name) =>
                input != Self || path is [_, { Name: { } output }, ..] && Harmless.Contains(output),
            _ => false,
        };

        bool Sees(NixExpression expression) => expression switch
        {
            NixVariable { Name: var name } => Telling.Contains(name) || (IsOfSelf(name) && !_allowed.Contains(expression)),
            NixSelection { Path: var path } => HasTelling(path),
            NixHasAttribute { Path: var path } => HasTelling(path),
            NixAttributeSet set => set.Attributes.Keys.Any(Telling.Contains)
                || set.InheritSources.Exists(source => NamesFrom(set, source).Any(name => name.Name == Self)),
            NixPath path => Reaches(path.Text),
            NixInterpolation { IsPath: true, Parts: [NixPath start, ..] } => Reaches(start.Text[..(start.Text.LastIndexOf('/') + 1)]),
            NixPosition => true,
            // Where a file lies in the store depends on all files of the flake.
            NixCall { Function: NixVariable { Name: "toString" or "__toString" }, Argument: var argument } => IsPath(argument),
            NixCall { Function: NixSelection { Path: [{ Name: "toString" }] }, Argument: var argument } => IsPath(argument),
            // Such a file is looked at only if its name says what it is.
            NixCall { Function: NixVariable { Name: "import" }, Argument: NixPath { Text: var imported } } =>
                Path.GetExtension(imported) is not ("" or "." or ".nix"),
            _ => false,
        };

        // 'args.inputs.self.rev' begins with no set that is known by its name.
        static bool HasTelling(List<NixAttributeName> path)
        {
            for (var i = 0; i < path.Count; i++)
            {
                if (path[i].Name is not { } name)
                    continue;
                var next = i + 1 < path.Count ? path[i + 1].Name : null;
                if (Telling.Contains(name) || (name == Self && !Harmless.Contains(next ?? "")) || (name == Inputs && next is null))
                    return true;
            }
            return false;
        }

        static bool IsPath(NixExpression expression) => expression is NixPath or NixInterpolation { IsPath: true };

        // A path of another place cannot be read in pure evaluation. One that leads above the repository is no path of ours either.
        bool Reaches(string literal) =>
            literal is not ['/' or '~', ..] && folder.Resolve(literal) is var place && others.Any(other => other.IsWithin(place));
    }
}
