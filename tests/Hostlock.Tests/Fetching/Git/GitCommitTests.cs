using System.IO.Compression;
using System.Text;
using Hostlock.Fetching.Git;
using Hostlock.Fetching.Git.Objects;
using Hostlock.Flakes;
using Hostlock.Tests.Support;

namespace Hostlock.Tests.Fetching.Git;

/// <summary>Commits that are files of their own, and what is no such commit: git is asked for that.</summary>
public sealed class GitCommitTests : IDisposable
{
    const string Head = "tree aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\nauthor A <a@b> 5 +0000\ncommitter A <a@b> 7 +0000\n\n";

    readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(0)]
    [InlineData(40_000)]
    [InlineData((1024 * 1024) - 200)]
    public void A_loose_commit_is_read_whole(int message)
    {
        var text = Head + new string('m', message);

        var commit = Read($"commit {text.Length}\0{text}");

        Assert.NotNull(commit);
        Assert.Equal((7ul, new string('a', 40)), (commit.Time.Seconds, commit.Tree));
    }

    [Theory]
    [InlineData("commit 40\0" + Head)]
    [InlineData("commit 400\0" + Head)]
    [InlineData("commit 9999999\0" + Head)]
    [InlineData("commit -1\0" + Head)]
    [InlineData("commit 99999999999999999999\0" + Head)]
    [InlineData("commit 5x\0" + Head)]
    [InlineData("commit \0" + Head)]
    [InlineData("blob 96\0" + Head)]
    [InlineData("commit 96")]
    [InlineData("")]
    public void What_is_damaged_or_no_commit_is_left_to_git(string bytes) => Assert.Null(Read(bytes));

    [Fact]
    public void A_commit_that_is_not_there_is_left_to_git() => Assert.Null(ReadCommit(new string('a', 40)));

    GitCommit? Read(string bytes)
    {
        using var digest = new ByteDigest(ByteDigest.Kind.Sha1);
        digest.Append(Encoding.Latin1.GetBytes(bytes));
        var id = Convert.ToHexStringLower(digest.Finish());
        using (var packed = new ZLibStream(File.Create(_folder.Write($"objects/{id[..2]}/{id[2..]}", "")), CompressionLevel.Fastest))
            packed.Write(Encoding.Latin1.GetBytes(bytes));
        return ReadCommit(id);
    }

    GitCommit? ReadCommit(string id)
    {
        using var objects = new StoredObjects(_folder["objects"]);
        return GitCommit.Stored(objects, Revision.Parse(id));
    }
}
