using System.Text;
using Hostlock.Nar;
using Hostlock.Platform;

namespace Hostlock.Fetching.Folders;

/// <summary>A file or a link that was seen in a folder of this machine. Somebody may have replaced or deleted it since.</summary>
static class SeenEntry
{
    /// <summary>Reads it.</summary>
    /// <param name="path">Its path.</param>
    /// <param name="kind">The kind that it had when it was seen.</param>
    /// <param name="read">Reads what is at a path, and follows no link.</param>
    /// <exception cref="NarException">It was replaced or deleted.</exception>
    /// <exception cref="PlatformException">It cannot be read.</exception>
    public static T Read<T>(byte[] path, UnixFiles.Kind kind, Func<byte[], T> read)
    {
        try
        {
            return read(path);
        }
        catch (IOException) when (UnixFiles.Look(path)?.Kind != kind)
        {
            throw NarException.Replaced(Encoding.UTF8.GetString(path));
        }
        catch (Exception why) when (why is IOException or UnauthorizedAccessException)
        {
            throw PlatformException.CannotRead(Encoding.UTF8.GetString(path), why);
        }
    }
}
