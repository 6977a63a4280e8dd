using System.Collections.Immutable;
using System.Text;
using Hostlock.Fleets;
using Hostlock.Machines;
using Hostlock.Rollouts;
using Hostlock.Tests.Support;

namespace Hostlock.Conformance.FakeHosts;

/// <summary>
/// Two to four hosts in two rings, a clone of the flake in which the lock of the canary has moved, and another clone's repository that it
/// follows. The clone has files that are staged, changed and unknown, and nothing ever touches those.
/// </summary>
sealed class RolloutStory
{
    readonly FakeFleet _fleet;
    readonly string _name;
    readonly ImmutableDictionary<string, FakeHost> _hosts;
    readonly ImmutableDictionary<string, HostState> _before;
    readonly Dictionary<string, string> _variables;
    string _untouched;
    bool _isSettled;

    internal RolloutStory(FakeFleet fleet, string name, int hosts, string rest)
    {
        (_fleet, _name) = (fleet, name);
        Letters = LettersOf(hosts);
        Clone = Path.Combine(fleet.Folder, "work/clones", name);
        _variables = TestGit.By("operator", DateTimeOffset.UtcNow);
        _ = Shell($"git clone -q --bare {fleet.Flake} {Clone}.git && git clone -q {Clone}.git {Clone}");
        _hosts = Letters.Zip(fleet.Light(Letters.Select(NameOf))).ToImmutableDictionary(pair => pair.First, pair => pair.Second);
        _before = _hosts.ToImmutableDictionary(host => host.Key, host => host.Value.State());
        var file = Path.Combine(Clone, "hostlock.toml");
        var settings = Letters.Aggregate(
            File.ReadAllText(file),
            (text, letter) => text.Replace(
                $"[hosts.{NameOf(letter)}]\n", $"[hosts.{NameOf(letter)}]\nring = \"{(letter == "a" ? "canary" : "rest")}\"\n",
                StringComparison.Ordinal));
        File.WriteAllText(file, $"{settings}\n[rings.canary]\n[rings.rest]\nafter = \"canary\"\n{rest}");
        _ = Shell($"cd {Clone} && git commit -qam rings && git push -q");
        _ = Run("update", NameOf("a"), "--commit").Succeeded;
        _ = Shell(
            $"cd {Clone} && git push -q && echo staged >staged && git add staged && echo '# changed' >>modules/common.nix "
            + "&& echo unknown >unknown");
        _untouched = Files();
    }

    /// <summary>The last letters of the names of its hosts. The first is the canary.</summary>
    public ImmutableArray<string> Letters { get; }

    /// <summary>The last letters of the names of so many hosts.</summary>
    public static ImmutableArray<string> LettersOf(int hosts) => [.. Enumerable.Range('a', hosts).Select(letter => $"{(char)letter}")];

    /// <summary>The clone of the flake, at the same path here, on the controller and on the hosts.</summary>
    public string Clone { get; }

    /// <summary>The name of a host.</summary>
    public string NameOf(string letter) => $"{_name}-{letter}";

    /// <summary>A host.</summary>
    public FakeHost Host(string letter) => _hosts[letter];

    /// <summary>Commits and pushes settings of a host, which all but one of the stories leave as they are.</summary>
    /// <param name="letter">The host.</param>
    /// <param name="line">The settings.</param>
    public void Module(string letter, string line)
    {
        var file = $"hosts/{NameOf(letter)}.nix";
        Write(file, $"{{ networking.hostName = \"{NameOf(letter)}\"; {line} }}\n");
        _ = Shell($"cd {Clone} && git commit -q -m module -- {file} && git push -q");
        _untouched = Files();
    }

    /// <summary>Changes a file of the user's, and commits nothing.</summary>
    public void Write(string file, string text)
    {
        File.WriteAllText(Path.Combine(Clone, file), text);
        _untouched = Files();
    }

    /// <summary>Adds settings to hostlock.toml.</summary>
    public void Set(string settings) => File.AppendAllText(Path.Combine(Clone, "hostlock.toml"), $"\n{settings}");

    /// <summary>Runs the program on the controller, in the clone.</summary>
    public Ended Run(params IEnumerable<string> arguments) => With([], arguments);

    /// <summary>The same, with variables of the environment.</summary>
    public Ended With(string[] variables, params IEnumerable<string> arguments)
    {
        _isSettled = false;
        return _fleet.Controller.Run("env", ["--chdir", Clone, .. variables, "hostlock", .. arguments]);
    }

    /// <summary>Begins the rollout, without a question.</summary>
    public Ended Rollout(params string[] variables) => With(variables, "rollout", "--yes");

