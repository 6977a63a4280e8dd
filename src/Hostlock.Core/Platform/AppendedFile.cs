using Microsoft.Win32.SafeHandles;

namespace Hostlock.Platform;

/// <summary>A file of ours that is only ever appended to. Each append is on the disk before anything else happens.</summary>
public sealed class AppendedFile : IDisposable
{
    readonly SafeFileHandle _handle;
    readonly string _path;
    long _end;

    AppendedFile(SafeFileHandle handle, string path, long end) => (_handle, _path, _end) = (handle, path, end);

    /// <summary>Opens a file; a new one is made if it does not exist.</summary>
    /// <param name="path">The file. Its folder exists.</param>
    /// <param name="maximum">The most bytes that it may have.</param>
    /// <param name="contents">The contents of the file.</param>
    /// <exception cref="PlatformException">It is no regular file, is too large, or cannot be opened.</exception>
    public static AppendedFile Open(string path, long maximum, out byte[] contents)
    {
        contents = File.Exists(path) ? RegularFile.Read(path, maximum) : [];
        try
        {
            var isNew = contents.Length == 0;
            var handle = File.OpenHandle(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read);
            if (isNew)
                FlushFolder(path);
            return new(handle, path, contents.Length);
        }
        catch (Exception why) when (why is IOException or UnauthorizedAccessException)
        {
            throw PlatformException.CannotWrite(path, why);
        }
    }

    /// <summary>Cuts the file off at a place.</summary>
    /// <param name="end">The place, in bytes.</param>
    public void CutTo(long end)
    {
        if (end >= _end)
            return;
        RandomAccess.SetLength(_handle, end);
        _end = end;
    }

    /// <summary>Appends bytes, and waits until they are on the disk.</summary>
    /// <param name="bytes">The bytes.</param>
    /// <exception cref="PlatformException">The disk does not take them. Then nothing of them is left in the file.</exception>
    public void Append(ReadOnlySpan<byte> bytes)
    {
        try
        {
            RandomAccess.Write(_handle, bytes, _end);
            UnixFiles.Flush(_handle, _path);
            _end += bytes.Length;
        }
        catch (IOException why)
        {
            RandomAccess.SetLength(_handle, _end);
            throw PlatformException.CannotWrite(_path, why);
        }
    }

    /// <summary>Closes the file.</summary>
    public void Dispose() => _handle.Dispose();

    // Without this, a power cut may take the name of a new file away.
    static void FlushFolder(string path)
    {
        var folder = Path.GetDirectoryName(path)!;
        using var handle = UnixFiles.OpenFolder(folder);
        UnixFiles.Flush(handle, folder);
    }
}
