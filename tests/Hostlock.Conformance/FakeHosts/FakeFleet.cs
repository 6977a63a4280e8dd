using System.Collections.Immutable;
using System.Diagnostics;
using System.Text.Json.Nodes;
using Hostlock.Conformance.Support;
using Hostlock.Tests.Support;

namespace Hostlock.Conformance.FakeHosts;

/// <summary>
/// Fake NixOS hosts on a network of their own, a controller among them, and a flake with a lock for each host. <c>tests/fleet</c> makes
/// them. If there can be none here, each test that starts some is skipped. When this object or its process goes, all hosts go.
/// </summary>
sealed class FakeFleet : IDisposable
{
    static readonly string Script = Path.Combine(Repository.Root, "tests/fleet/fleet");

    readonly Dictionary<string, string> _variables;
    readonly Process _holder;
    readonly Task<string> _errors;
    readonly Lazy<string[]> _way;
    readonly Lock _git = new();
    readonly ReaderWriterLockSlim _engine = new();
    readonly Lock _flake = new();
    ImmutableDictionary<string, string> _firstSystems = ImmutableDictionary<string, string>.Empty;
    int _day;
    bool _isGone;

    FakeFleet(string nix)
    {
        Folder = Directory.CreateTempSubdirectory("hostlock-fleet-").FullName;
        _variables = new(TestGit.Variables)
        {
            ["FLEET"] = Folder,
            ["HOSTLOCK"] = HostlockProgram.Path,
            ["HOSTLOCK_NIX_PREFIX"] = Path.GetFullPath(Path.Combine(nix, "../../..")),
        };
        _way = new(() => Command("way").Split('\n', StringSplitOptions.RemoveEmptyEntries));
        _holder = Begin(Script, "hold");
        _errors = _holder.StandardError.ReadToEndAsync();
    }

    /// <summary>The folder of all this.</summary>
    public string Folder { get; }

    /// <summary>The flake, a git repository at the same path here and on the controller.</summary>
    public string Flake => Path.Combine(Folder, "work/fleet");

    /// <summary>The stand-in for nixpkgs, a git repository too.</summary>
    public string Nixpkgs => Path.Combine(Folder, "work/nixpkgs");

    /// <summary>The folders of this machine that hold the programs of all hosts, at the same paths there.</summary>
    public IEnumerable<string> Programs => [_variables["HOSTLOCK_NIX_PREFIX"], Path.GetDirectoryName(HostlockProgram.Path)!];

    /// <summary>The process that holds all of it.</summary>
    public int Holder => _holder.Id;

    /// <summary>The host that hostlock, Nix and ssh run on: it can reach the others as root, and runs no system of the flake.</summary>
    public FakeHost Controller { get; private set; } = null!;

    /// <summary>Starts a controller, and writes a flake with hosts that are not made yet. Skips the test if there can be no fake hosts
    /// here.</summary>
    /// <param name="names">All hosts of the flake.</param>
    public static FakeFleet Start(params IEnumerable<string> names)
    {
        var fleet = new FakeFleet(RealNix.Require("2.34"));
        if (fleet._holder.StandardOutput.ReadLine() != "ready")
        {
            var reason = fleet._errors.Result.Trim();
            fleet.Dispose();
            Assert.Skip($"no fake hosts: {reason}");
        }
        try
        {
            fleet.Controller = fleet.AddController("ctl");
            fleet._firstSystems = Systems(names, fleet.Command("make", names));
            return fleet;
        }
        catch
        {
            fleet.Dispose();
            throw;
        }
    }

    /// <summary>Makes and boots a host of the flake, with the system that the flake gave it at first, and with stand-ins for the programs
    /// of systemd.</summary>
    public FakeHost Light(string name) => Up(name, "light");

    /// <summary>The same, of several hosts.</summary>
    public ImmutableArray<FakeHost> Light(IEnumerable<string> names)
    {
        string[] all = [.. names];
        _ = Command("start", all.SelectMany(name => new[] { name, "light", _firstSystems[name] }));
        return [.. all.Select(Named)];
    }

    /// <summary>The same as of one light host, with systemd as its first process.</summary>
    public FakeHost Systemd(string name) => Up(name, "systemd");

    /// <summary>A host that was made already, or is yet to be made.</summary>
    public FakeHost Named(string name) => new(this, name);

    /// <summary>Has somebody else switch a host to a system of his own: as a flake has it now, with another unit.</summary>
    /// <param name="flake">The folder of the flake.</param>
    /// <param name="name">The host.</param>
    /// <param name="action"><c>test</c>, or <c>switch</c>, which also makes it what boots.</param>
    public void SwitchByColleague(string flake, string name, string action)
    {
        var (path, host) = ($"{flake}-theirs-{name}", Named(name));
        var system = Controller.Run(
            "sh", "-ec",
            $"cp -r {flake} {path} && cd {path} "
            + "&& printf '%s' '{ systemd.services.theirs = \"[Service]\\nExecStart=/usr/bin/sleep infinity\\n\"; }' >modules/common.nix "
            + "&& nix build --offline --quiet --no-link --print-out-paths "
            + $".#nixosConfigurations.{name}.config.system.build.toplevel").Succeeded.Trim();
        host.Copy(system);
        if (action == "switch")
            _ = host.Ssh($"nix-env -p /nix/var/nix/profiles/system --set {system}").Succeeded;
        // A switch may be refused as long as another one goes on, and a unit may stay red, which is the system's own matter.
        FakeHost.Until(() =>
        {
            _ = host.Switch(system, action);
            return host.TryState()?.Running == system;
        });
    }

