using System.Globalization;
using System.Text;
using Hostlock.Fetching.Git.Objects;
using Hostlock.Flakes;

namespace Hostlock.Fetching.Git;

/// <summary>The fields of a commit that locking needs.</summary>
/// <param name="Id">The id of the commit.</param>
/// <param name="Tree">The id of its tree.</param>
/// <param name="Parents">The ids of its parents, the first parent first.</param>
/// <param name="Time">The committer's time.</param>
sealed record GitCommit(Revision Id, string Tree, IReadOnlyList<Revision> Parents, Moment Time)
{
    // The fields come first, and the message may have any length.
    const int MaximumBytes = 1024 * 1024;

    /// <summary>The commit that a name stands for, tags peeled; null if no commit has it.</summary>
    public static GitCommit? Find(GitObjects objects, string name, string url)
    {
        if (objects.FindBeginning($"{name}^{{commit}}", MaximumBytes) is not var (header, contents))
            return null;
        return Parse(IdOf(header.Id, url), Encoding.Latin1.GetString(contents)) ?? throw FetchException.BadObject(url, header.Id);
    }

    /// <summary>The id of a commit as git says it.</summary>
    /// <param name="text">The word of git.</param>
    /// <param name="url">The name of the repository in messages.</param>
    /// <exception cref="FetchException">It is longer than a revision, because the objects are not named by SHA-1.</exception>
    public static Revision IdOf(string text, string url) => Revision.TryParse(text) ?? throw FetchException.UnknownObjectFormat(url);

    /// <summary>A commit out of git's files; null if git is to be asked.</summary>
    public static GitCommit? Stored(StoredObjects objects, Revision id) =>
        objects.Read(id.ToString(), "commit", MaximumBytes) is { } bytes ? Parse(id, Encoding.Latin1.GetString(bytes)) : null;

    /// <summary>Reads the head of a commit; null if it is none.</summary>
    /// <remarks>libgit2 1.9, commit.c: the tree, the parents, one author or several, and the committer, in this order.</remarks>
    public static GitCommit? Parse(Revision id, string text)
    {
        var at = 0;
        if (Next("tree ") is not { } tree || !Revision.Is(tree))
            return null;
        var parents = All("parent ");
        var authors = All("author ");
        return parents.TrueForAll(Revision.Is) && authors.Count > 0 && authors.TrueForAll(author => TimeOf(author) is not null)
            && Next("committer ") is { } committer && TimeOf(committer) is { } time
                ? new(id, tree, [.. parents.Select(Revision.Parse)], time)
                : null;

        List<string> All(string field)
        {
            var values = new List<string>();
            while (Next(field) is { } value)
                values.Add(value);
            return values;
        }

        // The rest of the line, if it is of a field.
        string? Next(string field)
        {
            if (string.CompareOrdinal(text, at, field, 0, field.Length) != 0 || text.IndexOf('\n', at) is not (>= 0 and var end))
                return null;
            var value = text[(at + field.Length)..end];
            at = end + 1;
            return value;
        }
    }

    // Name <address> seconds zone. Without seconds it is the epoch; a time before the epoch is a very large number in Nix's locks
    // (libgit2 1.9, signature.c, git_signature__parse).
    static Moment? TimeOf(string signature)
    {
        var (start, end) = (signature.LastIndexOf('<'), signature.LastIndexOf('>'));
        if (start < 0 || end <= start)
            return null;
        if (end + 2 >= signature.Length)
            return new(0);
        var rest = signature.AsSpan(end + 2).TrimStart();
        var sign = rest is ['+' or '-', ..] ? 1 : 0;
        var digits = rest[sign..].IndexOfAnyExceptInRange('0', '9');
        return long.TryParse(
            digits < 0 ? rest : rest[..(sign + digits)], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var seconds)
            ? new((ulong)seconds)
            : null;
    }
}
