using Hostlock.Conformance.Layouts;
using Hostlock.Tests.Support;

namespace Hostlock.Conformance.FakeHosts;

/// <summary>The pages on machines, done as they say at a terminal of fake hosts: what a page shows is what is shown there.</summary>
[Trait("time", "long")]
public class MachinesPageTests
{
    [Fact]
    public async Task The_page_on_machines_comes_out_as_it_says()
    {
        using var fleet = FakeFleet.Start("dobro", "imbp", "orc", "plex", "zeeba");
        _ = fleet.Light(["dobro", "orc", "plex"]);
        await FollowAsync(fleet, "docs/machines.md", fleet.Systemd("imbp"), fleet.Systemd("zeeba"));
    }

    [Fact]
    public async Task The_page_on_rollouts_comes_out_as_it_says() => await FollowOnThreeAsync("docs/rollouts.md");

    [Fact]
    public async Task The_page_on_seeing_comes_out_as_it_says() => await FollowOnThreeAsync("docs/seeing.md");

    [Fact]
    public async Task The_page_on_machines_that_pull_comes_out_as_it_says()
    {
        using var fleet = FakeFleet.Start("plex", "web");
        await FollowAsync(fleet, "docs/pull.md", fleet.Light("plex"), fleet.Light("web"));
    }

    [Fact]
    public async Task The_first_hour_comes_out_as_it_says() => await FollowOnThreeAsync("docs/first-hour.md");

    static async Task FollowOnThreeAsync(string page)
    {
        using var fleet = FakeFleet.Start("dobro", "plex", "zeeba");
        _ = fleet.Light(["dobro", "plex", "zeeba"]);
        await FollowAsync(fleet, page);
    }

    static async Task FollowAsync(FakeFleet fleet, string page, params FakeHost[] others)
    {
        var recipe = Recipe.Read(Path.Combine(Repository.Root, page));
        FakeHost[] hosts = [fleet.Controller, .. others];

        var at = fleet.Controller;
        foreach (var step in recipe.Steps)
        {
            switch (step)
            {
                case RecipeStep.Fleet(_, var what):
                    if (what.Split(' ', 2) is ["at", var name])
                        at = hosts.Single(host => host.Name == name);
                    else
                        Happen(fleet, what);
                    break;
                case RecipeStep.Command(var line, var text, var says):
                    var shown = await at.TypeAsync(fleet.Flake, text);
                    if (!Recipe.Pattern(says).IsMatch(shown))
                        Assert.Fail($"{recipe.Page}:{line}: {text}\n{shown}");
                    break;
                default:
                    Assert.Fail($"{recipe.Page}:{step.Line}: nobody does this");
                    break;
            }
        }
    }

    static string Cache(FakeFleet fleet) => $"file://{Path.Combine(fleet.Folder, "work", "cache")}";

    static string Settings(FakeFleet fleet) => File.ReadAllText(Path.Combine(fleet.Flake, "hostlock.toml"));

    static void Happen(FakeFleet fleet, string what)
    {
        switch (what.Split(' ', 3))
        {
            case ["monolithic"]:
                // As it was before hostlock came: the machines run what the one lock makes.
                _ = fleet.Hostlock("eject", "--yes").Succeeded;
                _ = fleet.Controller.Shell(
                    $"cd {fleet.Flake} && git add -A && git commit --quiet --message 'one lock' && rm -rf .git/hostlock").Succeeded;
                break;
            case ["release", var package, var version]:
                fleet.Release(package, version);
                break;
            case ["module", var host, var text]:
                fleet.Write(($"hosts/{host}.nix", $"{{ networking.hostName = \"{host}\"; {text} }}\n"));
                break;
            case ["settings", var table, var text]:
                fleet.Write(("hostlock.toml", $"{Settings(fleet)}\n{table}\n{text}\n"));
                break;
            case ["append", .. var words]:
                fleet.Write(("hostlock.toml", $"{Settings(fleet)}{string.Join(' ', words)}\n"));
                break;
            case ["ring", var host, var ring]:
                fleet.Write(
                    ("hostlock.toml", Settings(fleet).Replace(
                        $"[hosts.{host}]\n", $"[hosts.{host}]\nring = \"{ring}\"\n", StringComparison.Ordinal)));
                break;
            case ["soak", var ring, var time]:
                fleet.Write((
                    "hostlock.toml",
                    time == "none"
                        ? string.Join('\n', Settings(fleet).Split('\n').Where(line => !line.StartsWith("soak", StringComparison.Ordinal)))
                        : Settings(fleet).Replace(
                            $"[rings.{ring}]\n", $"[rings.{ring}]\nsoak = \"{time}\"\n", StringComparison.Ordinal)));
                break;
            case ["seen", var host]:
                _ = fleet.Hostlock("probe", host).Succeeded;
                break;
            case ["colleague", var host]:
                fleet.SwitchByColleague(fleet.Flake, host, "switch");
                break;
            case ["another"]:
                // As long as it has the folder, no other run may.
                _ = fleet.Controller.Shell($"setsid flock {fleet.Flake}/.git/hostlock sleep 86399 </dev/null >/dev/null 2>&1 &").Succeeded;
                FakeHost.Until(() => fleet.Controller.Shell($"flock -n {fleet.Flake}/.git/hostlock true").ExitCode != 0);
                break;
            case ["alone"]:
                _ = fleet.Controller.Shell("pkill -f '[s]leep 86399'").Succeeded;
                break;
            case ["cache"]:
                // Systems are pushed to a folder that machines have too.
                fleet.Write(
                    ("hostlock.toml", $"{Settings(fleet)}[rollout]\nafter-build = [\"nix\", \"copy\", \"--quiet\", \"--to\", "
                        + $"\"{Cache(fleet)}\", \"{{systems}}\"]\n"));
                break;
            case ["pulls", var host]:
                var work = Path.Combine(fleet.Folder, "work");
                File.WriteAllText(
                    Path.Combine(work, $"{host}.json"),
                    $$"""
                    {
                      "fleet": "home", "host": "{{host}}", "sources": ["{{work}}/releases"], "cache": "{{Cache(fleet)}}",
                      "allowedSigners": "/etc/hostlock/allowed_signers", "hostKey": "/etc/ssh/host_key"
                    }
                    """);
                _ = fleet.Named(host).Shell(
                    $"mkdir -p /etc/hostlock && cp {work}/{host}.json /etc/hostlock/pull.json "
                    + $"&& echo \"release $(cat {work}/release.pub)\" >/etc/hostlock/allowed_signers").Succeeded;
                break;
            case ["upstream"]:
                _ = fleet.Controller.Shell(
                    $"cd {fleet.Flake} && git clone --quiet --bare . ../fleet.git && git remote add origin ../fleet.git "
                    + "&& git push --quiet --set-upstream origin main").Succeeded;
                break;
            case [var command, .. var words]:
                _ = fleet.Command(command, words.SelectMany(word => word.Split(' ')));
                break;
            default:
                break;
        }
    }
}
