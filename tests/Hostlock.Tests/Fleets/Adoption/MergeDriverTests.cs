using Hostlock.Fleets;
using Hostlock.Fleets.Adoption;
using Hostlock.Platform;
using Hostlock.Tests.Support;

namespace Hostlock.Tests.Fleets.Adoption;

/// <summary>The setting of a clone that has git merge locks by input.</summary>
[Trait("part", "programs")]
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

        Assert.Null(await driver.PlanRemovalAsync(Stop));
        await driver.ApplyAsync((await driver.PlanInstallAsync(Stop))!, Stop);
        Assert.Null(await driver.PlanInstallAsync(Stop));
        Assert.Equal(MergeDriver.Line, TestGit.In(_folder.Path, "config", MergeDriver.Setting).Trim());

        await driver.ApplyAsync((await driver.PlanRemovalAsync(Stop))!, Stop);
        Assert.Equal(before, File.ReadAllText(_folder[".git/config"]));
    }

    [Fact]
    public async Task A_setting_that_does_not_tell_git_which_lock_it_merges_is_outdated()
    {
        const string Earlier = "hostlock merge-driver %O %A %B";
        TestGit.In(_folder.Path, "init", "-q");
        TestGit.In(_folder.Path, "config", MergeDriver.Setting, Earlier);

        Assert.Equal(new MergeDriverChange.Install(), await Driver()!.PlanInstallAsync(Stop));
        Assert.Equal(new MergeDriverChange.Remove(Earlier), await Driver()!.PlanRemovalAsync(Stop));
    }

    [Fact]
    public async Task A_setting_of_the_users_own_stays()
    {
        TestGit.In(_folder.Path, "init", "-q");
        TestGit.In(_folder.Path, "config", MergeDriver.Setting, "/opt/hostlock merge-driver %O %A %B %P");

        Assert.Null(await Driver()!.PlanInstallAsync(Stop));
        Assert.Null(await Driver()!.PlanRemovalAsync(Stop));
    }

    [Fact]
    public void A_flake_in_no_repository_has_none() => Assert.Null(Driver());

    MergeDriver? Driver() => MergeDriver.Around(FleetFolder.Open(_folder["nixos"]), new ProcessRunner());
}
