using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Hostlock.Platform;

/// <summary>
/// Accesses files by the bytes of their names, which text cannot always hold, and without following links. It calls the same entry points
/// as the runtime's own file classes; every build has them, even a static one.
/// </summary>
static partial class UnixFiles
{
    const string Library = "libSystem.Native";
    const int TypeMask = 0xF000;
    const int PermissionMask = 0x0FFF;

    const int Denied = 13;
    const int Invalid = 22;
    const int Exists = 17;
    const int FolderMode = 0x1ED; // 0755
    const int OwnFolderMode = 0x1C0; // 0700
    const int FileMode = 0x180; // 0600

    // Of the runtime's own entry point: write only, closed when another program is started, made, and nothing is there yet.
    const int NewFile = 0x0071;

    // fcntl.h and errno.h of Linux, on both processors that we build for, and of macOS.
    static int WithoutWaiting => OperatingSystem.IsMacOS() ? 0x4 : 0x800;

    static int CloseOnExec => OperatingSystem.IsMacOS() ? 0x1000000 : 0x80000;

    // O_NOFOLLOW, which differs between the processors of Linux too.
    static int NoLink =>
        OperatingSystem.IsMacOS() ? 0x100 : RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? 0x8000 : 0x20000;

    // O_PATH of Linux: it stands for the name, and needs no permission to read.
    const int NameOnly = 0x200000;

    // SYNC_FILE_RANGE_WRITE of linux/fs.h.
    const uint BeginsToWrite = 2;

    // The bytes of the stack for a path. Most paths are shorter.
    const int ShortPath = 256;

    // RLIMIT_NOFILE, as the runtime's own entry point numbers it on all systems.
    const int OpenFiles = 9, FewOpenFiles = 256;

    static int NotSupported => OperatingSystem.IsMacOS() ? 45 : 95;

    /// <summary>The id of the user whose rights this program has.</summary>
    public static uint User => GetEUid();

    /// <summary>The number of files that this process may have open at once: by default 1,024 on Linux, and 256 on macOS.</summary>
    public static int MostOpenFiles() =>
        GetLimit(OpenFiles, out var limit) == 0 ? (int)Math.Min(limit.Current, int.MaxValue) : FewOpenFiles;

    /// <summary>The kinds of entries of a folder.</summary>
    public enum Kind
    {
        Folder = 0x4000,
        File = 0x8000,
        Link = 0xA000,
    }

    /// <summary>
    /// The status of a path. For sockets, pipes and devices, <see cref="Kind"/> is none of the named values. Times are in seconds since the
    /// epoch.
    /// </summary>
    public readonly record struct Status(Kind Kind, bool IsExecutable, long Size, long Modified)
    {
        /// <summary>The nanoseconds of the time of the last modification of the contents.</summary>
        public long ModifiedNanoseconds { get; init; }

        /// <summary>The time of the last change of contents, mode or name, in seconds since the epoch.</summary>
        public long Changed { get; init; }

        /// <summary>The number of the file in its file system.</summary>
        public long Inode { get; init; }

        /// <summary>The id of the user who owns the file.</summary>
        public uint Owner { get; init; }

        /// <summary>The permissions of the owner, the group and all others, with the sticky bit.</summary>
        public UnixFileMode Permissions { get; init; }
    }

    /// <summary>Reads the status of a path, without following a link; null if nothing exists there.</summary>
    /// <exception cref="IOException">It cannot be looked at.</exception>
    public static unsafe Status? Look(ReadOnlySpan<byte> path)
    {
        fixed (byte* start = Terminated(path, stackalloc byte[ShortPath]))
            return LStat(start, out var status) == 0 ? StatusOf(status) : Nothing(path);
    }

    /// <summary>Reads the status of the file that a path leads to, through links; null if nothing exists there.</summary>
    /// <exception cref="IOException">It cannot be looked at.</exception>
    public static unsafe Status? LookThrough(ReadOnlySpan<byte> path)
    {
        fixed (byte* start = Terminated(path, stackalloc byte[ShortPath]))
            return Stat(start, out var status) == 0 ? StatusOf(status) : Nothing(path);
    }

