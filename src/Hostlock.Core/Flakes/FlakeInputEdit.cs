using System.Collections.Immutable;
using Hostlock.Flakes.Nix;
using Hostlock.Nar;

namespace Hostlock.Flakes;

/// <summary>
/// Changes the inputs that a flake.nix declares, and leaves all else of it as it is, comments and layout too. The new text is parsed again:
/// it declares what was asked and nothing else has changed, or the file is not edited.
/// </summary>
public static class FlakeInputEdit
{
    /// <summary>Makes some changes, one after the other.</summary>
    /// <param name="source">The text of a flake.nix.</param>
    /// <param name="changes">The changes.</param>
    /// <param name="directory">The folder of the flake within its tree, in which its path literals start; null for the root.</param>
    /// <returns>The new text.</returns>
    /// <exception cref="FlakeException">The file does not parse, a change makes no sense for it, or the file is laid out in a way that
    /// cannot be edited.</exception>
    public static SourceText Apply(SourceText source, IEnumerable<InputChange> changes, TreePath? directory = null) =>
        changes.Aggregate(source, (text, change) => Apply(text, change, directory ?? TreePath.Root));

    static SourceText Apply(SourceText source, InputChange change, TreePath directory)
    {
        var before = FlakeNixParser.Parse(source, directory);
        var (_, set) = FlakeNixEdit.Read(source);
        var wanted = before with { Inputs = Wanted(before, change, FlakeNixEdit.DeclaredInputs(set)) };
        var functions = new List<NixLambda> { FlakeNixEdit.OutputsFunction(source, set) };
        if (FlakeNixEdit.WrappedIn(functions[0]) is { } inner)
            functions.Add(inner);

        var inputs = new DeclaredInputText(source, set);
        IEnumerable<TextChange> edits = change switch
        {
            InputChange.Add(var name, var url, var isFlake) =>
            [
                inputs.Added(name, url, isFlake),
                .. functions.Select(each => new FormalsText(source, each).With(name)).OfType<TextChange>(),
            ],
            InputChange.Remove(var name) =>
            [
                .. inputs.Removed(name),
                .. functions.Select(each => new FormalsText(source, each).Without(name)).OfType<TextChange>(),
            ],
            InputChange.Refer(var name, var url) => inputs.Sourced(InputPath.Of(name), "url", url),
            InputChange.Follow(var path, var target) => inputs.Sourced(path, "follows", target.ToString()),
            _ => throw new System.Diagnostics.UnreachableException(),
        };
        var edited = TextChange.Apply(source, [.. edits.OrderBy(edit => edit.Start)]);
        Flake after;
        try
        {
            after = FlakeNixParser.Parse(edited, directory);
        }
        catch (FlakeException why)
        {
            throw FlakeException.InputNotEdited(PlaceOf(source, set), change.Path, why.Message);
        }
        return IsSame(after, wanted) ? edited : throw FlakeException.InputNotEdited(PlaceOf(source, set), change.Path, null);
    }

    static SourceSpan PlaceOf(SourceText source, NixAttributeSet flake) =>
        flake.Attributes.TryGetValue("inputs", out var inputs)
            ? source.Span(inputs.Start, inputs.End - inputs.Start)
            : source.Span(flake.Start, 1);

    // The declarations after a change; an error if the change makes no sense for the flake.
    static ImmutableSortedDictionary<string, FlakeInput> Wanted(Flake flake, InputChange change, HashSet<string> declared)
    {
        var inputs = flake.Inputs;
        switch (change)
        {
            case InputChange.Add(var name, var url, var isFlake):
                if (!InputPath.IsReferable(name) || name == "self")
                    throw FlakeException.NotAnInputName(name);
                if (declared.Contains(name))
                    throw FlakeException.InputExists(inputs[name].Span, name);
                return inputs.SetItem(name, new(FlakeRef.ParseInput(url, isFlake, null, null), null, isFlake, Flake.NoInputs, null));
            case InputChange.Remove(var name):
                _ = Known(name);
                var left = inputs.Remove(name);
                return Followers(left, InputPath.Root).FirstOrDefault(each => each.Follows.StartsWith(InputPath.Of(name))) is { } follower
                    ? throw FlakeException.InputIsFollowed(name, follower.Path, follower.Span)
                    : left;
            case InputChange.Refer(var name, var url):
                var known = Known(name);
                return inputs.SetItem(
                    name, known with { Reference = FlakeRef.ParseInput(url, known.IsFlake, null, null), Follows = null });
            case InputChange.Follow(var path, var target):
                if (path.IsRoot)
                    throw FlakeException.NotAnInputName("");
                _ = Known(path.Names[0]);
                if (!target.IsRoot)
                    _ = Known(target.Names[0]);
                if (target.StartsWith(path))
                    throw FlakeException.FollowsItself(path, target);
                return With(inputs, path.Names.AsSpan(), target);
            default:
                throw new System.Diagnostics.UnreachableException();
        }

        FlakeInput Known(string name) =>
            inputs.TryGetValue(name, out var input) ? input : throw FlakeException.NoSuchInput(name, inputs.Keys);
    }

    static ImmutableSortedDictionary<string, FlakeInput> With(
        ImmutableSortedDictionary<string, FlakeInput> inputs, ReadOnlySpan<string> names, InputPath target)
    {
        var input = inputs.GetValueOrDefault(names[0]) ?? new FlakeInput(null, null, true, Flake.NoInputs, null);
        return inputs.SetItem(
            names[0],
            names.Length == 1
                ? input with { Reference = null, Follows = target }
                : input with { Overrides = With(input.Overrides, names[1..], target) });
    }

    sealed record Follower(InputPath Path, InputPath Follows, SourceSpan? Span);

    static IEnumerable<Follower> Followers(ImmutableSortedDictionary<string, FlakeInput> inputs, InputPath at) =>
        inputs.SelectMany(input => Followers(input.Value.Overrides, at.Append(input.Key))
            .Concat(
                input.Value.Follows is { } target ? [new Follower(at.Append(input.Key), target, input.Value.Span)] : []));

    static bool IsSame(Flake one, Flake other) =>
        one.Description == other.Description
        && one.RegistryUrl == other.RegistryUrl
        && one.SelfAttributes.Equals(other.SelfAttributes)
        && IsSame(one.Inputs, other.Inputs);

    static bool IsSame(ImmutableSortedDictionary<string, FlakeInput> some, ImmutableSortedDictionary<string, FlakeInput> others) =>
        some.Count == others.Count
        && some.All(input => others.TryGetValue(input.Key, out var other)
            && Equals(input.Value.Reference, other.Reference)
            && Equals(input.Value.Follows, other.Follows)
            && input.Value.IsFlake == other.IsFlake
            && IsSame(input.Value.Overrides, other.Overrides));
}
