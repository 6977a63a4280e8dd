using System.Buffers;
using Hostlock.Fetching.Git.Objects;
using Hostlock.Nar;
using Hostlock.Platform;

namespace Hostlock.Fetching.Git.WorkTrees;

/// <summary>
/// The two conversions that libgit2 knows: line ends, and the keyword <c>$Id$</c>. A file whose bytes differ from its blob only by them is
/// unchanged if the attributes say that they apply. Filter programs are never run.
/// </summary>
static class GitLineEnds
{
    const long MaximumSize = 256 * 1024 * 1024;

    /// <summary>A file that equals its blob once line ends or keywords are converted back.</summary>
    public sealed record Converted(TreePath Path, bool HasLineEnds, bool HasKeywords);

    /// <summary>
    /// The conversions to undo to get the blob of an index entry from a file that is not that blob as it lies there; null if they do not
    /// give the blob.
    /// </summary>
    public static Converted? Undo(GitIndex.Entry entry, byte[] path, long size)
    {
        if (size > MaximumSize)
            return null;
        using var file = UnixFiles.Open(path);
        var bytes = new byte[size];
        var contents = bytes.AsSpan(0, file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false)).ToArray();
        if (contents.Contains((byte)0))
            return null;
        var (hasReturns, hasKeywords) = (contents.AsSpan().IndexOf("\r\n"u8) >= 0, contents.AsSpan().IndexOf("$Id:"u8) >= 0);
        foreach (var (lines, keywords) in ((bool, bool)[])[(true, false), (false, true), (true, true)])
        {
            // With nothing to undo it is the file as it lies there, and that was compared.
            if ((lines && !hasReturns) || (keywords && !hasKeywords))
                continue;
            var undone = keywords ? WithoutKeywords(contents) : contents;
            if (ObjectId.Of("blob", lines ? WithoutReturns(undone) : undone) == entry.Id)
                return new(entry.Path, lines, keywords);
        }
        return null;
    }

    /// <summary>Tells whether the attributes and settings say that all these files are converted so.</summary>
    public static async Task<bool> ExplainAsync(
        GitRepository repository, IReadOnlyList<Converted> files, CancellationToken cancellationToken)
    {
        if (files.Count == 0)
            return true;
        var isAutomatic = await repository.SettingAsync("core.autocrlf", cancellationToken) is "true" or "input";
        var values = await GitAttributes.OfAsync(
            repository, [.. files.Select(file => file.Path)], ["text", "eol", "crlf", "ident"], cancellationToken);
        return files.Zip(values).All(pair => IsConverted(pair.First, pair.Second));

        bool IsConverted(Converted file, string[] values) =>
            (!file.HasLineEnds || IsText(values)) && (!file.HasKeywords || values[3] == "set");

        bool IsText(string[] values) => values switch
        {
            ["unset", ..] => false,
            ["set" or "auto" or "input", ..] or [_, "crlf" or "lf", ..] or [_, _, "set" or "input", _] => true,
            [_, _, "unset", _] => false,
            _ => isAutomatic,
        };
    }

    static byte[] WithoutReturns(byte[] contents)
    {
        var kept = new ArrayBufferWriter<byte>(contents.Length + 1);
        var rest = contents.AsSpan();
        int end;
        while ((end = rest.IndexOf("\r\n"u8)) >= 0)
        {
            kept.Write(rest[..end]);
            rest = rest[(end + 1)..];
        }
        kept.Write(rest);
        return kept.WrittenSpan.ToArray();
    }

    // Turns $Id: …$ on one line back into $Id$.
    static byte[] WithoutKeywords(byte[] contents)
    {
        var kept = new ArrayBufferWriter<byte>(contents.Length + 1);
        var rest = contents.AsSpan();
        int start;
        while ((start = rest.IndexOf("$Id:"u8)) >= 0)
        {
            var end = rest[(start + 4)..].IndexOfAny((byte)'$', (byte)'\n');
            if (end < 0)
                break;
            var isKeyword = rest[start + 4 + end] == '$';
            kept.Write(rest[..start]);
            kept.Write(isKeyword ? "$Id$"u8 : rest[start..(start + 4 + end)]);
            rest = rest[(start + 4 + end + (isKeyword ? 1 : 0))..];
        }
        kept.Write(rest);
        return kept.WrittenSpan.ToArray();
    }
}
