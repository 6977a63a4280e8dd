using Hostlock.Platform;
using Hostlock.Tests.Support;

namespace Hostlock.Tests.Platform;

public sealed class FolderLockTests : IDisposable
{
    readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_folder_that_another_run_holds_is_not_given()
    {
        using var held = FolderLock.TryTakeNow(_folder.Path);

        Assert.Null(FolderLock.TryTakeNow(_folder.Path));
        Assert.Null(FolderLock.TryTake(_folder.Path));
    }

    [Fact]
    public async Task A_folder_that_is_let_go_a_moment_later_is_waited_for()
    {
        var held = FolderLock.TryTakeNow(_folder.Path);

        var waiting = Task.Run(() => FolderLock.TryTake(_folder.Path), TestContext.Current.CancellationToken);
        await Task.Delay(20, TestContext.Current.CancellationToken);
        held!.Dispose();

        using var taken = await waiting;
        Assert.NotNull(taken);
    }
}
