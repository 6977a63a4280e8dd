using Hostlock.Flakes;
using Hostlock.Flakes.Schemes;
using Hostlock.Locks;
using Hostlock.Platform;

namespace Hostlock.Fetching;

/// <summary>The errors of fetching: anything that stops a reference from becoming a tree.</summary>
public sealed class FetchException : HostlockException
{
    FetchException(Sentence message, Exception? inner = null)
        : base(message.ToString(), inner)
    {
    }

    /// <summary>True if a tree can be fetched, and is not the one that was locked.</summary>
    public bool IsOtherTree { get; init; }

    // Folders.
    internal static FetchException NoFolder(string path) => new($"path '{path}' does not exist") { IsOutside = true, IsUnanswered = true };

    internal static FetchException UnsupportedFile(string path) =>
        new($"file '{path}' has an unsupported type") { Hint = "a tree holds files, folders and links, but no pipes, sockets or devices" };

    internal static FetchException CannotReadTree(string what, Exception why) =>
        new($"cannot read '{what}': {why.Message}", why) { IsOutside = true };

    // Archives.
    internal static FetchException BadArchive(string why) => new($"the archive cannot be unpacked: {why}") { IsOutside = true };

    internal static FetchException ArchiveTooLarge(string what, long bound) =>
        new($"the archive is not unpacked: {what} exceeds {bound}") { Hint = "an archive this large is taken for a trap" };

    internal static FetchException TooManyBytes(string url, long bound) =>
        new($"'{url}' is not read: it has more than {bound} bytes")
        {
            IsOutside = true,
            Hint = "a download this large is taken for a trap",
        };

    // References that hostlock does not fetch.
    internal static FetchException NotFetched(FlakeRef reference, string what) =>
        new($"hostlock does not fetch {what} ('{reference}')")
        {
            Hint = "hostlock keeps, compares and promotes such an input; 'nix flake update' moves it",
        };

    // Checks of a fetched tree.
    internal static FetchException HashMismatch(FlakeRef reference, string expected, string got) =>
        new($"NAR hash mismatch in input '{reference}', expected '{expected}' but got '{got}'")
        {
            IsOutside = true,
            IsOtherTree = true,
            Hint = "the tree there has changed since it was locked; update the input to lock it as it is now",
        };

    internal static FetchException AttributeMismatch(FlakeRef reference, string name, string expected, string got) =>
        new($"'{name}' attribute mismatch in input '{reference}', expected {expected}, got {got}") { IsOtherTree = true };

    internal static FetchException NoAges(FlakeRef reference) =>
        new($"'{reference}' has no dates to choose a revision by") { Hint = $"min-age is for {InputSchemes.WithHistory()}" };

    internal static FetchException NothingSoOld(string url, DateTimeOffset time) =>
        new($"'{url}' has no commit from {time.UtcDateTime:yyyy-MM-dd} or before")
        {
            Hint = "lower min-age",
        };

    internal static FetchException NoHistory(FlakeRef reference) =>
        new($"'{reference}' has no history to look through") { Hint = $"revisions are those of {InputSchemes.WithHistory()}" };

    internal static FetchException NotAnAncestor(string url, Revision earlier, Revision later) =>
        new($"in '{url}', {later.Shortened} does not descend from {earlier.Shortened}")
        {
            Hint = "the branch was rewritten, or the two are on different branches",
        };

    // Registries.
    // A declared input is looked up only in the global registry; any other word was typed.
    internal static FetchException NotInRegistries(string id, RegistryScope scope, string? oddity = null) =>
        new($"cannot find flake '{id}' in the flake registries")
        {
            Hint = oddity ?? (scope == RegistryScope.Limited
                ? "declare its url in flake.nix"
                : "name a file or a folder that exists, or a reference such as github:owner/repo"),
        };

    internal static FetchException RegistryCycle(string id) => new($"cycle detected in flake registry for '{id}'");

    internal static FetchException RegistriesOff(string id) =>
        new($"'{id}' is an indirect flake reference, but registry lookups are not allowed") { Hint = "declare its url in flake.nix" };

    // HTTP.
    internal static FetchException Http(string url, int status, string? hint) =>
        new($"unable to download '{url}': HTTP error {status}") { IsOutside = true, IsUnanswered = true, Hint = hint };

