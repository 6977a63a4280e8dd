using System.Collections.Immutable;
using System.Diagnostics;
using System.Text.Json.Nodes;
using Hostlock.Conformance.FakeHosts;
using Hostlock.Flakes;
using Hostlock.Fleets;
using Hostlock.Machines;
using Hostlock.Releases;
using Hostlock.Tests.Support;

[assembly: AssemblyFixture(typeof(PullFleet))]

namespace Hostlock.Conformance.FakeHosts;

/// <summary>
/// One fleet for all tests of machines that pull. A web server on the controller has a binary cache, which is signed, and a folder of
/// releases for each host; nothing else reaches the hosts. It starts when the first test wants it.
/// </summary>
public sealed class PullFleet : IDisposable
{
    const string Port = "8000";

    readonly Lazy<Started> _started = new(Start);

    internal PullStory Begin(string name, bool isSystemd = false) => new(_started.Value, name, isSystemd);

    public void Dispose()
    {
        if (!_started.IsValueCreated)
            return;
        _started.Value.Server.Kill();
        _started.Value.Server.Dispose();
        _started.Value.Fleet.Dispose();
    }

    /// <summary>The fleet that all stories share.</summary>
    /// <param name="Fleet">The fleet.</param>
    /// <param name="Next">A second system of each host.</param>
    /// <param name="Newest">A third system of one host, by a newer lock.</param>
    /// <param name="CacheKey">The key that the cache is signed by.</param>
    /// <param name="Server">The web server.</param>
    internal sealed record Started(
        FakeFleet Fleet, ImmutableDictionary<string, string> Next, string Newest, string CacheKey, Process Server)
    {
        /// <summary>The folder that the server has, at the same path here.</summary>
        public string Web => Path.Combine(Fleet.Folder, "work/web");

        public static string Address => $"http://ctl:{Port}";
    }

    static Started Start()
    {
        string[] hosts = [.. PullTests.Hosts, .. PullTimerTests.Hosts];
        var fleet = FakeFleet.Start(hosts);
        fleet.Write(
            ("modules/common.nix", """
                {
                  systemd.services.second = "[Service]\nExecStart=/usr/bin/sleep infinity\n";
                }
                """));
        var next = fleet.Build(hosts);
        fleet.Release("linux", "6.12.4");
        _ = fleet.Hostlock("update", PullTests.Newer).Succeeded;
        var newest = fleet.Build(PullTests.Newer)[PullTests.Newer];
        var systems = string.Join(' ', next.Values.Append(newest));
        var web = Path.Combine(fleet.Folder, "work/web");
        Directory.CreateDirectory(web);
        const string nix = "nix --extra-experimental-features nix-command";
        _ = fleet.Controller.Shell(
            $"set -e; {nix} key generate-secret --key-name test-1 >/root/cache; "
            + $"{nix} store sign -r -k /root/cache {systems}; {nix} copy --to file://{web}/cache {systems}").Succeeded;
        var key = fleet.Controller.Shell($"{nix} key convert-secret-to-public </root/cache").Succeeded.Trim();
        return new(fleet, next, newest, key, Serve(fleet, web, Port));
    }

    internal static Process Serve(FakeFleet fleet, string folder, string port)
    {
        var server = fleet.BeginOn("ctl", Path.Combine(Repository.Root, "tests/fleet/doubles/web"), folder, port);
        Assert.Equal("ready", server.StandardOutput.ReadLine());
        return server;
    }
}

/// <summary>One machine that pulls, and whoever cuts releases for it.</summary>
sealed class PullStory
{
    const string State = "/var/lib/hostlock", Roots = "/nix/var/nix/gcroots/hostlock";

    // The settings that the Nix of the tests brings along ask for no signatures.
    const string OwnNix = "NIX_CONF_DIR=/etc/nix";

    readonly PullFleet.Started _shared;
    readonly string _keys;

