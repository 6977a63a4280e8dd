using Hostlock.Fleets;
using Hostlock.Fleets.Settings;
using Hostlock.Machines;
using Hostlock.Rollouts;
using Hostlock.Rollouts.Engines;
using static Hostlock.Tests.Rollouts.FakeHostFacts;

namespace Hostlock.Tests.Rollouts.Engines;

public class DeployEnginesTests
{
    const string Flake = "git+file:///home/me/fleet";

    [Fact]
    public void The_direct_engine_has_the_script_of_steps_activate() => Assert.Null(Find("direct").Command(Deployment("root@plex")));

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
        var request = Find("nixos-rebuild").Command(Deployment(target, power))!;

        Assert.Equal((program, hasOwnSession), (request.Program, request.HasOwnSession));
        Assert.Equal(arguments.Split(' ').Select(word => word == "{0}" ? $"{New}" : word), request.Arguments);
    }

    [Theory]
    [InlineData("ssh://me@plex.lan:2222", "plex plex.lan me@plex.lan")]
    [InlineData("plex", "plex plex plex")]
    [InlineData(null, "plex localhost localhost")]
    public void The_words_of_an_engine_are_filled_in_and_stay_single_arguments(string? target, string places)
    {
        var engine = Find("mine", """
            [engines.mine]
            switch = ["mine", "{host} {target} {ssh}", "{flake}#{host}", "{system}/bin", "{action}", "${x} { {", ""]
            """);

        var request = engine.Command(Deployment(target))!;

        Assert.Equal((Activation.Switch, "mine", true), (engine.Activation, request.Program, request.HasOwnSession));
        Assert.Equal([places, $"{Flake}#plex", $"{New}/bin", "switch", "${x} { {", ""], request.Arguments);
    }

    [Fact]
    public void What_is_filled_in_is_not_filled_in_again()
    {
        var engine = Find("mine", "[engines.mine]\ntest = ['./mine', '{flake}']\n");

        var request = engine.Command(Deployment("plex") with { Flake = "path:/{system}", Folder = "/home/me/fleet" })!;

        Assert.Equal(
            (Activation.Test, "/home/me/fleet/mine", "/home/me/fleet", "path:/{system}"),
            (engine.Activation, request.Program, request.Folder, request.Arguments[0]));
    }

    [Theory]
    [InlineData("root@plex", RootPower.IsRoot, "ssh", "-- root@plex sh -s {0} /nix/store/")]
    [InlineData("me@plex", RootPower.BySudo, "ssh", "-- me@plex sudo -n -- sh -s {0} /nix/store/")]
    [InlineData(null, RootPower.BySudo, "sudo", "-n -- sh -s {0} /nix/store/")]
    public void Comin_is_told_to_look_for_commits_and_is_attended_to(string? target, RootPower power, string program, string arguments)
    {
        var engine = Find("comin");

        var (command, attendance) = (engine.Command(Deployment(target, power))!, engine.Attendance(Deployment(target, power))!);

        Assert.Equal((Activation.Switch, program, program), (engine.Activation, command.Program, attendance.Program));
        Assert.Contains(string.Format(null, arguments, "fetch"), string.Join(' ', command.Arguments), StringComparison.Ordinal);
        Assert.Contains(string.Format(null, arguments, "attend"), string.Join(' ', attendance.Arguments), StringComparison.Ordinal);
    }

    [Fact]
    public void Each_engine_that_exists_by_itself_is_found_and_another_is_not()
    {
        Assert.All(RolloutSettings.Engines, name => Assert.Equal(name, Find(name).Name));
        Assert.Null(DeployEngines.Find(Fleet.Empty, "mine"));
    }

    [Fact]
    public void A_host_is_planned_by_its_own_engine()
    {
        var fleet = FleetFile.Read("""
            version = 1
            [hosts.plex]
            engine = "mine"
            trial = "20s"
            [hosts.web]
            [engines.mine]
            switch = ["mine"]
            """);

        var (plex, web) = (fleet.Hosts[0], fleet.Hosts[1]);

        Assert.Equal(
            new(plex.Name, New, Activation.Switch, "mine", TimeSpan.FromSeconds(20), true),
            DeployEngines.Plan(fleet, plex, New, boots: false, isChecked: true));
        Assert.Equal(Activation.Boot, DeployEngines.Plan(fleet, plex, New, boots: true, isChecked: true).Activation);
        Assert.Equal(
            new(web.Name, New, Activation.Test, "direct", TimeSpan.FromMinutes(10), false),
            DeployEngines.Plan(fleet, web, New, boots: false, isChecked: false));
    }

    static IDeployEngine Find(string name, string settings = "") =>
        DeployEngines.Find(FleetFile.Read($"version = 1\n{settings}"), name)!;

    static Deployment Deployment(string? target, RootPower power = RootPower.IsRoot) =>
        new(new(Plex, target), power, New, Flake, "/home/me/fleet");
}
