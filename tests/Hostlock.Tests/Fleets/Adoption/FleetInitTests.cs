using System.Collections.Immutable;
using System.Text;
using Hostlock.Fleets;
using Hostlock.Fleets.Adoption;
using Hostlock.Locks;
using Hostlock.Tests.Support;
using static Hostlock.Tests.Support.SmallLocks;
using HostMap = System.Collections.Immutable.ImmutableSortedDictionary<
    Hostlock.Fleets.HostName, System.Collections.Immutable.ImmutableArray<string>>;

namespace Hostlock.Tests.Fleets.Adoption;

/// <summary>The files that <c>init</c> would write, as a plan.</summary>
public sealed class FleetInitTests : IDisposable
{
    static readonly HostMap NoHosts = HostMap.Empty;

    static readonly string RootLock = Encoding.UTF8.GetString(LockFileWriter.Write(SmallLocks.Of(("a", Locked("github:acme/a", 1, 1)))));

    readonly TempFolder _folder = new();

    public FleetInitTests()
    {
        _folder.Write(
            "flake.nix",
            "{\n  inputs.a.url = \"github:acme/a\";\n"
            + "  outputs = { self, a }: { nixosConfigurations = { plex = 1; web = 2; }; };\n}\n");
        _folder.Write("flake.lock", RootLock);
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_host_gets_the_pins_of_the_root_lock_and_the_others_stay_on_it()
    {
        var plan = Plan(Hosts("plex"), Hosts("web"), ["nixosConfigurations"]);

        Assert.Equal(
            ["locks/plex.lock", "hostlock.toml", "hostlock.nix", ".gitattributes", "flake.nix"], plan.Files.Select(file => file.Path));
        Assert.Equal(RootLock, TextOf(plan, "locks/plex.lock"));
        Assert.Equal(
            """
            # The hosts of this flake, and the lock each is built by. Read by hostlock and by hostlock.nix.
            version = 1
            # The names of all outputs, so that building one host never evaluates the others to learn them.
            outputs = ["nixosConfigurations"]

            [hosts.plex]

            [hosts.web]
            lock = "flake.lock"

            """,
            TextOf(plan, "hostlock.toml"));
        Assert.Equal("locks/*.lock merge=hostlock linguist-generated\n", TextOf(plan, ".gitattributes"));
        Assert.Equal(
            "{\n  inputs.a.url = \"github:acme/a\";\n"
            + "  outputs = inputs: import ./hostlock.nix inputs ({ self, a }: { nixosConfigurations = { plex = 1; web = 2; }; });\n}\n",
            TextOf(plan, "flake.nix"));
        Assert.Equal(["flake.nix"], plan.Files.Where(file => !file.IsNew).Select(file => file.Path));
    }

    [Fact]
    public void A_plan_writes_nothing_and_once_it_is_applied_there_is_nothing_to_do()
    {
        var before = Directory.GetFileSystemEntries(_folder.Path).Order(StringComparer.Ordinal);
        var plan = Plan(Hosts("plex"), Hosts("web"), ["nixosConfigurations"]);
        Assert.Equal(before, Directory.GetFileSystemEntries(_folder.Path).Order(StringComparer.Ordinal));

        FleetInit.Undertake(FleetFolder.Open(_folder.Path), ["init"], plan).Apply();

        Assert.Empty(Plan(Hosts("plex"), Hosts("web"), ["nixosConfigurations"]).Files);
    }

    [Fact]
    public void Configurations_that_are_not_the_usual_one_are_listed()
    {
        var plex = NoHosts.Add(HostName.Parse("plex"), ["nixosConfigurations.plex", "homeConfigurations.\"jono@plex\""]);

        Assert.EndsWith(
            "\n[hosts.plex]\nconfigurations = [\"nixosConfigurations.plex\", 'homeConfigurations.\"jono@plex\"']\n",
            TextOf(Plan(plex, NoHosts, null), "hostlock.toml"), StringComparison.Ordinal);
    }

    [Fact]
    public void A_host_that_was_kept_on_the_root_lock_gets_its_own_and_what_else_the_file_says_stays()
    {
        _folder.Write(
            "hostlock.toml",
            "version = 1\n# of the cellar\n[hosts.web]\nlock = \"flake.lock\" # for now\nring = \"late\"\n[rings.late]\n");

        var plan = Plan(Hosts("web"), NoHosts, null);

        var text = TextOf(plan, "hostlock.toml");
        Assert.Contains("# of the cellar\n[hosts.web]\n", text, StringComparison.Ordinal);
        Assert.Contains("ring = \"late\"\n[rings.late]\n", text, StringComparison.Ordinal);
        Assert.DoesNotContain("lock =", text, StringComparison.Ordinal);
        Assert.Equal(RootLock, TextOf(plan, "locks/web.lock"));
    }

    [Fact]
    public void New_lines_of_hostlock_toml_end_as_the_others_do()
    {
        _folder.Write("hostlock.toml", "version = 1\r\n[hosts.plex]\r\n");

        Assert.Equal(
            "version = 1\r\n[hosts.plex]\r\n\r\n[hosts.web]\r\n", TextOf(Plan(Hosts("web"), NoHosts, null), "hostlock.toml"));
    }

    [Theory]
    [InlineData("*.png binary\n", "*.png binary\nlocks/*.lock merge=hostlock linguist-generated\n")]
    [InlineData("*.png binary", "*.png binary\nlocks/*.lock merge=hostlock linguist-generated")]
    [InlineData("*.png binary\r\n", "*.png binary\r\nlocks/*.lock merge=hostlock linguist-generated\r\n")]
    [InlineData("* text\r\n*.png binary", "* text\r\n*.png binary\r\nlocks/*.lock merge=hostlock linguist-generated")]
    public void The_last_line_of_gitattributes_ends_as_it_did(string before, string after)
    {
        _folder.Write(".gitattributes", before);

        Assert.Equal(after, TextOf(Plan(Hosts("plex"), NoHosts, null), ".gitattributes"));
    }

    [Theory]
    [InlineData("lock = \"my locks/{host}.lock\"\n", "\"my locks/*.lock\"")]
    [InlineData("lock = \"{host}.lock\"\n", "/plex.lock")]
    [InlineData("lock = \"pins/{host}.json\"\n", "/pins/plex.json")]
    [InlineData("lock = \"pins of {host}\"\n", "\"/pins of plex\"")]
    [InlineData("lock = \"hosts/{host}/flake.lock\"\n", "hosts/*/flake.lock")]
    [InlineData("lock = \"flake-{host}.lock\"\n", "flake-*.lock")]
    [InlineData("lock = \"linked/{host}.lock\"\n", "real/*.lock")]
    public void The_pattern_of_a_lock_is_one_that_git_finds_it_by_and_no_lock_of_other_programs(string setting, string pattern)
    {
        Directory.CreateDirectory(_folder["real"]);
        Directory.CreateSymbolicLink(_folder["linked"], "real");
        _folder.Write("hostlock.toml", $"version = 1\n{setting}");

        Assert.Equal(
            $"{pattern} merge=hostlock linguist-generated\n", TextOf(Plan(Hosts("plex"), NoHosts, null), ".gitattributes"));
    }

    [Fact]
    public void Without_a_root_lock_nothing_can_be_adopted()
    {
        File.Delete(_folder["flake.lock"]);

        Assert.Throws<FleetException>(() => Plan(Hosts("plex"), NoHosts, null));
    }

    static HostMap Hosts(string name) => NoHosts.Add(HostName.Parse(name), [$"nixosConfigurations.{name}"]);

    static string TextOf(InitPlan plan, string path) => Encoding.UTF8.GetString(plan.Files.Single(file => file.Path == path).Contents.Span);

    InitPlan Plan(HostMap hosts, HostMap others, ImmutableArray<string>? outputs) =>
        FleetInit.Plan(FleetFolder.Open(_folder.Path), new(hosts, others, outputs, outputs is not null, null));
}