    internal PullStory(PullFleet.Started shared, string name, bool isSystemd)
    {
        (_shared, Name) = (shared, HostName.Parse(name));
        _keys = Path.Combine(shared.Fleet.Folder, "work/keys", name);
        Directory.CreateDirectory(Releases);
        Directory.CreateDirectory(_keys);
        foreach (var key in new[] { "release", "other" })
            _ = Keygen("", "-q", "-t", "ed25519", "-N", "", "-C", "", "-f", Path.Combine(_keys, key)).Succeeded;
        Host = isSystemd ? shared.Fleet.Systemd(name) : shared.Fleet.Light(name);
        Before = Host.State();
        LockSha256 = Host.LockOf(Before.Running);
        Allow("");
        Host.Write("/etc/nix/nix.conf", $"substituters =\nbuild-users-group =\ntrusted-public-keys = {shared.CacheKey}\n");
        Tell($"{PullFleet.Started.Address}/releases/{name}");
    }

    public HostName Name { get; }

    public FakeHost Host { get; }

    public FakeFleet Fleet => _shared.Fleet;

    /// <summary>The state of the machine before anything was done.</summary>
    public HostState Before { get; }

    /// <summary>Its second system.</summary>
    public string Next => _shared.Next[Name.ToString()];

    /// <summary>The third system of one host.</summary>
    public string Newest => _shared.Newest;

    /// <summary>The second system of another host.</summary>
    public string NextOf(string name) => _shared.Next[name];

    /// <summary>The folder of its releases, at the same path here and there.</summary>
    public string Releases => Path.Combine(_shared.Web, "releases", Name.ToString());

    public string LockSha256 { get; }

    /// <summary>The public half of the key that signs releases.</summary>
    public string PublicKey => File.ReadAllText(Path.Combine(_keys, "release.pub")).Trim();

    /// <summary>Starts another web server with the releases of this host alone.</summary>
    /// <param name="port">Its port.</param>
    public Process ServeAlone(string port) => PullFleet.Serve(Fleet, Releases, port);

    /// <summary>Ends the web server of a port, with all that it is saying.</summary>
    /// <param name="port">The port.</param>
    public void EndServer(string port) => _ = Fleet.Controller.Shell($"pkill -KILL -f 'doubles/[w]eb .* {port}$'").Succeeded;

    /// <summary>Has the machine look for releases elsewhere, with other settings.</summary>
    /// <param name="source">The source.</param>
    /// <param name="fleetFile">A hostlock.toml; null for none.</param>
    public void Tell(string source, string? fleetFile = null)
    {
        var settings = new JsonObject
        {
            ["fleet"] = "home",
            ["host"] = Name.ToString(),
            ["sources"] = new JsonArray(source),
            ["allowedSigners"] = "/etc/hostlock/allowed_signers",
            ["cache"] = $"{PullFleet.Started.Address}/cache",
            ["hostKey"] = "/etc/ssh/host_key",
        };
        if (fleetFile is not null)
        {
            Host.Write("/etc/hostlock/hostlock.toml", fleetFile);
            settings["fleetFile"] = "/etc/hostlock/hostlock.toml";
        }
        Host.Write("/etc/hostlock/pull.json", settings.ToJsonString());
    }

    /// <summary>Lets the usual key sign.</summary>
    /// <param name="options">Options of its line.</param>
    public void Allow(string options) =>
        Host.Write("/etc/hostlock/allowed_signers", $"release {options} {PublicKey}\n");

    /// <summary>A release that gives a system to this host, cut now and good for a day.</summary>
    /// <param name="number">Its number.</param>
    /// <param name="system">The system; null for the second one.</param>
    /// <param name="lockSha256">The lock that the release states; null for the one that it ran at first.</param>
    public ReleaseManifest Release(long number, string? system = null, string? lockSha256 = null) => new(
        FleetName.Parse("home"), ReleaseNumber.TryOf(number)!.Value, Moment.Of(DateTimeOffset.UtcNow),
        Moment.Of(DateTimeOffset.UtcNow.AddDays(1)), Revision.Parse(new string('1', 40)),
        NameMap<ReleasedSystem>.Of([new(Name.ToString(), new(StorePath.TryParse(system ?? Next)!, lockSha256 ?? LockSha256, null))]));

