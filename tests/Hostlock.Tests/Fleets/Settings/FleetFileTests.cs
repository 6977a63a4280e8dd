using Hostlock.Fleets;
using Hostlock.Fleets.Settings;
using Hostlock.Tests.Support;

namespace Hostlock.Tests.Fleets.Settings;

public class FleetFileTests
{
    [Fact]
    public void Every_setting_is_read()
    {
        var fleet = FleetFile.Read(
            """
            version = 1
            lock = "locks/{host}/flake.lock"
            stamp = false
            private = ["github:acme", "gitlab:acme/tools/anvil", "https://acme.example/files", "file:///srv"]
            outputs = [
              "nixosConfigurations", # all hosts
              'packages',
            ]
            [hosts.plex]
            ring = "canary"
            target = "root@plex.lan"
            stamp = true
            [hosts.nixahi]
            lock = "hosts/nixahi/flake.lock"
            flake = "hosts/nixahi/flake.nix"
            inputs.nixpkgs = "github:NixOS/nixpkgs/nixos-25.11"
            configurations = ["nixosConfigurations.nixahi", 'homeConfigurations."jono@nixahi"']
            [hosts.nixahi.freeze.nixpkgs]
            reason = "ZFS"
            until = "2026-12-31"
            [inputs.nix-secrets]
            scope = "shared"
            [inputs.nixpkgs]
            min-age = "3d"
            max-age = "30d"
            [rings.rest]
            [rings.canary]
            """);

        Assert.Equal(["nixahi", "plex"], fleet.Hosts.Select(host => host.Name.ToString()));
        var (nixahi, plex) = (fleet.Hosts[0], fleet.Hosts[1]);
        Assert.Equal(
            ("locks/plex/flake.lock", "flake.nix", "canary", "root@plex.lan", true),
            (plex.Lock, plex.FlakeFile, plex.Ring, plex.Target, plex.IsStamped));
        Assert.Equal(
            ("hosts/nixahi/flake.lock", "hosts/nixahi/flake.nix", null, false),
            (nixahi.Lock, nixahi.FlakeFile, nixahi.Ring, nixahi.IsStamped));
        Assert.Equal([KeyValuePair.Create("nixpkgs", "github:NixOS/nixpkgs/nixos-25.11")], nixahi.References);
        Assert.Equal(["nixosConfigurations.nixahi", "homeConfigurations.\"jono@nixahi\""], nixahi.Configurations!.Value);
        Assert.Equal([KeyValuePair.Create("nixpkgs", new Freeze("ZFS", new DateOnly(2026, 12, 31)))], nixahi.Frozen);
        Assert.Equal([new Ring("canary"), new Ring("rest")], fleet.Rings);
        Assert.Equal(
            [
                KeyValuePair.Create("nix-secrets", new InputPolicy(true, null, null)),
                KeyValuePair.Create("nixpkgs", new InputPolicy(false, TimeSpan.FromDays(3), TimeSpan.FromDays(30))),
            ],
            fleet.Policies);
        Assert.Equal(["nixosConfigurations", "packages"], fleet.Outputs!.Value);
    }

