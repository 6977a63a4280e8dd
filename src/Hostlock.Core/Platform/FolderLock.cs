using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Hostlock.Platform;

/// <summary>
/// A folder that one run holds. The kernel releases the folder when the run ends, however it ends, and no file is left behind.
/// </summary>
public sealed partial class FolderLock : IDisposable
{
    const int Exclusive = 2;
    const int WithoutWaiting = 4;
    const int Release = 8;

    // About two seconds together: a busy machine may let a new process wait as long.
    static ReadOnlySpan<int> Pauses => [5, 10, 20, 40, 80, 160, 320, 640, 800];

    readonly SafeFileHandle? _handle;

    FolderLock(SafeFileHandle? handle) => _handle = handle;

    /// <summary>
    /// Takes a folder; null if another run holds it for two seconds. A run that was killed just when it started a program holds its folders
    /// until that program runs.
    /// </summary>
    /// <param name="folder">The folder.</param>
    /// <exception cref="PlatformException">The folder cannot be opened.</exception>
    public static FolderLock? TryTake(string folder)
    {
        var taken = TryTakeNow(folder);
        for (var i = 0; taken is null && i < Pauses.Length; i++)
        {
            Thread.Sleep(Pauses[i]);
            taken = TryTakeNow(folder);
        }
        return taken;
    }

    /// <summary>Takes a folder; null if another run holds it at this moment.</summary>
    /// <param name="folder">The folder.</param>
    /// <exception cref="PlatformException">The folder cannot be opened.</exception>
    public static FolderLock? TryTakeNow(string folder)
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
        // Some network file systems know no such locks; the run then goes on without one, as git does.
        return error is 11 or 35 ? null : new FolderLock(null);
    }

    /// <summary>Lets others have the folder.</summary>
    public void Dispose()
    {
        if (_handle is null)
            return;
        // A program that is being started at this moment has a copy of the handle until it runs, so closing ours is not enough.
        if (!_handle.IsClosed)
            _ = Lock(_handle, Release);
        _handle.Dispose();
    }

    [LibraryImport("libSystem.Native", EntryPoint = "SystemNative_FLock", SetLastError = true)]
    private static partial int Lock(SafeFileHandle handle, int operation);
}
