using Hostlock.Flakes;
using Hostlock.Fleets;
using Hostlock.Fleets.Merging;
using Hostlock.Locks;
using Hostlock.Platform;
using Hostlock.Tests.Support;

namespace Hostlock.Tests.Fleets.Merging;

/// <summary>Locks that git could not merge by lines, settled by the versions that its index keeps.</summary>
[Trait("part", "programs")]
public sealed class LockResolvingTests : IDisposable
{
    const string Inputs = """a.url = "github:o/a"; b.url = "github:o/b";""";

    readonly TempFolder _folder = new();
    readonly ProcessRunner _processes = new();
    readonly FlakeWorld _world = new();

    public LockResolvingTests()
    {
        _world.Flake("github:o/a");
        _world.Flake("github:o/b");
        _folder.Write("nixos/flake.nix", "{ outputs = _: { }; }");
        _folder.Write("nixos/hostlock.toml", "version = 1\n[hosts.plex]\n");
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Conflicts_are_settled_one_by_one_and_the_last_makes_the_merge()
    {
        var (ours, theirs) = await MergeAsync();

        var first = await ResolveAsync(MergeChoice.Ours, "a");
        Assert.Equal(["b"], first.Merge.Left.Select(conflict => conflict.Input.ToString()));
        Assert.Single(await UnmergedAsync());

        var second = await ResolveAsync(MergeChoice.Theirs, "b");
        Assert.True(second.IsWhole);
        Assert.Empty(await UnmergedAsync());
        Assert.Equal("M  nixos/locks/plex.lock", TestGit.In(_folder.Path, "status", "--short").TrimEnd());
        Assert.Equal((Revision(ours, "a"), Revision(theirs, "b")), (Revision(Now(), "a"), Revision(Now(), "b")));
    }

    [Fact]
    public async Task A_merge_that_is_taken_back_leaves_nothing_of_what_was_settled()
    {
        var (ours, _) = await MergeAsync();
        await ResolveAsync(MergeChoice.Theirs, "a");

        TestGit.In(_folder.Path, "merge", "--abort");

        Assert.True(LockDiff.Same(ours, Now()));
    }

    [Fact]
    public async Task Locks_that_git_keeps_by_a_filter_are_settled_through_it()
    {
        TestGit.Init(_folder.Path);
        foreach (var way in new[] { "clean", "smudge" })
            TestGit.In(_folder.Path, "config", $"filter.moved.{way}", "tr a-zA-Z n-za-mN-ZA-M");
        _folder.Write(".gitattributes", "*.lock filter=moved\n");
        var (_, theirs) = await MergeAsync();

        await ResolveAsync(MergeChoice.Theirs, "a");
        await ResolveAsync(MergeChoice.Theirs, "b");

        Assert.True(LockDiff.Same(theirs, Now()));
        Assert.StartsWith(
            "{\n  \"abqrf\"", TestGit.In(_folder.Path, "cat-file", "blob", ":nixos/locks/plex.lock"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_lock_that_both_sides_added_is_settled_too()
    {
        _folder.Write("empty", "");
        TestGit.Commit(_folder.Path, 1);
        var (ours, theirs) = await SidesAsync(null);

        await ResolveAsync(MergeChoice.Newer, "a");
        var last = await ResolveAsync(MergeChoice.Newer, "b");

        Assert.True(last.IsWhole);
        Assert.Equal((Revision(theirs, "a"), Revision(theirs, "b")), (Revision(Now(), "a"), Revision(Now(), "b")));
        Assert.False(LockDiff.Same(ours, theirs));
    }

    [Fact]
    public async Task A_lock_that_was_named_has_a_conflict_or_had_one()
    {
        _folder.Write("nixos/hostlock.toml", "version = 1\n[hosts.plex]\n[hosts.web]\n");
        await MergeAsync();
        var (plex, web) = (Folder.PlaceNamed("plex"), Folder.PlaceNamed("web"));
        var resolving = new LockResolving(_processes, Folder);
        var settled = new List<string>();

        Assert.Equal([plex], (await FindAsync(isNamed: false, plex, web)).Select(found => found.Place));
        var wrong = await Assert.ThrowsAsync<FleetException>(() => FindAsync(isNamed: true, plex, web));
        Assert.Equal(FleetException.IsMerged(web).Message, wrong.Message);

        await ResolveAsync(MergeChoice.Ours, "a");
        await ResolveAsync(MergeChoice.Ours, "b");
        Assert.Empty(await FindAsync(isNamed: true, plex));
        Assert.Equal(["plex"], settled);

        Task<IReadOnlyList<UnmergedLock>> FindAsync(bool isNamed, params LockPlace[] places) =>
            resolving.FindAsync(places, isNamed, place => settled.Add(place.Name), TestContext.Current.CancellationToken);
    }

    // Two branches that both move both inputs, theirs later; git merges their lines and fails.
    async Task<(LockFile Ours, LockFile Theirs)> MergeAsync()
    {
        var common = await _world.LockAsync(Inputs);
        Commit(common, 1);
        return await SidesAsync(common);
    }

    async Task<(LockFile Ours, LockFile Theirs)> SidesAsync(LockFile? common)
    {
        var sides = new List<LockFile>();
        for (var i = 0; i < 2; i++)
        {
            _world.Flake("github:o/a");
            _world.Flake("github:o/b");
            sides.Add(await _world.LockAsync(Inputs));
        }
        TestGit.In(_folder.Path, "checkout", "-q", "-b", "other");
        Commit(sides[1], 2);
        TestGit.In(_folder.Path, "checkout", "-q", "main");
        Commit(sides[0], 3);
        Assert.NotEqual(0, Run.Program("git", _folder.Path, TestGit.Variables, ["merge", "-q", "other"]).ExitCode);
        Assert.Single(await UnmergedAsync());
        Assert.Equal(common is null, (await UnmergedAsync())[0].File.Common is null);
        return (sides[0], sides[1]);
    }

    void Commit(LockFile file, int day)
    {
        _folder.Write("nixos/locks/plex.lock", System.Text.Encoding.UTF8.GetString(LockFileWriter.Write(file)));
        TestGit.Commit(_folder.Path, day);
    }

    async Task<LockResolution> ResolveAsync(MergeChoice choice, string input)
    {
        var resolving = new LockResolving(_processes, Folder);
        var request = new ResolutionRequest([InputPath.Of(input)], choice);
        IReadOnlyList<LockResolution> settled = [];
        await resolving.RunAsync(
            _ => UnmergedAsync(), request, ["resolve", "plex", "-i", input], merges => settled = merges,
            TestContext.Current.CancellationToken);
        return Assert.Single(settled);
    }

    FleetFolder Folder => FleetFolder.Open(_folder["nixos"]);

    Task<IReadOnlyList<UnmergedLock>> UnmergedAsync() =>
        UnmergedLock.ReadAsync(Folder, Folder.AllPlaces(), _processes, TestContext.Current.CancellationToken);

    LockFile Now() => HostLocks.ReadExisting(Folder.PlaceNamed("plex"));

    static string? Revision(LockFile file, string input) =>
        Assert.IsType<LockEdge.Locked>(file.EdgeAt(InputPath.Of(input))).Node.Locked.Revision;
}
