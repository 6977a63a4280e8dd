using System.Text;
using Hostlock.Fleets;
using Hostlock.Fleets.Changes;
using Hostlock.Locks;
using Hostlock.Tests.Support;

namespace Hostlock.Tests.Fleets.Changes;

/// <summary>The order in which a commit names what it has, and the files that it must not have.</summary>
[Trait("part", "programs")]
public sealed class LockCommitTests : IDisposable
{
    static readonly CommitNote Note = new(_ => "moved") { Action = "undo" };

    readonly TempFolder _folder = new();
    readonly CountingProcesses _processes = new();

    public LockCommitTests()
    {
        _folder.Write("flake.nix", "old");
        _folder.Write("hostlock.toml", "version = 1\n[hosts.web]\n[hosts.plex]\n");
        foreach (var host in new[] { "plex", "web" })
            _folder.Write($"locks/{host}.lock", Encoding.UTF8.GetString(Lock(1).Span));
        TestGit.Commit(_folder.Path, 1);
        TestGit.In(_folder.Path, "config", "user.name", "somebody");
        TestGit.In(_folder.Path, "config", "user.email", "somebody@example.org");
    }

    static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Hosts_are_named_in_the_order_of_the_fleet_whatever_the_order_of_the_files(bool isUndo)
    {
        var subject = await CommitAsync(
            isUndo, ("locks/plex.lock", Lock(2)), ("locks/web.lock", Lock(2)), ("flake.nix", "new"u8.ToArray()));

        Assert.Equal("locks: undo plex web a 1111111 → 2222222", subject);
        Assert.Contains(
            "\nmoved\n\nHostlock-Hosts: plex web\nHostlock-Action: undo\n", TestGit.In(_folder.Path, "log", "-1", "--format=%B"),
            StringComparison.Ordinal);
        Assert.Equal(
            "flake.nix\nlocks/plex.lock\nlocks/web.lock\n", TestGit.In(_folder.Path, "show", "--format=", "--name-only", "HEAD"));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Files_that_are_no_locks_are_named_by_their_paths(bool isUndo) => Assert.Equal(
        "locks: undo flake.nix hostlock.toml",
        await CommitAsync(isUndo, ("hostlock.toml", "version = 1\n"u8.ToArray()), ("flake.nix", "new"u8.ToArray())));

    [Fact]
    public async Task What_the_last_commit_has_already_is_not_committed_again()
    {
        Assert.Null(await CommitAsync(isUndo: false, ("locks/plex.lock", Lock(1)), ("flake.nix", "old"u8.ToArray())));
        Assert.Equal(
            "locks: undo web a 1111111 → 2222222",
            await CommitAsync(isUndo: false, ("locks/plex.lock", Lock(1)), ("locks/web.lock", Lock(2))));
    }

    [Theory]
    [InlineData("old", "new", false)]
    [InlineData("older", "old", false)]
    [InlineData("mine", "new", true)]
    [InlineData(null, "new", true)]
    public async Task A_file_whose_committed_version_is_neither_the_old_nor_the_new_one_has_changes_of_the_user(
        string? before, string after, bool isRefused)
    {
        RecordedFile file = new("flake.nix", before is null ? null : Encoding.UTF8.GetBytes(before), Encoding.UTF8.GetBytes(after));

        var error = await Record.ExceptionAsync(() => In().RequireOwnAsync([file], Stop));

        Assert.Equal(isRefused ? FleetException.HasOwnChanges("flake.nix").Message : null, error?.Message);
    }

    LockCommit In() => LockCommit.In(_processes, [FleetFolder.Open(_folder.Path)]);

    // Commits a change of these files, which an undo has in the opposite order.
    async Task<string?> CommitAsync(bool isUndo, params (string Path, ReadOnlyMemory<byte> Contents)[] files)
    {
        if (isUndo)
            Array.Reverse(files);
        var undertaking = Undertaking.Of(
            FleetFolder.Open(_folder.Path), ["undo"], files.Select(file => (file.Path, (ReadOnlyMemory<byte>?)file.Contents)), []);
        undertaking.Apply();
        return await In().MakeAsync([undertaking], Note, Stop);
    }

    static ReadOnlyMemory<byte> Lock(int digit) =>
        LockFileWriter.Write(SmallLocks.Of(("a", SmallLocks.Locked("github:acme/a", digit, digit))));
}
