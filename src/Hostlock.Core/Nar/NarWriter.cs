using System.Buffers;
using System.Text;

namespace Hostlock.Nar;

/// <summary>A tree as a NAR, hashed as it is walked: entries by the bytes of their names.</summary>
/// <remarks>Nix 2.34.8, libutil/archive.cc, SourceAccessor::dumpPath.</remarks>
static class NarWriter
{
    /// <summary>Deepest nesting; Nix 2.34.8 refuses more.</summary>
    public const int MaximumDepth = 64;

    /// <param name="tree">The tree.</param>
    /// <param name="caught">Takes files on the way, or null.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public static NarHash Hash(SourceTree tree, CaughtFiles? caught, CancellationToken cancellationToken)
    {
        using var digest = new NarDigest();
        var nar = new NarStream(digest);
        nar.Begin();
        var buffer = ArrayPool<byte>.Shared.Rent(256 * 1024);
        try
        {
            Write(tree, tree.Root, "", 1);
            return digest.Finish();
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }

        void Write(SourceTree tree, TreeEntry entry, string path, int depth)
        {
            cancellationToken.ThrowIfCancellationRequested();
            switch (entry.Kind)
            {
                case TreeEntryKind.Folder:
                    if (depth >= MaximumDepth)
                        throw NarException.TooDeep();
                    nar.BeginFolder();
                    foreach (var child in Sorted(tree.List(entry)))
                    {
                        nar.BeginEntry(child.Name.Span);
                        Write(tree, child, caught is null ? "" : CaughtFiles.Join(path, child.Name.Span), depth + 1);
                        nar.End();
                    }
                    nar.End();
                    break;
                case TreeEntryKind.Link:
                    caught?.Link(path);
                    nar.Link(tree.ReadLink(entry).Span);
                    break;
                default:
                    WriteFile(tree, entry, path);
                    break;
            }
        }

        void WriteFile(SourceTree tree, TreeEntry entry, string path)
        {
            using var contents = tree.Open(entry);
            var size = entry.Size == TreeEntry.SizeIsLength ? contents.Length : entry.Size;
            nar.BeginFile(entry.Kind == TreeEntryKind.Executable, size);
            caught?.Begin(path, size);
            var left = size;
            while (left > 0)
            {
                var read = contents.Read(buffer, 0, (int)Math.Min(left, buffer.Length));
                if (read == 0)
                    throw NarException.FileChanged(Encoding.UTF8.GetString(entry.Name.Span), size);
                nar.Contents(buffer.AsSpan(0, read));
                caught?.Contents(buffer.AsSpan(0, read));
                left -= read;
            }
            nar.EndFile(size);
        }
    }

    static List<TreeEntry> Sorted(IEnumerable<TreeEntry> entries)
    {
        var sorted = entries.ToList();
        sorted.Sort(static (one, other) => one.Name.Span.SequenceCompareTo(other.Name.Span));
        return sorted;
    }
}
