using System.Text;
using Hostlock.Fetching.Git.Objects;
using Hostlock.Fetching.Git.WorkTrees;
using Hostlock.Nar;
using Hostlock.Tests.Support;

namespace Hostlock.Tests.Fetching.Git.WorkTrees;

/// <summary>Which of git's two conversions lie between a file and its blob.</summary>
public sealed class GitLineEndsTests : IDisposable
{
    readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("a\nb\n", "a\r\nb\r\n", true, false)]
    [InlineData("a\nb", "a\r\nb", true, false)]
    [InlineData("a\r\nb\rc\n", "a\r\r\nb\rc\r\n", true, false)]
    [InlineData("\n\n", "\r\n\r\n", true, false)]
    [InlineData("a $Id$ b\n", "a $Id: 0123 $ b\n", false, true)]
    [InlineData("a $Id: b\n$Id$\n", "a $Id: b\n$Id: c$\n", false, true)]
    [InlineData("$Id$\n", "$Id: 0123 $\r\n", true, true)]
    public void A_file_is_its_blob_by_what_was_converted(string blob, string file, bool hasLineEnds, bool hasKeywords)
    {
        var undone = Undo(blob, file);

        Assert.NotNull(undone);
        Assert.Equal((hasLineEnds, hasKeywords), (undone.HasLineEnds, undone.HasKeywords));
    }

    [Theory]
    [InlineData("a\n", "b\n")]
    [InlineData("a\n", "b\r\n")]
    [InlineData("ab\n", "a\rb\n")]
    [InlineData("a\n", "a\r")]
    [InlineData("$Id$\n", "$Id: over\ntwo lines$\n")]
    [InlineData("a\0\n", "a\0\r\n")]
    public void A_file_that_differs_otherwise_is_not(string blob, string file) => Assert.Null(Undo(blob, file));

    GitLineEnds.Converted? Undo(string blob, string file)
    {
        var id = Convert.FromHexString(ObjectId.Of("blob", Encoding.UTF8.GetBytes(blob)));
        var path = _folder.Write("file", file);
        return GitLineEnds.Undo(
            new(TreePath.Parse("file"), 0x81A4, id, 0, true, false, default), Encoding.UTF8.GetBytes(path), file.Length);
    }
}
