using Hostlock.Fleets;
using Hostlock.Machines;
using Hostlock.Machines.Systems;
using Hostlock.Platform;
using Hostlock.Tests.Support;

namespace Hostlock.Tests.Machines.Systems;

public sealed class SystemJobsTests : IDisposable
{
    const string Derivation = "/nix/store/00000000000000000000000000000000-nixos-system-plex.drv";
    const string System = "/nix/store/11111111111111111111111111111111-nixos-system-plex";

    // The host 'web', whose name Nix would read otherwise.
    const string Odd = @"nixosConfigurations.""we${b}\""";

    readonly TempFolder _folder = new();

    public SystemJobsTests()
    {
        _folder.Write("hostlock.toml", """
            version = 1
            [hosts.plex]
            [hosts.web]
            configurations = ["nixosConfigurations.\"we${b}\\\""]
            [rollout]
            jobs = 3
            memory = 99
            """);
        _folder.Write("flake.nix", "{ }");
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Each_host_gets_the_derivation_of_its_line_whatever_is_between_them()
    {
        var processes = new OneAnswer(new(0, $$$"""
            warning: something
            {"attrPath":[],"drvPath":1}
            {"attr":"plex","attrPath":["plex"],"drvPath":"{{{Derivation}}}","outputs":{"out":"{{{System}}}"},"system":"x86_64-linux"}
            {"attrPath":["we${b}\\"],"drvPath":"{{{Derivation}}}","outputs":{"out":"{{{System}}}"}}
            []
            """, ""));

        var jobs = await EvaluateAsync(processes);

        Assert.Equal([Odd, "nixosConfigurations.plex"], jobs.Keys.Order(StringComparer.Ordinal));
        Assert.Equal(
            new EvaluationOutcome.Evaluated(new(StorePath.TryParse(Derivation)!, StorePath.TryParse(System)!, "x86_64-linux")),
            jobs["nixosConfigurations.plex"]);
        Assert.Equal(
            new EvaluationOutcome.Evaluated(new(StorePath.TryParse(Derivation)!, StorePath.TryParse(System)!, "")), jobs[Odd]);
        var asked = Assert.Single(processes.Asked);
        Assert.Contains("--workers 3 --max-memory-size 99 --gc-roots-dir /roots", asked, StringComparison.Ordinal);
        Assert.Contains(@"[ ""plex"" ""we\${b}\\"" ]", asked, StringComparison.Ordinal);
        Assert.EndsWith($"--flake 'path:{_folder.Path}#nixosConfigurations'", asked, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"attrPath":["plex"],"error":"error: no disk\n"}""", 0, "error: no disk")]
    [InlineData("""{"attrPath":["plex"],"drvPath":"/tmp/x.drv"}""", 0, "nix-eval-jobs says nothing of it")]
    [InlineData(
        """{"attrPath":["plex"],"drvPath":"/nix/store/00000000000000000000000000000000-x.drv","outputs":{"out":null}}""", 0,
        "nix-eval-jobs says nothing of it")]
    [InlineData("""{"attrPath":["other"],"error":"x"}""", 1, "nix-eval-jobs says nothing of it")]
    public async Task A_configuration_that_cannot_be_evaluated_has_the_reason(string line, int exitCode, string why)
    {
        var jobs = await EvaluateAsync(new OneAnswer(new(exitCode, $"{line}\n", "")));

        Assert.Equal(new EvaluationOutcome.Failed(why), jobs["nixosConfigurations.plex"]);
    }

    [Fact]
    public async Task Homes_are_evaluated_as_what_activates_them()
    {
        var processes = new OneAnswer(new(0, """{"attrPath":["jono@plex"],"error":"no"}""", ""));

        var jobs = await EvaluateAsync(processes, "homeConfigurations.\"jono@plex\"");

        Assert.Equal(new EvaluationOutcome.Failed("no"), Assert.Single(jobs).Value);
        var asked = Assert.Single(processes.Asked);
        Assert.Contains("value = all.${name}.activationPackage; }) [ \"jono@plex\" ]", asked, StringComparison.Ordinal);
        Assert.EndsWith("#homeConfigurations'", asked, StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_that_knows_no_such_option_evaluates_nothing() =>
        Assert.Empty(await EvaluateAsync(new OneAnswer(new(1, "", "error: unrecognised flag '--select'"))));

    async Task<IReadOnlyDictionary<string, EvaluationOutcome>> EvaluateAsync(IProcessRunner processes, params string[] configurations)
    {
        var folder = FleetFolder.Open(_folder.Path);
        return await new SystemJobs(processes, folder).EvaluateAsync(
            configurations is [] ? folder.Fleet.Hosts.Select(host => host.ConfigurationPaths[0]) : configurations, null, "/roots",
            TestContext.Current.CancellationToken);
    }
}
