using System.Security.Cryptography;
using System.Text;
using Hostlock.Conformance.Support;
using Hostlock.Tests.Support;

namespace Hostlock.Conformance.Cli;

/// <summary>The folder of the cache: who may have laid something there, and what becomes of a run that has none.</summary>
public sealed class CacheTests : IDisposable
{
    const string Address = "ssh://git@example.invalid/x.git";

    readonly TempFolder _folder = new();

    public CacheTests()
    {
        _folder.Write("fleet/flake.nix", $"{{ inputs.x.url = \"git+{Address}\"; outputs = _: {{ }}; }}\n");
        TestGit.Commit(_folder["fleet"], 1);
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_cache_that_somebody_else_laid_out_is_refused_by_name()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "only root can give a folder away");
        LayCopy("cache/hostlock");
        _ = Run.Program("chown", _folder.Path, TestGit.Variables, "-R", "nobody", "cache").Succeeded;

        var ended = HostlockProgram.Run(_folder["fleet"], _folder.Path, "lock");

        Assert.Equal(2, ended.ExitCode);
        Assert.Contains($"the cache '{_folder["cache/hostlock"]}' is not used", ended.Errors, StringComparison.Ordinal);
        Assert.False(File.Exists(_folder["trace"]));
    }

    [Fact]
    public void Settings_in_a_copy_are_not_followed()
    {
        LayCopy("cache/hostlock");

        var ended = HostlockProgram.Run(_folder["fleet"], _folder.Path, "lock");

        Assert.Equal(3, ended.ExitCode);
        Assert.False(File.Exists(_folder["trace"]));
    }

    [Fact]
    public void Without_a_home_nothing_is_kept_and_nothing_is_lost()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "only root can become somebody without a home");
        Assert.SkipUnless(File.Exists(HostlockProgram.Path), "the program is not built; ./test builds it");
        // Somebody else has to reach the program and the fleet.
        File.Copy(HostlockProgram.Path, _folder["hostlock"]);
        _folder.Write("fleet/flake.nix", $"{{ inputs.x.url = \"git+file://{_folder["input"]}?ref=main\"; outputs = _: {{ }}; }}\n");
        _folder.Write("input/flake.nix", "{ outputs = _: { }; }\n");
        TestGit.Commit(_folder["input"], 1);
        TestGit.Commit(_folder["fleet"], 2);
        _ = Run.Program("chown", _folder.Path, TestGit.Variables, "-R", "65534", ".").Succeeded;
        File.SetUnixFileMode(_folder.Path, (UnixFileMode)0b111_101_101);

        var ended = Run.Program(
            "env", _folder["fleet"], TestGit.Variables, "-u", "HOME", "-u", "XDG_CACHE_HOME", "-u", "XDG_CONFIG_HOME",
            "setpriv", "--reuid=65534", "--clear-groups", _folder["hostlock"], "lock");
        Assert.SkipWhen(ended.ExitCode == 127, "setpriv is not installed here");

        Assert.Equal(0, ended.ExitCode);
        Assert.Contains("nothing that is fetched is kept after this run", ended.Errors, StringComparison.Ordinal);
        Assert.True(File.Exists(_folder["fleet/flake.lock"]));
    }

    // A bare copy as hostlock would look for it. Its ssh is a program of the person who put it there.
    void LayCopy(string cache)
    {
        var copy = $"{cache}/git/{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Address)))}";
        Directory.CreateDirectory(_folder[$"{copy}/objects/pack"]);
        Directory.CreateDirectory(_folder[$"{copy}/refs/heads"]);
        _folder.Write(
            $"{copy}/config",
            $"[core]\n\trepositoryformatversion = 0\n\tbare = true\n\tsshCommand = touch {_folder["trace"]}; false\n");
        _folder.Write($"{copy}/HEAD", "ref: refs/heads/x\n");
    }
}
