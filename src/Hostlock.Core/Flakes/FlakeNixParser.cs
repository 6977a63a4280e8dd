using System.Collections.Immutable;
using Hostlock.Flakes.Nix;
using Hostlock.Nar;

namespace Hostlock.Flakes;

/// <summary>
/// The text of a flake.nix as a <see cref="Flake"/>. Nothing is evaluated: as for Nix itself, inputs are literals. A value that would have
/// to be computed is an error that names its place and says what to write instead.
/// </summary>
/// <remarks>Source of the rules and their order: Nix 2.34.8, libflake/flake.cc, readFlake and parseFlakeInput.</remarks>
public sealed class FlakeNixParser
{
    const int MaximumOverrideDepth = 100;

    readonly SourceText _source;
    readonly TreePath _directory;
    readonly TreePath _fileDirectory;
    readonly ICollection<Warning>? _warnings;

    FlakeNixParser(SourceText source, TreePath directory, TreePath fileDirectory, ICollection<Warning>? warnings) =>
        (_source, _directory, _fileDirectory, _warnings) = (source, directory, fileDirectory, warnings);

    /// <summary>Reads a flake.nix.</summary>
    /// <param name="source">Its text, with a byte order mark if it has one (Nix refuses it, so it must not be hidden).</param>
    /// <param name="directory">The flake's folder within its tree; null for its root.</param>
    /// <param name="fileDirectory">
    /// The folder of the file that flake.nix leads to, if it is a link. Path literals start there. Null if it is a file.
    /// </param>
    /// <param name="warnings">Takes warnings about references; null if nobody wants them.</param>
    /// <exception cref="FlakeException">Nix would refuse the file.</exception>
    public static Flake Parse(
        SourceText source, TreePath? directory = null, TreePath? fileDirectory = null, ICollection<Warning>? warnings = null)
    {
        directory ??= TreePath.Root;
        return Parse(NixParser.Parse(source), directory, fileDirectory ?? directory, warnings);
    }

    /// <summary>The same for a file whose syntax is known.</summary>
    internal static Flake Parse(NixFile file, TreePath directory, TreePath fileDirectory, ICollection<Warning>? warnings)
    {
        if (file.HomePath is { } home)
            throw FlakeException.HomePath(file.SpanOf(home), home.Text);
        return new FlakeNixParser(file.Source, directory, fileDirectory, warnings).Read(file);
    }

    Flake Read(NixFile file)
    {
        if (file.Expression is not NixAttributeSet set)
            throw FlakeException.NotASet(file.SpanOf(file.Expression));
        var flake = new NixTrivial(WithKnownNames(set), null);

        var description = Find(flake, "description") is { } described ? Text(described) : null;
        var (inputs, self) = Find(flake, "inputs") is { } declared ? Inputs(declared, 0) : (Flake.NoInputs, RefAttributes.Empty);
        inputs = WithImplied(inputs, Outputs(flake));
        var registry = Find(flake, "nixConfig") is { } settings ? Settings(settings) : null;

        foreach (var attribute in flake.Set!.Attributes.Values)
        {
            if (attribute.Name is not ("description" or "inputs" or "outputs" or "nixConfig"))
                throw FlakeException.UnsupportedAttribute(Span(attribute), attribute.Name);
        }
        foreach (var name in self.Names)
        {
            if (name is not ("submodules" or "lfs"))
                throw FlakeException.UnsupportedSelfAttribute(Span(_selfPlaces[name]), name);
        }
        return new Flake(description, inputs, self, registry);
    }

    readonly Dictionary<string, NixAttribute> _selfPlaces = [];

    // Nix evaluates names only at the top; constant ones are known here as well.
    NixAttributeSet WithKnownNames(NixAttributeSet set)
    {
        if (set.Dynamic.Count == 0)
            return set;
        var known = new NixAttributeSet(set.Start, set.End, set.IsRecursive);
        foreach (var (name, attribute) in set.Attributes)
            known.Attributes.Add(name, attribute);
        foreach (var (name, value) in set.Dynamic)
        {
            if (name is NixVariable { Name: "null" })
                continue;
            var span = _source.Span(name.OuterStart, name.OuterEnd - name.OuterStart);
            var text = Constant(name, 0) ?? throw FlakeException.ComputedName(span);
            if (known.Attributes.TryGetValue(text, out var earlier))
                throw FlakeException.DuplicateDynamicAttribute(span, text, Span(earlier));
            known.Attributes.Add(text, new NixAttribute(text, NixAttributeKind.Plain, value, name.OuterStart, name.OuterEnd));
        }
        return known;
    }

