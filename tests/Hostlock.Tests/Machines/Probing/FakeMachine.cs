using Hostlock.Fleets;
using Hostlock.Machines;
using Hostlock.Machines.Probing;
using Hostlock.Platform;
using Hostlock.Tests.Support;

namespace Hostlock.Tests.Machines.Probing;

/// <summary>The files of a machine in a folder. The probe is run there by a real shell, with its paths moved into the folder.</summary>
sealed class FakeMachine : IDisposable
{
    public const string Nonce = "00112233445566778899aabbccddeeff";

    readonly TempFolder _folder = new();

    public string Root => _folder["root"];

    /// <summary>The system that the machine is to be switched to; null if to none.</summary>
    public StorePath? Wanted { get; set; }

    public void Dispose() => _folder.Dispose();

    public static StorePath System(char digit, string version = "25.11") =>
        StorePath.TryParse($"/nix/store/{new string(digit, 32)}-nixos-system-plex-{version}")!;

    /// <summary>Makes the files of a running machine that is well.</summary>
    public FakeMachine Up()
    {
        Write("/proc/sys/kernel/hostname", "plex\n");
        Write("/proc/sys/kernel/random/boot_id", "b00t\n");
        Write("/proc/uptime", "7200.33 100.00\n");
        Write("/etc/machine-id", "0123456789abcdef0123456789abcdef\n");
        Directory.CreateDirectory(Path.Combine(Root, "run/systemd/system"));
        Program("systemctl", "case $1 in list-units) ;; *) echo inactive; exit 3 ;; esac");
        return this;
    }

    /// <summary>Makes a system.</summary>
    public FakeMachine Has(StorePath system, string? @lock = null, string host = "plex")
    {
        Write($"{system}/nixos-version", "25.11");
        if (@lock is null)
            return this;
        Write($"{system}/hostlock/flake.lock", @lock);
        Write($"{system}/hostlock/host.json", $$"""{"host":"{{host}}","lock":"locks/{{host}}.lock","version":1}""");
        return this;
    }

    /// <summary>Has the machine run a system, boot another, and have booted a third.</summary>
    public FakeMachine Runs(StorePath running, StorePath next, StorePath booted)
    {
        Link("/run/current-system", $"{running}");
        Link("/run/booted-system", $"{booted}");
        Link("/nix/var/nix/profiles/system", $"{next}");
        return this;
    }

    public void Generation(int number, StorePath system) => Link($"/nix/var/nix/profiles/system-{number}-link", $"{system}");

    public void Write(string path, string text) => _folder.Write($"root{path}", text);

    public void Link(string path, string target)
    {
        var file = $"{Root}{path}";
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.Delete(file);
        File.CreateSymbolicLink(file, $"{Root}{target}");
    }

    /// <summary>Puts a program in front of those of this machine.</summary>
    public void Program(string name, string script) =>
        _folder.Program($"bin/{name}", $"#!/bin/sh\n{script}\n");

    /// <summary>Runs the probe, and returns all that it prints.</summary>
    /// <param name="shell">The shell and its options.</param>
    public async Task<Finished> RunAsync(params IReadOnlyList<string> shell)
    {
        Directory.CreateDirectory(Root);
        var script = ProbeScript.Text.Replace("\nroot=\n", $"\nroot={Root}\n", StringComparison.Ordinal);
        Assert.Contains($"root={Root}", script, StringComparison.Ordinal);
        string[] words = Wanted is { } wanted ? [Nonce, wanted.ToString()] : [Nonce];
        var request = ProcessRequest.Of(shell[0], [.. shell.Skip(1), "-s", .. words]).WithInput(script) with
        {
            Environment = EnvironmentChanges.None.Set("PATH", $"{_folder["bin"]}:/usr/local/bin:/usr/bin:/bin"),
        };
        return await new ProcessRunner().RunAsync(request, TestContext.Current.CancellationToken);
    }

    /// <summary>Runs the probe, and reads its answer.</summary>
    public async Task<MachineFacts> AskAsync(params IReadOnlyList<string> shell) =>
        MachineAnswer.Read(HostName.Parse("plex"), (await RunAsync(shell)).Output, Nonce);
}
