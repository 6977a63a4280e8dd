using System.Text;
using Hostlock.Platform;

namespace Hostlock.Rollouts.Journals;

/// <summary>
/// The events of one rollout on disk: a line each, <c>CHAIN JSON</c>. The chain is the first sixteen digits of the SHA-256 of the chain
/// before and this text. Lines are appended and flushed, never rewritten. An end that a power cut tore off is cut away; any other
/// difference from what was written is an error.
/// </summary>
public sealed class Journal : IDisposable
{
    /// <summary>The end of the names of journals.</summary>
    public const string Extension = ".journal";

    /// <summary>The most bytes that a journal may have.</summary>
    public const long MaximumBytes = 64 * 1024 * 1024;

    const int ChainLength = 16;

    readonly AppendedFile _file;
    string _chain;

    Journal(AppendedFile file, string chain) => (_file, _chain) = (file, chain);

    /// <summary>Opens a journal to go on with it. A new one is made if it does not exist.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="HostlockException">The file cannot be read or written, or a line is not what was written.</exception>
    public static Journal Open(string path)
    {
        var file = AppendedFile.Open(path, MaximumBytes, out var bytes);
        try
        {
            var (_, chain, end) = Lines(bytes, path);
            file.CutTo(end);
            return new(file, chain);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Reads the events of a journal.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="HostlockException">The file cannot be read, or a line is not what was written.</exception>
    public static IReadOnlyList<RolloutEvent> Read(string path) => Parse(RegularFile.Read(path, MaximumBytes), path);

    /// <summary>Reads the events of a journal out of its bytes.</summary>
    /// <param name="bytes">The bytes.</param>
    /// <param name="name">The name of the journal, for the error.</param>
    /// <exception cref="RolloutException">A line is not what was written.</exception>
    public static IReadOnlyList<RolloutEvent> Parse(ReadOnlySpan<byte> bytes, string name) =>
        [.. Lines(bytes, name).Lines.Select((line, index) => RolloutJson.Read(line, name, index + 1))];

    /// <summary>Adds events. They are on the disk when this returns.</summary>
    /// <param name="happened">The events, in their order.</param>
    /// <exception cref="PlatformException">The disk does not take them.</exception>
    public void Append(params IReadOnlyList<RolloutEvent> happened)
    {
        if (happened.Count == 0)
            return;
        var (chain, text) = (_chain, new StringBuilder());
        foreach (var json in happened.Select(RolloutJson.Write))
        {
            chain = Next(chain, json);
            text.Append($"{chain} {json}\n");
        }
        _file.Append(Encoding.UTF8.GetBytes(text.ToString()));
        _chain = chain;
    }

    /// <summary>Closes the file.</summary>
    public void Dispose() => _file.Dispose();

    internal static (IReadOnlyList<string> Lines, string Chain, long End) Lines(ReadOnlySpan<byte> bytes, string path)
    {
        var lines = new List<string>();
        var (chain, end) = ("", 0);
        while (bytes[end..].IndexOf((byte)'\n') is >= 0 and var length)
        {
            var line = Encoding.UTF8.GetString(bytes.Slice(end, length));
            if (line.Length <= ChainLength || line[ChainLength] != ' '
                || line[..ChainLength] != Next(chain, line[(ChainLength + 1)..]))
                throw RolloutException.NotWritten(path, lines.Count + 1);
            lines.Add(line[(ChainLength + 1)..]);
            (chain, end) = (line[..ChainLength], end + length + 1);
        }
        return (lines, chain, end);
    }

    static string Next(string chain, string json) => ByteDigest.Sha256Hex(chain + json)[..ChainLength];
}
