namespace Hostlock.Platform;

/// <summary>
/// A standard stream that the program prints to. If it cannot be written, because the disk is full, for example, the error is reported
/// once, and the rest is dropped. If its reader has closed it, nothing is reported.
/// </summary>
/// <param name="stream">The stream of the system, which drops bytes if its reader is gone.</param>
/// <param name="failure">Makes the error of a failure; null for a stream whose failure cannot be reported.</param>
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
