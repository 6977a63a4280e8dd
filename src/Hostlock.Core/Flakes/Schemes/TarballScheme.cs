using System.Collections.Immutable;
using System.Globalization;

namespace Hostlock.Flakes.Schemes;

/// <summary>An archive, or with <c>file</c> a single file, at a URL.</summary>
/// <param name="isFile">True for the type <c>file</c>.</param>
/// <remarks>Nix 2.34.8, libfetchers/tarball.cc, CurlInputScheme.</remarks>
sealed class TarballScheme(bool isFile) : InputScheme
{
    static readonly string[] Archives = [".zip", ".tar", ".tgz", ".tar.gz", ".tar.xz", ".tar.bz2", ".tar.zst"];
    static readonly string[] Transports = ["http", "https", "file"];

    public override string Name => isFile ? "file" : "tarball";

    public override ImmutableArray<string> AttributeNames => ["url", "narHash", "name", "unpack", "rev", "revCount", "lastModified"];

    public override bool Takes(FlakeUrl url, bool wantsTree)
    {
        if (url.Scheme.Split('+') is [var application, var transport])
            return application == Name && Transports.Contains(transport);
        var isArchive = Archives.Any(url.Path[^1].EndsWith);
        return Transports.Contains(url.Scheme) && isFile == !(wantsTree || isArchive);
    }

    public override RefAttributes? Parse(FlakeUrl url)
    {
        var attributes = new List<KeyValuePair<string, RefValue>> { new("type", Name) };
        foreach (var name in (ReadOnlySpan<string>)["narHash", "rev"])
        {
            if (url.Query.TryGetValue(name, out var value))
                attributes.Add(new(name, value));
        }
        foreach (var name in (ReadOnlySpan<string>)["revCount", "lastModified"])
        {
            if (url.Query.TryGetValue(name, out var value)
                && ulong.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
                attributes.Add(new(name, number));
        }
        var scheme = url.Scheme[(url.Scheme.IndexOf('+', StringComparison.Ordinal) + 1)..];
        attributes.Add(new("url", (url with { Scheme = scheme, Query = url.Query.RemoveRange(AttributeNames) }).ToString()));
        return RefAttributes.Of(attributes);
    }

    public override RefAttributes Check(RefAttributes attributes)
    {
        if (FlakeUrl.TryParse(Required(attributes, "url")) is not { } url || !Transports.Contains(url.Scheme))
            throw FlakeException.NotAUrl(attributes.Text("url")!);
        return attributes;
    }

    public override FlakeUrl ToUrl(RefAttributes attributes)
    {
        var url = FlakeUrl.TryParse(attributes.Text("url") ?? "") ?? UrlOf(Name, attributes.Text("url") ?? "", []);
        return attributes.Text("narHash") is { } hash ? url with { Query = url.Query.SetItem("narHash", hash) } : url;
    }

    public override bool IsLocked(RefAttributes attributes) => attributes.Has("narHash");

    public override TreeLocation Locate(RefAttributes attributes, bool hasToken)
    {
        // An attribute is stored as it was written, and requested encoded.
        var written = attributes.Text("url") ?? "";
        var url = FlakeUrl.TryParse(written)?.ToString() ?? written;
        return isFile ? new TreeLocation.SingleFile(url) : new TreeLocation.Archive(url);
    }
}
