using System.Collections.Immutable;

namespace Hostlock.Flakes.Schemes;

/// <summary>A git repository: <c>git+https://…</c>, <c>git+ssh://…</c>, <c>git+file:///…</c>, <c>git://…</c>.</summary>
/// <remarks>Nix 2.34.8, libfetchers/git.cc.</remarks>
sealed class GitScheme : InputScheme
{
    static readonly string[] Texts = ["rev", "ref", "keytype", "publicKey", "publicKeys"];
    static readonly string[] Truths = ["shallow", "submodules", "allRefs", "exportIgnore", "verifyCommit", "lfs"];

    public override string Name => "git";

    public override ImmutableArray<string> AttributeNames =>
    [
        "url", "ref", "rev", "shallow", "submodules", "lfs", "exportIgnore", "allRefs", "name", "lastModified", "revCount", "narHash",
        "dirtyRev", "dirtyShortRev", "verifyCommit", "keytype", "publicKey", "publicKeys",
    ];

    public override bool HasHistory => true;

    public override bool Takes(FlakeUrl url, bool wantsTree) =>
        url.Scheme == "git" || url.Scheme.StartsWith("git+", StringComparison.Ordinal);

    public override RefAttributes? Parse(FlakeUrl url)
    {
        if (url is { Scheme: "git", Authority: null })
            return null;
        var rest = url.Query.ToBuilder();
        var attributes = new List<KeyValuePair<string, RefValue>> { new("type", Name) };
        foreach (var name in Texts.Where(url.Query.ContainsKey))
        {
            attributes.Add(new(name, url.Query[name]));
            rest.Remove(name);
        }
        foreach (var name in Truths.Where(url.Query.ContainsKey))
        {
            // Only the digit 1 is true.
            attributes.Add(new(name, url.Query[name] == "1"));
            rest.Remove(name);
        }
        if (url.Query.TryGetValue("ref", out var @ref) && !GitRefName.IsLegal(@ref))
            return null;
        if (url.Query.ContainsKey("verifyCommit"))
            throw FlakeException.VerifiedFetch();
        var scheme = url.Scheme == "git" ? "git" : url.Scheme["git+".Length..];
        attributes.Add(new("url", (url with { Scheme = scheme, Query = rest.ToImmutable() }).ToString()));
        return RefAttributes.Of(attributes);
    }

    public override RefAttributes Check(RefAttributes attributes)
    {
        var url = Required(attributes, "url");
        if (attributes.Text("ref") is { } @ref && !GitRefName.IsLegal(@ref))
            throw FlakeException.IllegalRef(@ref);
        foreach (var name in Truths.Where(name => attributes.Has(name) && attributes.Truth(name) is null))
            throw FlakeException.AttributeType(name, "a Boolean", attributes);
        return attributes.With("url", Fix(url));
    }

    public override FlakeUrl ToUrl(RefAttributes attributes)
    {
        var url = FlakeUrl.TryParse(attributes.Text("url") ?? "") ?? UrlOf("git", attributes.Text("url") ?? "", []);
        var query = url.Query.ToBuilder();
        foreach (var name in (ReadOnlySpan<string>)["rev", "ref", "keytype", "publicKey", "publicKeys"])
        {
            if (attributes.Text(name) is { } value)
                query[name] = value;
        }
        foreach (var name in (ReadOnlySpan<string>)["shallow", "lfs", "submodules", "exportIgnore", "verifyCommit"])
        {
            if (attributes.Truth(name) == true)
                query[name] = "1";
        }
        return url with { Scheme = url.Scheme == "git" ? "git" : $"git+{url.Scheme}", Query = query.ToImmutable() };
    }

    public override bool IsLocked(RefAttributes attributes) =>
        attributes.Text("rev") is { } revision && !Revision.IsNone(revision);

    // It may have a branch beside a revision; the branch is then only recorded.
    public override RefAttributes MovedTo(RefAttributes attributes, string to) =>
        Revision.TryParse(to) is { } revision ? attributes.With("rev", revision) : attributes.Without("rev").With("ref", to);

    public override TreeLocation Locate(RefAttributes attributes, bool hasToken) =>
        new TreeLocation.GitRepository(attributes.Text("url") ?? "");

    public override string? GitAddress(RefAttributes attributes) => attributes.Text("url");

    public override RefAttributes Apply(RefAttributes attributes, string? @ref, string? revision)
    {
        if (@ref is not null)
            attributes = attributes.With("ref", @ref);
        if (revision is not null)
            attributes = attributes.With("rev", revision);
        return attributes.Has("ref") || !attributes.Has("rev")
            ? attributes
            : throw FlakeException.RevisionWithoutRef(ToUrl(attributes).ToString());
    }

    // The addresses that git takes and that are no URLs: an absolute path, and user@host:path.
    static string Fix(string url)
    {
        if (url.StartsWith('/'))
            return $"file://{string.Join('/', url.Split('/').Select(FlakeUrl.EncodeSegment))}";
        if (!url.Contains("://", StringComparison.Ordinal) && url.IndexOf(':', StringComparison.Ordinal) is > 0 and var colon
            && !url.AsSpan(0, colon).Contains('/') && FlakeUrl.TryParse(url) is not { Scheme: "file" })
        {
            return url[..colon].Contains('@', StringComparison.Ordinal)
                ? $"ssh://{url[..colon]}/{url[(colon + 1)..]}"
                : throw FlakeException.ScpLike(url);
        }
        return FlakeUrl.TryParse(url)?.ToString() ?? throw FlakeException.NotAUrl(url);
    }
}
