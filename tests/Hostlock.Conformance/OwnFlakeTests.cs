using System.Formats.Tar;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Hostlock.Conformance.Support;
using Hostlock.Releases;
using Hostlock.Tests.Support;

namespace Hostlock.Conformance;

/// <summary>The flake of this repository in real Nix, with a stand-in for nixpkgs: what it offers evaluates and fits together.</summary>
public partial class OwnFlakeTests(OwnFlake own) : IClassFixture<OwnFlake>
{
    static readonly string[] Systems = ["aarch64-darwin", "aarch64-linux", "x86_64-darwin", "x86_64-linux"];

    public static TheoryData<string> Releases() => ["2.34", "2.26", "2.8"];

    [Theory]
    [MemberData(nameof(Releases))]
    public void Everything_that_is_offered_evaluates(string release)
    {
        var nix = own.Nix(release);

        var shown = JsonNode.Parse(nix.Run(own.Folder["own"], "flake", "show", "--json").Succeeded)!;
        var names = own.Eval(
            nix,
            "own: builtins.mapAttrs (_: builtins.mapAttrs (_: output: if builtins.isAttrs output then builtins.attrNames output else "
                + "null)) own.outputs");
        var check = nix.Run(own.Folder["own"], "flake", "check", "--no-build");

        Assert.Equal(
            [
                "apps", "checks", "darwinModules", "devShells", "formatter", "homeModules", "nixosModules", "overlays", "packages",
                "templates",
            ],
            shown.AsObject().Select(output => output.Key).Order(StringComparer.Ordinal));
        Assert.Equal(Systems, JsonNode.Parse(names)!["packages"]!.AsObject().Select(system => system.Key));
        Assert.Equal("", check.ExitCode == 0 ? "" : check.Errors);
    }

    [Theory]
    [MemberData(nameof(Releases))]
    public void The_package_is_one_by_every_way(string release)
    {
        var nix = own.Nix(release);

        var ways = JsonSerializer.Deserialize<Dictionary<string, string[]>>(own.Eval(nix, """
            own: builtins.mapAttrs (system: packages: map (package: package.drvPath) [
              packages.hostlock
              packages.default
              own.checks.${system}.hostlock
              (import own.inputs.nixpkgs { inherit system; overlays = [ own.overlays.default ]; }).hostlock
            ]) own.packages
            """))!;

        Assert.Equal(Systems, ways.Keys);
        Assert.All(ways.Values, drvPaths => Assert.Single(drvPaths.Distinct()));
    }

    [Fact]
    public void The_program_of_the_package_starts_from_the_flake_and_from_a_profile()
    {
        var nix = own.Nix("2.34");

        var run = JsonNode.Parse(nix.Run(own.Folder.Path, "run", own.Reference).Succeeded)!;
        _ = nix.Run(
            own.Folder.Path, "profile", "add", "--profile", own.Folder["profile"], own.Reference, $"{own.Reference}#hostlock-ci").Succeeded;
        var ci = Run.Program(own.Folder["profile/bin/hostlock-ci"], own.Folder.Path, TestGit.Variables);

        Assert.Equal("hostlock", (string?)run["pname"]);
        Assert.Contains(
            $"<Version>{run["version"]}</Version>",
            File.ReadAllText(Path.Combine(Repository.Root, "Directory.Build.props")),
            StringComparison.Ordinal);
        Assert.True(File.Exists(own.Folder["profile/bin/hostlock"]));
        Assert.Equal((2, "hostlock-ci: say check, update or promote\n"), (ci.ExitCode, ci.Errors));
    }

    [Theory]
    [MemberData(nameof(Releases))]
    public void The_package_is_built_of_the_program_alone(string release)
    {
        var nix = own.Nix(release);

        var source = JsonSerializer.Deserialize<string>(own.Eval(nix, "own: own.packages.x86_64-linux.default.given.src.outPath"))!;

        var files = Directory.EnumerateFiles(source, "*", SearchOption.AllDirectories).Select(file => Path.GetRelativePath(source, file));
        var meant = OwnFlake.Tracked().Where(file =>
            file is "BannedSymbols.txt" or "nix/hostlock.nix" || file.EndsWith(".props", StringComparison.Ordinal)
            || (file.StartsWith("src/", StringComparison.Ordinal) && !file.EndsWith("packages.lock.json", StringComparison.Ordinal)));
        Assert.Equal(meant.Order(StringComparer.Ordinal), files.Order(StringComparer.Ordinal));
    }

