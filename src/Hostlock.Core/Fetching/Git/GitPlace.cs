using System.Text;
using Hostlock.Fetching.Git.Objects;
using Hostlock.Fetching.Git.WorkTrees;
using Hostlock.Flakes;
using Hostlock.Platform;

namespace Hostlock.Fetching.Git;

/// <summary>The place of a repository on disk, and HEAD as its own small files tell it, without starting git.</summary>
/// <param name="Folder">The git folder; for a linked work tree, that of the work tree.</param>
/// <param name="Common">The git folder with the objects and branches. It differs from the first for a linked work tree only.</param>
/// <param name="WorkTree">The folder of the work tree; null for a bare repository.</param>
/// <remarks>git's Documentation: gitrepository-layout(5), git-worktree(1).</remarks>
sealed record GitPlace(string Folder, string Common, string? WorkTree)
{
    const int MaximumText = 64 * 1024 * 1024;
    const int MostHops = 5;

    static readonly string[] OfWorkTrees = ["refs/bisect/", "refs/worktree/", "refs/rewritten/"];

    // The files that git opens before it does anything, and their largest sizes in bytes. A pipe or a device would make git wait for ever.
    static readonly (string Name, long Maximum)[] Opened =
    [
        ("HEAD", MaximumText), ("config", MaximumText), ("config.worktree", MaximumText), ("commondir", MaximumText),
        ("gitdir", MaximumText), ("index", long.MaxValue), ("packed-refs", 1L << 30), ("shallow", MaximumText),
        ("objects/info/alternates", MaximumText), ("info/attributes", GitRules.MaximumBytes), ("info/exclude", GitRules.MaximumBytes),
        ("info/grafts", MaximumText), ("info/sparse-checkout", GitRules.MaximumBytes),
    ];

    /// <summary>The folder of the objects.</summary>
    public string Objects => Path.Combine(Common, "objects");

    /// <summary>The folder of the work tree that a folder lies in, told from the names of files alone; null if it lies in none.</summary>
    /// <param name="folder">The folder.</param>
    public static string? WorkTreeAround(string folder)
    {
        for (var at = Path.GetFullPath(folder); at is not null; at = Path.GetDirectoryName(at))
        {
            if (Path.Exists(Path.Combine(at, ".git")))
                return at;
        }
        return null;
    }

    /// <summary>The repository in whose work tree a folder lies; null if it lies in none.</summary>
    /// <param name="folder">The folder.</param>
    /// <exception cref="PlatformException">This user may not read it.</exception>
    public static GitPlace? Around(string folder) => WorkTreeAround(folder) is { } root ? OfWorkTree(root) : null;

    /// <summary>The repository whose work tree a folder is; null if it is no work tree.</summary>
    /// <param name="folder">The folder.</param>
    /// <exception cref="PlatformException">This user may not read it.</exception>
    public static GitPlace? OfWorkTree(string folder)
    {
        var git = Path.Combine(folder, ".git");
        if (File.Exists(git))
        {
            // git writes a blank behind the colon, and libgit2 wants none.
            if (Line(git) is not { } line || !line.StartsWith("gitdir:", StringComparison.Ordinal))
            {
                RefuseDenied(git, git);
                return null;
            }
            git = Path.GetFullPath(line["gitdir:".Length..].TrimStart(), folder);
        }
        var common = Line(Path.Combine(git, "commondir")) is { Length: > 0 } elsewhere ? Path.GetFullPath(elsewhere, git) : git;
        if (IsRepository(git, common))
            return new(git, common, folder);
        RefuseDenied(git, Path.Combine(git, "HEAD"));
        return null;
    }

    // A repository that this user may not read is not said to be none.
    static void RefuseDenied(string git, string file)
    {
        try
        {
            if (UnixFiles.LookThrough(Encoding.UTF8.GetBytes(file)) is { Kind: UnixFiles.Kind.File })
                UnixFiles.OpenFile(Encoding.UTF8.GetBytes(file), out _).Dispose();
        }
        catch (UnauthorizedAccessException why)
        {
            throw PlatformException.CannotRead(git, why);
        }
    }