    static string? Constant(NixExpression expression, int depth) => expression switch
    {
        _ when depth > MaximumOverrideDepth => null,
        NixText text => text.Value,
        NixInterpolation { IsPath: false } pieces when pieces.Parts.Select(part => Constant(part, depth + 1)).ToList() is var parts
            && parts.TrueForAll(part => part is not null) =>
            string.Concat(parts),
        NixInfix { Operator: NixTokenKind.Plus } sum when Constant(sum.Left, depth + 1) is { } left
            && Constant(sum.Right, depth + 1) is { } right =>
            left + right,
        _ => null,
    };

    static NixTrivial? Find(NixTrivial set, string name) =>
        set.Set!.Attributes.TryGetValue(name, out var attribute) ? set.Member(attribute) : null;

    (ImmutableSortedDictionary<string, FlakeInput> Inputs, RefAttributes Self) Inputs(NixTrivial value, int depth)
    {
        var set = Set(value);
        if (depth > MaximumOverrideDepth)
            throw FlakeException.OverridesTooDeep(Span(value), MaximumOverrideDepth);
        var inputs = Flake.NoInputs.ToBuilder();
        var self = RefAttributes.Empty;
        foreach (var attribute in set.Attributes.Values)
        {
            var member = value.Member(attribute);
            if (attribute.Name != "self")
                inputs.Add(attribute.Name, Input(attribute, member, depth));
            else if (depth > 0)
                throw FlakeException.SelfNotAllowed(Span(attribute));
            else
                self = Self(member);
        }
        return (inputs.ToImmutable(), self);
    }

    RefAttributes Self(NixTrivial value)
    {
        var attributes = RefAttributes.Empty;
        foreach (var attribute in Set(value).Attributes.Values)
        {
            attributes = attributes.With(attribute.Name, Attribute(attribute, value.Member(attribute)));
            _selfPlaces[attribute.Name] = attribute;
        }
        return attributes;
    }

    FlakeInput Input(NixAttribute declaration, NixTrivial value, int depth)
    {
        var attributes = RefAttributes.Empty;
        var (isFlake, overrides) = (true, Flake.NoInputs);
        InputPath? follows = null;
        SourceSpan? span = null;
        foreach (var attribute in Set(value).Attributes.Values)
        {
            var member = value.Member(attribute);
            switch (attribute.Name)
            {
                case "url":
                    attributes = attributes.With("url", Url(member));
                    span = Span(member);
                    break;
                case "flake":
                    isFlake = member.Truth ?? throw Expected("a Boolean", member);
                    break;
                case "inputs":
                    overrides = Inputs(member, depth + 1).Inputs;
                    break;
                case "follows":
                    follows = Follows(member);
                    span ??= Span(member);
                    break;
                case "buildTime":
                    throw FlakeException.FetchedAtBuildTime(Span(attribute));
                default:
                    attributes = attributes.With(attribute.Name, Attribute(attribute, member));
                    break;
            }
        }
        span ??= Span(declaration);
        var reference = Reference(attributes, isFlake, span, value.Set!);
        if (reference is not null && follows is not null)
            throw FlakeException.ReferenceAndFollows(span);
        return new FlakeInput(reference, follows, isFlake, overrides, span);
    }

    FlakeRef? Reference(RefAttributes attributes, bool isFlake, SourceSpan span, NixAttributeSet set)
    {
        if (attributes.Has("type"))
            return FlakeRef.FromAttributes(attributes, span);
        var others = attributes.Without("url");
        if (others.Count > 0)
        {
            var first = others.Names.First();
            throw FlakeException.UnexpectedInputAttribute(Span(set.Attributes[first]), first);
        }
        return attributes.Text("url") is { } url ? FlakeRef.ParseInput(url, isFlake, span, _warnings) : null;
    }

    string Url(NixTrivial value) => value.Expression switch
    {
        NixText text => text.Value,
        NixPath path when path.Text.StartsWith('/') => throw FlakeException.PathOutsideTree(Span(value), path.Text),
        NixPath path => "path:" + RelativeFolder.Between(_directory, _fileDirectory, path.Text),
        _ => throw Expected("a string or a path", value),
    };

