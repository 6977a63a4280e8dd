using System.Buffers;
using System.Runtime.InteropServices;

namespace Hostlock.Nar;

/// <summary>Walks a tree in the order of a NAR, entries by the bytes of their names, and hashes the NAR on the way.</summary>
/// <remarks>Nix 2.34.8, libutil/archive.cc, SourceAccessor::dumpPath.</remarks>
static class NarWriter
{
    /// <summary>The most levels of folders; Nix 2.34.8 refuses more.</summary>
    public const int MaximumDepth = 64;

    /// <summary>Hashes a tree.</summary>
    /// <param name="tree">The tree.</param>
    /// <param name="caught">Takes the files that are looked for; null if none are.</param>
    /// <param name="cancellationToken">Stops the hashing.</param>
    /// <exception cref="NarException">The tree is nested too deep, or changes while it is read.</exception>
    public static NarHash Hash(SourceTree tree, CaughtFiles? caught, CancellationToken cancellationToken)
    {
        using var digest = new NarDigest();
        var nar = new NarStream(digest);
        nar.Begin();
        var buffer = ArrayPool<byte>.Shared.Rent(64 * 1024);
        try
        {
            Write(tree, tree.Root, TreePath.Root, 1);
            return digest.Finish();
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }

        void Write(SourceTree tree, TreeEntry entry, TreePath folder, int depth)
        {
            cancellationToken.ThrowIfCancellationRequested();
            switch (entry.Kind)
            {
                case TreeEntryKind.Folder:
                    if (depth >= MaximumDepth)
                        throw NarException.TooDeep();
                    nar.BeginFolder();
                    var here = caught is null ? TreePath.Root : folder.Join(entry.Name);
                    foreach (var child in Sorted(tree.List(entry)))
                    {
                        nar.BeginEntry(child.Name.Bytes);
                        Write(tree, child, here, depth + 1);
                        nar.End();
                    }
                    nar.End();
                    break;
                case TreeEntryKind.Link:
                    if (caught?.Wants(entry.Name.Bytes) == true)
                        caught.Link();
                    nar.Link(tree.ReadLink(entry).Span);
                    break;
                default:
                    WriteFile(tree, entry, folder);
                    break;
            }
        }

        void WriteFile(SourceTree tree, TreeEntry entry, TreePath folder)
        {
            using var contents = tree.Open(entry);
            var size = entry.Size == TreeEntry.SizeIsLength ? contents.Length : entry.Size;
            nar.BeginFile(entry.Kind == TreeEntryKind.Executable, size);
            caught?.Begin(caught.Wants(entry.Name.Bytes) ? folder.Join(entry.Name) : null, size);
            var left = size;
            while (left > 0)
            {
                var read = contents.Read(buffer, 0, (int)Math.Min(left, buffer.Length));
                if (read == 0)
                    throw NarException.FileChanged(entry.Name.ToString(), size);
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
        CollectionsMarshal.AsSpan(sorted).Sort(static (one, other) => one.Name.CompareTo(other.Name));
        return sorted;
    }
}
