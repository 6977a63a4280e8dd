using System.Collections.Immutable;

namespace Hostlock.Flakes.Schemes;

/// <summary>
/// All that is known of one type of input: its grammar both ways, the places of its trees, the questions for its commits, its links and
/// hints. A scheme that leaves something out has the answer of a type that can only be kept and compared. No scheme does I/O.
/// </summary>
/// <remarks>Nix 2.34.8, libfetchers: InputScheme.</remarks>
abstract class InputScheme
{
    /// <summary>The attribute <c>type</c>.</summary>
    public abstract string Name { get; }

    /// <summary>The names of the attributes of this type, beside <c>type</c> and <c>dir</c>.</summary>
    public abstract ImmutableArray<string> AttributeNames { get; }

    /// <summary>True unless this is the type of a future Nix.</summary>
    public virtual bool IsKnown => true;

    /// <summary>True if a reference of this type stands for another one, which a registry has.</summary>
    public virtual bool IsIndirect => false;

    /// <summary>True if its inputs are commits of a git repository: these have dates and ancestors. Hints list such types.</summary>
    public virtual bool HasHistory => false;

    // Grammar.

    /// <summary>Tells whether a URL is written in this type's way.</summary>
    /// <param name="url">The URL.</param>
    /// <param name="wantsTree">False for <c>flake = false</c>: a plain URL may then be a single file.</param>
    public abstract bool Takes(FlakeUrl url, bool wantsTree);

    /// <summary>The attributes of a URL, without <c>dir</c>; null if Nix takes it for a path and not for this type.</summary>
    /// <exception cref="FlakeException">The URL is of this type, and malformed.</exception>
    public abstract RefAttributes? Parse(FlakeUrl url);

    /// <summary>Judges attributes that were written as such, and completes them.</summary>
    /// <exception cref="FlakeException">One is missing or malformed.</exception>
    public abstract RefAttributes Check(RefAttributes attributes);

    /// <summary>The URL, with <c>dir</c> not yet in its query.</summary>
    public abstract FlakeUrl ToUrl(RefAttributes attributes);

    /// <summary>Puts the branch and revision of an indirect reference into the one that it stands for.</summary>
    /// <exception cref="FlakeException">This type has no such thing.</exception>
    public virtual RefAttributes Apply(RefAttributes attributes, string? @ref, string? revision)
    {
        if (@ref is not null)
            throw FlakeException.CannotSetRef(ToUrl(attributes).ToString(), @ref);
        return revision is null ? attributes : throw FlakeException.CannotSetRevision(ToUrl(attributes).ToString(), revision);
    }

    // Pins.

    /// <summary>True if the reference can never mean another tree, as a lock demands.</summary>
    public abstract bool IsLocked(RefAttributes attributes);

    /// <summary>The reference moved to a revision, or to a branch or tag, as <c>update --to</c> asks.</summary>
    /// <param name="attributes">The reference.</param>
    /// <param name="to">Forty hexadecimal digits, or a name.</param>
    /// <exception cref="FlakeException">This type has no such thing.</exception>
    public virtual RefAttributes MovedTo(RefAttributes attributes, string to) =>
        Revision.TryParse(to) is { } revision ? Apply(attributes, null, revision.ToString()) : Apply(attributes, to, null);

    /// <summary>The attributes that identify a pinned tree for ever, without other facts about it.</summary>
    public virtual RefAttributes Identity(RefAttributes attributes) => attributes;

    // Places.

    /// <summary>The place of its tree.</summary>
    /// <param name="attributes">The reference.</param>
    /// <param name="hasToken">True if there is an access token for its <see cref="RepositoryOf"/>.</param>
    public virtual TreeLocation Locate(RefAttributes attributes, bool hasToken) => new TreeLocation.NotFetched($"inputs of type '{Name}'");

    /// <summary>The path of the folder that is named, absolute or relative to the declaring flake; null if none is.</summary>
    public virtual string? FolderOf(RefAttributes attributes) => null;

    /// <summary>True if the reference leads to a place of this machine alone: an absolute path, or a <c>file:</c> address.</summary>
    public virtual bool IsOfThisMachine(RefAttributes attributes) =>
        attributes.Text("url") is { } url && url.StartsWith("file:/", StringComparison.Ordinal);

    /// <summary>The address at which git finds the repository; null if there is none. Types with a history have one.</summary>
    public virtual string? GitAddress(RefAttributes attributes) => null;

    // Forges.

    /// <summary>The repository whose access token goes with questions; null if none does.</summary>
    public virtual ForgeRepository? RepositoryOf(RefAttributes attributes) => null;

    /// <summary>The header that carries an access token, as name and value.</summary>
    public virtual (string Name, string Value) TokenHeader(string token) => ("Authorization", $"Bearer {token}");

    /// <summary>The oddity of an access token, which is sent all the same; null if it has none. It never has the token in it.</summary>
    public virtual string? OddityOf(string token) => null;

    /// <summary>The question for the newest commit that is not younger than a time; null if git has to be asked.</summary>
    /// <param name="attributes">The reference.</param>
    /// <param name="time">The time in ISO 8601, UTC.</param>
    public virtual RevisionQuery? AskRevisionBefore(RefAttributes attributes, string time) => null;

    /// <summary>The question whether one revision descends from another; null if that cannot be asked.</summary>
    /// <param name="attributes">The reference.</param>
    /// <param name="earlier">The first revision.</param>
    /// <param name="later">The other.</param>
    public virtual DistanceQuery? AskDistance(RefAttributes attributes, Revision earlier, Revision later) => null;

    /// <summary>The question for the commits between two revisions; null if that cannot be asked.</summary>
    /// <param name="attributes">The reference.</param>
    /// <param name="earlier">The first revision.</param>
    /// <param name="later">The other.</param>
    public virtual CommitsQuery? AskCommits(RefAttributes attributes, Revision earlier, Revision later) => null;

    /// <summary>The page that compares two revisions of the repository; null if there is none.</summary>
    /// <param name="attributes">The reference.</param>
    /// <param name="earlier">The first revision.</param>
    /// <param name="later">The other.</param>
    public virtual string? CompareLink(RefAttributes attributes, Revision earlier, Revision later) => null;

    /// <summary>The page that shows one revision of the repository; null if there is none.</summary>
    /// <param name="attributes">The reference.</param>
    /// <param name="revision">The revision.</param>
    public virtual string? CommitLink(RefAttributes attributes, Revision revision) => null;

    // For the schemes themselves.

    /// <summary>A URL without an authority: <c>flake:nixpkgs</c>.</summary>
    protected static FlakeUrl UrlOf(string scheme, string path, IEnumerable<(string Name, string? Value)> query) =>
        new(scheme, null, [.. path.Split('/')], Query(query), "");

    /// <summary>The query of a URL from the parameters that have a value.</summary>
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

    /// <summary>The text of an attribute that has to be there.</summary>
    /// <exception cref="FlakeException">It is missing, or no text.</exception>
    protected static string Required(RefAttributes attributes, string name) => attributes[name] switch
    {
        null => throw FlakeException.AttributeMissing(name),
        RefValue.Text(var text) => text,
        _ => throw FlakeException.AttributeType(name, "a string", attributes),
    };
}
