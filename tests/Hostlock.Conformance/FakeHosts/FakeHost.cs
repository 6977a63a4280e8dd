using System.Collections.Immutable;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Hostlock.Tests.Support;

namespace Hostlock.Conformance.FakeHosts;

/// <summary>One fake host: what is run on it, what it is in, and what happens to it.</summary>
sealed class FakeHost(FakeFleet fleet, string name)
{
    // In milliseconds.
    const int FirstPause = 20, LastPause = 320;

    const string Faults = "/run/faults";

    /// <summary>Its name in the flake, on the network and for ssh.</summary>
    public string Name => name;

    /// <summary>Runs a program on it as its root, in /root, and not through ssh.</summary>
    public Ended Run(string program, params IEnumerable<string> arguments) => fleet.RunOn(name, [program, .. arguments]);

    /// <summary>Runs a line in its shell, as its root.</summary>
    public Ended Shell(string line) => Run("sh", "-c", line);

    /// <summary>Has a person type a line at a terminal of it, and <c>y</c> to each question; returns all that is shown there.</summary>
    /// <param name="folder">The folder of the shell.</param>
    /// <param name="line">The line.</param>
    /// <param name="kind">The kind of the terminal. One that is <c>dumb</c> cannot be drawn over.</param>
    public async Task<string> TypeAsync(string folder, string line, string kind = "dumb")
    {
        using var terminal = fleet.BeginOn(
            name, "env", "--chdir", folder, $"TERM={kind}", "script", "-qec", $"stty cols 160; {line}", "/dev/null");
        var shown = new StringBuilder();
        var buffer = new char[4096];
        while (await terminal.StandardOutput.ReadAsync(buffer, TestContext.Current.CancellationToken) is > 0 and var count)
        {
            shown.Append(buffer, 0, count);
            if (shown.ToString().EndsWith("[y/N] ", StringComparison.Ordinal))
                await terminal.StandardInput.WriteLineAsync("y");
        }
        await terminal.WaitForExitAsync(TestContext.Current.CancellationToken);
        return shown.ToString().Replace("\r\n", "\n", StringComparison.Ordinal);
    }

    /// <summary>The text of a file of it; null if there is no such file.</summary>
    /// <param name="path">The path there, of which no folder is a link.</param>
    public string? TextOf(string path)
    {
        try
        {
            return File.ReadAllText(Here(path));
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    /// <summary>Writes a file of it.</summary>
    /// <param name="path">The path there, of which no folder is a link.</param>
    /// <param name="text">The text.</param>
    public void Write(string path, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Here(path))!);
        File.WriteAllText(Here(path), text);
    }

    /// <summary>Runs a line on it through ssh, from the controller.</summary>
    public Ended Ssh(string line) => fleet.Controller.Run("ssh", "-n", "-o", "BatchMode=yes", $"root@{name}", line);

    /// <summary>Copies a system to it from the controller, by Nix over ssh.</summary>
    public void Copy(string system) => _ = TryCopy(system).Succeeded;

    /// <summary>The same, if it may fail.</summary>
    public Ended TryCopy(string system) =>
        fleet.Controller.Run("nix", "copy", "--quiet", "--no-check-sigs", "--to", $"ssh-ng://root@{name}", system);

    /// <summary>Switches it to a system that it has, through ssh, as an engine does: in a session that can break.</summary>
    /// <param name="system">The store path.</param>
    /// <param name="action"><c>test</c>, <c>boot</c>, <c>switch</c>, <c>check</c> or <c>dry-activate</c>.</param>
    public Ended Switch(string system, string action) => Ssh($"{system}/bin/switch-to-configuration {action}");

    /// <summary>The state of the host.</summary>
    public HostState State() => HostState.Read(Here(""));

    /// <summary>The same; null if it is off, or not up yet.</summary>
    public HostState? TryState()
    {
        try
        {
            return Root is { } root ? HostState.Read(root) : null;
        }
        catch (IOException)
        {
            return null;
        }
    }