    /// <summary>The bare repository that a folder is; null if it is none.</summary>
    public static GitPlace? OfBare(string folder) => IsRepository(folder, folder) ? new(folder, folder, null) : null;

    /// <summary>The ref that HEAD points to, <c>refs/heads/main</c>; null if HEAD is detached or cannot be read.</summary>
    public string? Head =>
        Line(Path.Combine(Folder, "HEAD")) is { } line && line.StartsWith("ref: ", StringComparison.Ordinal)
            ? line["ref: ".Length..].Trim()
            : null;

    /// <summary>
    /// The command that is not finished, <c>merge</c> or <c>cherry-pick</c>; null if there is none. Until it is finished, git commits no
    /// single files.
    /// </summary>
    public string? UnfinishedMerge =>
        File.Exists(Path.Combine(Folder, "MERGE_HEAD")) ? "merge"
        : File.Exists(Path.Combine(Folder, "CHERRY_PICK_HEAD")) ? "cherry-pick"
        : null;

    /// <summary>The commit that HEAD is at; null if the files do not tell it, although git may know.</summary>
    public Revision? HeadCommit => Follow(Line(Path.Combine(Folder, "HEAD")));

    /// <summary>The object that a name stands for; null if the files do not tell it, although git may know.</summary>
    /// <param name="name">An id, <c>HEAD</c>, or the name of a ref, which may be short: <c>main</c>.</param>
    /// <remarks>git's Documentation: gitrevisions(7). What is no plain name is left to git.</remarks>
    public Revision? Named(string name)
    {
        if (Revision.TryParse(name) is { } id)
            return id;
        if (name == "HEAD")
            return HeadCommit;
        if (!HasFilesOfRefs || !name.ContainsOnly(letter => char.IsAsciiLetterOrDigit(letter) || letter is '.' or '_' or '/' or '-'))
            return null;
        if (name.StartsWith("refs/", StringComparison.Ordinal))
            return Follow($"ref: {name}");
        // git knows more short names, each for a place of its own.
        if (Path.Exists(Path.Combine(Folder, name)) || Path.Exists(Path.Combine(Common, name)) || !IsRefName($"refs/{name}"))
            return null;
        foreach (var prefix in (ReadOnlySpan<string>)["refs/", "refs/tags/", "refs/heads/"])
        {
            if (RefText($"{prefix}{name}") is { } text)
                return Follow(text);
            // A ref that cannot be read still comes before the next.
            if (IsFile(FileOf($"{prefix}{name}")))
                return null;
        }
        return null;
    }

    // The id at the end of refs that name other refs.
    Revision? Follow(string? text)
    {
        for (var hops = 0; hops < MostHops && text is not null; hops++)
        {
            if (!text.StartsWith("ref: ", StringComparison.Ordinal))
                return Revision.TryParse(text);
            var name = text["ref: ".Length..].Trim();
            if (!IsRefName(name))
                return null;
            text = RefText(name);
        }
        return null;
    }

    static bool IsRefName(string name) =>
        name.StartsWith("refs/", StringComparison.Ordinal) && !name.Split('/').Any(step => step is "" or "." or "..");

    /// <summary>True if its refs are files that can be read without git, and not in another format of git's own.</summary>
    public bool HasFilesOfRefs => !Directory.Exists(Path.Combine(Common, "reftable"));

    /// <summary>The text of a ref, which is the id of an object or the name of another ref; null if no file has it, or the file cannot be
    /// read.</summary>
    /// <param name="name">The name, <c>refs/heads/main</c>, which leads out of no folder.</param>
    /// <exception cref="PlatformException">A pipe or a device is in the place of the file.</exception>
    public string? RefText(string name)
    {
        var file = FileOf(name);
        return KindOf(file) switch
        {
            // git leaves empty folders in the places of refs that were packed.
            null or UnixFiles.Kind.Folder => Packed(name),
            UnixFiles.Kind.File or UnixFiles.Kind.Link => Line(file),
            _ => throw PlatformException.NotAFile(file),
        };
    }