    internal static FetchException Unreachable(string url, string why, Exception? inner = null) =>
        new($"unable to download '{url}': {why}", inner) { IsOutside = true, IsUnanswered = true };

    internal static FetchException Offline(string url) =>
        new($"'{url}' has to be asked, and --offline asks nobody") { IsOutside = true, IsUnanswered = true, Hint = "leave out --offline" };

    internal static FetchException NoHost(string url) => new($"'{url}' names no server")
    {
        Hint = "the name of a server has letters, digits, '-' and '.', and its port is below 65536",
    };

    internal static FetchException BadAnswer(string url, string why) =>
        new($"'{url}' gave an answer that makes no sense: {why}") { IsOutside = true };

    internal static Warning StillCached(FetchException why) => new($"{why.Message:lines}; using cached version");

    internal static FetchException FileUrl(string url, string why) => new($"tarball '{url}' {why}");

    internal static FetchException NoFile(string url) => new($"tarball '{url}' does not exist") { IsOutside = true, IsUnanswered = true };

    // Git.
    internal static FetchException GitFailed(string url, string what, string said)
    {
        // What ssh is denied has more words behind it.
        var isDenied = said.Split('\n').Any(line => line.EndsWith(": Permission denied", StringComparison.Ordinal));
        return new($"git could not {what} '{url}'{Said(said):lines}")
        {
            IsOutside = true,
            IsUnread = isDenied,
            Hint = isDenied ? PlatformException.MayNotRead : "try the same with git by hand",
        };
    }

    internal static FetchException GitUnreachable(string url, string said) =>
        new($"Git repository '{url}' cannot be reached{Said(said):lines}")
        {
            IsOutside = true,
            IsUnanswered = true,
            // A command with '***' in it would not work.
            Hint = HintFor(said)
                ?? (Visible.WithoutSecrets(url) == url ? $"try git ls-remote {ShellWord.Quote(url)}" : "try the same with git by hand"),
        };

    internal static FetchException GitFetchFailed(string url, string what, string said) =>
        said.Contains("couldn't find remote ref", StringComparison.Ordinal) ? NoSuchRef(url, what)
        : said.Contains("not our ref", StringComparison.Ordinal)
            || said.Contains("unadvertised object", StringComparison.Ordinal) ? NoSuchRevision(url, what)
        : new($"Git repository '{url}' cannot be fetched{Said(said):lines}")
        {
            IsOutside = true,
            IsUnanswered = true,
            Hint = HintFor(said) ?? "try the same with git by hand",
        };

    internal static Warning StillCopied(string url, FetchException why) =>
        new($"could not update local clone of Git repository '{url}'; continuing with the most recent version ({OnOneLine(why.Message)})");

    internal static FetchException NotTrusted(string url, string folder, string said) =>
        !said.Contains("safe.directory", StringComparison.Ordinal) && !said.Contains("ownership", StringComparison.Ordinal)
            ? GitFailed(url, "open", said)
            : new($"'{url}' belongs to another user, whose settings could run programs, so git does not open it")
            {
                Hint = $"if you trust that user: git config --global --add safe.directory {ShellWord.Quote(folder)}",
            };

    internal static FetchException NoRepository(string url) => new($"Git repository '{url}' does not exist") { IsOutside = true };

    internal static FetchException NotARepository(string url) =>
        new($"'{url}' is no Git repository") { IsOutside = true, Hint = "name the root of a work tree, or a bare repository" };

    internal static FetchException UnsupportedVersion(string url, string version) =>
        new($"'{url}' is a Git repository of version {version}, and Nix reads versions 0 and 1");

    internal static FetchException UnsupportedExtension(string url, string extension) =>
        new($"'{url}' is a Git repository with the extension '{extension}', which Nix does not read")
        {
            Hint = extension == "refstorage" ? "git refs migrate --ref-format=files makes it readable (git 2.46 and later)" : null,
        };

    internal static FetchException BareWithFiles(string url) =>
        new($"'{url}' is declared bare (core.bare = true), so its files are not read")
        {
            Hint = "name a branch of it with ?ref=, or run git config core.bare false in it",
        };

    internal static FetchException WorkTreeElsewhere(string url, string path) =>
        new($"the files of '{url}' are said to lie elsewhere (core.worktree = {path})")
        {
            Hint = "name that folder, or a branch with ?ref=",
        };