    // What is locked cannot be fetched here, so only its words are looked at.
    [Fact]
    public void The_lock_of_the_flake_is_in_line_and_as_Nix_writes_it()
    {
        using var folder = new TempFolder();
        foreach (var file in (string[])["flake.nix", "flake.lock"])
            folder.Write($"flake/{file}", File.ReadAllText(Path.Combine(Repository.Root, file)));
        TestGit.Commit(folder["flake"], 1);

        var locked = HostlockProgram.Run(folder["flake"], folder["home"], "lock", "root", "--locked", "--offline");
        var canonical = HostlockProgram.Run(folder["flake"], folder["home"], "show", "root", "--canonical").Succeeded;

        Assert.Equal((0, ""), (locked.ExitCode, locked.Errors));
        Assert.Equal(canonical, folder.Read("flake/flake.lock"));
    }

    [Theory]
    [MemberData(nameof(Releases))]
    public void A_new_fleet_is_made_without_the_network(string release)
    {
        var nix = own.Nix(release);
        var (checkout, fleet) = (own.Folder[$"checkout-{release}"], own.Folder[$"offline-{release}"]);
        foreach (var file in OwnFlake.Tracked().Append("flake.lock"))
            own.Folder.Write($"checkout-{release}/{file}", File.ReadAllText(Path.Combine(Repository.Root, file)));
        TestGit.Commit(checkout, 1);
        Directory.CreateDirectory(fleet);

        _ = nix.Run(fleet, "flake", "init", "--template", $"git+file://{checkout}").Succeeded;

        Assert.True(File.Exists(Path.Combine(fleet, "hostlock.toml")));
    }

    [Fact]
    public void Every_package_that_is_locked_and_not_of_the_SDK_is_in_the_list_for_nixpkgs()
    {
        var locked = from project in (string[])["Hostlock.Cli", "Hostlock.Core"]
                     from framework in Json($"src/{project}/packages.lock.json")["dependencies"]!.AsObject()
                     from package in framework.Value!.AsObject()
                     where (string?)package.Value!["type"] != "Project" && !OfTheSdk().IsMatch(package.Key)
                     select $"{package.Key} {package.Value["resolved"]}";

        // A difference is mended by eng/nix-deps.
        Assert.Equal(
            locked.Distinct().Order(StringComparer.Ordinal),
            Dependencies().Select(package => $"{package.Name} {package.Version}").Order(StringComparer.Ordinal));
    }

    [Fact]
    public void The_list_for_nixpkgs_has_the_hashes_of_the_packages()
    {
        var folder = Environment.GetEnvironmentVariable("NUGET_PACKAGES") is { Length: > 0 } set
            ? set
            : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget/packages");
        Assert.SkipUnless(Directory.Exists(folder), "the packages are not here; a build brings them");

        Assert.All(Dependencies(), package =>
        {
            var (name, version) = (package.Name.ToLowerInvariant(), package.Version.ToLowerInvariant());
            var bytes = File.ReadAllBytes(Path.Combine(folder, name, version, $"{name}.{version}.nupkg"));
            Assert.Equal(package.Hash, $"sha256-{Convert.ToBase64String(SHA256.HashData(bytes))}");
        });
    }

    [Theory]
    [MemberData(nameof(Releases))]
    public void A_new_fleet_is_locked_and_evaluated(string release)
    {
        var nix = own.Nix(release);

        var name = $"new-{release}";
        var fleet = own.Folder[name];
        own.NewFleet(nix, name);
        _ = own.Hostlock(name, "lock").Succeeded;
        TestGit.In(fleet, "add", "-A");
        var check = own.Hostlock(name, "check", "--json");
        var hosts = nix.Run(
            fleet, "eval", "--json", ".#nixosConfigurations", "--apply",
            "builtins.mapAttrs (_: host: host.config.system.build.toplevel.name)").Succeeded;

        Assert.DoesNotContain("\"severity\": \"error\"", check.Output, StringComparison.Ordinal);
        Assert.Equal("""{"laptop":"nixos-system-laptop","server":"nixos-system-server"}""", hosts.Trim());
    }