    [Fact]
    public void Long_chains_of_rings_and_of_hosts_take_no_stack()
    {
        var text = new System.Text.StringBuilder("version = 1\n");
        for (var i = FleetFile.MaximumHosts; i > 0; i--)
            text.Append($"[rings.r{i}]\nafter = \"r{i - 1}\"\n");
        text.Append("[rings.r0]\n");
        for (var i = FleetFile.MaximumHosts - 1; i > 0; i--)
            text.Append($"[hosts.h{i}]\nring = \"r{i}\"\nafter = [\"h{i - 1}\", \"h0\"]\n");
        text.Append("[hosts.h0]\n");

        Assert.Equal(FleetFile.MaximumHosts + 1, SmallStack.Run(() => FleetFile.Read(text.ToString())).Rings.Length);
        var round = text.ToString().Replace("[hosts.h0]\n", "[hosts.h0]\nafter = [\"h9\"]\n", StringComparison.Ordinal);
        var error = SmallStack.Run(() => Assert.Throws<FleetException>(() => FleetFile.Read(round)));
        Assert.Contains("comes after itself", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("hosts = { plex = { ring = 'a' } }\nrings = { a = {} }")]
    [InlineData("hosts.plex.ring = 'a'\nrings.a = {}")]
    [InlineData("[hosts]\nplex.ring = 'a'\n[rings]\na = {}")]
    [InlineData("[hosts.plex]\nring = 'a'\n[rings.a]")]
    [InlineData("[hosts . \"plex\"]\n\"ring\" = \"\"\"a\"\"\"\n[rings.a]\r\n")]
    public void A_host_may_be_written_in_any_form(string form) =>
        Assert.Equal("a", Assert.Single(FleetFile.Read("version = 1\n" + form).Hosts).Ring);

    [Theory]
    [InlineData("[hosts.plex]\ntagret = 'x'", 2, 1, "setting 'tagret' is not known")]
    [InlineData("[host.plex]", 1, 2, "setting 'host' is not known")]
    [InlineData("[rings.a]\nsoack = '1h'", 2, 1, "setting 'soack' is not known")]
    [InlineData("[hosts.plex]\nlock = 3", 2, 8, "must be text in quotes, not an integer")]
    [InlineData("[hosts]\nplex = 'x'", 2, 8, "must be a table, not a string")]
    [InlineData("outputs = ['a', 1]", 1, 17, "must be text in quotes, not an integer")]
    [InlineData("private = ['acme']", 1, 12, "the beginning of a reference of an archive")]
    [InlineData("private = ['github:acme', 'githb:acme']", 1, 27, "the beginning of a reference of an archive")]
    [InlineData("private = ['github:']", 1, 12, "the beginning of a reference of an archive")]
    [InlineData("private = ['gitlab:acme/']", 1, 12, "the beginning of a reference of an archive")]
    [InlineData("private = ['git+ssh://acme.example']", 1, 12, "the beginning of a reference of an archive")]
    [InlineData("private = ['https:acme.example']", 1, 12, "the beginning of a reference of an archive")]
    [InlineData("private = ['https://']", 1, 12, "the beginning of a reference of an archive")]
    [InlineData("[hosts.plex.inputs]\nnixpkgs = 'github:a'", 2, 11, "this must be a flake reference, such as")]
    [InlineData("[hosts.plex.inputs]\nnixpkgs = 'githb:acme/x'", 2, 11, "this is no flake reference: ")]
    [InlineData("[hosts.plex]\ninputs.nixpkgs = 'github:acme/x?rev=zz'", 2, 18, "this is no flake reference: ")]
    [InlineData("[hosts.plex.freeze.nixpkgs]\nuntil = 2026-12-31", 2, 9, "dates are not allowed in this file")]
    [InlineData("[hosts.plex.freeze.nixpkgs]\nuntil = '2026-13-31'", 2, 9, "a day as text")]
    [InlineData("[hosts.plex.freeze.'home-manager/nixpkgs']", 1, 20, "the name of an input")]
    [InlineData("[inputs.nixpkgs]\nmin-age = '3 days'", 2, 11, "a time such as")]
    [InlineData("[inputs.nixpkgs]\nscope = 'global'", 2, 9, "\"shared\" or \"host\"")]
    [InlineData("[hosts.plex]\nring = 'nowhere'", 2, 8, "no ring 'nowhere'")]
    [InlineData("[rings.a]\nafter = 'b'", 2, 9, "there is no ring 'b'")]
    [InlineData("[rings]\na.soak = '24h'", 2, 10, "a soak waits for the hosts of earlier rings, and this ring comes after none")]
    [InlineData("[rollout]\nengin = 'direct'", 2, 1, "setting 'engin' is not known")]
    [InlineData("[rollout]\nengine = 'colmena'", 2, 10, "there is no engine 'colmena'")]
    [InlineData("[hosts.plex]\nengine = 'colmna'\n[engines.colmena]\ntest = ['colmena']", 2, 10, "there is no engine 'colmna'")]
    [InlineData("[hosts.plex]\ntrial = '1s'", 2, 9, "this must be a time of 10 seconds or more")]
    [InlineData("[hosts.plex]\nbuild = 'there'", 2, 9, "this must be \"here\", \"target\" or a store")]
    [InlineData("[rollout]\njobs = 0", 2, 8, "this must be a number from 1 to 1000")]
    [InlineData("[rollout]\nmemory = '4G'", 2, 10, "this must be a number, not a string")]
    [InlineData("[rollout]\nafter-build = 'push {systems}'", 2, 15, "this must be a list of texts, not a string")]
    [InlineData("[rollout]\nafter-build = ['push', '{system}']", 2, 24, "unknown placeholder '{system}'")]
    [InlineData("[rollout]\nafter-build = ['push', '-{systems}']", 2, 24, "this must be \"{systems}\", a word of its own")]
    [InlineData("[hosts.plex]\njobs = 2", 2, 1, "setting 'jobs' is not known")]
    [InlineData("[engines.direct]\ntest = ['x']", 1, 10, "another name: direct, nixos-rebuild, comin exist already")]
    [InlineData("[engines.mine]", 1, 10, "this must be an engine with one of test, switch")]
    [InlineData("[engines.mine]\ntest = ['x']\nswitch = ['x']", 1, 10, "this must be an engine with one of test, switch")]
    [InlineData("[engines.mine]\nboot = ['x']", 2, 1, "setting 'boot' is not known")]
    [InlineData("[engines.mine]\ntest = 'x {host}'", 2, 8, "this must be a list of texts, not a string")]
    [InlineData("[engines.mine]\ntest = ['x', '{hosts}']", 2, 14, "unknown placeholder '{hosts}'")]
    [InlineData("[rollout]\ntrial = '9s'", 2, 9, "this must be a time of 10 seconds or more")]
    [InlineData(
        "[rollout]\nbuild = 'ssh-ng://-oProxyCommand=x'",
        2,
        9,
        "this must be \"here\", \"target\" or a store such as \"ssh-ng://builder\"")]
    [InlineData("[gates.web]\nwithin = '1m'", 1, 8, "this must be a gate with one of http, tcp, run, ssh")]
    [InlineData("[gates.web]\nhttp = 'https://x/'\ntcp = 'x:1'", 1, 8, "this must be a gate with one of http, tcp, run, ssh")]
    [InlineData("[gates.web]\nhttp = 'ftp://x/'", 2, 8, "this must be an address, \"https://{target}/\"")]
    [InlineData("[gates.web]\nhttp = 'https://{targt}/'", 2, 8, "this must be an address, \"https://{target}/\"")]
    [InlineData("[gates.web]\ntcp = '{name}:22'", 2, 7, "this must be a port, \"{target}:5432\"")]
    [InlineData("lock = 'locks/{hosts}.lock'", 1, 8, "'locks/{hosts}.lock' is no place for a lock")]
    [InlineData("[hosts.plex]\nlock = 'locks/{host}.lock'", 2, 8, "'locks/{host}.lock' is no place for a lock")]
    [InlineData("[gates.web]\ntcp = 'x:99999'", 2, 7, "this must be a port, \"{target}:5432\"")]
    [InlineData("[gates.web]\nrun = ''", 2, 7, "this must be a list of texts, not a string")]
    [InlineData("[gates.web]\nrun = []", 2, 7, "this must be a program and its arguments, each in quotes")]
    [InlineData("[gates.web]\nrun = ['x']\non = ['@canary']", 3, 7, "there is no ring 'canary'")]
    [InlineData("[gates.web]\nrun = ['x']\non = ['plex']", 3, 7, "there is no host 'plex'")]
    [InlineData("[gates.web]\nrun = ['x']\nwithin = '0s'", 3, 10, "this must be a time of 1 second or more: a gate takes time to pass")]
    [InlineData("[gates.'x y']\nrun = ['x']", 1, 8, "'x y' cannot be the name of a gate")]
    [InlineData("[engines.'x y']\ntest = ['x']", 1, 10, "'x y' cannot be the name of an engine")]
    [InlineData("[groups.'x y']", 1, 9, "'x y' cannot be the name of a group")]
    [InlineData("[rings.root]", 1, 8, "'root' cannot be the name of a ring")]
    [InlineData("[hosts.plex]\nconfigurations = []", 2, 18, "none is listed; left out, it is that of NixOS by the name of the host")]
    [InlineData("[hosts.plex]\nconfigurations = ['a.b', 'plex']", 2, 26, "it is an output, a dot, and a name")]
    [InlineData("[hosts.plex]\nconfigurations = ['a.\"\"']", 2, 19, "it is an output, a dot, and a name")]
    [InlineData("[hosts.plex]\nconfigurations = ['.plex']", 2, 19, "it is an output, a dot, and a name")]
    [InlineData("[hosts.plex]\nconfigurations = ['nixosConfigurations.plex.lan']", 2, 19, "in quotes if it has dots")]
    [InlineData("lock = '.git/config'", 1, 8, "without '.' and '..': '.git' is git's own folder")]
    [InlineData("lock = '/etc/x.lock'", 1, 8, "without '.' and '..': it begins with '/', and each clone lies elsewhere")]
    [InlineData("lock = 'a/../x.lock'", 1, 8, "without '.' and '..': it has a part '..'")]
    [InlineData("lock = ''", 1, 8, "without '.' and '..': it is empty")]
    [InlineData("[rings.a]\nwindow = '01:00-01:00'", 2, 10, "it begins and ends at the same time; leave the window out to allow all hours")]
    [InlineData("[inputs.nixpkgs]\nmin-age = '-1d'", 2, 11, "it is a whole number and one of s, m, h, d and w")]
    [InlineData(
        "[inputs.nixpkgs]\nmin-age = '7d'\nmax-age = '3d'", 3, 11,
        "this must be longer than min-age: what update may take is too old already for check")]
    [InlineData("[inputs.nixpkgs]\nmax-age = '1w'\nmin-age = '7d'", 2, 11, "this must be longer than min-age")]
    [InlineData("[gates.web]\nrun = ['x']\npasses = 0", 3, 10, "this must be a number from 1 to 1000")]
    [InlineData("[gates.web]\nssh = ['x']\nevery = '1m'", 3, 1, "setting 'every' is not known")]
    [InlineData("[hosts.'-x']", 1, 8, "'-x' is not a host name")]
    [InlineData("[hosts.root]", 1, 8, "'root' is not a host name")]
    [InlineData("[hosts.'a/b']", 1, 8, "'a/b' is not a host name")]
    [InlineData("[hosts.plex]\ntarget = '-oProxyCommand=x'", 2, 10, "cannot be the target")]
    [InlineData("[hosts.plex]\ntarget = 'a; rm -rf /'", 2, 10, "cannot be the target")]
    [InlineData("[hosts.plex]\nlock = '/etc/passwd'", 2, 8, "inside the flake")]
    [InlineData("[hosts.plex]\nlock = 'a/../../b'", 2, 8, "inside the flake")]
    [InlineData("[hosts.plex]\nlock = '.git/config'", 2, 8, "inside the flake")]
    [InlineData("[hosts.plex]\nlock = ''", 2, 8, "inside the flake")]
    [InlineData("[hosts.plex]\nlock = 'a//b'", 2, 8, "inside the flake")]
    [InlineData("[hosts.a]\nlock = 'l'\n[hosts.b]\nlock = 'l'\ninputs.x = 'y'", 3, 8, "share the lock 'l' but not the inputs")]
    [InlineData("[hosts.a]\nlock = 'flake.lock'\nflake = 'a.nix'", 1, 8, "share the lock 'flake.lock' but not the flake file")]
    [InlineData("a = \n", 1, 5, "expected a value, found the end of the line")]
    [InlineData("stamp = true false", 1, 14, "expected the end of the line, found 'false'")]
    [InlineData("[[hosts]]", 1, 1, "arrays of tables are not allowed")]
    [InlineData("[hosts.a]\n[hosts.a]", 2, 8, "'a' is already defined at hostlock.toml:2:8")]
    [InlineData("stamp = true\nstamp = true", 2, 1, "'stamp' is already defined")]
    [InlineData("hosts.a.lock = 'x'\n[hosts]", 2, 2, "'hosts' is already defined")]
    [InlineData("[hosts]\na.lock = 'x'\n[hosts.a]", 3, 8, "'a' is already defined")]
    [InlineData("hosts = {}\n[hosts.a]", 2, 2, "'hosts' is already defined")]
    [InlineData("hosts = { a = {},\n b = {} }", 1, 18, "must be on one line")]
    [InlineData("lock = \"\\x41\"", 1, 9, "is of TOML 1.1")]
    [InlineData("lock = \"\\u0000\"", 1, 8, "null character")]
    [InlineData("lock = 'x", 1, 9, "not TOML")]
    public void What_is_wrong_is_named_with_its_place(string text, int line, int column, string message)
    {
        var error = Assert.Throws<FleetException>(() => FleetFile.Read("version = 1\n" + text));

        Assert.Contains(message, error.Message, StringComparison.Ordinal);
        Assert.Equal($"hostlock.toml:{line + 1}:{column}", error.Span!.ToString());
    }

    [Theory]
    [InlineData("")]
    [InlineData("version = 2")]
    [InlineData("version = \"1\"")]
    public void Another_version_is_refused(string text) => Assert.Throws<FleetException>(() => FleetFile.Read(text));

    [Theory]
    [InlineData("[", 100_000)]
    [InlineData("{a=", 100_000)]
    [InlineData("a.", 100_000)]
    [InlineData("\"", 100_000)]
    [InlineData("[hosts.a", 100_000)]
    public void Absurd_nesting_is_refused_and_not_followed(string piece, int times)
    {
        var pieces = string.Concat(Enumerable.Repeat(piece, times));

        Assert.Throws<FleetException>(() => FleetFile.Read("version = 1\noutputs = " + pieces));
        Assert.Throws<FleetException>(() => FleetFile.Read(pieces));
    }

    [Fact]
    public void A_thousand_hosts_are_read_in_time_that_grows_with_their_number()
    {
        static string Of(int hosts) => "version = 1\n" + string.Concat(Enumerable.Range(0, hosts).Select(i =>
            $"\n[hosts.host{i:00000}]\nring = \"canary\"\ntarget = \"root@host{i}.lan\"\ninputs.nixpkgs = "
                + $"\"github:NixOS/nixpkgs\"\n")) + "[rings.canary]\n";
        var (few, many) = (Of(500), Of(4000));
        FleetFile.Read(few);

        // Eight times the hosts may take some more than eight times as long, and not sixty-four times.
        var most = (30 * Times(few).Min()) + TimeSpan.FromMilliseconds(100);
        Assert.Contains(Times(many), time => time < most);

        static IEnumerable<TimeSpan> Times(string text) => Enumerable.Range(0, 3).Select(_ => ThreadTime.Of(() => FleetFile.Read(text)));
    }

    [Fact]
    public void How_machines_get_their_systems_is_read()
    {
        var fleet = FleetFile.Read("""
            version = 1
            [hosts.plex]
            ring = "canary"
            [rings.canary]
            [rollout]
            engine = "nixos-rebuild"
            trial = "20s"
            substitute = true
            build = "ssh-ng://root@builder:2222"
            jobs = 8
            memory = 2048
            after-build = ["push", "", "{systems}"]
            [gates.web]
            http = "https://{target}/health"
            on = ["@canary"]
            within = "2m"
            passes = 3
            [gates.db]
            ssh = ["pg_isready", ""]
            """);

        Assert.Equal(
            ("nixos-rebuild", TimeSpan.FromSeconds(20), true), (fleet.Rollout.Engine, fleet.Rollout.Trial, fleet.Rollout.Substitutes));
        Assert.Equal(new BuildPlace.Elsewhere("ssh-ng://root@builder:2222"), fleet.Rollout.Build);
        Assert.Equal((8, 2048), (fleet.Rollout.Jobs, fleet.Rollout.Memory));
        Assert.Equal(["push", "", "{systems}"], fleet.Rollout.AfterBuild);
        Assert.Equal(["db", "web"], fleet.Gates.Select(gate => gate.Name));
        var (db, web) = (fleet.Gates[0], fleet.Gates[1]);
        Assert.Equal(["pg_isready", ""], Assert.IsType<GateQuestion.OnHost>(db.Question).Words);
        Assert.Equal((Gate.UsualTime, 1, true), (db.Within, db.Passes, db.Asks(fleet.Hosts[0])));
        Assert.Equal(new GateQuestion.Http("https://{target}/health"), web.Question);
        Assert.Equal((TimeSpan.FromMinutes(2), 3, true), (web.Within, web.Passes, web.Asks(fleet.Hosts[0])));
        Assert.False(web.Asks(fleet.Hosts[0] with { Ring = null }));
    }

    [Fact]
    public void A_host_says_how_its_own_machine_gets_its_systems()
    {
        var fleet = FleetFile.Read("""
            version = 1
            [rollout]
            engine = "mine"
            build = "target"
            [engines.mine]
            test = ["mine", "{host}", "{ x }"]
            [hosts.a]
            [hosts.b]
            engine = "direct"
            trial = "1h"
            substitute = true
            build = "here"
            """);

        var (a, b) = (fleet.Hosts[0].Rollout, fleet.Hosts[1].Rollout);

        Assert.Same(fleet.Rollout, a);
        Assert.Equal(("mine", TimeSpan.FromMinutes(10), false, new BuildPlace.Target()), (a.Engine, a.Trial, a.Substitutes, a.Build));
        Assert.Equal(("direct", TimeSpan.FromHours(1), true, new BuildPlace.Here()), (b.Engine, b.Trial, b.Substitutes, b.Build));
        var mine = Assert.Single(fleet.Engines);
        Assert.Equal(("mine", true), (mine.Name, mine.HasTrial));
        Assert.Equal(["mine", "{host}", "{ x }"], mine.Words);
    }

    [Fact]
    public void Rings_and_groups_say_how_hosts_get_a_lock()
    {
        var fleet = FleetFile.Read("""
            version = 1
            [hosts.db1]
            ring = "rest"
            [hosts.plex]
            ring = "canary"
            [rings.canary]
            [rings.rest]
            after = "canary"
            soak = "24h"
            parallel = 3
            max-failed = "5%"
            max-absent = 2
            window = "Sat,Sun 01:00-05:00"
            approve = true
            [groups.etcd]
            hosts = ["db1", "plex"]
            [rollout]
            open = "none"
            """);

        Assert.Equal(new Ring("canary"), fleet.Rings[0]);
        var rest = fleet.Rings[1];
        Assert.Equal(
            ("canary", TimeSpan.FromDays(1), 3, new HostShare(5, IsPercent: true), new HostShare(2), "Sat,Sun", true),
            (rest.After, rest.Soak, rest.Parallel, rest.MaxFailed, rest.MaxAbsent, rest.Window!.ToString().Split(' ')[0].Replace(
                "Sun,Sat", "Sat,Sun", StringComparison.Ordinal), rest.NeedsApproval));
        Assert.Equal((1, 0), (rest.MaxFailed.Of(39), rest.MaxFailed.Of(19)));
        var etcd = Assert.Single(fleet.Groups);
        Assert.Equal(("etcd", 1, "db1 plex"), (etcd.Name, etcd.Parallel, string.Join(' ', etcd.Hosts)));
        Assert.Equal(RingOpening.None, fleet.Rollout.Open);
    }

    [Theory]
    [InlineData("[rings.a]\n[rings.b]\nafter = ''", "rings: a")]
    [InlineData("[rings.a]\n[rings.bc]\nafter = 'servers'", "add a table [rings.servers]")]
    [InlineData("[rings.canary]\n[rings.b]\nafter = 'canry'", "did you mean 'canary'?")]
    [InlineData("[hosts.plex]\nring = 'x y'", null)]
    [InlineData("hosts = []", "write its name in brackets on a line of its own, and each setting on a line beneath")]
    [InlineData("[hosts.plex]\nhold = true", "write its name in brackets on a line of its own, and each setting on a line beneath")]
    public void A_hint_leads_to_what_is_right(string settings, string? hint) =>
        Assert.Equal(hint, Assert.Throws<FleetException>(() => FleetFile.Read($"version = 1\n{settings}")).Hint);

    [Theory]
    [InlineData("[rings.a]\nafter = \"b\"\n[rings.b]\nafter = \"a\"\n", "ring 'a' comes after itself", 4)]
    [InlineData("[rings.a]\nafter = \"a\"\n", "ring 'a' comes after itself", 4)]
    [InlineData("[rings.a]\nafter = \"c\"\n", "there is no ring 'c'", 4)]
    [InlineData("[rings.a]\n[rings.b]\nafter = \"a\"\nsoak = \"a day\"\n", "this must be a time such as \"3d\" or \"12h\"", 6)]
    [InlineData("[rings.a]\nmax-failed = -1\n", "this must be a number of hosts, or a part of them such as \"5%\"", 4)]
    [InlineData("[rings.a]\nmax-absent = \"101%\"\n", "this must be a number of hosts, or a part of them such as \"5%\"", 4)]
    [InlineData("[rings.a]\nparallel = 0\n", "this must be a number from 1 to 10000", 4)]
    [InlineData("[rings.a]\nwindow = \"at night\"\n", "this must be hours of UTC such as \"Sat,Sun 01:00-05:00\"", 4)]
    [InlineData("[rings.a]\naproove = true\n", "setting 'aproove' is not known", 4)]
    [InlineData("[groups.g]\nhosts = [\"plexx\"]\n", "there is no host 'plexx'", 4)]
    [InlineData("[hosts.x]\nafter = [\"plexx\"]\n", "there is no host 'plexx'", 4)]
    [InlineData("[hosts.x]\nafter = [\"x\"]\n", "x comes after itself", 3)]
    [InlineData("[hosts.x]\nafter = [\"y\"]\n[hosts.y]\nafter = [\"z\"]\n[hosts.z]\nafter = [\"x\"]\n", "x comes after itself", 3)]
    [InlineData("[groups.g]\n", "this must be a group with hosts = [\"one\", \"two\"]", 3)]
    [InlineData("[rollout]\nopen = \"later\"\n", "this must be \"commit\" or \"push\" or \"branch\" or \"none\"", 4)]
    public void A_wrong_setting_of_rings_is_named_with_its_line(string settings, string message, int line)
    {
        var error = Assert.Throws<FleetException>(() => FleetFile.Read($"version = 1\n[hosts.plex]\n{settings}"));

        Assert.StartsWith(message, error.Message, StringComparison.Ordinal);
        Assert.Equal(line, error.Span!.Line);
    }

    [Fact]
    public void Without_settings_machines_are_switched_by_what_is_there()
    {
        var fleet = FleetFile.Read("version = 1\n");

        Assert.Equal(RolloutSettings.Default, fleet.Rollout);
        Assert.Empty(fleet.Gates);
    }
}
