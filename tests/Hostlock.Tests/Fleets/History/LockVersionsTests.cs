using Hostlock.Flakes;
using Hostlock.Fleets;
using Hostlock.Fleets.History;
using Hostlock.Locks;
using Hostlock.Platform;
using Hostlock.Tests.Support;
using static Hostlock.Tests.Support.SmallLocks;

namespace Hostlock.Tests.Fleets.History;

/// <summary>Versions of a lock, read from disk and from git's history.</summary>
[Trait("part", "programs")]
public sealed class LockVersionsTests : IDisposable
{
    readonly TempFolder _folder = new();
    readonly FleetFolder _fleet;
    readonly LockPlace _place;

    public LockVersionsTests()
    {
        _folder.Write("flake.nix", "");
        _folder.Write("hostlock.toml", "version = 1\n[hosts.plex]\n");
        _fleet = FleetFolder.Open(_folder.Path);
        _place = _fleet.PlaceOf(HostName.Parse("plex"));
    }

    static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task The_current_lock_is_that_on_disk_and_an_earlier_one_that_of_its_commit()
    {
        Commit(1);
        Commit(2);
        Write(3);

        Assert.Equal(Id(3), await RevisionAsync("plex"));
        Assert.Equal(Id(2), await RevisionAsync("plex@HEAD"));
        Assert.Equal(Id(1), await RevisionAsync("plex@HEAD~1"));
    }

    [Fact]
    public async Task What_does_not_exist_is_an_error_that_names_it()
    {
        Assert.Contains("has no lock yet", (await FailAsync("plex")).Message, StringComparison.Ordinal);
        Commit(1);
        Assert.Contains("'nowhere'", (await FailAsync("plex@nowhere")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Versions_that_are_read_with_one_history_start_git_once()
    {
        Commit(1);
        Commit(2);
        var processes = new CountingProcesses();
        var (now, before) = (LockVersion.Parse(_fleet, "plex@HEAD", _folder.Path), LockVersion.Parse(_fleet, "plex@HEAD~1", _folder.Path));
        using var history = LockHistory.Open(processes, _fleet);
        var first = await ReadAsync(now);
        var started = processes.Started.Count;

        Assert.Equal([first, await ReadAsync(before), first], [await ReadAsync(now), await ReadAsync(before), await ReadAsync(now)]);
        Assert.NotEqual(first, await ReadAsync(before));
        Assert.Equal(started, processes.Started.Count);

        async Task<byte[]> ReadAsync(LockVersion version) =>
            await Versions.ReadBytesAsync(version, TestContext.Current.CancellationToken, history);
    }

    LockVersions Versions => new(new ProcessRunner(), _fleet, "here");

    void Write(int digit) => HostLocks.Write(_place, Of(("a", Locked("github:acme/a", digit, digit))));

    void Commit(int digit)
    {
        Write(digit);
        TestGit.Commit(_folder.Path, digit);
    }

    static string? Revision(LockFile file) => (file.EdgeAt(InputPath.Of("a")) as LockEdge.Locked)?.Node.Locked.Revision;

    async Task<string?> RevisionAsync(string word) =>
        Revision(await Versions.ReadAsync(LockVersion.Parse(_fleet, word, _folder.Path), Stop));

    Task<HostlockException> FailAsync(string word) =>
        Assert.ThrowsAnyAsync<HostlockException>(() => Versions.ReadAsync(LockVersion.Parse(_fleet, word, _folder.Path), Stop));
}
