using System.Diagnostics;

namespace Hostlock.Tests.Flakes;

/// <summary>Nix 2.34.8 with a store and a home of its own in a temporary folder; tests skip where it is not there.</summary>
sealed class RealNix : IDisposable
{
    const string Version = "2.34.8";

    public string Folder { get; } = Path.TrimEndingDirectorySeparator(Directory.CreateTempSubdirectory("hostlock-nix-").FullName);

    readonly string _programs;

    public RealNix()
    {
        var nix = Support.RealNix.Find(Version);
        Assert.SkipWhen(nix is null, $"Nix {Version} is not here; eng/install-nix installs it");
        _programs = Path.GetDirectoryName(nix)!;
        // The first to open a store makes its database; two at once would be in each other's way.
        Run("nix-store", "--query", "--hash", "/nowhere");
    }

    public (int ExitCode, string Output, string Errors) Run(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(Path.Combine(_programs, program), arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (variable, place) in new[]
        {
            ("NIX_STORE_DIR", "nix/store"), ("NIX_STATE_DIR", "nix/var/nix"), ("NIX_LOG_DIR", "nix/var/log/nix"), ("HOME", "home"),
            ("XDG_CACHE_HOME", "home/.cache"), ("XDG_CONFIG_HOME", "home/.config"), ("XDG_STATE_HOME", "home/.local/state"), ("XDG_DATA_HOME", "home/.local/share"),
        })
        {
            start.Environment[variable] = Path.Combine(Folder, place);
        }
        start.Environment["NIX_CONFIG"] = "experimental-features = nix-command flakes\nflake-registry =\n";
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output, errors.GetAwaiter().GetResult());
    }

    public void Dispose()
    {
        foreach (var directory in Directory.EnumerateDirectories(Folder, "*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint }))
            File.SetUnixFileMode(directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        Directory.Delete(Folder, recursive: true);
    }
}