    /// <summary>Renames a file, replacing a file of that name. It never copies.</summary>
    /// <exception cref="IOException">It cannot be renamed.</exception>
    public static unsafe void Rename(string from, string to)
    {
        var (old, name) = (Encoding.UTF8.GetBytes(from), Encoding.UTF8.GetBytes(to));
        fixed (byte* start = Terminated(old, stackalloc byte[ShortPath]))
        fixed (byte* target = Terminated(name, stackalloc byte[ShortPath]))
        {
            if (Rename(start, target) != 0)
                throw Failed(name, Marshal.GetLastPInvokeError());
        }
    }

    /// <summary>Lists the names in a folder, in no order.</summary>
    public static unsafe List<byte[]> Names(ReadOnlySpan<byte> folder)
    {
        nint opened;
        fixed (byte* start = Terminated(folder, stackalloc byte[ShortPath]))
            opened = OpenDir(start);
        if (opened == 0)
            throw NotRead(folder, Marshal.GetLastPInvokeError());
        try
        {
            var names = new List<byte[]>();
            DirectoryEntry entry;
            int result;
            while ((result = ReadDir(opened, &entry)) == 0)
            {
                var name = entry.NameLength < 0
                    ? MemoryMarshal.CreateReadOnlySpanFromNullTerminated(entry.Name)
                    : new(entry.Name, entry.NameLength);
                if (!name.SequenceEqual("."u8) && !name.SequenceEqual(".."u8))
                    names.Add(name.ToArray());
            }
            return result == -1 ? names : throw Failed(folder, result);
        }
        finally
        {
            CloseDir(opened);
        }
    }

    /// <summary>Reads the target of a link, as bytes.</summary>
    /// <exception cref="IOException">The link cannot be read.</exception>
    public static unsafe byte[] ReadLink(ReadOnlySpan<byte> path)
    {
        fixed (byte* start = Terminated(path, stackalloc byte[ShortPath]))
        {
            for (var room = 256; ; room *= 4)
            {
                var target = new byte[room];
                int length;
                fixed (byte* into = target)
                    length = ReadLink(start, into, room);
                if (length < 0)
                    throw NotRead(path, Marshal.GetLastPInvokeError());
                if (length < room)
                    return target[..length];
            }
        }
    }

    /// <summary>Opens a regular file, to read it from its beginning to its end.</summary>
    /// <exception cref="IOException">The file cannot be opened, or is not a regular file. A pipe or a device that took its place does not
    /// make us wait.</exception>
    public static FileContents Open(byte[] path) => new(OpenFile(path, out var length), path, length);

    /// <summary>The same, unless the path is a link.</summary>
    /// <exception cref="IOException">As for <see cref="Open(byte[])"/>, or the path is a link.</exception>
    public static FileContents OpenNoLink(byte[] path) => new(OpenFile(path, NoLink, out var length), path, length);

    /// <summary>The same for a file that is read in any order.</summary>
    /// <exception cref="IOException">As for <see cref="Open(byte[])"/>.</exception>
    public static FileStream OpenToSeek(ReadOnlySpan<byte> path) => new(OpenFile(path, out _), FileAccess.Read, bufferSize: 0);

    /// <summary>The same for a file that is read by <see cref="Read"/>, which needs no stream.</summary>
    /// <exception cref="IOException">As for <see cref="Open(byte[])"/>.</exception>
    public static SafeFileHandle OpenFile(ReadOnlySpan<byte> path, out long length) => OpenFile(path, 0, out length);

    static unsafe SafeFileHandle OpenFile(ReadOnlySpan<byte> path, int flags, out long length)
    {
        int descriptor;
        fixed (byte* start = Terminated(path, stackalloc byte[ShortPath]))
            descriptor = OpenWithoutWaiting(start, CloseOnExec | WithoutWaiting | flags);
        if (descriptor < 0)
            throw NotRead(path, Marshal.GetLastPInvokeError());
        var handle = new SafeFileHandle(descriptor, ownsHandle: true);
        if (FStat(handle, out var status) == 0 && (status.Mode & TypeMask) == (int)Kind.File)
        {
            length = status.Size;
            return handle;
        }
        handle.Dispose();
        throw new IOException($"{Encoding.UTF8.GetString(path)}: not a regular file");
    }

