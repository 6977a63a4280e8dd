using System.Text.RegularExpressions;
using Hostlock.Flakes.Schemes;

namespace Hostlock.Flakes;

/// <summary>
/// A flake reference: a type of input, its attributes, and the subdirectory that holds flake.nix. Immutable; equal when type,
/// attributes and subdirectory are. The grammar of its scheme reads it from a text, and writes it back.
/// </summary>
/// <remarks>Source of the rules: Nix 2.34.8, libflake/flakeref.cc and libfetchers/*.cc.</remarks>
public sealed partial record FlakeRef
{
    // The attributes that are known of a pinned tree and do not pin it.
    static readonly string[] Facts = ["lastModified", "narHash", "revCount"];

    FlakeRef? _canonical;

    internal FlakeRef(RefAttributes input, string directory) => (Input, Directory) = (input, directory);

    /// <summary>The attributes of the input, <c>type</c> among them, without <c>dir</c>: the identity of a fetched tree.</summary>
    public RefAttributes Input { get; }

    /// <summary>The folder of flake.nix within the tree, verbatim; empty for the root of the tree.</summary>
    public string Directory { get; }

    /// <summary><c>github</c>, <c>git</c>, <c>path</c>, …; may be a type this program does not know.</summary>
    public string Type => Input.Text("type") ?? "";

    /// <summary>The attribute <c>ref</c>, a branch or tag; null if it has none.</summary>
    public string? Ref => Input.Text("ref");

    /// <summary>The attribute <c>rev</c> verbatim: a lock may state anything there. Null if it has none.</summary>
    public string? Revision => Input.Text("rev");

    /// <summary>The commit that the reference states; null if it states none, or something else as its revision.</summary>
    public Revision? Commit => Revision is { } text ? Flakes.Revision.TryParse(text) : null;

    /// <summary>The first seven characters of <see cref="Revision"/>; null if there is none.</summary>
    public string? ShortRevision => Revision is { } text ? Flakes.Revision.Shorten(text) : null;

    /// <summary>The attribute <c>narHash</c> verbatim, an SRI text if it is well formed; null if it has none.</summary>
    public string? NarHash => Input.Text("narHash");

    /// <summary>The attribute <c>lastModified</c>; null if it has none.</summary>
    public Moment? LastModified => Input.Number("lastModified") is { } seconds ? new(seconds) : null;

    /// <summary>A <c>path:</c> reference that is resolved against the flake that declares it.</summary>
    public bool IsRelativePath => Folder is { } path && !path.StartsWith('/');

    /// <summary>The path of the folder it names, absolute or relative to the flake that declares it; null for a type that names
    /// none.</summary>
    public string? Folder => Scheme.FolderOf(Input);

    /// <summary>True if a registry has to resolve it.</summary>
    public bool IsIndirect => Scheme.IsIndirect;

    /// <summary>True if it leads to a place that other machines do not have: an absolute path, or a <c>file:</c> address.</summary>
    public bool IsOfThisMachine => Scheme.IsOfThisMachine(Input);

    /// <summary>True if it always means the same tree, so that a lock may hold it.</summary>
    public bool IsLocked => Scheme.IsLocked(Input);

    /// <summary>True if its inputs are commits of a git repository.</summary>
    public bool HasHistory => Scheme.HasHistory;

    /// <summary>The attributes as a lock holds them: those of the input, and <c>dir</c> if it is not empty.</summary>
    public RefAttributes Attributes => Directory.Length == 0 ? Input : Input.With("dir", Directory);

    internal InputScheme Scheme => InputSchemes.Of(Type);

    /// <summary>The attributes that identify the tree of a pinned reference for ever, without other facts about it.</summary>
    internal RefAttributes Identity => Scheme.Identity(Input);

    /// <summary>The address at which git finds the repository; null if there is none.</summary>
    public string? GitAddress => Scheme.GitAddress(Input);

    /// <summary>
    /// The form in which two references are compared: the URL encoded as this Nix does it, and without the <c>dir</c> that
    /// releases up to 2.25 left in it.
    /// </summary>
    /// <remarks>Nix 2.34.8, libflake/flakeref.cc, FlakeRef::canonicalize.</remarks>
    public FlakeRef Canonical => _canonical ??= Canonicalize();

    /// <summary>The same reference with other attributes, or another subdirectory.</summary>
    public FlakeRef With(RefAttributes? input = null, string? directory = null) => new(input ?? Input, directory ?? Directory);

    /// <summary>The indirect reference <c>flake:ID</c>.</summary>
    public static FlakeRef Indirect(string id) => new(RefAttributes.Of(("type", "indirect"), ("id", id)), "");

    /// <summary>
    /// Takes attributes as a lock file holds them, without judging them: unknown types and names survive. <c>dir</c> becomes
    /// <see cref="Directory"/>.
    /// </summary>
    public static FlakeRef FromLock(RefAttributes attributes) =>
        new(attributes.Without("dir"), attributes.Text("dir") ?? "");

