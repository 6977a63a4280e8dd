using Hostlock.Fleets;
using Hostlock.Machines;
using Hostlock.Rollouts.Engines;
using static Hostlock.Tests.Rollouts.FakeHostFacts;

namespace Hostlock.Tests.Rollouts.Engines;

public class DeployEnginesTests
{
    [Fact]
    public void The_direct_engine_has_the_script_of_steps_activate() =>
        Assert.Null(DeployEngines.Of("direct").Activation(new(Plex, "root@plex"), RootPower.IsRoot, New));

    [Theory]
    [InlineData("root@plex", RootPower.IsRoot, "nixos-rebuild", "test --no-reexec --store-path {0} --target-host root@plex", true)]
    [InlineData(
        "ssh://root@plex:22", RootPower.IsRoot, "nixos-rebuild", "test --no-reexec --store-path {0} --target-host root@plex", true)]
    [InlineData(
        "me@plex", RootPower.BySudo, "nixos-rebuild", "test --no-reexec --store-path {0} --target-host me@plex --elevate=sudo", true)]
    [InlineData(null, RootPower.IsRoot, "nixos-rebuild", "test --no-reexec --store-path {0}", true)]
    [InlineData(null, RootPower.BySudo, "sudo", "-n -- setsid --wait nixos-rebuild test --no-reexec --store-path {0}", false)]
    public void Nixos_rebuild_gets_the_exact_system_in_a_session_of_its_own(
        string? target, RootPower power, string program, string arguments, bool hasOwnSession)
    {
        var request = DeployEngines.Of("nixos-rebuild").Activation(new(Plex, target), power, New)!;

        Assert.Equal((program, hasOwnSession), (request.Program, request.HasOwnSession));
        Assert.Equal(arguments.Split(' ').Select(word => word == "{0}" ? $"{New}" : word), request.Arguments);
    }

    [Fact]
    public void Each_engine_that_the_file_may_name_exists() =>
        Assert.All(RolloutSettings.Engines, name => Assert.Equal(name, DeployEngines.Of(name).Name));
}
