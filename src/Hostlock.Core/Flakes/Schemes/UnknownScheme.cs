using System.Collections.Immutable;

namespace Hostlock.Flakes.Schemes;

/// <summary>An input type of a future Nix: kept, compared, promoted and written back. Only updating it is refused.</summary>
sealed class UnknownScheme(string name) : InputScheme
{
    public override string Name => name;

    public override ImmutableArray<string> AttributeNames => [];

    public override bool IsKnown => false;

    public override bool Takes(FlakeUrl url, bool wantsTree) => false;

    public override RefAttributes? Parse(FlakeUrl url) => null;

    public override RefAttributes Check(RefAttributes attributes) => throw FlakeException.UnknownType(Name);

    public override FlakeUrl ToUrl(RefAttributes attributes) =>
        UrlOf(
            Name.Length == 0 ? "unknown" : Name,
            "",
            attributes.Where(each => each.Key != "type").Select(each => (each.Key, (string?)each.Value.ToString())));

    // It is not known which attributes pin it; a hash pins anything.
    public override bool IsLocked(RefAttributes attributes) => attributes.Has("narHash");

    public override RefAttributes Apply(RefAttributes attributes, string? @ref, string? revision) => throw FlakeException.UnknownType(Name);
}
