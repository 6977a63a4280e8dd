using System.Runtime.InteropServices;
using System.Text;

namespace Hostlock.Platform;

/// <summary>The home folder of this user.</summary>
public static partial class UserHome
{
    const int Room = 16 * 1024;

    /// <summary>
    /// Finds the home folder: the one that the environment names, unless it belongs to somebody else, as under <c>sudo</c>; otherwise that
    /// of the user database. Null if the database has none that exists.
    /// </summary>
    /// <param name="named">The variable HOME; null if it is not set.</param>
    /// <remarks>Nix 2.34.8, libutil/users.cc, getHome.</remarks>
    public static string? Find(string? named) =>
        named is not null && Path.IsPathRooted(named) && IsOurs(named) ? named
        : OfDatabase() is { } home && Path.IsPathRooted(home) && Directory.Exists(home) ? home
        : null;

    // A folder that does not exist yet can be made.
    static bool IsOurs(string folder)
    {
        try
        {
            return UnixFiles.LookThrough(Encoding.UTF8.GetBytes(folder)) is not { } status || status.Owner == UnixFiles.User;
        }
        catch (Exception why) when (why is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    static unsafe string? OfDatabase()
    {
        var room = new byte[Room];
        fixed (byte* start = room)
            return Find(UnixFiles.User, out var entry, start, Room) == 0 ? Marshal.PtrToStringUTF8(entry.Home) : null;
    }

    [StructLayout(LayoutKind.Sequential)]
    struct Entry
    {
        public nint Name;
        public nint Password;
        public uint User;
        public uint Group;
        public nint Description;
        public nint Home;
        public nint Shell;
    }

    [LibraryImport("libSystem.Native", EntryPoint = "SystemNative_GetPwUidR")]
    private static unsafe partial int Find(uint user, out Entry entry, byte* room, int length);
}
