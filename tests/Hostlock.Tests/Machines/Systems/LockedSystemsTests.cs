using System.Text;
using Hostlock.Fleets;
using Hostlock.Locks;
using Hostlock.Machines;
using Hostlock.Machines.Systems;
using Hostlock.Platform;
using Hostlock.Tests.Support;

namespace Hostlock.Tests.Machines.Systems;

/// <summary>A host is built by a lock in a copy of the files that git knows.</summary>
[Trait("part", "programs")]
public sealed class LockedSystemsTests : IDisposable
{
    static readonly HostName Plex = HostName.Parse("plex");

    readonly TempFolder _folder = new();
    readonly Nix _nix = new();

    public LockedSystemsTests()
    {
        _folder.Write("fleet/flake.nix", "{ }");
        _folder.Write("fleet/hostlock.toml", "version = 1\n[hosts.plex]\n");
        _folder.Write("fleet/locks/plex.lock", "the lock of the user");
        _folder.Write("above", "beside the fleet");
        TestGit.Commit(_folder.Path, 1);
        _folder.Write("fleet/secret", "git does not know this");
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Each_lock_is_built_in_a_copy_and_no_file_of_the_user_changes()
    {
        var told = new List<string>();

        var built = await BuildAsync(told.Add, (Lock(1), "plex@HEAD"), (Lock(2), "web"));

        Assert.Equal([Nix.System(1), Nix.System(2)], built);
        Assert.Equal(["building plex by the lock of plex@HEAD\n", "building plex by the lock of web\n"], told);
        Assert.Equal([Text(Lock(1)), Text(Lock(2))], _nix.Locks);
        Assert.Equal("the lock of the user", _folder.Read("fleet/locks/plex.lock"));
        var reference = _nix.Requests[0].Arguments[^1];
        Assert.EndsWith("?dir=fleet#nixosConfigurations.plex.config.system.build.toplevel", reference, StringComparison.Ordinal);
        Assert.Equal(["above", "fleet/flake.nix", "fleet/hostlock.toml", "fleet/locks/plex.lock"], _nix.Files);
        Assert.False(Directory.Exists(Nix.CopyOf(_nix.Requests[0])));
        Assert.Contains("--no-write-lock-file", _nix.Requests[0].Arguments);
    }

    [Fact]
    public async Task A_link_that_leads_out_of_the_copy_is_not_written_through()
    {
        _folder.Write("elsewhere/plex.lock", "somebody's");
        Directory.Delete(_folder["fleet/locks"], recursive: true);
        Directory.CreateSymbolicLink(_folder["fleet/locks"], _folder["elsewhere"]);
        TestGit.Commit(_folder.Path, 2);

        await Assert.ThrowsAsync<FleetException>(() => BuildAsync(_ => { }, (Lock(1), "plex")));

        Assert.Equal("somebody's", _folder.Read("elsewhere/plex.lock"));
        Assert.Empty(_nix.Requests);
    }

    [Fact]
    public async Task Without_a_lock_nothing_is_copied_and_no_nix_runs()
    {
        Assert.Empty(await BuildAsync(_ => { }));
        Assert.Empty(_nix.Requests);
    }

    [Theory]
    [InlineData(1, "", "'nix build' failed: no such attribute")]
    [InlineData(0, "/tmp/result\n", "this machine")]
    public async Task What_nix_does_not_build_is_an_error(int exitCode, string output, string said)
    {
        _nix.Answer = new(exitCode, output, "no such attribute\n");

        var error = await Assert.ThrowsAnyAsync<HostlockException>(() => BuildAsync(_ => { }, (Lock(1), "plex")));

        Assert.Contains(said, error.Message, StringComparison.Ordinal);
    }

    Task<IReadOnlyList<StorePath>> BuildAsync(Action<string> told, params (LockFile Lock, string Word)[] locks) =>
        new LockedSystems(_nix, FleetFolder.Open(_folder["fleet"])).BuildAsync(Plex, locks, told, TestContext.Current.CancellationToken);

    static LockFile Lock(int digit) => SmallLocks.Of(("a", SmallLocks.Locked("github:acme/a", digit, digit)));

    static string Text(LockFile file) => Encoding.UTF8.GetString(LockFileWriter.Write(file));

    /// <summary>A nix that looks at what it is given, and answers with the systems 1, 2, …</summary>
    sealed class Nix : IProcessRunner
    {
        readonly ProcessRunner _real = new();

        public Finished? Answer { get; set; }

        public List<ProcessRequest> Requests { get; } = [];

        public List<string> Locks { get; } = [];

        public IReadOnlyList<string> Files { get; private set; } = [];

        public static StorePath System(int digit) => StorePath.TryParse($"/nix/store/{new string((char)('0' + digit), 32)}-system")!;

        public static string CopyOf(ProcessRequest request) => request.Arguments[^1]["path:".Length..].Split('?', '#')[0];

        public Task<Finished> RunAsync(ProcessRequest request, CancellationToken cancellationToken)
        {
            if (request.Program != "nix")
                return _real.RunAsync(request, cancellationToken);
            Requests.Add(request);
            var copy = CopyOf(request);
            Locks.Add(File.ReadAllText(Path.Combine(copy, "fleet/locks/plex.lock")));
            Files =
            [
                .. Directory.EnumerateFiles(copy, "*", SearchOption.AllDirectories)
                    .Select(file => Path.GetRelativePath(copy, file)).Order(StringComparer.Ordinal),
            ];
            return Task.FromResult(Answer ?? new(0, $"{System(Requests.Count)}\n", ""));
        }

        public IRunningProcess Start(ProcessRequest request) => _real.Start(request);
    }
}