    InputPath Follows(NixTrivial value)
    {
        var names = Text(value).Split('/', StringSplitOptions.RemoveEmptyEntries);
        foreach (var name in names)
        {
            if (!InputPath.IsReferable(name))
                throw FlakeException.InvalidPathElement(Span(value), name);
        }
        return InputPath.Of(names);
    }

    RefValue Attribute(NixAttribute attribute, NixTrivial value)
    {
        if (value.Text is { } text)
            return text;
        if (value.Truth is { } truth)
            return truth;
        if (value.Integer is { } integer)
            return (ulong)integer;
        if (attribute.Name == "publicKeys")
            throw FlakeException.VerifiedFetches(Span(value));
        throw FlakeException.InputAttributeType(Span(value), attribute.Name, value.UnforcedType, HintFor(value));
    }

    NixLambda? Outputs(NixTrivial flake)
    {
        if (Find(flake, "outputs") is not { } outputs)
            throw FlakeException.NoOutputs(_source.Span(flake.Expression.Start, 1));
        return outputs.Type == "a function" ? outputs.Expression as NixLambda : throw Expected("a function", outputs);
    }

    // Nix reads each formal as a reference, that of a declared input too.
    ImmutableSortedDictionary<string, FlakeInput> WithImplied(ImmutableSortedDictionary<string, FlakeInput> inputs, NixLambda? outputs)
    {
        foreach (var formal in outputs?.Formals?.Formals ?? [])
        {
            if (formal.Name == "self")
                continue;
            var span = _source.Span(formal.Start, formal.End - formal.Start);
            if (!InputPath.IsReferable(formal.Name))
                throw FlakeException.FormalIsNoReference(span, formal.Name);
            if (!inputs.ContainsKey(formal.Name))
                inputs = inputs.Add(formal.Name, new FlakeInput(FlakeRef.Indirect(formal.Name), null, true, Flake.NoInputs, span));
        }
        return inputs;
    }

    string? Settings(NixTrivial value)
    {
        string? registry = null;
        foreach (var attribute in Set(value).Attributes.Values)
        {
            var setting = value.Member(attribute);
            if (setting.Expression is NixList list)
            {
                foreach (var element in list.Elements.Where(element => setting.Element(element).Text is null))
                    throw FlakeException.SettingElementType(Span(setting.Element(element)), attribute.Name);
            }
            else if (setting.Type is not ("a string" or "a path" or "an integer" or "a Boolean"))
            {
                throw FlakeException.SettingType(Span(setting), attribute.Name, setting.Type);
            }
            if (attribute.Name == "flake-registry")
                registry = setting.Text ?? throw FlakeException.RegistryIsNoText(Span(setting), setting.Type);
        }
        return registry;
    }

    NixAttributeSet Set(NixTrivial value) => value.Set ?? throw Expected("a set", value);

    string Text(NixTrivial value) => value.Text ?? throw Expected("a string", value);

    FlakeException Expected(string type, NixTrivial value) => FlakeException.WrongType(Span(value), type, value.Type, HintFor(value));

    SourceSpan Span(NixTrivial value) => _source.Span(value.Expression.Start, value.Expression.End - value.Expression.Start);

    SourceSpan Span(NixAttribute attribute) => _source.Span(attribute.Start, attribute.End - attribute.Start);

    static string? HintFor(NixTrivial value) => value.Type != "a thunk" ? null : value.Expression switch
    {
        NixInterpolation { IsPath: true } => "Nix reads this without evaluating it: write the path without '${…}'",
        NixInterpolation or NixInfix { Operator: NixTokenKind.Plus } =>
            "Nix reads this without evaluating it: write the text as one string, without '${…}' and '+'",
        NixSearchPath => "Nix reads this without evaluating it: write a reference such as \"flake:nixpkgs\"",
        NixCall { Function: NixVariable { Name: "import" } } =>
            "Nix reads this without evaluating it: write the contents of that file here",
        NixInfix { Operator: NixTokenKind.Update } => "Nix reads this without evaluating it: write one set, without '//'",
        NixAttributeSet => "Nix reads this without evaluating it: write the attribute names without '${…}'",
        NixVariable or NixSelection => "Nix reads this without evaluating it: write the value itself instead of its name",
        _ => "Nix reads this without evaluating it: write the value itself instead of an expression",
    };
}
