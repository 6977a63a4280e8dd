using System.Text;
using Hostlock.Platform;

namespace Hostlock.Fetching;

/// <summary>
/// The folder of the files that hostlock keeps between runs. git reads settings there, so it is this user's alone: nobody else may own it,
/// write to it, or replace it.
/// </summary>
public sealed class CacheFolder : IDisposable
{
    const UnixFileMode OwnersOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    readonly bool _isTemporary;

    CacheFolder(string path, bool isTemporary) => (Path, _isTemporary) = (path, isTemporary);

    /// <summary>Its path, absolute.</summary>
    public string Path { get; }

    /// <summary>The reason why nothing is kept after this run; null if it is kept.</summary>
    public string? Loss { get; private init; }

    /// <summary>
    /// Opens the folder, and makes it if it does not exist. If it cannot be made, or if there is no place for it, a temporary folder stands
    /// in for it in this run. If that cannot be made either, commands that need no file go on.
    /// </summary>
    /// <param name="path">The folder, absolute; null if this user has no place for it.</param>
    /// <exception cref="PlatformException">The folder is not this user's alone; or no folder can be made at all.</exception>
    public static CacheFolder Open(string? path)
    {
        if (path is null)
            return Temporary("neither XDG_CACHE_HOME nor a home folder says where");
        try
        {
            // The folder above is made in the same way, because nobody else needs it either.
            Directory.CreateDirectory(System.IO.Path.GetDirectoryName(path)!, OwnersOnly);
            Directory.CreateDirectory(path, OwnersOnly);
            var real = RealPath.Of(path);
            Check(real);
            return new(real, false);
        }
        catch (Exception why) when (why is IOException or UnauthorizedAccessException)
        {
            return TryTemporary(why.Message) ?? new(path, false) { Loss = why.Message };
        }
    }

    /// <summary>Finds the folder for a command that can do without it, and makes nothing.</summary>
    /// <param name="path">The folder, absolute; null if this user has no place for it.</param>
    /// <returns>Its path; null if it does not exist, or is not this user's alone.</returns>
    public static string? Find(string? path)
    {
        if (!Directory.Exists(path))
            return null;
        try
        {
            var real = RealPath.Of(path);
            Check(real);
            return real;
        }
        catch (Exception why) when (why is IOException or UnauthorizedAccessException or PlatformException)
        {
            return null;
        }
    }

    /// <summary>Makes an empty folder that lasts as long as this run.</summary>
    /// <param name="loss">The reason why nothing is kept; null if that is intended.</param>
    /// <exception cref="PlatformException">It cannot be made.</exception>
    public static CacheFolder Temporary(string? loss = null)
    {
        try
        {
            return new(Directory.CreateTempSubdirectory("hostlock-").FullName, true) { Loss = loss };
        }
        catch (Exception why) when (why is IOException or UnauthorizedAccessException)
        {
            throw PlatformException.NoTemporaryFolder(why);
        }
    }

    static CacheFolder? TryTemporary(string loss)
    {
        try
        {
            return Temporary(loss);
        }
        catch (PlatformException)
        {
            return null;
        }
    }

    /// <summary>Deletes a temporary folder; any other stays.</summary>
    public void Dispose()
    {
        if (!_isTemporary)
            return;
        try
        {
            Directory.Delete(Path, recursive: true);
        }
        catch (Exception why) when (why is IOException or UnauthorizedAccessException)
        {
            // The temporary folder may have leftovers anyway.
        }
    }

    static void Check(string folder)
    {
        if (StatusOf(folder) is not { } own || own.Owner != UnixFiles.User)
            throw PlatformException.ForeignFolder(folder, "it belongs to another user");
        if (MayWrite(own, UnixFileMode.GroupWrite | UnixFileMode.OtherWrite))
            throw PlatformException.ForeignFolder(folder, "others may write to it");
        // The owner of a folder above, or anybody who may write there, could put another folder in its place. In a namespace that does not
        // know root, root's folders belong to the owner of '/'.
        var root = StatusOf("/")?.Owner;
        for (var at = System.IO.Path.GetDirectoryName(folder); at is not null; at = System.IO.Path.GetDirectoryName(at))
        {
            if (StatusOf(at) is not { } above || (above.Owner != UnixFiles.User && above.Owner != 0 && above.Owner != root))
                throw PlatformException.ForeignFolder(folder, $"'{at}' belongs to another user");
            if (MayWrite(above, UnixFileMode.OtherWrite) && (above.Permissions & UnixFileMode.StickyBit) == 0)
                throw PlatformException.ForeignFolder(folder, $"everybody may write to '{at}'");
        }
        if (own.Permissions != OwnersOnly)
            File.SetUnixFileMode(folder, OwnersOnly);
    }

    static bool MayWrite(UnixFiles.Status status, UnixFileMode others) => (status.Permissions & others) != 0;

    static UnixFiles.Status? StatusOf(string folder) =>
        UnixFiles.Look(Encoding.UTF8.GetBytes(folder)) is { Kind: UnixFiles.Kind.Folder } status ? status : null;
}
