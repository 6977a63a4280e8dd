using Hostlock.Fetching;
using Hostlock.Flakes;
using Hostlock.Fleets;
using Hostlock.Fleets.Bisecting;
using Hostlock.Locks;
using Hostlock.Tests.Support;
using static Hostlock.Tests.Support.SmallLocks;

namespace Hostlock.Tests.Fleets.Bisecting;

/// <summary>The search between two locks: what is tried, what is remembered, and which revision is blamed.</summary>
public sealed class BisectionTests : IDisposable
{
    static readonly LockFile Good = SmallLocks.Of([.. "abcdefgh".Select(name => ($"{name}", Input($"{name}", 1)))]);
    static readonly LockFile Bad = SmallLocks.Of([.. "abcdefgh".Select(name => ($"{name}", Input($"{name}", name == 'h' ? 1 : 2)))]);

    readonly TempFolder _folder = new();
    readonly List<LockFile> _tried = [];

    public void Dispose() => _folder.Dispose();

    LockPlace Place => LockPlace.OfFile("plex", _folder["plex.lock"]);

    string Memory => _folder["cache/memory.json"];

    [Fact]
    public void Suspects_are_the_inputs_that_differ_themselves_or_in_what_lies_beneath_them()
    {
        var good = SmallLocks.Of(("a", Input("a", 1)), ("b", Locked("github:acme/b", 1, 1, ("x", Input("x", 1)))), ("c", Input("c", 1)));
        var bad = SmallLocks.Of(("b", Locked("github:acme/b", 1, 1, ("x", Input("x", 2)))), ("c", Input("c", 1)), ("d", Follows("c")));

        Assert.Equal(["a", "b", "d"], new Bisection(Place, good, bad, Memory).Suspects);
    }

    [Fact]
    public async Task The_input_whose_bad_revision_fails_is_found_among_many()
    {
        Assert.Equal(["e"], await Search().FindAsync(() => FailsWith("e"), (_, _) => { }));
        Assert.InRange(_tried.Count, 3, 9);
    }