    /// <summary>True if a ref exists, wherever it leads.</summary>
    /// <param name="name">As for <see cref="RefText"/>.</param>
    public bool HasRef(string name) => IsFile(FileOf(name)) || Packed(name) is not null;

    // A linked work tree has some refs of its own (git-worktree(1)).
    string FileOf(string name) =>
        Path.Combine(OfWorkTrees.Any(own => name.StartsWith(own, StringComparison.Ordinal)) ? Folder : Common, name);

    static bool IsFile(string path) => KindOf(path) is not (null or UnixFiles.Kind.Folder);

    // Null if nothing is there. A link that leads nowhere is a link, and what cannot be looked at may be a file.
    static UnixFiles.Kind? KindOf(string path)
    {
        var bytes = Encoding.UTF8.GetBytes(path);
        try
        {
            return (UnixFiles.LookThrough(bytes) ?? UnixFiles.Look(bytes))?.Kind;
        }
        catch (Exception why) when (why is IOException or UnauthorizedAccessException)
        {
            return UnixFiles.Kind.File;
        }
    }

    /// <summary>True if the repository belongs to this user, as git judges it: its files, its git folder, and the file that leads to the
    /// folder.</summary>
    /// <remarks>git 2.39, setup.c, ensure_valid_ownership.</remarks>
    public bool IsOurs => new[] { WorkTree, WorkTree is null ? null : Path.Combine(WorkTree, ".git"), Folder }
        .OfType<string>()
        .All(path => UnixFiles.Look(Encoding.UTF8.GetBytes(path)) is { } status && status.Owner == UnixFiles.User);

    /// <summary>Refuses a repository in which git would read something other than a file, or a file without an end.</summary>
    /// <exception cref="PlatformException">A file of the repository is a pipe, a device or a folder, or is too large.</exception>
    public void RefuseOddFiles()
    {
        RefuseOddFilesIn(Folder);
        if (Common != Folder)
            RefuseOddFilesIn(Common);
        foreach (var file in PackFolder.FilesIn(Objects))
            RegularFile.Refuse(file, long.MaxValue);
    }

    void RefuseOddFilesIn(string folder)
    {
        foreach (var (name, maximum) in Opened)
            RegularFile.Refuse(Path.Combine(folder, name), maximum);
        if (Head is { } head && !head.Split('/').Contains(".."))
            RegularFile.Refuse(Path.Combine(folder, head), MaximumText);
    }

    /// <summary>Tells whether a folder is that of the files, by whatever path.</summary>
    public bool IsWorkTree(string folder) =>
        folder == WorkTree || (Look(folder) is { } there && there == Look(WorkTree!));

    /// <summary>The text of a file of the repository; null if it does not exist or is far too large.</summary>
    public static string? Text(string path) => RegularFile.TextIfReadable(path, MaximumText); // git will report the reason

    // The state of the .git of a folder, which no other has at the same time.
    static UnixFiles.Status? Look(string folder) => UnixFiles.Look(Encoding.UTF8.GetBytes(Path.Combine(folder, ".git")));

    static string? Line(string path) => Text(path)?.TrimEnd('\n', '\r');

    string? Packed(string name)
    {
        // The name of a branch may have the other characters at which .NET ends a line.
        var packed = Text(Path.Combine(Common, "packed-refs")).AsSpan();
        foreach (var range in packed.Split('\n'))
        {
            var line = packed[range];
            if (line.Length == 41 + name.Length && line[40] == ' ' && line[41..].SequenceEqual(name))
                return line[..40].ToString();
        }
        return null;
    }

    static bool IsRepository(string folder, string common) =>
        File.Exists(Path.Combine(folder, "HEAD"))
            && Directory.Exists(Path.Combine(common, "objects"))
            && Directory.Exists(Path.Combine(common, "refs"));
}
