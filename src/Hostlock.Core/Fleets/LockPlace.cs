namespace Hostlock.Fleets;

/// <summary>One lock of a fleet: whose it is, where it lies, and which flake it is the lock of.</summary>
/// <param name="Name">A host's name, or <c>root</c>.</param>
/// <param name="Sharers">All whose lock it is; several hosts may share one. <paramref name="Name"/> is the first of them.</param>
/// <param name="File">The path of the file.</param>
/// <param name="Shown">The path as the user knows it, relative to the flake.</param>
/// <param name="FlakeFolder">The folder of the declarations, relative to the flake; empty for its own folder.</param>
/// <param name="FlakeFile">The name of the file that declares the inputs.</param>
/// <param name="References">References of this host's own, by input, in place of those declared for all.</param>
/// <param name="Frozen">The inputs that must not move.</param>
public sealed record LockPlace(
    string Name,
    IReadOnlyList<string> Sharers,
    string File,
    string Shown,
    string FlakeFolder,
    string FlakeFile,
    NameMap<string> References,
    NameMap<Freeze> Frozen)
{
    /// <summary>A lock file that may be of no fleet, by the word for it.</summary>
    /// <param name="word">The path as the user wrote it.</param>
    /// <param name="file">The absolute path.</param>
    public static LockPlace OfFile(string word, string file) =>
        new(word, [word], file, word, "", FleetFolder.FlakeFile, NameMap<string>.Empty, NameMap<Freeze>.Empty);
}
