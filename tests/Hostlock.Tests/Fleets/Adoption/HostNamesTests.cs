using Hostlock.Fleets;
using Hostlock.Fleets.Adoption;
using Hostlock.Platform;
using Hostlock.Tests.Support;

namespace Hostlock.Tests.Fleets.Adoption;

public sealed class HostNamesTests : IDisposable
{
    readonly TempFolder _folder = new();

    public HostNamesTests() => _folder.Write("flake.lock", "{ \"nodes\": { \"root\": {} }, \"root\": \"root\", \"version\": 7 }");

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("nixosConfigurations = { plex = 1; orc = 2; };", "orc: nixosConfigurations.orc|plex: nixosConfigurations.plex", "")]
    [InlineData("nixosConfigurations.plex = 1; packages = { };", "plex: nixosConfigurations.plex", "")]
    [InlineData(
        "darwinConfigurations.apple = 1; nixosConfigurations.\"1st\" = 2;",
        "1st: nixosConfigurations.\"1st\"|apple: darwinConfigurations.apple",
        "")]
    [InlineData(
        "nixosConfigurations.plex = 1; homeConfigurations.\"jono@plex\" = 2;",
        "plex: nixosConfigurations.plex homeConfigurations.\"jono@plex\"",
        "")]
    [InlineData(
        "nixosConfigurations.plex = 1; homeConfigurations = { plex = 2; jono = 3; };",
        "plex: nixosConfigurations.plex homeConfigurations.plex",
        "jono")]
    // Beside hosts, a home at another host is nobody's until that host is named.
    [InlineData(
        "nixosConfigurations.plex = 1; homeConfigurations = { \"j@plex\" = 2; \"j@work\" = 3; };",
        "plex: nixosConfigurations.plex homeConfigurations.\"j@plex\"",
        "work")]
    [InlineData(
        "homeConfigurations = { \"j@plex\" = 1; plex = 2; jono = 3; \"a@plex\" = 4; };",
        "plex: homeConfigurations.\"j@plex\" homeConfigurations.\"a@plex\" homeConfigurations.plex",
        "jono")]
    [InlineData("nixosConfigurations = { }; homeConfigurations.\"j@plex\" = 1;", "plex: homeConfigurations.\"j@plex\"", "")]
    // Hosts may be among what is computed.
    [InlineData("nixosConfigurations = builtins.f 1; homeConfigurations.\"j@plex\" = 1;", "", "plex")]
    [InlineData("nixosConfigurations = builtins.f 1; darwinConfigurations.apple = 1;", "apple: darwinConfigurations.apple", "")]
    [InlineData("nixosConfigurations = { \"a b\" = 1; root = 2; \"..\" = 3; };", "", "")]
    [InlineData("nixOnDroidConfigurations.default = 1;", "", "default")]
    [InlineData("packages = { };", "", "")]
    public async Task The_text_of_a_flake_says_hosts_and_what_may_be_named_beside(string outputs, string hosts, string candidates)
    {
        var names = await FindAsync(outputs);

        Assert.Equal(hosts, string.Join('|', names.Configurations.Select(host => $"{host.Key}: {string.Join(' ', host.Value)}")));
        Assert.Equal(candidates, string.Join(' ', names.Candidates.Keys));
    }

    [Theory]
    [InlineData("nixosConfigurations.plex = 1; packages = { };", "nixosConfigurations packages", null)]
    [InlineData(
        "nixosConfigurations.plex = 1; homeConfigurations.jono = 2;",
        "nixosConfigurations homeConfigurations",
        "1 stays on flake.lock: homeConfigurations.jono (homes of no host here; 'hostlock init jono' gives it a lock)")]
    [InlineData(
        "nixosConfigurations.plex = 1; homeConfigurations = { \"j@plex\" = 2; jono = 3; };",
        null,
        "1 stays on flake.lock: homeConfigurations.jono (homes of no host here; 'hostlock init jono' gives it a lock)")]
    [InlineData(
        "nixosConfigurations = { plex = 1; \"a b\" = 2; \"a\\\"q\" = 2; root = 3; }; nixOnDroidConfigurations.default = 3;", null,
        "4 stay on flake.lock: nixOnDroidConfigurations.default (telephones; 'hostlock init default' gives it a lock), "
        + "nixosConfigurations.\"a b\" nixosConfigurations.\"a\\\"q\" (no name of a host: letters, digits, '-', '_' and '.'), "
        + "nixosConfigurations.root (the name of the root lock)")]
    [InlineData(
        "nixosConfigurations.plex = 1; colmena = { meta = { }; plex = { }; };", "nixosConfigurations colmena",
        "1 stays on flake.lock: colmena.plex (nodes that colmena builds of modules of their own)")]
    [InlineData(
        "nixosConfigurations.plex = 1; colmena = { meta = { }; plex = { }; }; colmenaHive = builtins.f self.outputs.colmena;",
        "nixosConfigurations colmena colmenaHive",
        null)]
    [InlineData(
        "nixosConfigurations.plex = 1; colmena = { meta = { }; } // builtins.f self.nixosConfigurations;",
        "nixosConfigurations colmena",
        null)]
    [InlineData("nixosConfigurations.plex = 1; darwinConfigurations = builtins.f 1;", null, null)]
    public async Task What_is_not_taken_stays_on_the_root_lock_and_the_outputs_are_listed_only_if_nothing_is_lost(
        string outputs, string? listed, string? staying)
    {
        var names = await FindAsync(outputs);
        string[] taken = [.. names.Configurations.Values.SelectMany(paths => paths)];

        Assert.Equal(listed, names.OutputsBeside(taken) is { } all ? string.Join(' ', all) : null);
        Assert.Equal(staying, names.Staying(taken));
    }

    [Theory]
    [InlineData("{ outputs = _: { nixosConfigurations.plex = 1; }; }", false, false)]
    [InlineData("{ outputs = _: { nixosConfigurations.plex = 1; homeConfigurations.jono = 1; }; }", false, false)]
    [InlineData("{ outputs = builtins.f 1; }", false, true)]
    [InlineData("{ outputs = builtins.f 1; }", true, false)]
    public async Task Nix_is_asked_only_for_what_the_text_does_not_say_and_only_before_there_is_a_list(
        string flakeNix, bool hasList, bool isAsked)
    {
        _folder.Write("flake.nix", flakeNix);
        if (hasList)
            _folder.Write("hostlock.toml", "version = 1\n");
        var nix = new PretendNix(
            """{"all":["nixosConfigurations","lib"],"configurations":{"nixosConfigurations":["plex"],"""
                + """ "darwinConfigurations":[],"homeConfigurations":[],"nixOnDroidConfigurations":[]}}""");

        var names = await FindAsync(nix);

        Assert.Equal(isAsked, nix.Asked.Length > 0);
        Assert.Equal(!hasList, names.AreComplete);
        Assert.Equal(hasList ? "" : "plex", string.Join(' ', names.Configurations.Keys));
    }

    [Theory]
    [InlineData("", "", "path:WORK")]
    [InlineData(".git/HEAD", "", "git+file://WORK")]
    [InlineData(".git/HEAD", "a b/c", "git+file://WORK?dir=a%20b/c")]
    [InlineData(".git/shallow", "nixos", "git+file://WORK?dir=nixos&shallow=1")]
    public async Task Nix_is_asked_for_what_git_tracks(string git, string at, string address)
    {
        if (git.Length > 0)
            _folder.Write(git, "");
        _folder.Write(Path.Combine(at, "flake.nix"), "{ outputs = builtins.f 1; }");
        var nix = new PretendNix("{\"all\":[],\"configurations\":{}}");

        await HostNames.FindAsync(FleetFolder.Open(_folder[at]), nix, TestContext.Current.CancellationToken);

        var work = string.Join('/', _folder.Path.Split('/').Select(Uri.EscapeDataString));
        Assert.Contains(
            $"(builtins.getFlake \"{address.Replace("WORK", work, StringComparison.Ordinal)}\")", nix.Asked, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Flakes_in_folders_of_hosts_add_theirs_and_take_none_away()
    {
        _folder.Write("hosts/plex/flake.nix", "{ outputs = _: { darwinConfigurations.plex = 1; }; }");
        _folder.Write("machines/web/flake.nix", "{ outputs = _: { nixosConfigurations.web = 1; }; }");

        var names = await FindAsync("nixosConfigurations.plex = 1; homeConfigurations.jono = 2;");

        Assert.Equal(["nixosConfigurations.plex"], names.ConfigurationsOf(HostName.Parse("plex")));
        Assert.Equal(["nixosConfigurations.web"], names.ConfigurationsOf(HostName.Parse("web")));
        Assert.Equal(["homeConfigurations.jono"], names.ConfigurationsOf(HostName.Parse("jono")));
        Assert.Equal(["nixosConfigurations.unknown"], names.ConfigurationsOf(HostName.Parse("unknown")));
    }

    [Fact]
    public async Task Why_no_host_is_known_is_told()
    {
        Assert.Equal("declare a host in flake.nix first", (await UnknownAsync("{ outputs = _: { packages = { }; }; }")).Hint);
        Assert.Equal(
            "to give one of them a lock of its own, name it: hostlock init jono",
            (await UnknownAsync("{ outputs = _: { homeConfigurations.jono = 1; }; }")).Hint);

        const string Computed = "{ outputs = builtins.f 1; }";
        Assert.Equal(
            "the host names in flake.nix are computed, and there is no nix here to evaluate them", (await UnknownAsync(Computed)).Message);
        Assert.Equal(
            "the host names in flake.nix are computed, and nix cannot evaluate them: cannot fetch 'git+ssh://secrets'",
            (await UnknownAsync(Computed, new PretendNix("", "error:\n  … while fetching\n\n   error: cannot fetch "
                + "'git+ssh://secrets'\n", 1))).Message);
    }

    [Fact]
    public async Task Where_nothing_says_a_name_the_folders_are_suggested_and_first_of_all_a_lock_to_start_from()
    {
        const string Computed = "{ outputs = builtins.f 1; }";
        Assert.Equal("name them: hostlock init HOST…", (await UnknownAsync(Computed)).Hint);

        _folder.Write("machines/plex/default.nix", "{ }");
        _folder.Write("machines/common/default.nix", "{ }");
        _folder.Write("machines/empty/README", "");
        Assert.Equal("name them; by the folders of machines: hostlock init plex", (await UnknownAsync(Computed)).Hint);

        File.Delete(_folder["flake.lock"]);
        Assert.Equal("name them; by the folders of machines: hostlock init plex", (await UnknownAsync(Computed)).Hint);
        Assert.Equal("hostlock lock root", (await UnknownAsync("{ inputs.a.url = \"github:o/a\"; outputs = _: builtins.f 1; }")).Hint);
    }

    async Task<FleetException> UnknownAsync(string flakeNix, PretendNix? nix = null)
    {
        _folder.Write("flake.nix", flakeNix);
        return (await FindAsync(nix ?? new PretendNix(null))).Unknown(FleetFolder.Open(_folder.Path));
    }

    Task<HostNames> FindAsync(string outputs)
    {
        _folder.Write("flake.nix", $"{{ outputs = {{ self }}: {{ {outputs} }}; }}");
        return FindAsync(new PretendNix(null));
    }

    Task<HostNames> FindAsync(PretendNix nix) =>
        HostNames.FindAsync(FleetFolder.Open(_folder.Path), nix, TestContext.Current.CancellationToken);

    /// <summary>A nix that gives one answer; one that is not installed if the answer is null.</summary>
    sealed class PretendNix(string? answer, string errors = "", int exitCode = 0) : IProcessRunner
    {
        public string Asked { get; private set; } = "";

        public Task<Finished> RunAsync(ProcessRequest request, CancellationToken cancellationToken)
        {
            Asked = request.ToString();
            return Task.FromResult(new Finished(exitCode, answer ?? throw PlatformException.NotOnThePath(request.Program), errors));
        }

        public IRunningProcess Start(ProcessRequest request) => throw new NotSupportedException();
    }
}
