using Hostlock.Flakes;

namespace Hostlock.Fleets;

/// <summary>The place of one lock of a fleet: the hosts that use it, its path, and the flake that it locks.</summary>
public sealed record LockPlace
{
    LockPlace(IReadOnlyList<LockOwner> sharers, string fullPath, string relativePath) =>
        (Sharers, FullPath, RelativePath) = (sharers, fullPath, relativePath);

    /// <summary>The first of those that use the lock.</summary>
    public LockOwner Owner => Sharers[0];

    /// <summary>The word that names the lock on the command line.</summary>
    public string Name => Owner.ToString();

    /// <summary>All that use the lock. Several hosts may share one, and the root may share its lock with hosts.</summary>
    public IReadOnlyList<LockOwner> Sharers { get; }

    /// <summary>The absolute path of the file.</summary>
    public string FullPath { get; }

    /// <summary>The path that the user knows: relative to the flake, or as it was written if the lock belongs to no fleet.</summary>
    public string RelativePath { get; }

    /// <summary>The folder of the declarations, relative to the flake; empty for its own folder.</summary>
    public string FlakeFolder { get; init; } = "";

    /// <summary>The name of the file that declares the inputs.</summary>
    public string FlakeFile { get; init; } = FleetFolder.FlakeFile;

    /// <summary>The path of that file, relative to the flake.</summary>
    public string DeclaredIn => FlakeFolder.Length == 0 ? FlakeFile : $"{FlakeFolder}/{FlakeFile}";

    /// <summary>The references that the host tracks for itself, by input, in place of the declared ones.</summary>
    public NameMap<string> References { get; init; } = NameMap<string>.Empty;

    /// <summary>The inputs that must not move.</summary>
    public NameMap<Freeze> Frozen { get; init; } = NameMap<Freeze>.Empty;

    /// <summary>True if an input must not move: it is frozen, or lies beneath one that is.</summary>
    public bool Freezes(InputPath path) => Frozen.ContainsKey(path.Names[0]);

    /// <summary>A lock of a fleet.</summary>
    /// <param name="flake">The folder of the flake, absolute.</param>
    /// <param name="relativePath">The path of the lock, relative to the flake.</param>
    /// <param name="sharers">All that use the lock, at least one.</param>
    public static LockPlace Of(string flake, string relativePath, IReadOnlyList<LockOwner> sharers) =>
        new(sharers, Path.Combine(flake, relativePath), relativePath);

    /// <summary>A lock file that need not belong to a fleet.</summary>
    /// <param name="word">The path as the user wrote it.</param>
    /// <param name="file">The absolute path.</param>
    public static LockPlace OfFile(string word, string file) => new([new LockOwner.File(word)], file, word);
}
