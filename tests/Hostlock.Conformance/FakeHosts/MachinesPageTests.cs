using Hostlock.Conformance.Layouts;
using Hostlock.Tests.Support;

namespace Hostlock.Conformance.FakeHosts;

/// <summary>docs/machines.md, done as it says at a terminal of fake hosts: what the page shows is what is shown there.</summary>
public class MachinesPageTests
{
    [Fact]
    public async Task The_page_on_machines_comes_out_as_it_says()
    {
        var recipe = Recipe.Read(Path.Combine(Repository.Root, "docs/machines.md"));
        using var fleet = FakeFleet.Start("dobro", "imbp", "orc", "plex", "zeeba");
        foreach (var name in new[] { "dobro", "orc", "plex" })
            fleet.Light(name);
        FakeHost[] hosts = [fleet.Controller, fleet.Systemd("imbp"), fleet.Systemd("zeeba")];

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

    static void Happen(FakeFleet fleet, string what)
    {
        switch (what.Split(' ', 3))
        {
            case ["release", var package, var version]:
                fleet.Release(package, version);
                break;
            case ["module", var host, var text]:
                fleet.Write(($"hosts/{host}.nix", $"{{ networking.hostName = \"{host}\"; {text} }}\n"));
                break;
            case ["settings", var table, var text]:
                fleet.Write(("hostlock.toml", $"{File.ReadAllText(Path.Combine(fleet.Flake, "hostlock.toml"))}\n{table}\n{text}\n"));
                break;
            case ["seen", var host]:
                _ = fleet.Hostlock("probe", host).Succeeded;
                break;
            case [var command, .. var words]:
                _ = fleet.Command(command, words.SelectMany(word => word.Split(' ')));
                break;
            default:
                break;
        }
    }
}
