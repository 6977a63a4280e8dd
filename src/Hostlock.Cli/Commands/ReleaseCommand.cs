using System.CommandLine;
using System.Text;
using Hostlock.Fleets;
using Hostlock.Releases;
using Hostlock.Reporting;
using Hostlock.Reporting.Json;

namespace Hostlock.Cli.Commands;

/// <summary>Cuts a release: the signed list of the systems that machines may fetch for themselves.</summary>
sealed class ReleaseCommand : FleetCommand
{
    const string Hostlock = "hostlock", Cachix = "cachix";

    readonly Argument<string[]> _hosts = CommonOptions.Machines("Hosts or @RING that get new systems [default: all hosts]");
    readonly Option<bool> _all = CommonOptions.AllHosts();
    readonly Option<string?> _sign = new("--sign")
    {
        Description = "The ssh key that signs it, or its public part if an agent has it",
        HelpName = "KEY",
    };
    readonly Option<string?> _output = new("--out")
    {
        Description = "Also write its files to this folder, for a web server",
        HelpName = "DIR",
    };
    readonly Option<bool> _push = new("--push") { Description = "Fetch the releases of the upstream repository, and push this one there" };
    readonly Option<string?> _fleet = new("--fleet")
    {
        Description = "The name of the fleet [default: that of the last release]",
        HelpName = "NAME",
    };
    readonly Option<string> _expires = new("--expires")
    {
        Description = "How long machines may begin with the release [default: 14d]",
        HelpName = "TIME",
        DefaultValueFactory = _ => "14d",
    };
    readonly Option<string> _format = CommonOptions.OneOf(
        new("--format")
        {
            Description = "The form: hostlock, or cachix for the agents of one ring",
            HelpName = "FORMAT",
            DefaultValueFactory = _ => Hostlock,
        },
        Hostlock, Cachix);
    readonly Option<bool> _dryRun = new("--dry-run", "-n") { Description = "Show the systems that hosts would get; sign nothing" };

    public override CommandNature Nature => new(NetworkUse.Machines) { Writes = true };

    protected override Command Describe() => new("release", """
        Cut a signed release, which machines fetch for themselves

        Builds the systems of HEAD, and signs the list of them. Hosts that are not
        named keep the systems of the last release. No file of the flake changes:
        releases are in refs/hostlock/releases, and with --out in a folder.

          hostlock release --fleet home --sign ~/.ssh/id_ed25519
          hostlock release @canary --sign release.pub --out /srv/releases
        """)
    { _hosts, _all, _sign, _output, _push, _fleet, _expires, _format, _dryRun, CommonOptions.Json };

    public override JsonShape? Shape => ReleaseJson.Shape;

    public override FlakeReach Reach(CommandRun run) => FlakeReach.Machines;

    public override async Task<ExitCode> RunAsync(CommandRun run)
    {
        if (run.Value(_format) == Cachix)
            return await WriteDeployAsync(run);
        var lifetime = ReleaseCut.LifetimeOf(run.Value(_expires)!);
        if (run.Value(_sign) is null && !run.Value(_dryRun))
            throw ReleaseException.NeedsKey();
        return await run.Journals.AloneAsync(async () =>
        {
            var cut = await CuttingOf(run).CutAsync(
                RequestOf(run) with
                {
                    Lifetime = lifetime,
                    Key = run.Value(_dryRun) ? null : Path.GetFullPath(run.Value(_sign)!, run.Surroundings.Folder),
                    Fleet = run.Value(_fleet) is { } name ? FleetName.Parse(name) : null,
                    Output = run.Value(_output) is { } word ? Path.GetFullPath(word, run.Surroundings.Folder) : null,
                    IsPushed = run.Value(_push),
                },
                run.Journals.ReleaseRootOf, run.CancellationToken);
            run.Report(
                isDone: !run.Value(_dryRun), () => ReleaseText.Render(cut.Release, cut.Last, run.Terminal.Ink),
                () => ReleaseJson.Render(cut.Release));
            return ExitCode.Done;
        });
    }

    // Cachix has keys and numbers of its own, and takes the newest deployment.
    async Task<ExitCode> WriteDeployAsync(CommandRun run)
    {
        (Option Option, bool IsGiven)[] others =
        [
            (_sign, run.Value(_sign) is not null), (_fleet, run.Value(_fleet) is not null), (_push, run.Value(_push)),
            (CommonOptions.Json, run.IsJson),
        ];
        if (others.FirstOrDefault(each => each.IsGiven) is { Option: { } other })
            throw UsageException.Excludes($"{_format.Name} {Cachix}", other.Name);
        if (run.Words(_hosts) is not [['@', ..]])
            throw ReleaseException.NeedsOneRing();
        return await run.Journals.AloneAsync(async () =>
        {
            var cut = await CuttingOf(run).SystemsAsync(
                RequestOf(run), isBuilt: !run.Value(_dryRun), run.Journals.ReleaseRootOf, run.CancellationToken);
            var text = CachixDeployJson.Render(cut);
            if (run.Value(_output) is { } folder && !run.Value(_dryRun))
                RepositoryFiles.ReplaceNamed(
                    Path.GetFullPath(folder, run.Surroundings.Folder), [(CachixDeployJson.FileName, Encoding.UTF8.GetBytes(text))]);
            else
                run.Terminal.Exact(text);
            return ExitCode.Done;
        });
    }

    ReleaseRequest RequestOf(CommandRun run) =>
        new(run.Words(_hosts).Length == 0 && !run.Value(_all) ? null : run.Named.Hosts(_hosts, _all), TimeSpan.Zero);

    static ReleaseCutting CuttingOf(CommandRun run) => new(run.Processes, run.Folder, run.SystemBuild, new Lines(run.Terminal), run.Now);

    sealed class Lines(Terminal terminal) : IReleaseWatcher
    {
        public void LeftOut(IReadOnlyList<string> files) => terminal.Warn(ReleaseText.LeftOut(files));

        public void Builds(int systems) => terminal.Talk($"building {systems} systems\n");
    }
}
