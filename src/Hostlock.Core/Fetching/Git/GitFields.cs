using System.Buffers;
using Hostlock.Nar;

namespace Hostlock.Fetching.Git;

/// <summary>Lists that git reads and writes with <c>-z</c>: each field is followed by a zero byte, and paths are bytes.</summary>
static class GitFields
{
    /// <summary>The fields of an output.</summary>
    /// <param name="output">The output, which the fields are parts of.</param>
    public static IEnumerable<ReadOnlyMemory<byte>> Of(ReadOnlyMemory<byte> output)
    {
        for (int end; (end = output.Span.IndexOf((byte)0)) >= 0; output = output[(end + 1)..])
            yield return output[..end];
    }

    /// <summary>Paths as an input for git.</summary>
    /// <param name="paths">The paths, and which of them git is to take for folders: they get a slash.</param>
    public static byte[] Join(IEnumerable<(TreePath Path, bool IsFolder)> paths)
    {
        var input = new ArrayBufferWriter<byte>();
        foreach (var (path, isFolder) in paths)
        {
            input.Write(path.Bytes);
            input.Write(isFolder ? "/\0"u8 : "\0"u8);
        }
        return input.WrittenSpan.ToArray();
    }
}