    /// <summary>Reads the next bytes of an open file until there is no more room, or the file ends.</summary>
    /// <returns>How many bytes were read.</returns>
    /// <exception cref="IOException">They cannot be read.</exception>
    public static int Read(SafeFileHandle file, Span<byte> room, ReadOnlySpan<byte> path)
    {
        var length = 0;
        while (length < room.Length)
        {
            if (ReadPiece(file, room[length..], path) is > 0 and var read)
                length += read;
            else
                break;
        }
        return length;
    }

    /// <summary>Reads the next bytes of an open file, as many as the system gives at once.</summary>
    /// <returns>How many bytes were read; 0 at the end of the file.</returns>
    /// <exception cref="IOException">They cannot be read.</exception>
    public static unsafe int ReadPiece(SafeFileHandle file, Span<byte> room, ReadOnlySpan<byte> path)
    {
        fixed (byte* into = room)
            return ReadSome(file, into, room.Length) is >= 0 and var read ? read : throw Failed(path, Marshal.GetLastPInvokeError());
    }

    /// <summary>Keeps what a path names from being freed until it is let go of, whatever becomes of the name. It can be neither read nor
    /// written; null if it cannot be held, or the system knows no such thing.</summary>
    public static unsafe SafeFileHandle? Hold(string path)
    {
        if (!OperatingSystem.IsLinux())
            return null;
        fixed (byte* start = Terminated(Encoding.UTF8.GetBytes(path), stackalloc byte[ShortPath]))
        {
            var held = OpenWithoutWaiting(start, CloseOnExec | NameOnly);
            return held < 0 ? null : new(held, ownsHandle: true);
        }
    }

    /// <summary>Makes a folder, if nothing is in its place.</summary>
    /// <exception cref="IOException">It cannot be made.</exception>
    public static unsafe void MakeFolder(ReadOnlySpan<byte> path)
    {
        fixed (byte* start = Terminated(path, stackalloc byte[ShortPath]))
        {
            if (MkDir(start, FolderMode) != 0 && Marshal.GetLastPInvokeError() is not Exists and var error)
                throw Failed(path, error);
        }
    }

    /// <summary>Deletes a file or a link, or a folder with all in it; nothing, if nothing is there. No link is followed.</summary>
    /// <exception cref="IOException">It cannot be deleted.</exception>
    public static unsafe void Remove(ReadOnlySpan<byte> path)
    {
        if (Look(path) is not { } status)
            return;
        var isFolder = status.Kind == Kind.Folder;
        fixed (byte* start = Terminated(path, stackalloc byte[ShortPath]))
        {
            if (isFolder)
            {
                // A folder that a program copied out of a store may be read only.
                _ = ChMod(start, OwnFolderMode);
                foreach (var name in Names(path))
                    Remove([.. path, (byte)'/', .. name]);
            }
            if ((isFolder ? RmDir(start) : Unlink(start)) != 0)
                throw Failed(path, Marshal.GetLastPInvokeError());
        }
    }

    /// <summary>Lets only the owner of a file read and write it.</summary>
    /// <exception cref="IOException">The mode cannot be set.</exception>
    public static unsafe void Restrict(ReadOnlySpan<byte> path)
    {
        fixed (byte* start = Terminated(path, stackalloc byte[ShortPath]))
        {
            if (ChMod(start, FileMode) != 0)
                throw Failed(path, Marshal.GetLastPInvokeError());
        }
    }

    /// <summary>Makes a link at a path where nothing exists.</summary>
    /// <exception cref="IOException">It cannot be made.</exception>
    public static unsafe void MakeLink(ReadOnlySpan<byte> path, ReadOnlySpan<byte> target)
    {
        fixed (byte* start = Terminated(path, stackalloc byte[ShortPath]))
        fixed (byte* text = Terminated(target, stackalloc byte[ShortPath]))
        {
            if (SymLink(text, start) != 0)
                throw Failed(path, Marshal.GetLastPInvokeError());
        }
    }

