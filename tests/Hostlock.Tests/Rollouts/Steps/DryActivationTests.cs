using Hostlock.Rollouts.Steps;

namespace Hostlock.Tests.Rollouts.Steps;

public class DryActivationTests
{
    [Fact]
    public void The_words_of_NixOS_are_read()
    {
        const string OldKernel = "/nix/store/00000000000000000000000000000000-linux-6.12.1";
        const string NewKernel = "/nix/store/11111111111111111111111111111111-linux-6.12.4";

        var dry = DryActivation.Parse($"""
            reboot kernel {OldKernel}/bzImage {NewKernel}/bzImage
            setting up /etc...
            would stop the following units: old.service, nginx.service
            would NOT stop the following changed units: dbus.service
            would activate the configuration...
            would restart the following units: sshd.service
            would reload the following units: firewall.service
            would start the following units: nginx.service, new.timer
            """);

        Assert.Equal(["old.service"], dry.Stops);
        Assert.Equal(["nginx.service", "sshd.service"], dry.Restarts);
        Assert.Equal(["firewall.service"], dry.Reloads);
        Assert.Equal(["new.timer"], dry.Starts);
        Assert.Equal(
            ("kernel", "linux-6.12.1", "linux-6.12.4"),
            (dry.Reboot[0].Name, dry.Reboot[0].Booted!.Name, dry.Reboot[0].Running!.Name));
        Assert.False(dry.IsInhibited || dry.HasNoTimer);
    }

    [Fact]
    public void What_the_script_itself_says_is_read()
    {
        var dry = DryActivation.Parse("inhibited\nno-timer\n");

        Assert.True(dry.IsInhibited && dry.HasNoTimer && !dry.HasUnits);
    }

    [Fact]
    public void Names_that_are_no_units_and_lists_without_end_are_bounded()
    {
        var dry = DryActivation.Parse($"would stop the following units: \u001b[2J, {new string('x', 300)}\n"
            + $"would start the following units: {string.Join(", ", Enumerable.Range(0, 5000).Select(number => $"u{number}.service"))}");

        Assert.Empty(dry.Stops);
        Assert.Equal(1000, dry.Starts.Length);
    }
}
