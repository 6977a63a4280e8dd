using System.Text;
using Hostlock.Fleets;
using Hostlock.Fleets.History;
using Hostlock.Platform;
using Hostlock.Tests.Support;

namespace Hostlock.Tests.Fleets.History;

/// <summary>The hosts that a difference between a commit and the files can concern, and why.</summary>
[Trait("part", "programs")]
public sealed class FleetChangeTests : IDisposable
{
    const string Toml = "version = 1\n[hosts.plex]\n[hosts.web]\n";

    readonly TempFolder _folder = new();

    public FleetChangeTests()
    {
        _folder.Write(
            "flake.nix", "{ outputs = inputs: import ./hostlock.nix inputs ({ nixpkgs, ... }: { a = import ./hosts/plex.nix; }); }");
        _folder.Write("hostlock.nix", Encoding.UTF8.GetString(NixLibrary.Contents));
        _folder.Write("hostlock.toml", Toml);
        _folder.Write("hosts/plex.nix", "{ imports = [ ./common.nix ]; }");
        _folder.Write("hosts/common.nix", "{ }");
        _folder.Write("flake.lock", Empty);
        _folder.Write("locks/plex.lock", Empty);
        _folder.Write("locks/web.lock", Empty);
        _folder.Write("readme", "");
        TestGit.Commit(_folder.Path, 1);
    }

    const string Empty = """{ "nodes": { "root": { } }, "root": "root", "version": 7 }""";

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("locks/web.lock", "{ }", "", "Lock")]
    [InlineData("locks/plex.lock", "{ }", "Lock", "")]
    [InlineData("readme", "new", "", "")]
    [InlineData("hostlock.toml", Toml + "stamp = true\n", "", "Settings")]
    [InlineData("hostlock.toml", "version = 1\n[hosts.plex]\nlock = \"locks/web.lock\"\n[hosts.web]\n", "Settings", "")]
    public async Task Code_that_sees_only_what_it_names_is_concerned_by_its_own_lock_and_settings(
        string file, string text, string plex, string web)
    {
        _folder.Write(file, text);

        var change = await SinceAsync();

        Assert.Null(change.Seen);
        Assert.True(change.IsBlind);
        Assert.Equal((plex, web), (Reasons(change, "plex"), Reasons(change, "web")));
    }

    [Theory]
    [InlineData("flake.nix", "{ outputs = inputs: import ./hostlock.nix inputs (_: { }); }", "flake.nix differs")]
    [InlineData("hostlock.nix", "_: f: f", "hostlock.nix differs")]
    [InlineData("hosts/common.nix", "{ a = 1; }", "reads a file that differs")]
    [InlineData("hosts/other.nix", "self: self.outPath", "hosts/other.nix:1 reads a file that differs, or may see the whole flake")]
    [InlineData("hosts/other.nix", "{ a = }", "hosts/other.nix cannot be read as Nix code")]
    [InlineData(
        "hostlock.toml", "version = 1\nprivate = [ \"github:acme\" ]\n[hosts.plex]\n[hosts.web]\n", "'private' in hostlock.toml differs")]
    [InlineData("hostlock.toml", Toml + "flake = \"web/flake.nix\"\n", "web has a flake of its own")]
    [InlineData("other/flake.nix", "{ outputs = _: { }; }", "other/flake.nix is another flake")]
    [InlineData(".gitmodules", "", "the repository has submodules")]
    [InlineData("flake.lock", "broken", "flake.lock cannot be read")]
    public async Task What_may_be_seen_by_all_concerns_all(string file, string text, string why)
    {
        _folder.Write(file, text);
        TestGit.In(_folder.Path, "add", "-A");

        var change = await SinceAsync();

        Assert.Contains(why, change.Seen, StringComparison.Ordinal);
        Assert.Equal(("Files", "Files"), (Last(Reasons(change, "plex")), Last(Reasons(change, "web"))));

        static string Last(string reasons) => reasons.Split(' ')[^1];
    }

    [Fact]
    public async Task A_link_may_lead_to_what_differs()
    {
        File.CreateSymbolicLink(_folder["link"], "readme");
        TestGit.In(_folder.Path, "add", "-A");

        Assert.Equal("link is a link", (await SinceAsync()).Seen);
    }

    [Fact]
    public async Task Nothing_concerns_anybody_at_the_commit_itself_and_another_one_only_who_may_have_its_revision()
    {
        TestGit.CommitStaged(_folder.Path, 2);
        Assert.Equal("", Reasons(await SinceAsync("HEAD"), "plex", seesAll: true));
        Assert.Equal("", Reasons(await SinceAsync("HEAD~1"), "plex"));
        Assert.Equal("Revision", Reasons(await SinceAsync("HEAD~1"), "plex", seesAll: true));
    }

    [Fact]
    public async Task Hosts_come_and_go()
    {
        _folder.Write("hostlock.toml", "version = 1\n[hosts.web]\n[hosts.new]\n");

        var change = await SinceAsync();

        Assert.Equal("New", Reasons(change, "new"));
        Assert.Equal(["plex"], change.Gone(Fleet.Fleet).Select(name => name.ToString()));
    }

    [Fact]
    public async Task Of_a_commit_whose_hostlock_toml_cannot_be_read_nothing_is_known()
    {
        _folder.Write("hostlock.toml", "version = \n");
        TestGit.Commit(_folder.Path, 2);
        _folder.Write("hostlock.toml", Toml);

        var change = await SinceAsync();

        Assert.Equal("hostlock.toml of the commit cannot be read", change.Seen);
        Assert.Null(change.Before);
        Assert.Empty(change.Gone(Fleet.Fleet));
    }

    FleetFolder Fleet => FleetFolder.Open(_folder.Path);

    Task<FleetChange> SinceAsync(string commit = "HEAD") =>
        FleetChange.SinceAsync(new ProcessRunner(), Fleet, commit, TestContext.Current.CancellationToken);

    string Reasons(FleetChange change, string host, bool seesAll = false) =>
        string.Join(' ', change.ReasonsFor(Fleet.HostOf(HostName.Parse(host)), seesAll));
}