    /// <summary>
    /// Copies a regular file, with its mode and time, to a path where nothing exists. If the file system can, both share their blocks.
    /// </summary>
    /// <exception cref="IOException">It cannot be copied.</exception>
    public static unsafe void Copy(ReadOnlySpan<byte> from, ReadOnlySpan<byte> to)
    {
        using var source = OpenFile(from, out var length);
        nint created;
        fixed (byte* start = Terminated(to, stackalloc byte[ShortPath]))
            created = Open(start, NewFile, FileMode);
        if (created < 0)
            throw Failed(to, Marshal.GetLastPInvokeError());
        using var target = new SafeFileHandle(created, ownsHandle: true);
        if (CopyFile(source, target, length) != 0)
            throw Failed(to, Marshal.GetLastPInvokeError());
    }

    /// <summary>Opens a folder, so that its entries can be flushed to disk. The runtime's own classes cannot.</summary>
    public static SafeFileHandle OpenFolder(string folder) => OpenHandle(Encoding.UTF8.GetBytes(folder));

    /// <summary>Waits until a file or a folder is on the disk.</summary>
    /// <exception cref="IOException">The disk did not take it. The runtime's own method passes over some of these errors.</exception>
    public static void Flush(SafeFileHandle handle, string name)
    {
        if (FSync(handle) == 0)
            return;
        var error = Marshal.GetLastPInvokeError();
        // Some file systems, mostly of networks, cannot flush a folder.
        if (error != Invalid && error != NotSupported)
            throw Failed(Encoding.UTF8.GetBytes(name), error);
    }

    /// <summary>Starts writing the contents of a file to the disk, and waits for nothing. Only <see cref="Flush"/> says that they are
    /// there, or what went wrong.</summary>
    public static void BeginFlush(SafeFileHandle handle)
    {
        if (OperatingSystem.IsLinux())
            _ = SyncFileRange(handle, 0, 0, BeginsToWrite);
    }

    static unsafe SafeFileHandle OpenHandle(ReadOnlySpan<byte> path)
    {
        nint handle;
        fixed (byte* start = Terminated(path, stackalloc byte[ShortPath]))
            handle = Open(start, 0x0010, 0); // read only, closed when another program is started
        if (handle < 0)
            throw Failed(path, Marshal.GetLastPInvokeError());
        return new(handle, ownsHandle: true);
    }

    // The path with a zero behind it, as the system wants it: in the room that is given, if it fits there.
    static Span<byte> Terminated(ReadOnlySpan<byte> path, Span<byte> room)
    {
        var terminated = path.Length < room.Length ? room[..(path.Length + 1)] : new byte[path.Length + 1];
        path.CopyTo(terminated);
        terminated[^1] = 0;
        return terminated;
    }

    static Status StatusOf(in FileStatus status) =>
        new((Kind)(status.Mode & TypeMask), (status.Mode & 0x40) != 0, status.Size, status.ModifiedSeconds)
        {
            ModifiedNanoseconds = status.ModifiedNanoseconds,
            Changed = status.ChangedSeconds,
            Inode = status.Inode,
            Owner = status.User,
            Permissions = (UnixFileMode)(status.Mode & PermissionMask),
        };

    static Status? Nothing(ReadOnlySpan<byte> path)
    {
        var error = Marshal.GetLastPInvokeError();
        return error is 2 or 20 ? null : throw NotRead(path, error);
    }

    static Exception Failed(ReadOnlySpan<byte> path, int error)
    {
        var why = FailureOf(path, error);
        return error == Denied ? new UnauthorizedAccessException(why.Message, why) : why;
    }

    // Nobody above has to know which path was read, to say that it may not be.
    static Exception NotRead(ReadOnlySpan<byte> path, int error)
    {
        var why = FailureOf(path, error);
        return error == Denied ? new DeniedException(Encoding.UTF8.GetString(path), why) : why;
    }

    static IOException FailureOf(ReadOnlySpan<byte> path, int error) =>
        new($"{Encoding.UTF8.GetString(path)}: {Marshal.GetPInvokeErrorMessage(error)}", error);

    [StructLayout(LayoutKind.Sequential)]
    struct FileStatus
    {
        public int Flags;
        public int Mode;
        public uint User;
        public uint Group;
        public long Size;
        public long AccessedSeconds;
        public long AccessedNanoseconds;
        public long ModifiedSeconds;
        public long ModifiedNanoseconds;
        public long ChangedSeconds;
        public long ChangedNanoseconds;
        public long BornSeconds;
        public long BornNanoseconds;
        public long Device;
        public long RealDevice;
        public long Inode;
        public uint UserFlags;
    }

