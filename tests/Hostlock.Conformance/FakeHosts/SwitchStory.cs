using Hostlock.Tests.Support;

namespace Hostlock.Conformance.FakeHosts;

/// <summary>One host, its clone of the flake with a lock that has moved, and the system that it ran at first.</summary>
sealed class SwitchStory
{
    readonly FakeFleet _fleet;
    readonly string _name;
    bool _isHere;

    internal SwitchStory(FakeFleet fleet, string name, bool isSystemd)
    {
        (_fleet, _name) = (fleet, name);
        Clone = Path.Combine(fleet.Folder, "work/clones", name);
        _ = TestGit.In(fleet.Folder, "clone", "--quiet", fleet.Flake, Clone);
        Host = isSystemd ? fleet.Systemd(name) : fleet.Light(name);
        Before = Host.State();
        _ = Run("update", name).Succeeded;
    }

    /// <summary>The clone of the flake, at the same path here, on the controller and on the hosts.</summary>
    public string Clone { get; }

    /// <summary>The host.</summary>
    public FakeHost Host { get; }

    /// <summary>The state of the host before anything was done.</summary>
    public HostState Before { get; }

    /// <summary>Adds settings to hostlock.toml.</summary>
    public void Set(string settings) => File.AppendAllText(Path.Combine(Clone, "hostlock.toml"), $"\n{settings}");

    /// <summary>Has the host reached at another address.</summary>
    public void Address(string target) => Edit("hostlock.toml", $"\"root@{_name}\"", $"\"{target}\"");

    /// <summary>Puts another text in the place of one, which a file must have.</summary>
    public void Edit(string file, string old, string now)
    {
        Edit(file, text =>
        {
            Assert.Contains(old, text, StringComparison.Ordinal);
            return text.Replace(old, now, StringComparison.Ordinal);
        });
    }

    /// <summary>Changes a file of the clone.</summary>
    public void Edit(string file, Func<string, string> change)
    {
        var path = Path.Combine(Clone, file);
        File.WriteAllText(path, change(File.ReadAllText(path)));
    }

    /// <summary>Gives the host other settings of its own.</summary>
    public void Module(string line) =>
        File.WriteAllText(Path.Combine(Clone, "hosts", $"{_name}.nix"), $"{{ networking.hostName = \"{_name}\"; {line} }}\n");

    /// <summary>Runs the program on the controller, in the clone.</summary>
    public Ended Run(params IEnumerable<string> arguments) => With([], arguments);

    /// <summary>The same, with variables of the environment.</summary>
    public Ended With(string[] variables, params IEnumerable<string> arguments) =>
        _fleet.Controller.Run("env", ["--chdir", Clone, .. variables, "hostlock", .. arguments]);

    /// <summary>Runs the program on the host itself, by a user who is not root, in the clone.</summary>
    public Ended Here(params IEnumerable<string> arguments)
    {
        _isHere = true;
        return Host.Run(
            "sh", [
                "-c", "chown -R operator \"$1\" && cd \"$1\" && shift && exec sudo -u operator -H hostlock \"$@\"", "-", Clone,
                .. arguments,
            ]);
    }

    /// <summary>Switches the host, without a question.</summary>
    public Ended Switch(params string[] variables) => With(variables, "switch", _name, "--yes");

    /// <summary>The state of the clone: HEAD, refs, the files that are staged, changed or unknown, and the bytes of the index.</summary>
    public string Repository() => _fleet.Controller.Run(
        "sh", "-c",
        "cd \"$1\" && git rev-parse HEAD && git for-each-ref && git --no-optional-locks status --porcelain && sha256sum .git/index",
        "-", Clone).Succeeded;

    /// <summary>Builds the host's system as the clone has it now, and returns its store path.</summary>
    public string Build() => _fleet.Controller.Run(
        "nix", "build", "--offline", "--quiet", "--no-link", "--print-out-paths",
        $"{Clone}#nixosConfigurations.{_name}.config.system.build.toplevel").Succeeded.Trim();

    /// <summary>Asserts how a run ended, and shows what it said if it ended otherwise.</summary>
    public static void AssertCode(int exitCode, Ended ended) =>
        Assert.True(exitCode == ended.ExitCode, $"{ended.ExitCode} and not {exitCode}\n{ended.Output}{ended.Errors}");

    /// <summary>
    /// Waits until no trial is left, as after the silence timer: what it starts takes the mark away when it has done the rest, and then
    /// ends.
    /// </summary>
    public void AwaitNoTrial() => FakeHost.Until(() => !Host.IsOnTrial());

    /// <summary>Asserts that the host runs and boots what it did at first, and is not on trial.</summary>
    public void AssertBack()
    {
        var now = Host.State();
        Assert.Equal((Before.Running, Before.Running, Before.Running), (now.Running, now.Profile, now.Boots));
        AssertNoTrial();
    }

    /// <summary>Asserts that the host runs and boots another system, and is not on trial.</summary>
    public void AssertKept()
    {
        var now = Host.State();
        Assert.NotEqual(Before.Running, now.Running);
        Assert.Equal((now.Running, now.Running), (now.Profile, now.Boots));
        AssertNoTrial();
    }

    /// <summary>Asserts that the host never tried another system.</summary>
    public void AssertUntouched()
    {
        Assert.Equal(Before.Activations, Host.State().Activations);
        AssertBack();
    }

    /// <summary>Asserts what holds after each run. Once one is over, to go on with it twice does nothing.</summary>
    public void AssertInvariants()
    {
        var invariants = Invariants.OfLast(
            Clone, name => _fleet.Named($"{name}").TryState(), name => name.ToString() == _name ? Before : null);
        if (invariants is null)
            return;
        invariants.AssertHold();
        invariants.AssertLocks(
            name => _fleet.Named($"{name}").LockOf(_fleet.Named($"{name}").State().Boots),
            (name, _) => FakeHost.Sha256Of(Path.Combine(Clone, "locks", $"{name}.lock")));
        if (!invariants.IsOver)
            return;
        var done = Done();
        var (first, second) = (Resume(), Resume());
        Assert.Equal(Invariants.SaidBy(first), Invariants.SaidBy(second));
        Assert.Equal(done, Done());

        string Done() =>
            string.Join('\n', Host.TryState()?.Activations ?? []) + File.ReadAllText(Path.Combine(Clone, "locks", $"{_name}.lock"));

        Ended Resume() => _isHere ? Here("switch", "--resume") : Run("switch", "--resume");
    }

    /// <summary>The number of times that a system was activated on the host.</summary>
    public int Activations(string system) => Host.State().Activations.Count(line => line == $"test {system} begin");

    void AssertNoTrial() => Assert.False(Host.IsOnTrial());
}