    [Fact]
    public void A_new_fleet_is_an_adopted_one()
    {
        var template = Path.Combine(Repository.Root, "nix/template");
        using var folder = new TempFolder();
        foreach (var file in Directory.EnumerateFiles(template, "*", SearchOption.AllDirectories))
            folder.Write($"fleet/{Path.GetRelativePath(template, file)}", File.ReadAllText(file));
        foreach (var file in (string[])["flake.lock", "locks/laptop.lock", "locks/server.lock"])
            folder.Write($"fleet/{file}", """{"nodes":{"root":{}},"root":"root","version":7}""");

        var init = HostlockProgram.Run(folder["fleet"], folder["home"], "init", "--dry-run").Succeeded;

        Assert.Equal("nothing to do: this flake is set up\n", init);
    }

    [Theory]
    [MemberData(nameof(Releases))]
    public void The_module_installs_the_program_and_stamps_the_system(string release)
    {
        var nix = own.Nix(release);
        var fleet = own.FleetWithModule($"stamped-{release}", "programs.hostlock.flake = \"/etc/nixos\";");

        var environments = JsonNode.Parse(nix.Run(
            fleet, "eval", "--json", ".#nixosConfigurations", "--apply",
            "hosts: { inherit (hosts.laptop.config.environment) systemPackages variables; server = hosts.server.config.environment; }")
            .Succeeded)!;

        Assert.Matches("^\\[\"[^\"]*-hostlock-[0-9.]+\"\\]$", environments["systemPackages"]!.ToJsonString());
        Assert.Equal("""{"etc":{},"systemPackages":[],"variables":{}}""", environments["server"]!.ToJsonString());
        Assert.Equal("""{"HOSTLOCK_FLAKE":"/etc/nixos"}""", environments["variables"]!.ToJsonString());
        AssertStamped(nix, fleet, "laptop");
    }

    [Theory]
    [MemberData(nameof(Releases))]
    public void What_the_library_stamps_stands_before_what_the_module_would(string release)
    {
        var nix = own.Nix(release);
        var fleet = own.FleetWithModule($"stamped-twice-{release}", "programs.hostlock.stamp.host = \"another\";");
        File.WriteAllText(
            Path.Combine(fleet, "hostlock.toml"),
            File.ReadAllText(Path.Combine(fleet, "hostlock.toml")).Replace(
                "[hosts.laptop]", "[hosts.laptop]\nstamp = true", StringComparison.Ordinal));

        AssertStamped(nix, fleet, "laptop");
    }

    [Theory]
    [MemberData(nameof(Releases))]
    public void The_module_has_a_timer_go_on_with_rollouts(string release)
    {
        var nix = own.Nix(release);
        var fleet = own.FleetWithModule(
            $"ticks-{release}",
            """
            programs.hostlock.tick = { enable = true; flake = "/home/jono/my fleet"; user = "jono"; textfile = "/var/lib/n/h.prom"; };
            """);

        var systemd = JsonNode.Parse(nix.Eval(fleet, ".#nixosConfigurations.laptop.config.systemd"))!.AsArray()
            .SelectMany(definition => definition!.AsObject()).ToDictionary(unit => unit.Key, unit => unit.Value!["hostlock-tick"]!);

        var service = systemd["services"]["serviceConfig"]!;
        Assert.Matches("/nix/store/[^/]*-hostlock-[0-9.]+/bin/hostlock tick --textfile /var/lib/n/h.prom$", (string)service["ExecStart"]!);
        Assert.Equal(
            ("jono", "/home/jono/my fleet", "4 5 6"),
            ((string)service["User"]!, (string)service["WorkingDirectory"]!, (string)service["SuccessExitStatus"]!));
        Assert.Equal("hourly", (string)systemd["timers"]["timerConfig"]!["OnCalendar"]!);
    }

