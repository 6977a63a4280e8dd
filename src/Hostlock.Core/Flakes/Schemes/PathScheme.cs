using System.Collections.Immutable;
using System.Globalization;

namespace Hostlock.Flakes.Schemes;

/// <summary>A folder: <c>path:/absolute</c>, or relative to the flake that declares it.</summary>
/// <remarks>Nix 2.34.8, libfetchers/path.cc.</remarks>
sealed class PathScheme : InputScheme
{
    public override string Name => "path";

    public override ImmutableArray<string> AttributeNames => ["path", "rev", "revCount", "lastModified", "narHash"];

    public override bool Takes(FlakeUrl url, bool wantsTree) => url.Scheme == "path";

    public override RefAttributes? Parse(FlakeUrl url)
    {
        if (url.Authority is { Name.Length: > 0 } authority)
            throw FlakeException.PathAuthority(url.ToString(), authority.Name);
        if (url.Path.Any(segment => segment.Contains('/', StringComparison.Ordinal)))
            return null;
        return Parse(url.PathText, url.Query, () => url.ToString());
    }

    /// <summary>The attributes of a path with the parameters behind it.</summary>
    public static RefAttributes Parse(string path, IReadOnlyDictionary<string, string> query, Func<string> text)
    {
        var attributes = new List<KeyValuePair<string, RefValue>> { new("type", "path"), new("path", Tidy(path)) };
        foreach (var (name, value) in query)
        {
            switch (name)
            {
                case "rev" or "narHash":
                    attributes.Add(new(name, value));
                    break;
                case "revCount" or "lastModified":
                    if (!ulong.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
                        throw FlakeException.InvalidParameter(text(), name);
                    attributes.Add(new(name, number));
                    break;
                default:
                    throw FlakeException.UnsupportedParameter(text(), name);
            }
        }
        return RefAttributes.Of(attributes);
    }

    public override RefAttributes Check(RefAttributes attributes)
    {
        Required(attributes, "path");
        return attributes;
    }

    public override FlakeUrl ToUrl(RefAttributes attributes) =>
        UrlOf(
            "path",
            attributes.Text("path") ?? "",
            attributes.Where(each => each.Key is not ("path" or "type")).Select(each => (each.Key, (string?)each.Value.ToString())));

    public override bool IsLocked(RefAttributes attributes) => attributes.Has("narHash");

    public override TreeLocation Locate(RefAttributes attributes, bool hasToken) => new TreeLocation.Folder(attributes.Text("path") ?? "");

    public override string? FolderOf(RefAttributes attributes) => attributes.Text("path");

    public override bool IsOfThisMachine(RefAttributes attributes) => attributes.Text("path") is ['/', ..];

    // This is a path of a file system, of which nothing is left out but doubled separators: '..' and a slash at the end stay, and an
    // empty path is the root (Nix 2.34.8, libfetchers/path.cc, through std::filesystem). A place in a tree is a TreePath.
    static string Tidy(string path)
    {
        if (path.Length == 0)
            return "/";
        while (path.Contains("//", StringComparison.Ordinal))
            path = path.Replace("//", "/", StringComparison.Ordinal);
        return path;
    }
}