    /// <summary>Takes attributes as a flake.nix writes them, and judges them.</summary>
    /// <exception cref="FlakeException">The type is not known, or an attribute is missing, malformed or not one of its type's.</exception>
    public static FlakeRef FromAttributes(RefAttributes attributes, SourceSpan? span)
    {
        var directory = attributes.Text("dir") ?? "";
        var input = attributes.Without("dir");
        try
        {
            if (input["type"] is not RefValue.Text(var type))
                throw FlakeException.AttributeType("type", "a string", attributes);
            var scheme = InputSchemes.Of(type);
            CheckNames(scheme, input);
            CheckNumbers(input);
            return new(scheme.Check(input), directory);
        }
        catch (FlakeException why) when (why.Span is null && span is not null)
        {
            throw why.At(span);
        }
    }

    /// <summary>
    /// Reads a reference as the <c>url</c> of an input: a flake id, a URL, or else a path, which stays relative.
    /// </summary>
    /// <param name="text">The text.</param>
    /// <param name="wantsTree">False for <c>flake = false</c>: a plain URL may then be a single file.</param>
    /// <param name="span">Its place,
    /// for messages.</param>
    /// <param name="warnings">Takes what is odd and stops nothing.</param>
    /// <exception cref="FlakeException">It is none.</exception>
    public static FlakeRef ParseInput(string text, bool wantsTree, SourceSpan? span, ICollection<Warning>? warnings)
    {
        try
        {
            return ParseId(text) ?? ParseUrl(text, wantsTree, warnings) ?? ParsePath(text, warnings);
        }
        catch (FlakeException why) when (why.Span is null && span is not null)
        {
            throw why.At(span);
        }
    }

    /// <summary>
    /// Reads a reference given on a command line: as <see cref="ParseInput"/>, and a relative path is made absolute.
    /// </summary>
    /// <param name="text">The text.</param>
    /// <param name="baseFolder">The folder that a relative path starts in.</param>
    /// <param name="warnings">Takes what is odd and stops nothing.</param>
    /// <exception cref="FlakeException">It is none.</exception>
    public static FlakeRef ParseArgument(string text, string baseFolder, ICollection<Warning>? warnings = null)
    {
        var reference = ParseInput(text, wantsTree: true, null, warnings);
        return reference.IsRelativePath
            ? reference.With(reference.Input.With("path", Path.GetFullPath(reference.Folder!, baseFolder)))
            : reference;
    }

    /// <summary>True for a type of input that is not known.</summary>
    public bool IsUnknown => !Scheme.IsKnown;

    /// <summary>The same input at a revision, or on a branch or at a tag.</summary>
    /// <param name="to">Forty hexadecimal digits, or a name.</param>
    /// <exception cref="FlakeException">Its type does not have them, or the text is neither.</exception>
    /// <remarks>git resolves more, such as <c>main~1</c>; Nix refuses a lock with that as its <c>ref</c>.</remarks>
    public FlakeRef MovedTo(string to)
    {
        var moved = With(Scheme.MovedTo(Input, to));
        return Flakes.Revision.Is(to) || GitRefName.IsLegal(to) ? moved : throw FlakeException.NoPlaceToMoveTo(to);
    }

    /// <summary>
    /// Tells whether two pinned references pin the same tree. If both have one revision, one of them may lack <c>narHash</c>,
    /// <c>lastModified</c> or <c>revCount</c>, as the locks of other Nixes do.
    /// </summary>
    /// <param name="other">The other reference.</param>
    public bool PinsSameAs(FlakeRef other)
    {
        if (Equals(other))
            return true;
        return Revision is { } revision
            && revision == other.Revision
            && Directory == other.Directory
            && !Facts.Any(name => Input[name] is { } fact && other.Input[name] is { } otherFact && !fact.Equals(otherFact))
            && WithoutFacts(Input).Equals(WithoutFacts(other.Input));

        static RefAttributes WithoutFacts(RefAttributes input) => Facts.Aggregate(input, (rest, name) => rest.Without(name));
    }

    /// <summary>The same pin, with the facts about its tree that only another reference has.</summary>
    /// <param name="other">A reference that pins the same tree.</param>
    public FlakeRef WithFactsOf(FlakeRef other)
    {
        var input = Input;
        foreach (var name in Facts)
        {
            if (!input.Has(name) && other.Input[name] is { } fact)
                input = input.With(name, fact);
        }
        return ReferenceEquals(input, Input) ? this : With(input);
    }

    /// <summary>Judges an entry of a lock, as Nix does when it reads one.</summary>
    /// <exception cref="FlakeException">The type is not known, or an attribute is not one of its type's or no number where it should
    /// be.</exception>
    public void CheckSupported()
    {
        CheckNames(Scheme, Input);
        CheckNumbers(Input);
    }

