using System.Text;

namespace Hostlock.Platform;

/// <summary>
/// Copies files, folders and links by the bytes of their names, into a folder of ours. Links stay links. Pipes, sockets and devices are
/// left out.
/// </summary>
/// <param name="target">The folder that gets the copies, absolute. Files that it has already stay.</param>
public sealed class FolderCopy(string target)
{
    readonly Dictionary<string, bool> _made = new(StringComparer.Ordinal);
    readonly byte[] _target = Encoding.UTF8.GetBytes(target);

    /// <summary>Makes an empty folder for copies, which only this user can enter. A folder in its place is deleted.</summary>
    /// <exception cref="PlatformException">It cannot be made.</exception>
    public static FolderCopy Into(string target)
    {
        Remove(target);
        AtomicFile.CreateFolder(Path.GetDirectoryName(target)!);
        try
        {
            Directory.CreateDirectory(target, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
        catch (Exception why) when (why is IOException or UnauthorizedAccessException)
        {
            throw PlatformException.CannotMakeFolder(target, why);
        }
        return new(target);
    }

    /// <summary>Deletes a folder with all in it, if it exists.</summary>
    /// <exception cref="PlatformException">It cannot be deleted.</exception>
    public static void Remove(string folder)
    {
        try
        {
            UnixFiles.Remove(Encoding.UTF8.GetBytes(folder));
        }
        catch (Exception why) when (why is IOException or UnauthorizedAccessException)
        {
            throw PlatformException.CannotDeleteAll(folder, why);
        }
    }

    /// <summary>
    /// Copies the file or folder at a path of a folder to the same path of the target. Nothing is copied if nothing is there, or if a link
    /// of the target is in the way.
    /// </summary>
    /// <param name="source">The folder, absolute.</param>
    /// <param name="path">The path in both folders, as bytes; empty for all that is in the folder.</param>
    /// <param name="isLeftOut">Tells of a path in the folder whether it is left out, with all beneath it.</param>
    /// <exception cref="PlatformException">It cannot be read or written.</exception>
    public void Add(string source, ReadOnlySpan<byte> path, Func<ReadOnlyMemory<byte>, bool>? isLeftOut = null)
    {
        try
        {
            if (path.LastIndexOf((byte)'/') is > 0 and var slash && !MakeFolders(path[..slash]))
                return;
            Copy(Encoding.UTF8.GetBytes(source), path.ToArray(), isLeftOut);
        }
        catch (Exception why) when (why is IOException or UnauthorizedAccessException)
        {
            throw PlatformException.CannotCopy(source, why);
        }
    }

    void Copy(byte[] source, byte[] path, Func<ReadOnlyMemory<byte>, bool>? isLeftOut)
    {
        if (isLeftOut?.Invoke(path) == true || UnixFiles.Look(Join(source, path)) is not { } status)
            return;
        var (from, to) = (Join(source, path), Join(_target, path));
        switch (status.Kind)
        {
            case UnixFiles.Kind.Folder:
                if (!MakeFolder(path))
                    break;
                foreach (var name in UnixFiles.Names(from))
                    Copy(source, Join(path, name), isLeftOut);
                break;
            case UnixFiles.Kind.Link when UnixFiles.Look(to) is null:
                UnixFiles.MakeLink(to, UnixFiles.ReadLink(from));
                break;
            case UnixFiles.Kind.File when UnixFiles.Look(to) is null:
                UnixFiles.Copy(from, to);
                break;
            default:
                break;
        }
    }

    // False if something else is in the way: a list of files that somebody made up may have a file beneath a link, which leads anywhere.
    bool MakeFolders(ReadOnlySpan<byte> path)
    {
        // Latin-1 keeps every byte apart.
        var name = Encoding.Latin1.GetString(path);
        if (_made.TryGetValue(name, out var isMade))
            return isMade;
        return _made[name] = (path.LastIndexOf((byte)'/') is not (> 0 and var slash) || MakeFolders(path[..slash])) && MakeFolder(path);
    }

    bool MakeFolder(ReadOnlySpan<byte> path)
    {
        UnixFiles.MakeFolder(Join(_target, path));
        return UnixFiles.Look(Join(_target, path)) is { Kind: UnixFiles.Kind.Folder };
    }

    static byte[] Join(ReadOnlySpan<byte> folder, ReadOnlySpan<byte> name) =>
        name.IsEmpty ? folder.ToArray() : folder.IsEmpty ? name.ToArray() : [.. folder, (byte)'/', .. name];
}
