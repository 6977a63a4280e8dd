namespace Hostlock.Platform;

/// <summary>
/// A standard stream that the program prints to. If it cannot be written, because the disk is full, say, this is said once, and the rest is
/// dropped. If its reader has closed it, nobody is told.
/// </summary>
/// <param name="stream">The stream of the system, which takes what nobody reads any more.</param>
/// <param name="failure">Makes the error of a failure; null for a stream whose failure cannot be told to anybody.</param>
public sealed class PrintedStream(Stream stream, Func<IOException, PlatformException>? failure) : OutputStream
{
    bool _hasFailed;

    /// <summary>Prints bytes.</summary>
    /// <exception cref="PlatformException">They cannot be written. It is thrown once.</exception>
    public override void Write(ReadOnlySpan<byte> buffer)
    {
        if (_hasFailed)
            return;
        try
        {
            stream.Write(buffer);
        }
        catch (IOException why)
        {
            _hasFailed = true;
            if (failure is not null)
                throw failure(why);
        }
    }
}