    internal static FetchException NoSuchRef(string url, string name) =>
        new($"'{url}' has no branch or tag '{name}'")
        {
            IsOutside = true,
            Hint = Revision.IsBeginning(name)
                ? "a revision is written whole here: 40 hexadecimal digits"
                : "a tag is written refs/tags/NAME",
        };

    internal static FetchException NoSuchRevision(string url, string revision) =>
        new($"'{url}' has no commit '{revision}'")
        {
            IsOutside = true,
            Hint = "was it pushed? some servers give a commit only with allRefs=1, or through a ref that leads to it",
        };

    internal static FetchException NotARevision(string revision) =>
        new($"'{revision}' is no revision") { Hint = "a revision has forty hexadecimal digits" };

    internal static FetchException UnknownObjectFormat(string url) =>
        new($"the objects of '{url}' are not named by SHA-1") { Hint = "Nix does not read repositories with SHA-256 objects either" };

    internal static FetchException BadObject(string url, string id) =>
        new($"object '{id}' of '{url}' is missing or damaged") { IsOutside = true, Hint = "'git fsck' in that repository says more" };

    /// <summary>An object of git is larger than what is read.</summary>
    /// <param name="shown">The name of the object.</param>
    /// <param name="bytes">Its size.</param>
    /// <param name="bound">The most bytes that are read.</param>
    internal static FetchException ObjectTooLarge(string shown, long bytes, long bound) =>
        new($"{shown} is too large: {bytes} bytes, at most {bound} are read");

    internal static FetchException BadIndex(string path) => new($"the index '{path}' is damaged")
    {
        IsOutside = true,
        Hint = "'git read-tree HEAD' makes a new one",
    };

    internal static FetchException UnreadableIndex(string url) =>
        new($"the index of '{url}' is split, sparse or of a newer version")
        {
            Hint = "Nix does not read it either; run 'git update-index --no-split-index' or 'git sparse-checkout disable'",
        };

    internal static FetchException TooManyFiles(string url, int bound) => new($"'{url}' holds more than {bound} files")
    {
        Hint = "a tree this large is taken for a trap",
    };

    internal static FetchException NoTemporaryFile(string folder, Exception why) =>
        new($"cannot make a temporary file in '{folder}': {why.Message}", why) { IsOutside = true };

    internal static FetchException CannotKeepCopy(string path, Exception why) =>
        new($"cannot keep a copy of a repository in '{path}': {why.Message}", why)
        {
            IsOutside = true,
        };

    internal static FetchException Shallow(string url) =>
        new($"'{url}' is a shallow Git repository, but shallow repositories are only allowed when 'shallow = true;' is specified")
        {
            Hint = "'git fetch --unshallow' fetches the rest",
        };

    internal static FetchException SubmoduleMissing(string url, string path) =>
        new($"submodule '{path}' of '{url}' is not checked out") { IsOutside = true, Hint = "'git submodule update --init' checks it out" };

    internal static FetchException SubmoduleUrl(string path, string url) =>
        new($"submodule '{path}' has the address '{url}', which cannot be resolved")
        {
            Hint = "Nix does not resolve a relative address against a file:// one; clone the superproject by its path, or give the "
                + "submodule a full address",
        };

    internal static FetchException SubmodulesTooDeep(string url, int bound) =>
        new($"the submodules of '{url}' are nested deeper than {bound}");

    internal static FetchException GitUrl(string url, string why) => new($"'{url}' is not fetched: {why}");

    internal static FetchException ExportIgnoreWithSubmodules() => new("exportIgnore and submodules are not supported together yet");

    static string Said(string said) => said.Length == 0 ? "" : $": {said.TrimEnd('.')}";

    static string OnOneLine(string text) => text.ReplaceLineEndings(" ");

    static readonly string[] NotLetIn =
        [
            "Authentication failed",
            "could not read Username",
            "could not read Password",
            "Permission denied",
            "HTTP Basic",
            "error: 403",
            "error: 401",
        ];

    static string? HintFor(string said) =>
        NotLetIn.Any(word => said.Contains(word, StringComparison.OrdinalIgnoreCase))
            ? "git asked for credentials and was not let in; see git help credentials and ssh-add"
            : said.Contains("Host key verification failed", StringComparison.Ordinal)
                ? "ssh does not know the host; connect to it once by hand"
                : null;
}
