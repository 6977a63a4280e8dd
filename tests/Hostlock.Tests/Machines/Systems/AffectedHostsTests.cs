using System.Text;
using Hostlock.Fleets;
using Hostlock.Fleets.History;
using Hostlock.Machines.Systems;
using Hostlock.Platform;
using Hostlock.Tests.Machines.Probing;
using Hostlock.Tests.Support;

namespace Hostlock.Tests.Machines.Systems;

/// <summary>The hosts whose systems differ from those of a commit: who is evaluated, and who is not.</summary>
[Trait("part", "programs")]
public sealed class AffectedHostsTests : IDisposable
{
    const string Lock = """{ "nodes": { "root": { } }, "root": "root", "version": 7 }""";

    readonly TempFolder _folder = new();
    readonly PretendMachines _programs = new();

    public AffectedHostsTests()
    {
        _folder.Write("flake.nix", "{ outputs = inputs: import ./hostlock.nix inputs (_: { }); }");
        _folder.Write("hostlock.nix", Encoding.UTF8.GetString(NixLibrary.Contents));
        _folder.Write("hostlock.toml", "version = 1\n[hosts.plex]\n[hosts.web]\n");
        _folder.Write("flake.lock", Lock);
        _folder.Write("locks/plex.lock", Lock);
        _folder.Write("locks/web.lock", Lock);
        TestGit.Commit(_folder.Path, 1);
        // The files make the system 1 of each host, and a commit makes the system 0.
        _programs.Nix = reference => Built(reference.Contains("rev=", StringComparison.Ordinal) ? '0' : '1');
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Only_hosts_that_something_concerns_are_evaluated_each_now_and_then()
    {
        _folder.Write("locks/web.lock", Lock + "\n");

        var affected = await SinceAsync();

        var web = Assert.Single(affected.Hosts);
        Assert.Equal(("web", ChangeReason.Lock), (web.Name.ToString(), Assert.Single(web.Reasons)));
        Assert.Equal(
            new AffectedConfiguration(
                "nixosConfigurations.web.config.system.build.toplevel", "x86_64-linux", FakeMachine.System('0'), FakeMachine.System('1')),
            Assert.Single(web.Configurations));
        Assert.Equal((2, 1), (affected.Asked, affected.Evaluated));
        Assert.Equal(2, _programs.Evaluated.Count);
        Assert.All(_programs.Evaluated, reference => Assert.Contains("#nixosConfigurations.web.", reference, StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_the_files_of_a_commit_made_is_not_evaluated_again()
    {
        _folder.Write("locks/web.lock", Lock + "\n");
        TestGit.Commit(_folder.Path, 2);
        await SinceAsync("HEAD~1");
        _programs.Evaluated.Clear();

        Assert.Single((await SinceAsync("HEAD~1")).Hosts);
        Assert.Empty(_programs.Evaluated);
    }

    [Fact]
    public async Task A_host_that_makes_the_same_system_is_not_affected_although_it_was_evaluated()
    {
        _folder.Write("locks/web.lock", Lock + "\n");
        _programs.Nix = _ => Built('1');

        var affected = await SinceAsync();

        Assert.Empty(affected.Hosts);
        Assert.Equal(1, affected.Evaluated);
    }

    [Fact]
    public async Task All_are_evaluated_if_a_person_wants_it_but_the_same_files_only_once()
    {
        var affected = await SinceAsync(evaluatesAll: true);

        Assert.Empty(affected.Hosts);
        Assert.Equal(2, affected.Evaluated);
        Assert.Equal(2, _programs.Evaluated.Count);
    }

    [Fact]
    public async Task A_host_that_cannot_be_evaluated_now_failed_and_one_that_could_not_be_then_is_affected()
    {
        _folder.Write("locks/web.lock", Lock + "\n");
        _folder.Write("locks/plex.lock", Lock + "\n");
        _programs.Nix = reference =>
            reference.Contains("web", StringComparison.Ordinal) == reference.Contains("rev=", StringComparison.Ordinal)
                ? new(1, "", "error: no disk")
                : Built('1');

        var affected = await SinceAsync();

        Assert.Equal("plex", Assert.Single(affected.Failed).Host.ToString());
        var web = Assert.Single(affected.Hosts);
        Assert.Equal("web", web.Name.ToString());
        Assert.Null(Assert.Single(web.Configurations).Before);
        Assert.Contains("no disk", web.EarlierProblem!.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_new_host_has_no_earlier_system_and_one_that_is_gone_is_told()
    {
        _folder.Write("hostlock.toml", "version = 1\n[hosts.plex]\n[hosts.new]\nlock = \"locks/web.lock\"\n");

        var affected = await SinceAsync();

        Assert.Equal(["web"], affected.Gone.Select(name => name.ToString()));
        var added = Assert.Single(affected.Hosts);
        Assert.Equal(("new", ChangeReason.New), (added.Name.ToString(), Assert.Single(added.Reasons)));
        Assert.Null(Assert.Single(added.Configurations).Before);
        Assert.DoesNotContain(_programs.Evaluated, reference => reference.Contains("rev=", StringComparison.Ordinal));
    }

    static Finished Built(char digit) => new(
        0, $"""["/nix/store/{new string(digit, 32)}-nixos-system-plex-25.11.drv", "{FakeMachine.System(digit)}", "x86_64-linux"]""", "");

    Task<AffectedFleet> SinceAsync(string commit = "HEAD", bool evaluatesAll = false)
    {
        var fleet = FleetFolder.Open(_folder.Path);
        return new AffectedHosts(_programs, fleet, new(_folder[".git/cache"])).SinceAsync(
            commit, fleet.Fleet.Hosts, isAll: true, evaluatesAll, TestContext.Current.CancellationToken);
    }
}
