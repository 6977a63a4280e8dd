using System.Collections.Immutable;

namespace Hostlock.Flakes;

/// <summary>The declarations of a flake.nix, as written; nothing is resolved.</summary>
/// <param name="Description">The text of <c>description</c>, or null.</param>
/// <param name="Inputs">The inputs by name, those implied by the formals of <c>outputs</c> among them, in <see cref="Utf8Order"/>.</param>
/// <param name="SelfAttributes">The attributes that <c>inputs.self</c> sets (<c>submodules</c>, <c>lfs</c>); usually none.</param>
/// <param name="RegistryUrl"><c>nixConfig.flake-registry</c>, which Nix obeys without asking, or null.</param>
public sealed record Flake(
    string? Description,
    ImmutableSortedDictionary<string, FlakeInput> Inputs,
    RefAttributes SelfAttributes,
    string? RegistryUrl)
{
    /// <summary>No inputs, in the order in which inputs are kept.</summary>
    public static readonly ImmutableSortedDictionary<string, FlakeInput> NoInputs =
        ImmutableSortedDictionary.Create<string, FlakeInput>(Utf8Order.Instance);
}

/// <summary>
/// One input as declared. If neither <see cref="Reference"/> nor <see cref="Follows"/> is given, a declared input means
/// <c>flake:NAME</c>, while an override says nothing about where the input comes from.
/// </summary>
/// <param name="Reference">The reference of <c>url</c> or of the attributes, or null.</param>
/// <param name="Follows">The path after <c>follows</c>, relative to the flake that declares it (not yet prefixed), or null.</param>
/// <param name="IsFlake">False for <c>flake = false</c>.</param>
/// <param name="Overrides">The nested <c>inputs</c>.</param>
/// <param name="Span">The place of the declaration: the value of <c>url</c> or <c>follows</c>, or the formal.</param>
public sealed record FlakeInput(
    FlakeRef? Reference,
    InputPath? Follows,
    bool IsFlake,
    ImmutableSortedDictionary<string, FlakeInput> Overrides,
    SourceSpan? Span);
