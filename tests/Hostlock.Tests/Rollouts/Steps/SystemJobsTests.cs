using Hostlock.Fleets;
using Hostlock.Machines;
using Hostlock.Platform;
using Hostlock.Rollouts;
using Hostlock.Rollouts.Steps;
using Hostlock.Tests.Support;

namespace Hostlock.Tests.Rollouts.Steps;

public sealed class SystemJobsTests : IDisposable
{
    const string Derivation = "/nix/store/00000000000000000000000000000000-nixos-system-plex.drv";
    const string System = "/nix/store/11111111111111111111111111111111-nixos-system-plex";

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
            {"attr":"plex","attrPath":["plex"],"drvPath":"{{{Derivation}}}","outputs":{"out":"{{{System}}}"}}
            {"attrPath":["we${b}\\"],"drvPath":"{{{Derivation}}}","outputs":{"out":"{{{System}}}"}}
            []
            """, ""));

        var jobs = await EvaluateAsync(processes);

        Assert.Equal(["plex", "web"], jobs.Keys.Order());
        Assert.All(jobs.Values, job => Assert.Equal(new(StorePath.TryParse(Derivation)!.Value, StorePath.TryParse(System)!.Value), job));
        var asked = Assert.Single(processes.Asked);
        Assert.Contains("--workers 3 --max-memory-size 99 --gc-roots-dir /roots", asked, StringComparison.Ordinal);
        Assert.Contains(@"[ ""plex"" ""we\${b}\\"" ]", asked, StringComparison.Ordinal);
        Assert.EndsWith($"--flake 'path:{_folder.Path}#nixosConfigurations'", asked, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"attrPath":["plex"],"error":"error: no disk"}""", 0, "plex cannot be built: error: no disk")]
    [InlineData("""{"attrPath":["plex"],"drvPath":"/tmp/x.drv"}""", 0, "plex cannot be built: nix-eval-jobs says nothing of it")]
    [InlineData(
        """{"attrPath":["plex"],"drvPath":"/nix/store/00000000000000000000000000000000-x.drv","outputs":{"out":null}}""", 0,
        "plex cannot be built: nix-eval-jobs says nothing of it")]
    [InlineData("""{"attrPath":["other"],"error":"x"}""", 1, "plex cannot be built: nix-eval-jobs says nothing of it")]
    public async Task A_host_that_cannot_be_evaluated_is_named(string line, int exitCode, string message)
    {
        var error = await Assert.ThrowsAsync<RolloutException>(() => EvaluateAsync(new OneAnswer(new(exitCode, $"{line}\n", ""))));

        Assert.Equal(message, error.Message);
    }

    [Fact]
    public async Task One_that_knows_no_such_option_evaluates_nothing() =>
        Assert.Empty(await EvaluateAsync(new OneAnswer(new(1, "", "error: unrecognised flag '--select'"))));

    async Task<Dictionary<string, EvaluatedSystem>> EvaluateAsync(IProcessRunner processes)
    {
        var folder = FleetFolder.Open(_folder.Path);
        var jobs = await new SystemJobs(processes, folder).EvaluateAsync(
            folder.Fleet.Hosts, null, "/roots", TestContext.Current.CancellationToken);
        return jobs.ToDictionary(job => job.Key.ToString(), job => job.Value);
    }
}
