namespace Hostlock.Fleets;

/// <summary>One lock of a fleet: whose it is, where it lies, and which flake it is the lock of.</summary>
public sealed record LockPlace
{
    LockPlace(IReadOnlyList<LockOwner> sharers, string fullPath, string relativePath) =>
        (Sharers, FullPath, RelativePath) = (sharers, fullPath, relativePath);

    /// <summary>The first of those whose lock it is.</summary>
    public LockOwner Owner => Sharers[0];

    /// <summary>The word that names the lock on the command line.</summary>
    public string Name => Owner.ToString();

    /// <summary>All whose lock it is; several hosts may share one, and the root may share its own with hosts.</summary>
    public IReadOnlyList<LockOwner> Sharers { get; }

    /// <summary>The absolute path of the file.</summary>
    public string FullPath { get; }

    /// <summary>The path as the user knows it: relative to the flake, or as it was written if the lock is of no fleet.</summary>
    public string RelativePath { get; }

    /// <summary>The folder of the declarations, relative to the flake; empty for its own folder.</summary>
    public string FlakeFolder { get; init; } = "";

    /// <summary>The name of the file that declares the inputs.</summary>
    public string FlakeFile { get; init; } = FleetFolder.FlakeFile;

    /// <summary>References of this host's own, by input, in place of those declared for all.</summary>
    public NameMap<string> References { get; init; } = NameMap<string>.Empty;

    /// <summary>The inputs that must not move.</summary>
    public NameMap<Freeze> Frozen { get; init; } = NameMap<Freeze>.Empty;

    /// <summary>A lock of a fleet.</summary>
    /// <param name="flake">The folder of the flake, absolute.</param>
    /// <param name="relativePath">The path of the lock, relative to it.</param>
    /// <param name="sharers">All whose lock it is, at least one.</param>
    public static LockPlace Of(string flake, string relativePath, IReadOnlyList<LockOwner> sharers) =>
        new(sharers, Path.Combine(flake, relativePath), relativePath);

    /// <summary>A lock file that may be of no fleet, by the word for it.</summary>
    /// <param name="word">The path as the user wrote it.</param>
    /// <param name="file">The absolute path.</param>
    public static LockPlace OfFile(string word, string file) => new([new LockOwner.File(word)], file, word);
}
