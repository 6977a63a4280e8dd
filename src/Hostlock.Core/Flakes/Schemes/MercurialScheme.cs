using System.Collections.Immutable;

namespace Hostlock.Flakes.Schemes;

/// <summary>A Mercurial repository: read, kept, compared and promoted; fetching it is left to Nix.</summary>
/// <remarks>Nix 2.34.8, libfetchers/mercurial.cc.</remarks>
sealed class MercurialScheme : InputScheme
{
    public override string Name => "hg";

    public override ImmutableArray<string> AttributeNames => ["url", "ref", "rev", "revCount", "narHash", "name"];

    public override bool Takes(FlakeUrl url, bool wantsTree) => url.Scheme is "hg+http" or "hg+https" or "hg+ssh" or "hg+file";

    public override RefAttributes? Parse(FlakeUrl url)
    {
        var attributes = new List<KeyValuePair<string, RefValue>>(
            from name in (string[])["rev", "ref"]
            where url.Query.ContainsKey(name)
            select KeyValuePair.Create(name, (RefValue)url.Query[name]))
        {
            new("type", Name),
            new("url", (url with { Scheme = url.Scheme["hg+".Length..], Query = url.Query.RemoveRange(["rev", "ref"]) }).ToString()),
        };
        return RefAttributes.Of(attributes);
    }

    public override RefAttributes Check(RefAttributes attributes)
    {
        Required(attributes, "url");
        return attributes;
    }

    public override FlakeUrl ToUrl(RefAttributes attributes)
    {
        var url = FlakeUrl.TryParse(attributes.Text("url") ?? "") ?? UrlOf("hg", attributes.Text("url") ?? "", []);
        return url with
        {
            Scheme = $"hg+{url.Scheme}",
            Query = url.Query.SetItems(Query([("rev", attributes.Text("rev")), ("ref", attributes.Text("ref"))])),
        };
    }

    public override bool IsLocked(RefAttributes attributes) => attributes.Has("rev");

    public override TreeLocation Locate(RefAttributes attributes, bool hasToken) => new TreeLocation.NotFetched("Mercurial repositories");
}
