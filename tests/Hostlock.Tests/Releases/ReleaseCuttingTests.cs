using Hostlock.Fleets;
using Hostlock.Platform;
using Hostlock.Releases;
using Hostlock.Rollouts.Steps;
using Hostlock.Tests.Support;

namespace Hostlock.Tests.Releases;

/// <summary>Releases of a repository with two hosts, one of which is held. git and ssh-keygen are real; nix is not.</summary>
[Trait("part", "programs")]
public sealed class ReleaseCuttingTests : IDisposable, IReleaseWatcher
{
    static readonly DateTimeOffset Now = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    readonly TempFolder _folder = new();
    readonly GitAndNix _processes = new();
    readonly List<string> _told = [];

    public ReleaseCuttingTests()
    {
        _folder.Write("flake/flake.nix", "");
        _folder.Write("flake/hostlock.toml", "version = 1\n[hosts.plex]\n[hosts.web]\nhold = { reason = \"a fair\" }\n");
        _folder.Write("flake/locks/plex.lock", "{}");
        _folder.Write("flake/locks/web.lock", "{}");
        TestGit.Commit(Flake, 1);
    }

    static CancellationToken Stop => TestContext.Current.CancellationToken;

    string Flake => _folder["flake"];

    ReleaseRequest Planned { get; } = new(null, TimeSpan.FromDays(14)) { Fleet = FleetName.Parse("home") };

    ReleaseRequest Signed => Planned with { Key = SshKey.In(_folder, "release") };

    public void Dispose() => _folder.Dispose();

    void IReleaseWatcher.LeftOut(IReadOnlyList<string> files) => _told.AddRange(files.Select(file => $"left out {file}"));

    void IReleaseWatcher.Builds(int systems) => _told.Add($"builds {systems}");

    [Fact]
    public async Task A_plan_names_the_systems_of_all_hosts_that_are_not_held_and_keeps_nothing()
    {
        var cut = await CutAsync(Planned);

        Assert.Equal(["plex"], cut.Release.Hosts.Names);
        Assert.Equal((ReleaseNumber.First, null), (cut.Release.Number, cut.Last));
        Assert.Empty(_told);
        Assert.Equal("", TestGit.In(Flake, "for-each-ref", "refs/hostlock"));
    }

    [Fact]
    public async Task A_signed_release_is_kept_and_the_next_one_goes_on_from_it()
    {
        var first = await CutAsync(Signed);
        var second = await CutAsync(Signed with { Fleet = null });

        Assert.Equal(first.Release.Number.Next, second.Release.Number);
        Assert.Equal(first.Release.Write(), second.Last!.Write());
        Assert.Equal(second.Release.Write(), (await NewestAsync())!.Write());
        Assert.Equal(["builds 1", "builds 1"], _told);
    }

    [Fact]
    public async Task A_folder_for_a_web_server_gets_the_release_and_its_number_counts()
    {
        var output = _folder["releases"];
        await CutAsync(Signed with { Output = output });
        TestGit.In(Flake, "update-ref", "-d", ReleaseRepository.Reference);

        var cut = await CutAsync(Signed with { Output = output });

        Assert.Equal(cut.Release.Number, new ReleaseFolder(output).Newest);
        Assert.Equal(ReleaseNumber.First.Next, cut.Release.Number);
    }

    [Fact]
    public async Task A_lock_that_is_not_committed_as_it_is_refuses_the_release()
    {
        _folder.Write("flake/locks/plex.lock", "{ }");

        Assert.Equal(
            "locks/plex.lock has changes that are in no commit, and systems are made of HEAD",
            (await Assert.ThrowsAsync<ReleaseException>(() => CutAsync(Planned))).Message);
    }

    [Fact]
    public async Task Other_files_that_no_commit_has_are_named()
    {
        _folder.Write("flake/flake.nix", "{ }");

        await CutAsync(Planned);

        Assert.Equal(["left out flake.nix"], _told);
    }

    [Fact]
    public async Task Systems_that_cannot_be_built_are_in_no_release()
    {
        _processes.Nix = new(1, "", "error: it is broken");

        await Assert.ThrowsAnyAsync<HostlockException>(() => CutAsync(Signed));

        Assert.Null(await NewestAsync());
    }

    Task<CutRelease> CutAsync(ReleaseRequest request)
    {
        var folder = FleetFolder.Open(Flake);
        var build = new SystemBuild(_processes, new StepSurroundings(folder, "desk", ""), new(_folder["cache"]), TimeProvider.System);
        return new ReleaseCutting(_processes, folder, build, this, Now).CutAsync(request, host => _folder[$"root-{host}"], Stop);
    }

    Task<ReleaseManifest?> NewestAsync() =>
        ReleaseRepository.Open(_processes, FleetFolder.Open(Flake)).NewestManifestAsync(Stop);

    sealed class GitAndNix : IProcessRunner
    {
        readonly PatientProcesses _real = new();

        public Finished Nix { get; set; } = new(0, SampleReleases.Toplevel(1).ToString(), "");

        public Task<Finished> RunAsync(ProcessRequest request, CancellationToken cancellationToken) =>
            request.Program == "nix" ? Task.FromResult(Nix) : _real.RunAsync(request, cancellationToken);

        public IRunningProcess Start(ProcessRequest request) => _real.Start(request);
    }
}
