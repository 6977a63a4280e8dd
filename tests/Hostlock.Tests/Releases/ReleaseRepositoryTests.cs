using Hostlock.Fleets;
using Hostlock.Releases;
using Hostlock.Tests.Support;
using static Hostlock.Tests.Releases.SampleReleases;

namespace Hostlock.Tests.Releases;

/// <summary>The releases of a clone, which git keeps and packs as it likes.</summary>
[Trait("part", "programs")]
public sealed class ReleaseRepositoryTests : IDisposable
{
    const string Nonsense = "there is no such commit";

    readonly TempFolder _folder = new();
    readonly CountingProcesses _processes = new();

    public ReleaseRepositoryTests()
    {
        _folder.Write("flake.nix", "");
        TestGit.Commit(_folder.Path, 1);
    }

    static CancellationToken Stop => TestContext.Current.CancellationToken;

    ReleaseRepository Repository => ReleaseRepository.Open(_processes, FleetFolder.Open(_folder.Path));

    public void Dispose() => _folder.Dispose();

    // Each status asks.
    [Fact]
    public async Task The_newest_release_is_read_from_files_alone()
    {
        Assert.Null(await Repository.NewestAsync(Stop));
        Assert.Empty(_processes.Started);
        await AddAsync(41);
        await AddAsync(42);
        var before = _processes.Started.Count;

        Assert.Equal(42, await NewestAsync());

        Assert.Equal(before, _processes.Started.Count);
    }

    [Fact]
    public async Task A_repository_is_empty_as_long_as_no_file_of_it_names_a_release()
    {
        Assert.True(ReleaseRepository.IsEmpty(FleetFolder.Open(_folder.Path)));
        await AddAsync(41);
        Assert.False(ReleaseRepository.IsEmpty(FleetFolder.Open(_folder.Path)));
        TestGit.In(_folder.Path, "pack-refs", "--all", "--prune");
        Assert.False(ReleaseRepository.IsEmpty(FleetFolder.Open(_folder.Path)));
    }

    [Fact]
    public async Task A_release_that_git_has_packed_is_found_by_git()
    {
        await AddAsync(41);
        await AddAsync(42);
        TestGit.In(_folder.Path, "gc", "--quiet");
        Assert.False(File.Exists(_folder[".git/refs/hostlock/releases"]));

        Assert.Equal(42, await NewestAsync());
        Assert.Equal([42, 41], (await Repository.AllAsync(Stop)).Select(each => each.Number.Value));
    }

    [Fact]
    public async Task What_leads_nowhere_is_not_nothing()
    {
        await AddAsync(41);
        foreach (var text in new[] { new string('a', 40), Nonsense })
        {
            _folder.Write(".git/refs/hostlock/releases", $"{text}\n");
            Assert.Contains(
                "git does not read the releases", (await Assert.ThrowsAsync<ReleaseException>(NewestAsync)).Message,
                StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task What_is_no_release_is_said()
    {
        TestGit.In(_folder.Path, "update-ref", "refs/hostlock/releases", "HEAD");

        Assert.Contains(
            "'latest' is no number", (await Assert.ThrowsAsync<ReleaseException>(NewestAsync)).Message, StringComparison.Ordinal);
    }

    async Task<long?> NewestAsync() =>
        await Repository.NewestAsync(Stop) is { } found ? ReleaseManifest.Read(found.Bytes).Number.Value : null;

    async Task AddAsync(long number)
    {
        var release = new SignedRelease(Release(number, 1).Write(), SshSignature.TryParse("U1NIU0lHAAAA")!);
        await Repository.AddAsync(Number(number), release, DateTimeOffset.UnixEpoch.AddSeconds(Now), Stop);
    }
}
