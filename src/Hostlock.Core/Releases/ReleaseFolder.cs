using System.Text;
using Hostlock.Platform;

namespace Hostlock.Releases;

/// <summary>The releases of a fleet in a folder, which any web server can serve.</summary>
/// <param name="path">The folder, absolute.</param>
public sealed class ReleaseFolder(string path)
{
    /// <summary>Opens a folder that lies outside of the repository. A folder in the tree that is evaluated would always be one release
    /// behind.</summary>
    /// <param name="repository">The folder of the work tree, absolute.</param>
    /// <param name="path">The folder, absolute.</param>
    /// <exception cref="ReleaseException">It lies in the repository.</exception>
    public static ReleaseFolder Outside(string repository, string path)
    {
        var inner = Path.GetRelativePath(repository, path);
        return inner == ".." || inner.StartsWith("../", StringComparison.Ordinal)
            ? new(path)
            : throw ReleaseException.InRepository(path);
    }

    /// <summary>The number of the newest release; null if the folder has none.</summary>
    /// <exception cref="HostlockException">The file that says so cannot be read, or is no number.</exception>
    public ReleaseNumber? Newest =>
        RegularFile.TryRead(Path.Combine(path, ReleaseFiles.Latest), ReleaseFiles.MaximumLatest) is { } bytes
            ? ReleaseFiles.ReadLatest(bytes)
            : null;

    /// <summary>Reads a release.</summary>
    /// <param name="number">Its number.</param>
    /// <exception cref="HostlockException">It or its signature is not there, or cannot be read.</exception>
    public SignedRelease Read(ReleaseNumber number) => SignedRelease.Of(
        RegularFile.Read(Path.Combine(path, ReleaseFiles.NameOf(number)), ReleaseManifest.MaximumBytes),
        RegularFile.Read(Path.Combine(path, ReleaseFiles.SignatureOf(number)), SshSignature.MaximumBytes));

    /// <summary>Writes a release as the newest one. A reader meanwhile sees the one before, or this one whole.</summary>
    /// <param name="number">Its number.</param>
    /// <param name="release">The release.</param>
    /// <exception cref="PlatformException">A file cannot be written.</exception>
    public void Write(ReleaseNumber number, SignedRelease release)
    {
        AtomicFile.CreateFolder(path);
        AtomicFile.ReplaceAll(
        [
            (Path.Combine(path, ReleaseFiles.NameOf(number)), release.Bytes),
            (Path.Combine(path, ReleaseFiles.SignatureOf(number)), Encoding.ASCII.GetBytes(release.Signature.Armour())),
        ]);
        AtomicFile.Replace(Path.Combine(path, ReleaseFiles.Latest), ReleaseFiles.WriteLatest(number));
    }
}
