using System.Collections.Immutable;

namespace Hostlock.Flakes.Schemes;

/// <summary>The table of input types, in the order in which a URL is offered to them.</summary>
static class InputSchemes
{
    /// <summary>All types, in this order.</summary>
    public static readonly ImmutableArray<InputScheme> All =
    [
        new TarballScheme(isFile: true),
        new GitScheme(),
        new GitHubScheme(),
        new GitLabScheme(),
        new MercurialScheme(),
        new IndirectScheme(),
        new PathScheme(),
        new SourceHutScheme(),
        new TarballScheme(isFile: false),
    ];

    /// <summary>The scheme of a type; one that is not known gets a scheme that keeps it as it is.</summary>
    public static InputScheme Of(string type) => All.FirstOrDefault(scheme => scheme.Name == type) ?? new UnknownScheme(type);

    /// <summary>True for a type whose trees are the archives of a forge, such as <c>github</c>.</summary>
    public static bool IsForge(string type) => Of(type) is ForgeScheme;

    /// <summary>The names of the types that have a history, in words: <c>git, github, gitlab and sourcehut</c>.</summary>
    public static string WithHistory()
    {
        string[] names = [.. All.Where(scheme => scheme.HasHistory).Select(scheme => scheme.Name)];
        return $"{string.Join(", ", names[..^1])} and {names[^1]}";
    }
}