    /// <summary>Makes and boots another controller, on the same network.</summary>
    public FakeHost AddController(string name)
    {
        _ = Command("add", name, "controller");
        var controller = new FakeHost(this, name);
        controller.Boot();
        return controller;
    }

    /// <summary>Writes files of the flake and commits all that is new.</summary>
    public void Write(params IEnumerable<(string File, string Text)> files) => Write(Flake, files);

    /// <summary>Builds the systems of hosts on the controller, as the flake has them now: their store paths by host.</summary>
    public ImmutableDictionary<string, string> Build(params IEnumerable<string> names) => Systems(names, Command("build", names));

    /// <summary>Commits a new version of a package to nixpkgs, which moves the hosts whose locks are updated.</summary>
    public void Release(string package, string version)
    {
        var packages = JsonNode.Parse(File.ReadAllText(Path.Combine(Nixpkgs, "packages.json")))!;
        packages[package] = version;
        Write(Nixpkgs, ("packages.json", packages.ToJsonString()));
    }

    /// <summary>Runs the program on the controller, in the folder of the flake, once no other test does: of two that write there, one would
    /// be refused.</summary>
    public Ended Hostlock(params IEnumerable<string> arguments)
    {
        string[] words = [.. arguments];
        Ended ended;
        lock (_flake)
            ended = Controller.Run("env", ["--chdir", Flake, "hostlock", .. words]);
        JsonSchemas.CheckLine(words, ended.Output);
        return ended;
    }

    /// <summary>Uses the engines of the controller: beside others if nothing is wrong with them, and else alone, as a fault of engines is
    /// one of all that the controller has.</summary>
    /// <param name="fault">How they go wrong meanwhile; null if they do not.</param>
    /// <param name="act">What is done with them.</param>
    public void WithEngine(HostFault? fault, Action act)
    {
        if (fault is not { } wrong)
        {
            _engine.EnterReadLock();
            try
            {
                act();
            }
            finally
            {
                _engine.ExitReadLock();
            }
            return;
        }
        _engine.EnterWriteLock();
        try
        {
            Controller.Inject(wrong);
            act();
        }
        finally
        {
            Controller.Heal();
            _engine.ExitWriteLock();
        }
    }

    /// <summary>The number of the process that a host began with; null if it is off.</summary>
    internal string? FirstProcessOf(string name)
    {
        var file = $"/proc/{_holder.Id}/root{Folder}/rack/{name}/pid";
        try
        {
            return File.ReadAllText(file).Trim() is { Length: > 0 } process && Directory.Exists($"/proc/{process}/root/") ? process : null;
        }
        catch (IOException)
        {
            return null;
        }
    }

    internal string Command(string command, params IEnumerable<string> arguments) => Try(command, arguments).Succeeded;

    internal Ended Try(string command, params IEnumerable<string> arguments) =>
        Run.Program(Script, Folder, _variables, arguments.Prepend(command));

    /// <summary>Runs a program on a host. Tests do so thousands of times, so the script only says by which words.</summary>
    internal Ended RunOn(string name, params IEnumerable<string> words) => FirstProcessOf(name) is { } process
        ? Run.Program("nsenter", Folder, _variables, ["-t", process, .. _way.Value, .. words])
        : new(1, "", $"{name} is off");

    /// <summary>Starts a program on a host, whose streams are all pipes.</summary>
    internal Process BeginOn(string name, params IEnumerable<string> words) => Begin(
        "nsenter", ["-t", FirstProcessOf(name) ?? throw new InvalidOperationException($"{name} is off"), .. _way.Value, .. words]);

    Process Begin(string program, params IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in _variables)
            start.Environment[name] = value;
        return Process.Start(start)!;
    }

    public void Dispose()
    {
        if (_isGone)
            return;
        _isGone = true;
        // The end of its input is what the holder waits for: it comes too if this process is killed.
        _holder.StandardInput.Close();
        _holder.WaitForExit();
        _holder.Dispose();
        _engine.Dispose();
        if (Directory.Exists(Folder))
            Directory.Delete(Folder, recursive: true);
    }

    FakeHost Up(string name, string kind)
    {
        _ = Command("start", name, kind, _firstSystems[name]);
        return Named(name);
    }

    static ImmutableDictionary<string, string> Systems(IEnumerable<string> names, string paths)
    {
        var all = paths.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        return names.ToImmutableDictionary(
            name => name, name => all.Single(path => path.Contains($"-nixos-system-{name}-25.", StringComparison.Ordinal)));
    }

    void Write(string repository, params IEnumerable<(string File, string Text)> files)
    {
        lock (_git)
        {
            foreach (var (file, text) in files)
                File.WriteAllText(Path.Combine(repository, file), text);
            TestGit.Commit(repository, ++_day);
        }
    }
}