    /// <summary>Runs a line of a shell on this machine, which has the same files as the controller; it must succeed.</summary>
    public string Shell(string line) => Hostlock.Tests.Support.Run.Program("sh", _fleet.Folder, _variables, "-ec", line).Succeeded;

    /// <summary>The subjects of the commits of a branch that the rollout made, the newest first.</summary>
    /// <param name="repository">The repository: <see cref="Clone"/>, or that which it follows.</param>
    public string[] Opened(string repository) =>
        Shell($"git -C {repository} log --format=%s --grep=Hostlock-Rollout: main").Split('\n', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>The path of the journal that was last written to.</summary>
    public string Journal => Directory.EnumerateFiles(Path.Combine(Clone, ".git/hostlock"), "*.journal").MaxBy(File.GetLastWriteTimeUtc)!;

    /// <summary>The locks of hosts as the branch of the clone has them, by what git calls their bytes.</summary>
    public string[] Locks(params IEnumerable<string> letters) =>
        TestGit.In(Clone, ["rev-parse", .. letters.Select(letter => $"HEAD:locks/{NameOf(letter)}.lock")])
            .Split('\n', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>The same of one host.</summary>
    public string Lock(string letter) => Locks(letter).Single();

    /// <summary>Asserts that hosts run and boot what they did at first, without ever having tried anything else.</summary>
    public void AssertUntouched(params string[] letters) => Assert.All(letters, letter =>
    {
        AssertBack(letter);
        Assert.Equal(_before[letter].Activations, Host(letter).State().Activations);
    });

    /// <summary>Asserts that hosts run and boot what they did at first.</summary>
    public void AssertBack(params string[] letters) => Assert.All(letters, letter =>
    {
        var (was, now) = (_before[letter].Running, Host(letter).State());
        Assert.Equal((was, was, was), (now.Running, now.Profile, now.Boots));
        AssertNoTrial(letter);
    });

    /// <summary>Asserts that hosts run and boot the system of the newer lock, which is theirs in the clone.</summary>
    public void AssertKept(params string[] letters)
    {
        Assert.All(letters, letter =>
        {
            var now = Host(letter).State();
            Assert.NotEqual(_before[letter].Running, now.Running);
            Assert.Equal((now.Running, now.Running), (now.Profile, now.Boots));
            AssertNoTrial(letter);
        });
        Assert.Single(Locks(letters.Prepend("a")).Distinct());
    }

    /// <summary>Asserts that two more runs change nothing, and that the user's own changes are as they were.</summary>
    public void AssertSettled()
    {
        var (states, commits) = (Activations(), Shell($"git -C {Clone} rev-parse HEAD"));
        var first = Run("rollout", "--resume");
        var second = Run("rollout", "--resume");
        Assert.Equal(Invariants.SaidBy(first), Invariants.SaidBy(second));
        Assert.Equal((states, commits), (Activations(), Shell($"git -C {Clone} rev-parse HEAD")));
        AssertFiles();
        _isSettled = true;
    }

    /// <summary>Asserts that the user's own changes are as they were.</summary>
    public void AssertFiles() => Assert.Equal(_untouched, Files());

    /// <summary>Asserts what holds after each rollout. Once it is over, to go on with it twice does nothing.</summary>
    public void AssertInvariants()
    {
        AssertFiles();
        var invariants = Invariants.OfLast(
            Clone, name => Letter(name) is { } letter ? Host(letter).TryState() : null, name => _before[Letter(name)!]);
        if (invariants is null)
            return;
        invariants.AssertHold();
        invariants.AssertLocks(
            name => Host(Letter(name)!).LockOf(Host(Letter(name)!).State().Boots),
            (name, commit) => commit is null
                ? FakeHost.Sha256Of(Path.Combine(Clone, "locks", $"{name}.lock"))
                : Stamp.Hash(Encoding.UTF8.GetBytes(TestGit.In(Clone, "show", $"{commit}:locks/{name}.lock"))));
        if (!_isSettled && invariants is { IsOver: true, End.Plan.Action: RolloutAction.Rollout })
            AssertSettled();
    }

    string? Letter(HostName name) => Letters.FirstOrDefault(letter => NameOf(letter) == name.ToString());

    /// <summary>The number of times that systems were activated on the hosts that are on.</summary>
    public string Activations() => string.Join('\n', Letters.SelectMany(letter => Host(letter).TryState()?.Activations ?? []));

    string Files() => Shell(
        $"cd {Clone} && git --no-optional-locks status --porcelain --untracked-files -- ':!hostlock.toml' && git ls-files -s staged "
        + "&& cat staged unknown modules/common.nix");

    void AssertNoTrial(string letter) => Assert.False(Host(letter).IsOnTrial());
}