    [Fact]
    public async Task Each_try_is_told_with_the_inputs_that_are_those_of_the_bad_lock()
    {
        var told = new List<string>();

        await Search().FindAsync(() => FailsWith("e"), (inputs, verdict) => told.Add($"{string.Concat(inputs)} {verdict}"));

        Assert.Equal([" Good", "abcdefg Bad"], told.Take(2));
        Assert.All(
            told, line => Assert.EndsWith(line.Contains('e', StringComparison.Ordinal) ? " Bad" : " Good", line, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_good_lock_that_fails_and_a_bad_one_that_passes_are_refused()
    {
        Assert.Equal("the command fails with the good lock", await RefusalAsync(Verdict.Bad));
        File.Delete(Memory);
        Assert.Equal("the command passes with the bad lock", await RefusalAsync(Verdict.Good));

        async Task<string> RefusalAsync(Verdict verdict) =>
            (await Assert.ThrowsAsync<FleetException>(() => Search().FindAsync(() => Task.FromResult(verdict), (_, _) => { }))).Message;
    }

    [Fact]
    public async Task What_was_tried_is_not_tried_again_until_it_is_forgotten()
    {
        await Search().FindAsync(() => FailsWith("e"), (_, _) => { });
        var tries = _tried.Count;

        Assert.Equal(["e"], await Search().FindAsync(() => FailsWith("e"), (_, _) => { }));
        Assert.Equal(tries, _tried.Count);

        File.Delete(Memory);
        await Search().FindAsync(() => FailsWith("e"), (_, _) => { });
        Assert.Equal(2 * tries, _tried.Count);
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{\"a\":1}")]
    [InlineData("{\"a\":\"Maybe\"}")]
    public async Task A_memory_that_makes_no_sense_is_none(string memory)
    {
        _folder.Write("cache/memory.json", memory);

        Assert.Equal(["e"], await Search().FindAsync(() => FailsWith("e"), (_, _) => { }));
    }

    [Fact]
    public async Task A_lock_in_which_an_input_would_follow_nothing_is_not_run()
    {
        var good = SmallLocks.Of(("a", Input("a", 1)), ("b", Input("b", 1)));
        var bad = SmallLocks.Of(("a", Locked("github:acme/a", 2, 2, ("x", Follows("c")))), ("b", Input("b", 1)), ("c", Input("c", 1)));

        var culprits = await new Bisection(Place, good, bad, Memory).FindAsync(() => FailsWith("a"), (_, _) => { });

        Assert.Equal(["a", "c"], culprits.Order());
        Assert.All(_tried, file => Assert.Empty(LockGraft.Dangling(file)));
    }

    [Theory]
    [InlineData(1, null)]
    [InlineData(5, 4)]
    [InlineData(9, 8)]
    public async Task The_first_bad_revision_is_found_by_halving(int firstBad, int? lastGood)
    {
        var found = await FindRevisionAsync(digit => digit >= firstBad ? Verdict.Bad : Verdict.Good);

        Assert.Equal([Id(firstBad)], Ids(found.Culprits));
        Assert.Equal(lastGood is { } digit ? Id(digit) : null, found.LastGood?.Id.ToString());
        Assert.InRange(_tried.Count, 3, 4);
    }

    [Fact]
    public async Task Revisions_of_which_nothing_can_be_told_are_suspects_beside_the_first_that_is_bad()
    {
        var found = await FindRevisionAsync(digit => digit is 4 or 5 ? Verdict.Skipped : digit >= 4 ? Verdict.Bad : Verdict.Good);

        Assert.Equal([Id(4), Id(5), Id(6)], Ids(found.Culprits));
        Assert.Equal(Id(3), found.LastGood?.Id.ToString());
    }

    [Fact]
    public async Task A_revision_that_cannot_be_locked_is_gone_around_and_one_that_cannot_be_had_ends_the_search()
    {
        var broken = FetchException.NotInRegistries("x", RegistryScope.Limited);
        var found = await FindRevisionAsync(digit => digit >= 5 ? Verdict.Bad : Verdict.Good, at: 5, broken);

        Assert.False(broken.IsOutside);
        Assert.Equal([Id(5), Id(6)], Ids(found.Culprits));
        var unreachable = FetchException.Unreachable("x", "it is broken");
        Assert.Same(unreachable, await Assert.ThrowsAsync<FetchException>(() => FindRevisionAsync(_ => Verdict.Good, at: 5, unreachable)));
    }

    static LockEdge.Locked Input(string name, int digit) => Locked($"github:acme/{name}", digit, digit);

    static IEnumerable<string> Ids(IEnumerable<NewestRevision> revisions) => revisions.Select(revision => revision.Id.ToString());

    static int DigitOf(LockFile file, string input) => ((LockEdge.Locked)file.EdgeAt(InputPath.Of(input))!).Node.Locked.Revision![0] - '0';

    Bisection Search() => new(Place, Good, Bad, Memory);

    // A command that fails if the lock that lies there has the second revision of an input.
    Task<Verdict> FailsWith(string input) => Task.FromResult(DigitOf(Tried(), input) == 2 ? Verdict.Bad : Verdict.Good);

    LockFile Tried()
    {
        var file = HostLocks.ReadExisting(Place);
        _tried.Add(file);
        return file;
    }

    // Nine revisions, of the digits from 1 to 9; the one at a digit cannot be locked.
    Task<RevisionVerdict> FindRevisionAsync(Func<int, Verdict> verdict, int at = 0, HostlockException? why = null)
    {
        NewestRevision[] revisions = [.. Enumerable.Range(1, 9).Select(digit => new NewestRevision(Revision.Parse(Id(digit)), null))];
        return new Bisection(Place, SmallLocks.Of(("a", Input("a", 0))), SmallLocks.Of(("a", Input("a", 9))), Memory).FindRevisionAsync(
            revisions, LockAsync, () => Task.FromResult(verdict(DigitOf(Tried(), "a"))), (_, _) => { });

        Task<LockFile> LockAsync(NewestRevision revision)
        {
            var digit = revision.Id.ToString()[0] - '0';
            return why is not null && digit == at
                ? Task.FromException<LockFile>(why)
                : Task.FromResult(SmallLocks.Of(("a", Input("a", digit))));
        }
    }
}