    /// <summary>Signs a release, and serves it as the newest one.</summary>
    public void Serve(ReleaseManifest release, string key = "release", string purpose = ReleaseManifest.Namespace) =>
        Serve(release.Number, release.Write(), key, purpose);

    /// <summary>Signs bytes, and serves them as the newest release.</summary>
    public void Serve(
        ReleaseNumber number, byte[] bytes, string key = "release", string purpose = ReleaseManifest.Namespace,
        params IEnumerable<string> options)
    {
        var file = Path.Combine(Releases, ReleaseFiles.NameOf(number));
        File.WriteAllBytes(file, bytes);
        File.Delete($"{file}.sig");
        _ = Keygen("", ["-q", "-Y", "sign", "-n", purpose, .. options, "-f", Path.Combine(_keys, key), file]).Succeeded;
        File.WriteAllBytes(Path.Combine(Releases, ReleaseFiles.Latest), ReleaseFiles.WriteLatest(number));
    }

    /// <summary>Serves a release that was served before.</summary>
    public void ServeAgain(long number) =>
        File.WriteAllBytes(Path.Combine(Releases, ReleaseFiles.Latest), ReleaseFiles.WriteLatest(ReleaseNumber.TryOf(number)!.Value));

    /// <summary>Runs the program on the machine, as its root.</summary>
    public Ended Pull(params IEnumerable<string> arguments) => Host.Run("env", [OwnNix, "hostlock", "pull", .. arguments]);

    /// <summary>The same, with a variable of the environment.</summary>
    public Ended PullWith(string variable) => Host.Run("env", OwnNix, variable, "hostlock", "pull");

    /// <summary>Deletes what it remembers of releases, in one place or both.</summary>
    public void Forget(bool file, bool root) => _ = Host.Shell(
        $"{(file ? $"rm {State}/accepted;" : "")} {(root ? $"rm {Roots}/release-*;" : "")} :").Succeeded;

    /// <summary>The last refusal that the machine remembers; null if there is none.</summary>
    public JsonNode? Refusal() => Host.TextOf($"{State}/refused") is { } text ? JsonNode.Parse(text) : null;

    /// <summary>The receipts, a line each.</summary>
    public string[] Receipts() => (Host.TextOf($"{State}/receipts") ?? "").Split('\n', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>The row of the machine in <c>status --live</c> on the controller.</summary>
    public string Status() => Fleet.Hostlock("status", "--live", Name.ToString()).Output;

    /// <summary>Asserts that a pull refused by a rule, remembers that, and did nothing.</summary>
    public void AssertRefused(string rule, Ended ended)
    {
        SwitchStory.AssertCode(1, ended);
        Assert.Contains($"refused ({rule}): ", ended.Errors, StringComparison.Ordinal);
        Assert.Equal(rule, (string?)Refusal()!["rule"]);
        Assert.Contains("refused", Status(), StringComparison.Ordinal);
    }

    /// <summary>Asserts that it never tried another system.</summary>
    public void AssertUntouched() => Assert.Equal(Before.Activations, Host.State().Activations);

    /// <summary>Asserts that it runs and boots a system, and has no trial.</summary>
    public void AssertRuns(string system)
    {
        var now = Host.State();
        Assert.Equal((system, system, system), (now.Running, now.Profile, now.Boots));
        Assert.False(Host.IsOnTrial());
    }

    /// <summary>The number of times that a system was tried.</summary>
    public int Tries(string system) => Host.State().Activations.Count(line => line == $"test {system} begin");

    Ended Keygen(string input, params IEnumerable<string> arguments) =>
        Run.ProgramOn(input, "ssh-keygen", _keys, new Dictionary<string, string>(), arguments);
}
