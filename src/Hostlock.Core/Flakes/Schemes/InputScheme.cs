using System.Collections.Immutable;

namespace Hostlock.Flakes.Schemes;

/// <summary>
/// One type of input: its grammar both ways, how to ask for its newest revision, and where its trees are. No scheme does I/O.
/// </summary>
/// <remarks>Nix 2.34.8, libfetchers: InputScheme.</remarks>
abstract class InputScheme
{
    /// <summary>The attribute <c>type</c>.</summary>
    public abstract string Name { get; }

    /// <summary>The attributes it knows, beside <c>type</c> and <c>dir</c>.</summary>
    public abstract ImmutableArray<string> AttributeNames { get; }

    /// <summary>True where a URL with this scheme is one of its own.</summary>
    public abstract bool Takes(FlakeUrl url, bool wantsTree);

    /// <summary>The attributes a URL says, without <c>dir</c>; null where it is none of Nix's after all, and so a path.</summary>
    /// <exception cref="FlakeException">It is one, and wrong.</exception>
    public abstract RefAttributes? Parse(FlakeUrl url);

    /// <summary>Judges attributes that were written as such, and completes them.</summary>
    /// <exception cref="FlakeException">One is missing or malformed.</exception>
    public abstract RefAttributes Check(RefAttributes attributes);

    /// <summary>The URL, with <c>dir</c> not yet in its query.</summary>
    public abstract FlakeUrl ToUrl(RefAttributes attributes);

    /// <summary>True where nothing of it can move: what a lock may hold.</summary>
    public abstract bool IsLocked(RefAttributes attributes);

    /// <summary>How to ask what it points to now; null where there is nothing to ask.</summary>
    public virtual RevisionQuery? AskRevision(RefAttributes attributes) => null;

    /// <summary>Where its tree is; null where this program cannot fetch it.</summary>
    public virtual TreeLocation? Locate(RefAttributes attributes, bool hasToken) => null;

    /// <summary>The reference with a branch or revision of an indirect one put in.</summary>
    /// <exception cref="FlakeException">This type has no such thing.</exception>
    public virtual RefAttributes Apply(RefAttributes attributes, string? @ref, string? revision)
    {
        if (@ref is not null)
            throw FlakeException.CannotSetRef(ToUrl(attributes).ToString(), @ref);
        return revision is null ? attributes : throw FlakeException.CannotSetRevision(ToUrl(attributes).ToString(), revision);
    }

    protected static FlakeUrl UrlOf(string scheme, string path, IEnumerable<(string Name, string? Value)> query) =>
        new(scheme, null, [.. path.Split('/')], Query(query), "");

    protected static ImmutableSortedDictionary<string, string> Query(IEnumerable<(string Name, string? Value)> query)
    {
        var builder = ImmutableSortedDictionary.CreateBuilder<string, string>(Utf8Order.Instance);
        foreach (var (name, value) in query)
        {
            if (value is not null)
                builder[name] = value;
        }
        return builder.ToImmutable();
    }

    protected static string Required(RefAttributes attributes, string name) => attributes[name] switch
    {
        null => throw FlakeException.AttributeMissing(name),
        RefValue.Text(var text) => text,
        _ => throw FlakeException.AttributeType(name, "a string", attributes),
    };
}
