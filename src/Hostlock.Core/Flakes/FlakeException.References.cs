using System.Collections.Immutable;

namespace Hostlock.Flakes;

// The errors of references. Those of a flake.nix are in FlakeException.cs.
public sealed partial class FlakeException
{
    /// <summary>The same message with its place, which the grammar of references does not know.</summary>
    internal FlakeException At(SourceSpan span) => new(Message) { Span = span, Hint = Hint };

    // The text.
    internal static FlakeException UnsupportedUrl(FlakeUrl url) =>
        new($"input '{url}' is "
            + $"unsupported{(Swapped(url.Scheme) is { } swapped ? $"; did you mean '{swapped}' instead of '{url.Scheme}'?" : "")}");

    internal static FlakeException UnexpectedFragment(string text, string fragment) =>
        new($"unexpected fragment '{fragment}' in flake reference '{text}'")
        {
            Hint = "an input is a whole flake; choose one of its outputs where it is used",
        };

    internal static FlakeException InvalidQuery(string piece) =>
        new($"invalid URI query '{piece}'") { Hint = "encode characters outside ASCII as %XX" };

    internal static FlakeException NotACommitHash(string text, string revision) =>
        new($"in flake URL '{text}', '{revision}' is not a commit hash");

    internal static FlakeException InvalidIndirect(string text) => new($"flake URL '{text}' is invalid");

    internal static FlakeException InvalidId(string id) => new($"'{id}' is not a valid flake ID");

    internal static FlakeException UnsupportedParameter(string url, string name) =>
        new($"path URL '{url}' has unsupported parameter '{name}'");

    internal static FlakeException InvalidParameter(string url, string name) =>
        new($"path URL '{url}' has invalid parameter '{name}'");

    internal static FlakeException PathAuthority(string url, string host) =>
        new($"path URL '{url}' should not have an authority ('{host}')") { Hint = "an absolute path starts with one slash: path:/…" };

    internal static FlakeException NotARevision(string text) =>
        new($"hash '{text}' has wrong length for hash algorithm 'sha1'") { Hint = "a revision is 40 hexadecimal digits" };

    internal static FlakeException VerifiedFetch() =>
        new("verified fetches are not supported by hostlock") { Hint = "leave out 'verifyCommit', or lock this input with nix" };

    internal static FlakeException IllegalRef(string name) => new($"invalid Git branch/tag name '{name}'");

    internal static FlakeException NoPlaceToMoveTo(string text) =>
        new($"'{text}' is not a branch, a tag or a revision")
        {
            Hint = "in its repository, 'git rev-parse' says which revision is meant; name that",
        };

    internal static FlakeException ScpLike(string url) =>
        new($"SCP-like URL '{url}' is not supported; use SSH URL syntax instead (ssh://...)");

    internal static FlakeException NotAUrl(string text) => new($"'{text}' is not a valid URL");

    // The attributes.
    internal static FlakeException AttributeMissing(string name) => new($"input attribute '{name}' is missing");

    internal static FlakeException AttributeType(string name, string expected, RefAttributes? attributes) =>
        new($"input attribute '{name}' is not {expected}{(attributes is null ? "" : $" {attributes}")}");

    internal static FlakeException NotSupportedBy(string name, string scheme, ImmutableArray<string> known) =>
        new($"input attribute '{name}' not supported by scheme '{scheme}'") { Hint = Closest.To(name, known) };

    internal static FlakeException UnknownType(string type) =>
        new($"input type '{type}' is not known") { Hint = "hostlock keeps such an input as it is, but cannot lock it" };

    internal static FlakeException RefAndRevision(string url, string name, string revision) =>
        new($"input '{url}' contains both a commit hash ('{revision}') and a branch/tag name ('{name}')");

    internal static FlakeException IllegalHost(string url, string host) =>
        new($"input '{url}' contains an invalid instance host ('{host}')");

    // A registry's entry with the branch or revision asked for.
    internal static FlakeException CannotSetBoth(string url, string name, string revision) =>
        new($"cannot apply both a commit hash ({revision}) and a branch/tag name ('{name}') to input '{url}'");

    internal static FlakeException CannotSetRef(string url, string name) =>
        new($"don't know how to set branch/tag name of input '{url}' to '{name}'");

    internal static FlakeException CannotSetRevision(string url, string revision) =>
        new($"don't know how to set revision of input '{url}' to '{revision}'");

    internal static FlakeException RevisionWithoutRef(string url) =>
        new($"Git input '{url}' has a commit hash but no branch/tag name");

    static string? Swapped(string scheme) =>
        scheme.Split('+') is
        [
            ("http" or "https" or "file" or "ssh") and var transport,
            ("git" or "hg" or "tarball" or "file") and var application,
        ]
            ? $"{application}+{transport}"
            : null;
}
