using System.Globalization;
using System.IO.Compression;
using System.Text;
using Hostlock.Flakes;
using Hostlock.Platform;

namespace Hostlock.Fetching.Git;

/// <summary>A commit as far as locking needs it.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Tree">The id of its tree.</param>
/// <param name="Parents">The ids of its parents.</param>
/// <param name="Time">The committer's time.</param>
sealed record GitCommit(string Id, string Tree, IReadOnlyList<string> Parents, Moment Time)
{
    const int MaximumBytes = 1024 * 1024;

    /// <summary>The commit that a name stands for, tags peeled; null if no commit has it.</summary>
    public static GitCommit? Find(GitObjects objects, string name, string url)
    {
        if (objects.Find($"{name}^{{commit}}", MaximumBytes) is not var (header, contents))
            return null;
        if (header.Id.Length != 40)
            throw FetchException.UnknownObjectFormat(url);
        return Parse(header.Id, Encoding.Latin1.GetString(contents)) ?? throw FetchException.BadObject(url, header.Id);
    }

    /// <summary>A commit that is a file of its own; null if it is none, as one that is packed.</summary>
    public static GitCommit? Loose(GitPlace place, string id)
    {
        try
        {
            using var file = UnixFiles.Open(Encoding.UTF8.GetBytes(Path.Combine(place.Common, "objects", id[..2], id[2..])));
            using var inflated = new ZLibStream(file, CompressionMode.Decompress);
            var bytes = new byte[MaximumBytes];
            var text = Encoding.Latin1.GetString(bytes, 0, inflated.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false));
            return text.StartsWith("commit ", StringComparison.Ordinal) ? Parse(id, text[(text.IndexOf('\0', StringComparison.Ordinal) + 1)..]) : null;
        }
        catch (Exception why) when (why is IOException or InvalidDataException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Reads the head of a commit; null if the text is none.</summary>
    public static GitCommit? Parse(string id, string text)
    {
        string? tree = null;
        var parents = new List<string>();
        foreach (var line in text.Split('\n'))
        {
            if (line.StartsWith("tree ", StringComparison.Ordinal))
                tree = line["tree ".Length..];
            else if (line.StartsWith("parent ", StringComparison.Ordinal))
                parents.Add(line["parent ".Length..]);
            else if (line.StartsWith("committer ", StringComparison.Ordinal))
                return tree is not null && Revision.Is(tree) && parents.TrueForAll(Revision.Is) && TimeOf(line) is { } time ? new(id, tree, parents, time) : null;
            else if (line.Length == 0)
                return null;
        }
        return null;
    }

    static Moment? TimeOf(string line) =>
        line.Split(' ') is [.., var seconds, _] && ulong.TryParse(seconds, NumberStyles.None, CultureInfo.InvariantCulture, out var time)
            ? new(time)
            : null;
}
