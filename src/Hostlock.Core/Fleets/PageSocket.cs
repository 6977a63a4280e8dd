using System.Net.Sockets;
using System.Text;
using Hostlock.Platform;

namespace Hostlock.Fleets;

/// <summary>The socket in the file system at which a page is served. It lets in this user alone, and is gone once it is closed.</summary>
public static class PageSocket
{
    /// <summary>Makes the socket. Nobody can connect to it before it is listened at, and by then it has its mode.</summary>
    /// <param name="path">The path, absolute, at which nothing may exist yet.</param>
    /// <exception cref="FleetException">It cannot be made.</exception>
    public static Socket Bind(string path)
    {
        if (UnixFiles.Look(Encoding.UTF8.GetBytes(path)) is not null)
            throw FleetException.SocketExists(path);
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            socket.Bind(new UnixDomainSocketEndPoint(path));
            UnixFiles.Restrict(Encoding.UTF8.GetBytes(path));
            return socket;
        }
        catch (ArgumentOutOfRangeException)
        {
            socket.Dispose();
            throw FleetException.SocketTooLong(path);
        }
        catch (Exception why) when (why is SocketException or IOException or UnauthorizedAccessException)
        {
            socket.Dispose();
            throw FleetException.CannotServe($"'{Visible.Name(path)}'", why.Message);
        }
    }
}
