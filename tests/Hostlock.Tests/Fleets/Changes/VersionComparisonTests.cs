using Hostlock.Flakes;
using Hostlock.Fleets;
using Hostlock.Fleets.Changes;
using Hostlock.Fleets.History;
using Hostlock.Locks;
using Hostlock.Platform;
using Hostlock.Tests.Support;
using static Hostlock.Tests.Support.SmallLocks;

namespace Hostlock.Tests.Fleets.Changes;

/// <summary>Two versions of locks beside each other: which is the older, and what a promotion would leave.</summary>
public sealed class VersionComparisonTests : IDisposable
{
    static readonly LockFile Old = Of(("a", Locked("github:acme/a", 1, 1)), ("b", Locked("github:acme/b", 1, 1)));
    static readonly LockFile New = Of(("a", Locked("github:acme/a", 2, 2)), ("b", Locked("github:acme/b", 2, 2)));

    readonly TempFolder _folder = new();
    readonly FleetFolder _fleet;

    public VersionComparisonTests()
    {
        _folder.Write("flake.nix", FlakeWorld.FlakeNix("""a.url = "github:acme/a"; b.url = "github:acme/b";"""));
        _folder.Write(
            "hostlock.toml",
            "version = 1\n[hosts.plex]\n[hosts.web.freeze.b]\nreason = \"it does not boot\"\n"
                + "[hosts.twin]\nlock = \"locks/plex.lock\"\n");
        _fleet = FleetFolder.Open(_folder.Path);
    }

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_older_one_comes_first_in_whichever_order_they_were_named(bool isTurned)
    {
        var (plex, web) = (Now("plex", New), Now("web", Old));

        var compared = isTurned ? await CompareAsync(plex, web) : await CompareAsync(web, plex);

        Assert.Equal((web, plex), (compared.Before, compared.After));
        Assert.All(compared.Diff.Changes, change => Assert.False(Downgrade.Is(change)));
        Assert.Equal(["a", "b"], compared.Diff.Changes.Select(change => change.Path.ToString()));
    }

    [Fact]
    public async Task A_promotion_goes_the_way_that_both_words_say_and_else_to_the_older_one_from_the_newer()
    {
        var (plex, web) = (Now("plex", New), Now("web", Old));

        var said = (await CompareAsync(plex, web, isDirected: true)).Rest!;
        Assert.Equal(("plex", "web"), (said.From.Word, said.To.Word));
        Assert.Equal([new(InputPath.Of("b"), new HoldingRule.Frozen(new("it does not boot", null)))], said.Inputs);

        var unsaid = (await CompareAsync(plex, web, isDirected: false)).Rest!;
        Assert.Equal(("web", "plex"), (unsaid.From.Word, unsaid.To.Word));
    }

    [Fact]
    public async Task Only_inputs_that_are_asked_about_are_told()
    {
        var compared = await CompareAsync(Now("plex", New), Now("web", Old), inputs: ["a"]);

        Assert.Equal(["a"], compared.Diff.Changes.Select(change => change.Path.ToString()));
        Assert.Empty(compared.Rest!.Inputs);
        var unknown = await Assert.ThrowsAsync<FleetException>(() => CompareAsync(Now("plex", New), Now("web", Old), inputs: ["c"]));
        Assert.Contains("'c'", unknown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nothing_is_promoted_from_or_to_what_is_no_present_lock_of_another_host()
    {
        var plex = Now("plex", New);
        var earlier = new NamedLock("plex@HEAD~1", LockVersion.Of(_fleet, Owner("plex"), "HEAD~1"), Old);
        var root = new NamedLock("root", LockVersion.Parse(_fleet, "root", _folder.Path), Old);

        foreach (var other in new[] { earlier, root, Now("twin", New) })
        {
            Assert.Null((await CompareAsync(plex, other)).Rest);
            Assert.Null((await CompareAsync(other, plex)).Rest);
        }
    }

    NamedLock Now(string host, LockFile file) => new(host, LockVersion.Parse(_fleet, host, _folder.Path), file);

    Task<VersionComparison> CompareAsync(
        NamedLock first, NamedLock second, bool isDirected = true, IReadOnlyList<string>? inputs = null) =>
        VersionComparison.OfAsync(
            _fleet, HostDeclarations.Of(_fleet, new ProcessRunner()), first, second, isDirected,
            new([.. (inputs ?? []).Select(input => InputPath.Of(input))]), TestContext.Current.CancellationToken);
}
