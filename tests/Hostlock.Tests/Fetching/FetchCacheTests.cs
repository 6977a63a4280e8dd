using Hostlock.Fetching;
using Hostlock.Flakes;
using Hostlock.Nar;
using Hostlock.Tests.Support;

namespace Hostlock.Tests.Fetching;

public class FetchCacheTests
{
    static readonly RefAttributes Key = RefAttributes.Of(("type", "github"), ("owner", "o"), ("repo", "r"), ("rev", new string('a', 40)));

    static readonly CachedAnswer Answer = new(
        "sha256-x",
        new(7),
        3,
        new Dictionary<TreePath, byte[]?> { [TreePath.Parse("flake.nix")] = "{ }"u8.ToArray(), [TreePath.Parse("flake.lock")] = null });

    [Fact]
    public void What_was_kept_is_found_again()
    {
        using var folder = new TempFolder();
        new FetchCache(folder.Path).Keep(Key, Answer);

        var found = new FetchCache(folder.Path).Find(Key)!;

        Assert.Equal(("sha256-x", 7UL, 3UL), (found.NarHash, found.LastModified!.Value.Seconds, found.RevisionCount!.Value));
        Assert.Equal("{ }"u8.ToArray(), found.Files[TreePath.Parse("flake.nix")]);
        Assert.Null(found.Files[TreePath.Parse("flake.lock")]);
        Assert.Null(new FetchCache(folder.Path).Find(Key.With("rev", new string('b', 40))));
    }

    [Fact]
    public void What_came_with_a_download_is_kept_with_it()
    {
        using var folder = new TempFolder();
        new FetchCache(folder.Path).Keep(Key, Answer with { IsComplete = true, Tag = "\"tag\"", Link = "https://h.test/fixed" });

        var found = new FetchCache(folder.Path).Find(Key)!;

        Assert.Equal((true, "\"tag\"", "https://h.test/fixed"), (found.IsComplete, found.Tag, found.Link));
    }

    [Fact]
    public void An_answer_is_written_again_only_if_it_says_something_else()
    {
        using var folder = new TempFolder();
        var cache = new FetchCache(folder.Path);
        cache.Keep(Key, Answer);
        var file = Directory.EnumerateFiles(folder.Path, "*", SearchOption.AllDirectories).Single();
        File.Delete(file);

        cache.Keep(Key, Answer with { });
        Assert.False(File.Exists(file));
        cache.Keep(Key, Answer with { RevisionCount = 4 });
        Assert.Equal(4UL, cache.Find(Key)!.RevisionCount);
        cache.Keep(Key, Answer);
        Assert.Equal(3UL, cache.Find(Key)!.RevisionCount);
    }

    [Fact]
    public void An_answer_of_an_earlier_run_is_not_written_again()
    {
        using var folder = new TempFolder();
        new FetchCache(folder.Path).Keep(Key, Answer);
        var file = Directory.EnumerateFiles(folder.Path, "*", SearchOption.AllDirectories).Single();
        File.SetLastWriteTimeUtc(file, DateTime.UnixEpoch);

        new FetchCache(folder.Path).Keep(Key, Answer);

        Assert.Equal(DateTime.UnixEpoch, File.GetLastWriteTimeUtc(file));
    }

    [Fact]
    public void A_cache_that_cannot_be_written_is_no_reason_to_fail()
    {
        using var folder = new TempFolder();
        var cache = new FetchCache(folder.Write("file", "in the way"));

        cache.Keep(Key, Answer);

        Assert.Null(cache.Find(Key));
    }

    [Fact]
    public void Damaged_and_foreign_answers_count_as_not_there()
    {
        using var folder = new TempFolder();
        var cache = new FetchCache(folder.Path);
        cache.Keep(Key, Answer);
        var file = Directory.EnumerateFiles(folder.Path, "*", SearchOption.AllDirectories).Single();
        var whole = File.ReadAllText(file);

        string[] others =
        [
            "", "x", whole[..^3], whole.Replace("sha256-x", "sha256-y", StringComparison.Ordinal),
            whole.Replace("answer 1", "answer 2", StringComparison.Ordinal),
        ];
        foreach (var damaged in others)
        {
            File.WriteAllText(file, damaged);

            Assert.Null(cache.Find(Key));
        }
        // An answer in the file of another key is not taken for the answer to that key.
        var other = Key.With("repo", "other");
        cache.Keep(other, Answer);
        File.Copy(
            Directory.EnumerateFiles(folder.Path, "*", SearchOption.AllDirectories).Single(path => path != file), file, overwrite: true);
        Assert.Null(cache.Find(Key));
    }
}
