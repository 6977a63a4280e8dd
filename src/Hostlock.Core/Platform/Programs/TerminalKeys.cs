namespace Hostlock.Platform.Programs;

/// <summary>
/// The keys of the terminal as they are pressed, as a stream of bytes. A read that brings nothing for a while gives 0 bytes, and is no end.
/// Closing the stream gives the terminal the mode that it had.
/// </summary>
/// <remarks>The runtime's own reader would send the terminal a sequence that changes what its keys mean.</remarks>
public sealed class KeyStream : Stream
{
    readonly IProcessRunner _processes;
    readonly Stream _keys;
    readonly string _mode;

    KeyStream(IProcessRunner processes, Stream keys, string mode) => (_processes, _keys, _mode) = (processes, keys, mode);

    /// <summary>Has the terminal send each key at once, and not show it.</summary>
    /// <param name="processes">The seam to stty(1).</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>The stream; null if the terminal does not let its mode be changed.</returns>
    public static async Task<Stream?> OpenAsync(IProcessRunner processes, CancellationToken cancellationToken)
    {
        var mode = await processes.RunAsync(TerminalProgram.Ask(), cancellationToken);
        if (!mode.Succeeded)
            return null;
        var keys = new KeyStream(processes, StandardStreams.Terminal(), mode.Output.Trim());
        if ((await processes.RunAsync(TerminalProgram.SendKeys(), CancellationToken.None)).Succeeded)
            return keys;
        await keys.DisposeAsync();
        return null;
    }

    /// <inheritdoc/>
    public override bool CanRead => true;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override bool CanWrite => false;

    /// <inheritdoc/>
    public override long Length => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => _keys.Read(buffer, offset, count);

    /// <inheritdoc/>
    public override void Flush()
    {
    }

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override async ValueTask DisposeAsync()
    {
        await _processes.RunAsync(TerminalProgram.Set(_mode), CancellationToken.None);
        await _keys.DisposeAsync();
        await base.DisposeAsync();
    }
}
