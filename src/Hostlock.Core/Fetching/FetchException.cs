using Hostlock.Flakes;

namespace Hostlock.Fetching;

/// <summary>What can go wrong on the way from a reference to a tree.</summary>
public sealed class FetchException : HostlockException
{
    FetchException(string message, Exception? inner = null)
        : base(message, inner)
    {
    }

    // Folders.
    internal static FetchException NoFolder(string path) => new($"path '{path}' does not exist");

    internal static FetchException UnsupportedFile(string path) =>
        new($"file '{path}' has an unsupported type") { Hint = "a tree can hold files, folders and links, no pipes, sockets or devices" };

    internal static FetchException CannotReadTree(string what, Exception why) =>
        new($"cannot read '{what}': {why.Message}", why) { IsOutside = true };

    // Archives.
    internal static FetchException BadArchive(string why) => new($"the archive cannot be unpacked: {why}");

    internal static FetchException ArchiveTooLarge(string what, long bound) =>
        new($"the archive is not unpacked: {what} exceeds {bound}") { Hint = "an archive this large is taken for a trap" };

    // What is not fetched here.
    internal static FetchException NotFetched(FlakeRef reference, string what) =>
        new($"hostlock does not fetch {what} ('{reference}')") { Hint = "it is kept, compared and promoted; to move it, use nix flake update" };

    // Checks of what came.
    internal static FetchException HashMismatch(FlakeRef reference, string expected, string got) =>
        new($"NAR hash mismatch in input '{reference}', expected '{expected}' but got '{got}'");

    internal static FetchException AttributeMismatch(FlakeRef reference, string name, string expected, string got) =>
        new($"'{name}' attribute mismatch in input '{reference}', expected {expected}, got {got}");

    // Registries.
    internal static FetchException NotInRegistries(string id) =>
        new($"cannot find flake '{id}' in the flake registries") { Hint = "declare its url in flake.nix" };

    internal static FetchException RegistryCycle(string id) => new($"cycle detected in flake registry for '{id}'");

    internal static FetchException RegistriesOff(string id) =>
        new($"'{id}' is an indirect flake reference, but registry lookups are not allowed") { Hint = "declare its url in flake.nix" };

    // HTTP.
    internal static FetchException Http(string url, int status, string? hint) =>
        new($"unable to download '{url}': HTTP error {status}") { IsOutside = true, Hint = hint };

    internal static FetchException Unreachable(string url, string why, Exception? inner = null) =>
        new($"unable to download '{url}': {why}", inner) { IsOutside = true };

    internal static FetchException BadAnswer(string url, string why) =>
        new($"'{url}' gave an answer that makes no sense: {why}") { IsOutside = true };

    internal static FetchException FileUrl(string url, string why) => new($"tarball '{url}' {why}");

    // Git.
    internal static FetchException GitFailed(string url, string what, string said) =>
        new($"git could not {what} '{url}'{(said.Length == 0 ? "" : $": {said}")}") { IsOutside = true, Hint = "try the same with git by hand" };

    internal static FetchException NoRepository(string url) => new($"Git repository '{url}' does not exist") { IsOutside = true };

    internal static FetchException NoSuchRef(string url, string name) =>
        new($"'{url}' has no branch or tag '{name}'") { IsOutside = true, Hint = "a tag is written refs/tags/NAME" };

    internal static FetchException NoSuchRevision(string url, string revision) =>
        new($"'{url}' has no commit '{revision}'") { IsOutside = true };

    internal static FetchException Shallow(string url) =>
        new($"'{url}' is a shallow Git repository, but shallow repositories are only allowed when 'shallow = true;' is specified");

    internal static FetchException SubmoduleMissing(string url, string path) =>
        new($"submodule '{path}' of '{url}' cannot be fetched") { IsOutside = true };

    internal static FetchException GitUrl(string url, string why) => new($"'{url}' is not fetched: {why}");

    internal static FetchException ExportIgnoreWithSubmodules() => new("exportIgnore and submodules are not supported together yet");
}
