using Hostlock.Fleets;
using Hostlock.Fleets.Adoption;
using Hostlock.Platform;
using Hostlock.Tests.Support;

namespace Hostlock.Tests.Fleets.Adoption;

/// <summary>The setting of a clone that has git merge locks by input.</summary>
public sealed class MergeDriverTests : IDisposable
{
    readonly TempFolder _folder = new();

    public MergeDriverTests() => _folder.Write("nixos/flake.nix", "");

    static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task The_setting_comes_and_goes_and_leaves_the_config_as_it_was()
    {
        TestGit.In(_folder.Path, "init", "-q");
        var before = File.ReadAllText(_folder[".git/config"]);
        var driver = Driver()!;

        Assert.False(await driver.IsSetAsync(Stop));
        await driver.InstallAsync(Stop);
        Assert.True(await driver.IsSetAsync(Stop));
        Assert.False(await driver.IsOutdatedAsync(Stop));
        Assert.Equal(MergeDriver.Line, TestGit.In(_folder.Path, "config", "merge.hostlock.driver").Trim());

        await driver.UninstallAsync(Stop);
        Assert.Equal(before, File.ReadAllText(_folder[".git/config"]));
    }

    [Fact]
    public async Task A_setting_that_does_not_tell_git_which_lock_it_merges_is_outdated_and_one_of_the_users_own_is_not()
    {
        TestGit.In(_folder.Path, "init", "-q");

        TestGit.In(_folder.Path, "config", "merge.hostlock.driver", "hostlock merge-driver %O %A %B");
        Assert.True(await Driver()!.IsOutdatedAsync(Stop));

        TestGit.In(_folder.Path, "config", "merge.hostlock.driver", "/opt/hostlock merge-driver %O %A %B %P");
        Assert.False(await Driver()!.IsOutdatedAsync(Stop));
    }

    [Fact]
    public void A_flake_in_no_repository_has_none() => Assert.Null(Driver());

    MergeDriver? Driver() => MergeDriver.Around(FleetFolder.Open(_folder["nixos"]), new ProcessRunner());
}