    [StructLayout(LayoutKind.Sequential)]
    struct ResourceLimit
    {
        public ulong Current;
        public ulong Maximum;
    }

    [StructLayout(LayoutKind.Sequential)]
    unsafe struct DirectoryEntry
    {
        public byte* Name;
        public int NameLength;
        public int Type;
    }

    [LibraryImport(Library, EntryPoint = "SystemNative_LStat", SetLastError = true)]
    private static unsafe partial int LStat(byte* path, out FileStatus status);

    [LibraryImport(Library, EntryPoint = "SystemNative_Stat", SetLastError = true)]
    private static unsafe partial int Stat(byte* path, out FileStatus status);

    [LibraryImport(Library, EntryPoint = "SystemNative_Read", SetLastError = true)]
    private static unsafe partial int ReadSome(SafeFileHandle file, byte* into, int room);

    [LibraryImport(Library, EntryPoint = "SystemNative_FStat", SetLastError = true)]
    private static partial int FStat(SafeFileHandle file, out FileStatus status);

    [LibraryImport(Library, EntryPoint = "SystemNative_ChMod", SetLastError = true)]
    private static unsafe partial int ChMod(byte* path, int mode);

    [LibraryImport(Library, EntryPoint = "SystemNative_RmDir", SetLastError = true)]
    private static unsafe partial int RmDir(byte* path);

    [LibraryImport(Library, EntryPoint = "SystemNative_Unlink", SetLastError = true)]
    private static unsafe partial int Unlink(byte* path);

    [LibraryImport(Library, EntryPoint = "SystemNative_MkDir", SetLastError = true)]
    private static unsafe partial int MkDir(byte* path, int mode);

    [LibraryImport(Library, EntryPoint = "SystemNative_SymLink", SetLastError = true)]
    private static unsafe partial int SymLink(byte* target, byte* path);

    [LibraryImport(Library, EntryPoint = "SystemNative_CopyFile", SetLastError = true)]
    private static partial int CopyFile(SafeFileHandle source, SafeFileHandle target, long length);

    [LibraryImport(Library, EntryPoint = "SystemNative_FSync", SetLastError = true)]
    private static partial int FSync(SafeFileHandle file);

    [LibraryImport(Library, EntryPoint = "SystemNative_Rename", SetLastError = true)]
    private static unsafe partial int Rename(byte* from, byte* to);

    // Only Linux has it, and the runtime has no entry point for it.
    [LibraryImport("libc", EntryPoint = "sync_file_range")]
    private static partial int SyncFileRange(SafeFileHandle file, long offset, long length, uint flags);

    // The runtime's own entry point cannot open without waiting.
    [LibraryImport("libc", EntryPoint = "open", SetLastError = true)]
    private static unsafe partial int OpenWithoutWaiting(byte* path, int flags);

    [LibraryImport(Library, EntryPoint = "SystemNative_GetEUid")]
    private static partial uint GetEUid();

    [LibraryImport(Library, EntryPoint = "SystemNative_GetRLimit")]
    private static partial int GetLimit(int resource, out ResourceLimit limit);

    [LibraryImport(Library, EntryPoint = "SystemNative_OpenDir", SetLastError = true)]
    private static unsafe partial nint OpenDir(byte* path);

    [LibraryImport(Library, EntryPoint = "SystemNative_ReadDir", SetLastError = true)]
    private static unsafe partial int ReadDir(nint folder, DirectoryEntry* entry);

    [LibraryImport(Library, EntryPoint = "SystemNative_CloseDir", SetLastError = true)]
    private static partial int CloseDir(nint folder);

    [LibraryImport(Library, EntryPoint = "SystemNative_ReadLink", SetLastError = true)]
    private static unsafe partial int ReadLink(byte* path, byte* target, int room);

    [LibraryImport(Library, EntryPoint = "SystemNative_Open", SetLastError = true)]
    private static unsafe partial nint Open(byte* path, int flags, int mode);
}