    /// <summary>The reference with the branch and revision that an indirect one carried.</summary>
    /// <exception cref="FlakeException">Its type does not have them.</exception>
    public FlakeRef Apply(string? @ref, string? revision) =>
        @ref is null && revision is null ? this : With(Scheme.Apply(Input, @ref, revision));

    /// <summary>Tells whether two references have the same attributes and the same folder.</summary>
    /// <param name="other">The other reference.</param>
    public bool Equals(FlakeRef? other) => other is not null && Directory == other.Directory && Input.Equals(other.Input);

    /// <summary>A hash of the attributes and the folder.</summary>
    public override int GetHashCode() => HashCode.Combine(Input, Directory);

    /// <summary>The URL that Nix prints for this reference in messages and commit texts.</summary>
    public override string ToString()
    {
        var url = Scheme.ToUrl(Input);
        return (Directory.Length == 0 ? url : url with { Query = url.Query.SetItem("dir", Directory) }).ToString();
    }

    static void CheckNames(InputScheme scheme, RefAttributes attributes)
    {
        if (!scheme.IsKnown)
            throw FlakeException.UnknownType(scheme.Name);
        foreach (var name in attributes.Names.Where(name => name != "type" && !scheme.AttributeNames.Contains(name)))
            throw FlakeException.NotSupportedBy(name, scheme.Name, scheme.AttributeNames);
    }

    static void CheckNumbers(RefAttributes attributes)
    {
        foreach (var name in (ReadOnlySpan<string>)["lastModified", "revCount"])
        {
            if (attributes.Has(name) && attributes.Number(name) is null)
                throw FlakeException.AttributeType(name, "an integer", null);
        }
    }

    // ID(/(REV | REF(/REV)?))?(#fragment)?, the whole text. Errors from here on are final.
    [GeneratedRegex(
        "^([a-zA-Z][a-zA-Z0-9_-]*(?:/[a-zA-Z0-9@][a-zA-Z0-9_./@+-]*)?)(?:#(.*))?$",
        RegexOptions.CultureInvariant | RegexOptions.Singleline)]
    private static partial Regex IdPattern();

    static FlakeRef? ParseId(string text)
    {
        // Most references have a colon, which no id has: they need no pattern.
        if (text.AsSpan().IndexOfAny(':', '#') is >= 0 and var at && text[at] == ':')
            return null;
        if (IdPattern().Match(text) is not { Success: true } match)
            return null;
        if (match.Groups[2].Length > 0)
            throw FlakeException.UnexpectedFragment(text, match.Groups[2].Value);
        var id = match.Groups[1].Value;
        return new(IndirectScheme.Parse(id.Split('/', StringSplitOptions.RemoveEmptyEntries), "flake:" + id), "");
    }

    static FlakeRef? ParseUrl(string text, bool wantsTree, ICollection<Warning>? warnings)
    {
        if (FlakeUrl.TryParse(text, warnings) is not { } url)
            return null;
        var fragment = url.Fragment;
        var directory = url.Query.GetValueOrDefault("dir", "");
        url = url with { Query = url.Query.Remove("dir"), Fragment = "" };
        var scheme = InputSchemes.All.FirstOrDefault(scheme => scheme.Takes(url, wantsTree)) ?? throw FlakeException.UnsupportedUrl(url);
        if (scheme.Parse(url) is not { } input)
            return null;
        return fragment.Length == 0 ? new(input, directory) : throw FlakeException.UnexpectedFragment(text, fragment);
    }

    static FlakeRef ParsePath(string text, ICollection<Warning>? warnings)
    {
        var (path, fragment) = Split(text, '#');
        (path, var query) = Split(path, '?');
        if (fragment.Length > 0)
            throw FlakeException.UnexpectedFragment(text, fragment);
        var parameters = FlakeUrl.ParseQuery(query, warnings);
        var directory = parameters.GetValueOrDefault("dir", "");
        parameters = parameters.Remove("dir");
        return new(
            PathScheme.Parse(path, parameters, () => $"path:{(path.StartsWith('/') ? "//" : "")}{path}?{FlakeUrl.WriteQuery(parameters)}"),
            directory);

        static (string, string) Split(string text, char at) =>
            text.IndexOf(at, StringComparison.Ordinal) is >= 0 and var i ? (text[..i], text[(i + 1)..]) : (text, "");
    }

    FlakeRef Canonicalize()
    {
        if (Input.Text("url") is not { } text || FlakeUrl.TryParse(text) is not { } url)
            return this;
        if (Directory.Length > 0 && url.Query.GetValueOrDefault("dir") == Directory)
            url = url with { Query = url.Query.Remove("dir") };
        return url.ToString() is var written && written == text ? this : With(Input.With("url", written));
    }
}