    // The names that the first releases had.
    [Theory]
    [MemberData(nameof(Releases))]
    public void The_timer_has_one_set_of_options_under_two_names(string release)
    {
        var nix = own.Nix(release);
        const string Settings = """{ enable = true; flake = "/home/jono/fleet"; user = "jono"; interval = "daily"; }""";

        var both = Evaluated(
            nix,
            ("nixosModules", $"services.hostlock.tick = {Settings};", "config.systemd"),
            ("nixosModules", $"programs.hostlock.tick = {Settings};", "config.systemd"));
        var (now, before) = (both[0].ToJsonString(), both[1].ToJsonString());

        Assert.Equal(now, before);
        Assert.Contains("\"OnCalendar\":\"daily\"", now, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Releases))]
    public void Each_option_says_what_it_is_for(string release)
    {
        var nix = own.Nix(release);

        const string Without = """
            (let
              inherit (builtins) attrValues concatLists mapAttrs;
              below = path: options: concatLists (attrValues (mapAttrs (name: without "${path}.${name}") options));
              without = path: option:
                if option._type or "" != "option" then below path option
                else if option ? description && option ? type then [ ] else [ path ];
            in without "programs.hostlock" options.programs.hostlock ++ without "services.hostlock" options.services.hostlock)
            """;

        var without = Evaluated(
            nix, ("nixosModules", "", Without), ("darwinModules", "", Without), ("homeModules", "", Without));

        Assert.Equal(["[]", "[]", "[]"], without.Select(options => options.ToJsonString()));
    }

    [Theory]
    [MemberData(nameof(Releases))]
    public void The_module_for_macOS_has_the_program_and_a_timer_of_launchd(string release)
    {
        var nix = own.Nix(release);
        const string Settings = """
            networking.hostName = "imbp";
            programs.hostlock = { enable = true; flake = "/Users/jono/fleet"; stamp = { enable = true; lock = own + "/flake.nix"; }; };
            services.hostlock.tick = { enable = true; user = "jono"; };
            """;

        var seen = Evaluated(
            nix,
            ("darwinModules", Settings, "config.launchd"),
            ("darwinModules", Settings, "config.environment.variables"),
            ("darwinModules", Settings, "builtins.readFile config.environment.etc.\"hostlock/host.json\".source"));
        var daemon = seen[0][0]!["daemons"]!["hostlock-tick"]!["serviceConfig"]!;

        Assert.Matches("-hostlock-[0-9.]+/bin/hostlock$", (string)daemon["ProgramArguments"]![0]!);
        Assert.Equal("tick", (string)daemon["ProgramArguments"]![1]!);
        Assert.Equal(
            ("jono", "/Users/jono/fleet", 3600),
            ((string)daemon["UserName"]!, (string)daemon["WorkingDirectory"]!, (int)daemon["StartInterval"]!));
        Assert.Equal("/Users/jono/fleet", (string)seen[1][0]!["HOSTLOCK_FLAKE"]!);
        Assert.Contains("\"host\":\"imbp\"", (string)seen[2]!, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Releases))]
    public void The_module_for_homes_has_the_program_and_a_timer_of_the_user(string release)
    {
        var nix = own.Nix(release);
        const string Settings = """
            programs.hostlock = { enable = true; flake = "/home/jono/fleet"; };
            programs.hostlock.stamp = { enable = true; host = "jono@imbp"; lock = own + "/flake.nix"; };
            services.hostlock.tick = { enable = true; flake = "/home/jono/other"; textfile = "/var/lib/n/h.prom"; };
            """;

        var seen = Evaluated(nix, ("homeModules", Settings, "config.systemd"), ("homeModules", Settings, "config.home"));
        var (service, home) = (seen[0][0]!["user"]!["services"]!["hostlock-tick"]!["Service"]!, seen[1].ToJsonString());

        Assert.Matches("/bin/hostlock tick --textfile /var/lib/n/h.prom$", (string)service["ExecStart"]!);
        Assert.Equal("/home/jono/other", (string)service["WorkingDirectory"]!);
        Assert.Contains("\"HOSTLOCK_FLAKE\":\"/home/jono/fleet\"", home, StringComparison.Ordinal);
        Assert.Contains("mkdir $out/hostlock\\n", home, StringComparison.Ordinal);
    }

    /// <summary>The stand-in has a module system of its own, so what it lets pass is read by the real one too.</summary>
    [Theory]
    [MemberData(nameof(Releases))]
    public void The_modules_are_read_by_the_module_system_of_nixpkgs(string release)
    {
        var nix = own.Nix(release);
        var vectors = Path.Combine(Repository.Root, "tests/vectors/nixpkgs-lib");
        var library = Directory.CreateDirectory(own.Folder[$"nixpkgs-lib-{release}"]).FullName;
        using (var archive = new GZipStream(File.OpenRead(Path.Combine(vectors, "lib.tar.gz")), CompressionMode.Decompress))
            TarFile.ExtractToDirectory(archive, library, overwriteFiles: false);

        var evaluated = JsonNode.Parse(own.Eval(
            nix, $"own: import {vectors}/modules.nix {{ lib = import {library}/lib; inherit own; }}"))!;

        foreach (var (name, module) in evaluated.AsObject())
        {
            Assert.Equal((name, "[]", "[]"), (name, module!["failed"]!.ToJsonString(), module["undescribed"]!.ToJsonString()));
            Assert.Contains("services.hostlock.tick.enable", module["options"]!.AsArray().Select(option => (string)option!));
            Assert.Equal(name == "earlierNames" ? 2 : 0, module["warnings"]!.AsArray().Count);
        }
        var (nixos, home) = (evaluated["nixos"]!, evaluated["home"]!["home"]!);
        Assert.Equal(
            """["hostlock/allowed_signers","hostlock/flake.lock","hostlock/host.json","hostlock/pull.json"]""",
            nixos["files"]!.ToJsonString());
        Assert.Equal(
            ("""["hostlock"]""", """{"HOSTLOCK_FLAKE":"/etc/nixos"}"""),
            (nixos["packages"]!.ToJsonString(), nixos["variables"]!.ToJsonString()));
        Assert.EndsWith(
            "/bin/hostlock tick --textfile /var/lib/n/h.prom",
            (string)nixos["systemd"]!["services"]!["hostlock-tick"]!["serviceConfig"]!["ExecStart"]!,
            StringComparison.Ordinal);
        Assert.Equal(
            "daily", (string)evaluated["earlierNames"]!["systemd"]!["timers"]!["hostlock-tick"]!["timerConfig"]!["OnCalendar"]!);
        Assert.Equal(600, (int)evaluated["darwin"]!["launchd"]!["daemons"]!["hostlock-tick"]!["serviceConfig"]!["StartInterval"]!);
        Assert.Equal("/etc/nixos", (string)home["sessionVariables"]!["HOSTLOCK_FLAKE"]!);
    }

    // What expressions make of systems with a module alone, by one process. Names at the top that nothing declares are lists of what is
    // said of them, and so are names below others.
    JsonNode[] Evaluated(RealNix nix, params IEnumerable<(string Modules, string Settings, string Expression)> asked) =>
    [
        .. JsonNode.Parse(own.Eval(nix, $$"""
            own: let
              inherit (own.inputs.nixpkgs.lib) evalModules mkOption types;
              declared = {
                networking.hostName = mkOption { type = types.str; default = "imbp"; };
                environment.etc = mkOption { type = types.attrsOf (types.attrsOf types.path); default = { }; };
              };
              evaluated = modules: settings: evalModules {
                modules = [ modules.default (_: { options = declared; config = settings; }) ];
                specialArgs.pkgs = own.inputs.nixpkgs.legacyPackages.x86_64-linux;
              };
            in [
              {{string.Concat(asked.Select(
                  one => $"(let inherit (evaluated own.{one.Modules} {{ {one.Settings} }}) config options; in {one.Expression})\n"))}}
            ]
            """))!.AsArray().Select(value => value!),
    ];

    [Theory]
    [MemberData(nameof(Releases))]
    public void The_module_has_a_timer_pull_releases(string release)
    {
        var nix = own.Nix(release);
        var fleet = own.FleetWithModule(
            $"pulls-{release}",
            """
            services.hostlock.pull = {
              enable = true;
              fleet = "home";
              sources = [ "https://releases.example.org/home" ];
              allowedSigners = "ada@example.org ssh-ed25519 AAAA";
              cache = "https://cache.example.org";
              fleetFile = ../hostlock.toml;
            };
            """);

        var config = JsonNode.Parse(nix.Run(
            fleet, "eval", "--json", ".#nixosConfigurations.laptop.config", "--apply",
            "config: { inherit (config) systemd; inherit (config.environment) etc; }").Succeeded)!;
        var systemd = config["systemd"]!.AsArray()
            .SelectMany(definition => definition!.AsObject()).ToDictionary(unit => unit.Key, unit => unit.Value!["hostlock-pull"]!);
        var (service, timer) = (systemd["services"], systemd["timers"]["timerConfig"]!);
        Assert.Matches("/nix/store/[^/]*-hostlock-[0-9.]+/bin/hostlock pull$", (string)service["serviceConfig"]!["ExecStart"]!);
        // A switch must not stop what is at work on it.
        Assert.Equal(
            (false, false, false),
            ((bool)service["restartIfChanged"]!, (bool)service["stopIfChanged"]!, (bool)service["unitConfig"]!["X-StopOnRemoval"]!));
        Assert.Equal(
            ("hourly", "30min", true), ((string)timer["OnCalendar"]!, (string)timer["RandomizedDelaySec"]!, (bool)timer["Persistent"]!));
        var etc = config["etc"]!;
        Assert.Equal("ada@example.org ssh-ed25519 AAAA", ((string)etc["hostlock/allowed_signers"]!["text"]!).TrimEnd());
        var settings = PullSettings.Read(Encoding.UTF8.GetBytes((string)etc["hostlock/pull.json"]!["text"]!), "pull.json");
        Assert.Equal(
            ("home", "laptop", "/etc/hostlock/allowed_signers", "https://cache.example.org", "/etc/hostlock/hostlock.toml"),
            (settings.Fleet.ToString(), settings.Host.ToString(), settings.Signers, settings.Cache, settings.FleetFile));
    }

    static void AssertStamped(RealNix nix, string fleet, string host)
    {
        var built = $"{fleet}-built";
        _ = nix.Run(fleet, "build", "--out-link", built, $".#nixosConfigurations.{host}.config.system.build.toplevel").Succeeded;
        var etc = JsonNode.Parse(nix.Eval(fleet, $".#nixosConfigurations.{host}.config.environment.etc"))!;
        var file = File.ReadAllBytes(Path.Combine(fleet, $"locks/{host}.lock"));
        var sha256 = Convert.ToHexStringLower(SHA256.HashData(file));
        var about = $$"""{"host":"{{host}}","lock":"locks/{{host}}.lock","sha256":"{{sha256}}","version":1}""";

        Assert.Equal(file, File.ReadAllBytes((string)etc["hostlock/flake.lock"]!["source"]!));
        Assert.Equal(file, File.ReadAllBytes(Path.Combine(built, "hostlock/flake.lock")));
        Assert.Equal(about, File.ReadAllText((string)etc["hostlock/host.json"]!["source"]!));
        Assert.Equal(about, File.ReadAllText(Path.Combine(built, "hostlock/host.json")));
    }

    static IEnumerable<(string Name, string Version, string Hash)> Dependencies() =>
        Json("nix/deps.json")
            .AsArray()
            .Select(package => ((string)package!["pname"]!, (string)package["version"]!, (string)package["hash"]!));

    static JsonNode Json(string file) => JsonNode.Parse(File.ReadAllText(Path.Combine(Repository.Root, file)))!;

    // nixpkgs has the compiler and the linker of its own SDK.
    [GeneratedRegex("^((runtime\\.[^.]+\\.)?Microsoft\\.DotNet\\.ILCompiler|Microsoft\\.NET\\.ILLink\\.Tasks)$")]
    private static partial Regex OfTheSdk();
}
