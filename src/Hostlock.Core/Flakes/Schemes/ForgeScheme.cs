using System.Collections.Immutable;

namespace Hostlock.Flakes.Schemes;

/// <summary>
/// The common part of the forges: the grammar <c>github:owner/repo/ref-or-rev?host=…</c>, archives by commit, a page for each commit. A
/// forge says how it is asked for a commit and where its archives are.
/// </summary>
/// <remarks>Nix 2.34.8, libfetchers/github.cc, GitArchiveInputScheme.</remarks>
abstract class ForgeScheme : InputScheme
{
    public override ImmutableArray<string> AttributeNames =>
        ["owner", "repo", "ref", "rev", "host", "narHash", "lastModified", "treeHash"];

    /// <summary>The host of a reference that names none.</summary>
    public abstract string DefaultHost { get; }

    public override bool HasHistory => true;

    public override bool Takes(FlakeUrl url, bool wantsTree) => url.Scheme == Name;

    public override RefAttributes? Parse(FlakeUrl url)
    {
        var segments = url.Segments;
        if (segments.Length < 2)
            return null;
        var (@ref, revision) = segments.Length switch
        {
            2 => (null, null),
            3 when Revision.Is(segments[2]) => ((string?)null, (string?)segments[2]),
            _ => (string.Join('/', segments.Skip(2)), null),
        };
        string? host = null, narHash = null;
        foreach (var (name, value) in url.Query)
        {
            switch (name)
            {
                case "ref" when @ref is null:
                    @ref = value;
                    break;
                case "rev" when revision is null:
                    revision = value;
                    break;
                case "ref" or "rev":
                    return null;
                case "host":
                    host = value;
                    break;
                case "narHash":
                    narHash = value;
                    break;
                default:
                    break; // other parameters are ignored until 2.35
            }
        }
        if ((@ref is not null && revision is not null)
            || (@ref is not null && !GitRefName.IsLegal(@ref))
            || (host is not null && !IsHost(host)))
            return null;
        if (revision is not null && !Revision.Is(revision))
            throw FlakeException.NotARevision(revision);
        return RefAttributes.Of(
            Present(
                ("type", Name),
                ("owner", segments[0]),
                ("repo", segments[1]),
                ("ref", @ref),
                ("rev", revision),
                ("host", host),
                ("narHash", narHash)));
    }

    public override RefAttributes Check(RefAttributes attributes)
    {
        Required(attributes, "owner");
        Required(attributes, "repo");
        var text = ToUrl(attributes).ToString();
        if (attributes.Text("rev") is { } revision)
        {
            if (attributes.Text("ref") is { } both)
                throw FlakeException.RefAndRevision(text, both, revision);
            if (!Revision.Is(revision))
                throw FlakeException.NotARevision(revision);
        }
        if (attributes.Text("ref") is { } @ref && !GitRefName.IsLegal(@ref))
            throw FlakeException.IllegalRef(@ref);
        if (attributes.Text("host") is { } host && !IsHost(host))
            throw FlakeException.IllegalHost(text, host);
        return attributes;
    }

    public override FlakeUrl ToUrl(RefAttributes attributes)
    {
        string?[] parts = [attributes.Text("owner") ?? "", attributes.Text("repo") ?? "", attributes.Text("ref") ?? attributes.Text("rev")];
        return new(
            Name,
            null,
            [.. parts.OfType<string>()],
            Query([("host", attributes.Text("host")), ("narHash", attributes.Text("narHash"))]),
            "");
    }

    // trust-tarballs-from-git-forges is on unless somebody turned it off.
    public override bool IsLocked(RefAttributes attributes) => attributes.Has("rev");

    public override RefAttributes Apply(RefAttributes attributes, string? @ref, string? revision)
    {
        if (@ref is not null && revision is not null)
            throw FlakeException.CannotSetBoth(ToUrl(attributes).ToString(), @ref, revision);
        if (@ref is not null)
            return attributes.Without("rev").With("ref", @ref);
        return revision is null ? attributes : attributes.Without("ref").With("rev", revision);
    }

    public override RefAttributes Identity(RefAttributes attributes) => attributes.Without("narHash").Without("lastModified");

    public sealed override TreeLocation Locate(RefAttributes attributes, bool hasToken) => attributes.Text("rev") is { } revision
        ? Archive(attributes, revision.ToLowerInvariant(), hasToken)
        : new TreeLocation.Branch(AskRevision(attributes));

    public override string? GitAddress(RefAttributes attributes) =>
        $"https://{HostOf(attributes)}/{attributes.Text("owner")?.Replace("%2F", "/", StringComparison.OrdinalIgnoreCase)}"
        + $"/{attributes.Text("repo")}";

    public override ForgeRepository? RepositoryOf(RefAttributes attributes) =>
        new(HostOf(attributes), attributes.Text("owner") ?? "", attributes.Text("repo") ?? "");

    public override string? CompareLink(RefAttributes attributes, Revision earlier, Revision later) =>
        $"{GitAddress(attributes)}/compare/{earlier}...{later}";

    public override string? CommitLink(RefAttributes attributes, Revision revision) => $"{GitAddress(attributes)}/commit/{revision}";

    /// <summary>The question which commit the reference, which has no revision of its own, is at now.</summary>
    protected abstract RevisionQuery AskRevision(RefAttributes attributes);

    /// <summary>The place of the archive of a commit.</summary>
    /// <param name="attributes">The reference.</param>
    /// <param name="revision">The commit, in lower case.</param>
    /// <param name="hasToken">True if there is an access token for the repository.</param>
    protected abstract TreeLocation.Snapshot Archive(RefAttributes attributes, string revision, bool hasToken);

    /// <summary>The host of a reference.</summary>
    protected string HostOf(RefAttributes attributes) => attributes.Text("host") ?? DefaultHost;

    /// <summary>The branch or tag of a reference; HEAD if it names none.</summary>
    protected static string RefOf(RefAttributes attributes) => attributes.Text("ref") ?? "HEAD";

    static bool IsHost(string host) => host.ContainsOnly(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-');

    /// <summary>The attributes that have a value.</summary>
    internal static IEnumerable<KeyValuePair<string, RefValue>> Present(params (string Name, string? Value)[] values) =>
        from value in values where value.Value is not null select KeyValuePair.Create(value.Name, (RefValue)value.Value!);
}
