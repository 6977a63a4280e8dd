using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Hostlock.Platform;

/// <summary>
/// A folder held for one run. The kernel lets go when the holder ends, however it ends, and no file is left behind.
/// </summary>
public sealed partial class FolderLock : IDisposable
{
    const int Exclusive = 2;
    const int WithoutWaiting = 4;
    const int Release = 8;

    readonly SafeFileHandle? _handle;

    FolderLock(SafeFileHandle? handle) => _handle = handle;

    /// <summary>Takes a folder; null where another has it.</summary>
    /// <exception cref="PlatformException">It cannot be opened.</exception>
    public static FolderLock? TryTake(string folder)
    {
        SafeFileHandle handle;
        try
        {
            handle = UnixFiles.OpenFolder(folder);
        }
        catch (Exception why) when (why is IOException or UnauthorizedAccessException)
        {
            throw PlatformException.CannotRead(folder, why);
        }
        if (Lock(handle, Exclusive | WithoutWaiting) == 0)
            return new(handle);
        var error = Marshal.GetLastPInvokeError();
        handle.Dispose();
        // A file system that knows no such locks (some network ones) leaves us without, as it leaves git.
        return error is 11 or 35 ? null : new FolderLock(null);
    }

    /// <summary>Lets others have the folder.</summary>
    public void Dispose()
    {
        if (_handle is null)
            return;
        // A program that is being started at this moment has a copy of the handle until it runs: closing ours would not be enough.
        if (!_handle.IsClosed)
            _ = Lock(_handle, Release);
        _handle.Dispose();
    }

    [LibraryImport("libSystem.Native", EntryPoint = "SystemNative_FLock", SetLastError = true)]
    private static partial int Lock(SafeFileHandle handle, int operation);
}