    /// <summary>The names of its failed units.</summary>
    public ImmutableArray<string> FailedUnits() =>
    [
        .. Run("systemctl", "list-units", "--state=failed", "--plain", "--no-legend", "--no-pager").Succeeded
            .Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split(' ')[0]),
    ];

    /// <summary>True if hostlock has it on trial, or its silence timer runs.</summary>
    public bool IsOnTrial() => File.Exists(Here("/var/lib/hostlock/trial"))
        || (Directory.Exists(Here("/run/fake/units"))
            ? File.Exists(Here("/run/fake/units/hostlock-silence.timer"))
            : Run("systemctl", "-q", "is-active", "hostlock-silence.timer").ExitCode == 0);

    /// <summary>The SHA-256 of the lock that a system of it carries.</summary>
    /// <param name="system">The store path.</param>
    public string LockOf(string system) => Sha256Of($"{Root}{system}/hostlock/flake.lock");

    /// <summary>The SHA-256 of a file, in hexadecimal.</summary>
    public static string Sha256Of(string file) => Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(file)));

    // A path there as this machine sees it.
    string Here(string path) => (Root ?? throw new InvalidOperationException($"{name} is off")) + path;

    // Its root folder as this machine sees it, by way of its first process; null if it has none.
    string? Root => fleet.FirstProcessOf(name) is { } process ? $"/proc/{process}/root" : null;

    /// <summary>Waits until something is so. It is asked less and less often, because each question is some programs. The limit of the
    /// test ends this.</summary>
    public static void Until(Func<bool> isSo)
    {
        for (var pause = FirstPause; !isSo(); pause = Math.Min(2 * pause, LastPause))
        {
            TestContext.Current.CancellationToken.ThrowIfCancellationRequested();
            Thread.Sleep(pause);
        }
    }

    /// <summary>The same while a program runs, which would make it so: once the program has ended, nothing is waited for.</summary>
    public static void Until(Task<Ended> running, Func<bool> isSo)
    {
        Until(() => running.IsCompleted || isSo());
        Assert.True(!running.IsCompleted || isSo(), $"it ended before: {(running.IsCompleted ? running.Result : null)}");
    }

    /// <summary>Has its next switches fail in a way, until it boots.</summary>
    public void Inject(HostFault fault) => Write($"{Faults}/{fault.Name}", $"{fault.Value}\n");

    /// <summary>Takes all faults back.</summary>
    public void Heal()
    {
        if (Directory.Exists(Here(Faults)))
            Directory.Delete(Here(Faults), recursive: true);
    }

    /// <summary>Starts it, and waits until it is up. It boots the system that its boot loader names.</summary>
    public void Boot() => Do("boot");

    /// <summary>Waits until it is up again after it rebooted by itself.</summary>
    public void Await() => Do("await");

    /// <summary>Cuts its power at this instant. Its disks stay.</summary>
    public void PowerOff() => Do("off");

    /// <summary>Stops all its processes at this instant. Its clocks go on, other than those of a real machine that sleeps.</summary>
    public void Sleep() => Do("sleep");

    /// <summary>Lets its processes go on.</summary>
    public void Wake() => Do("wake");

    /// <summary>Cuts it off, both ways or one. Packets are lost, and no error tells of them.</summary>
    public void Cut(Direction direction) => Do("cut", direction.ToString().ToLowerInvariant());

    /// <summary>Ends whatever was done to its network.</summary>
    public void Join() => Do("join");

    /// <summary>Slows its network down.</summary>
    /// <param name="kilobits">How many kilobits a second go each way.</param>
    public void Slow(int kilobits) => Do("slow", kilobits.ToString(CultureInfo.InvariantCulture));

    /// <summary>Leaves little room on one of its disks.</summary>
    /// <param name="disk"><c>nix</c> or <c>boot</c>.</param>
    /// <param name="kilobytes">How many kilobytes are left.</param>
    public void Fill(string disk, int kilobytes) => Do("fill", disk, kilobytes.ToString(CultureInfo.InvariantCulture));

    string Do(string command, params IEnumerable<string> arguments) => fleet.Command(command, arguments.Prepend(name));
}

/// <summary>A way of the network: what goes to a host, what comes from it, or both.</summary>
enum Direction
{
    Both,
    To,
    From,
}
