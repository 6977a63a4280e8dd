namespace Hostlock.Platform.Programs;

/// <summary>The keys of the terminal as they are pressed.</summary>
/// <remarks>The runtime's own reader would send the terminal a sequence that changes what its keys mean.</remarks>
public static class TerminalKeys
{
    /// <summary>Has the terminal send each key at once, and not show it.</summary>
    /// <param name="processes">The seam to stty(1).</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>The bytes of the keys; null if the terminal does not let its mode be changed. A read that brings nothing for a while gives
    /// 0 bytes, and is no end. Closing the stream gives the terminal the mode that it had.</returns>
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

    sealed class KeyStream(IProcessRunner processes, Stream keys, string mode) : ForwardStream
    {
        public override int Read(Span<byte> buffer) => keys.Read(buffer);

        public override async ValueTask DisposeAsync()
        {
            await processes.RunAsync(TerminalProgram.Set(mode), CancellationToken.None);
            await keys.DisposeAsync();
            await base.DisposeAsync();
        }
    }
}
