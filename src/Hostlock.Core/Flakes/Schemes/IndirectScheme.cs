using System.Collections.Immutable;

namespace Hostlock.Flakes.Schemes;

/// <summary>A name that a registry knows: <c>nixpkgs</c>, <c>flake:nixpkgs/nixos-25.11</c>.</summary>
/// <remarks>Nix 2.34.8, libfetchers/indirect.cc.</remarks>
sealed class IndirectScheme : InputScheme
{
    public override string Name => "indirect";

    public override ImmutableArray<string> AttributeNames => ["id", "ref", "rev", "narHash"];

    public override bool IsIndirect => true;

    public override bool Takes(FlakeUrl url, bool wantsTree) => url.Scheme == "flake";

    public override RefAttributes? Parse(FlakeUrl url)
    {
        try
        {
            return Parse(url.Segments, "flake:" + url.PathText);
        }
        catch (FlakeException)
        {
            return null; // written out, what is no id is a path
        }
    }

    /// <summary>The attributes of <c>ID[/REF][/REV]</c>.</summary>
    public static RefAttributes Parse(IReadOnlyList<string> segments, string text)
    {
        string? @ref = null, revision = null;
        switch (segments.Count)
        {
            case 1:
                break;
            case 2 when Revision.Is(segments[1]):
                revision = segments[1];
                break;
            case 2 when GitRefName.IsLegal(segments[1]):
                @ref = segments[1];
                break;
            case 3 when Revision.Is(segments[2]):
                (@ref, revision) = (segments[1], segments[2]);
                break;
            case 3:
                throw FlakeException.NotACommitHash(text, segments[2]);
            default:
                throw FlakeException.InvalidIndirect(text);
        }
        if (segments.Count == 0 || !InputPath.IsReferable(segments[0]))
            throw FlakeException.InvalidIndirect(text);
        return RefAttributes.Of(
            ForgeScheme.Present(("type", "indirect"), ("id", segments[0]), ("ref", @ref), ("rev", revision?.ToLowerInvariant())));
    }

    public override RefAttributes Check(RefAttributes attributes)
    {
        var id = Required(attributes, "id");
        return InputPath.IsReferable(id) ? attributes : throw FlakeException.InvalidId(id);
    }

    public override FlakeUrl ToUrl(RefAttributes attributes) =>
        UrlOf(
            "flake",
            string.Join('/', new[] { attributes.Text("id"), attributes.Text("ref"), attributes.Text("rev") }.OfType<string>()),
            []);

    public override bool IsLocked(RefAttributes attributes) => false;

    public override RefAttributes Apply(RefAttributes attributes, string? @ref, string? revision)
    {
        if (@ref is not null)
            attributes = attributes.With("ref", @ref);
        return revision is null ? attributes : attributes.With("rev", revision);
    }
}
