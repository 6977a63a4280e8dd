using System.Collections.Immutable;
using System.CommandLine;
using System.Text;
using Hostlock.Flakes;
using Hostlock.Fleets;
using Hostlock.Machines;
using Hostlock.Releases;
using Hostlock.Reporting;
using Hostlock.Reporting.Json;
using Hostlock.Rollouts;
using Hostlock.Rollouts.Rings;
using Hostlock.Rollouts.Steps;

namespace Hostlock.Cli.Commands;

/// <summary>Cuts a release: the signed list of the systems that machines may fetch for themselves.</summary>
sealed class ReleaseCommand : FleetCommand
{
    const string Hostlock = "hostlock", Cachix = "cachix";

    readonly Argument<string[]> _hosts = CommonOptions.Hosts("Hosts or @RING whose systems are new in it [default: all hosts]");
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
    readonly Option<bool> _push = new("--push") { Description = "Take up the releases of the other repository, and push this one there" };
    readonly Option<string?> _fleet = new("--fleet")
    {
        Description = "The name of the fleet [default: that of the last release]",
        HelpName = "NAME",
    };
    readonly Option<string> _expires = new("--expires")
    {
        Description = "How long machines may begin with it [default: 14d]",
        HelpName = "TIME",
        DefaultValueFactory = _ => "14d",
    };
    readonly Option<string> _format = CommonOptions.OneOf(
        new("--format")
        {
            Description = "For whom it is: hostlock, which pulls it, or the agents of cachix, for one ring",
            HelpName = "FORMAT",
            DefaultValueFactory = _ => Hostlock,
        },
        Hostlock, Cachix);
    readonly Option<bool> _dryRun = new("--dry-run", "-n") { Description = "Show what it would give to hosts, and build and sign nothing" };

    public override CommandNature Nature => new(NetworkUse.Machines) { Writes = true };

    protected override Command Describe() => new("release", """
        Cut a signed release, which machines fetch for themselves

        Builds the systems of HEAD, and signs the list of them. Hosts that are not
        named keep what the last release gave to them. It changes no file of the flake:
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
        var lifetime = Durations.Parse(run.Value(_expires)!);
        if (lifetime <= TimeSpan.Zero || lifetime > ReleaseCut.LongestLifetime)
            throw ReleaseException.NoLifetime(run.Value(_expires)!);
        if (run.Value(_sign) is null && !run.Value(_dryRun))
            throw ReleaseException.NeedsKey();
        return await run.Journals.AloneAsync(() => CutAsync(run, ReleaseRepository.Open(run.Processes, run.Folder), lifetime));
    }

    // Cachix has keys and numbers of its own, and takes what is newest.
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
            var cut = await SystemsAsync(
                run, Chosen(run, [.. run.Folder.Fleet.Hosts.Where(host => IsFree(run, host))]), TimeSpan.Zero);
            var text = CachixDeployJson.Render(cut);
            if (run.Value(_output) is { } folder && !run.Value(_dryRun))
                RepositoryFiles.ReplaceNamed(
                    Path.GetFullPath(folder, run.Surroundings.Folder), [(CachixDeployJson.FileName, Encoding.UTF8.GetBytes(text))]);
            else
                run.Terminal.Exact(text);
            return ExitCode.Done;
        });
    }

    async Task<ExitCode> CutAsync(CommandRun run, ReleaseRepository repository, TimeSpan lifetime)
    {
        var output = OutputOf(run, repository);
        if (run.Value(_push))
            await repository.FetchAsync(run.CancellationToken);
        var last = await repository.NewestAsync(run.CancellationToken) is { } newest ? ReleaseManifest.Read(newest.Bytes) : null;
        var fleet = FleetOf(run, last);
        // A folder may have releases that were cut in another clone.
        var before = new[] { last?.Number, output?.Newest }.Max();
        var free = run.Folder.Fleet.Hosts.Where(host => IsFree(run, host)).ToList();
        var chosen = Chosen(run, free);
        var cut = await SystemsAsync(run, chosen, lifetime);
        var release = cut.After(last, fleet, before?.Next ?? ReleaseNumber.First, free);
        if (!run.Value(_dryRun))
            await KeepAsync(run, repository, output, release);
        run.Report(
            isDone: !run.Value(_dryRun), () => ReleaseText.Render(release, last, run.Terminal.Ink), () => ReleaseJson.Render(release));
        return ExitCode.Done;
    }

    static bool IsFree(CommandRun run, Host host) => SystemBuild.IsNixos(host) && host.Hold?.IsOver(run.Today) is not false;

    // Machines take a release from where they are told to; what lies in the tree that is evaluated would be one behind for ever.
    ReleaseFolder? OutputOf(CommandRun run, ReleaseRepository repository)
    {
        if (run.Value(_output) is not { } word)
            return null;
        var path = Path.GetFullPath(word, run.Surroundings.Folder);
        var inner = Path.GetRelativePath(repository.Root, path);
        return inner == ".." || inner.StartsWith("../", StringComparison.Ordinal)
            ? new(path)
            : throw ReleaseException.InRepository(path);
    }

    FleetName FleetOf(CommandRun run, ReleaseManifest? last)
    {
        var named = run.Value(_fleet) is { } word ? FleetName.Parse(word) : last?.Fleet ?? throw ReleaseException.NeedsFleet();
        return last is null || last.Fleet == named
            ? named
            : throw ReleaseException.OfAnotherFleet(named.ToString(), last.Fleet.ToString());
    }

    List<Host> Chosen(CommandRun run, List<Host> free)
    {
        if (run.Words(_hosts).Length == 0 && !run.Value(_all))
            return free.Count > 0 ? free : throw FleetException.NoHosts();
        var named = run.Hosts(_hosts, _all);
        if (named.FirstOrDefault(host => !SystemBuild.IsNixos(host)) is { } home)
            throw RolloutException.NotNixos(home.Name, home.ConfigurationPaths[0]);
        return named.FirstOrDefault(host => !free.Contains(host)) is { } held
            ? throw ReleaseException.IsHeld(held.Name, held.Hold!.ToString())
            : [.. named];
    }

    async Task<ReleaseCut> SystemsAsync(CommandRun run, List<Host> hosts, TimeSpan lifetime)
    {
        var head = await CandidateCommit.HeadAsync(run.Processes, run.Folder, run.CancellationToken) ?? throw RolloutException.NoCommit();
        var commit = CandidateCommit.Of(run.Processes, run.Folder, new(hosts[0].Name, head, head));
        var locks = await LocksAsync(run, commit, hosts);
        if (await commit.UncommittedAsync(run.CancellationToken) is { Count: > 0 } uncommitted)
            run.Terminal.Warn(ReleaseText.LeftOut(uncommitted));
        ImmutableDictionary<HostName, StorePath> systems;
        if (run.Value(_dryRun))
        {
            systems = await run.SystemBuild.EvaluateAsync(hosts, head, run.CancellationToken);
        }
        else
        {
            run.Terminal.Talk($"building {hosts.Count} systems\n");
            var built = await run.SystemBuild.OfAsync(hosts, run.Journals.ReleaseRootOf, head, run.CancellationToken);
            await run.SystemBuild.AfterAsync(built, run.CancellationToken);
            systems = built.ToImmutableDictionary(each => each.Host.Name, each => each.System);
        }
        return new(
            hosts.ToImmutableDictionary(host => host.Name, host => (systems[host.Name], locks[host.Name])), head, Moment.Of(run.Now),
            lifetime);
    }

    // Systems are made of HEAD, so what somebody wrote into a lock and did not commit would be missing in them.
    static async Task<ImmutableDictionary<HostName, string>> LocksAsync(CommandRun run, CandidateCommit commit, List<Host> hosts)
    {
        var places = hosts.Select(host => run.Folder.PlaceOf(host.Name)).ToList();
        var committed = await commit.LocksInAsync(commit.Id, places, run.CancellationToken);
        var hashes = ImmutableDictionary.CreateBuilder<HostName, string>();
        foreach (var (host, place, bytes) in hosts.Zip(places, committed))
        {
            if (bytes is null || HostLocks.TryReadBytes(place) is not { } here || !here.Span.SequenceEqual(bytes))
                throw ReleaseException.NotCommitted(place);
            hashes[host.Name] = Stamp.Hash(bytes);
        }
        return hashes.ToImmutable();
    }

    async Task KeepAsync(CommandRun run, ReleaseRepository repository, ReleaseFolder? output, ReleaseManifest release)
    {
        var bytes = release.Write();
        var key = Path.GetFullPath(run.Value(_sign)!, run.Surroundings.Folder);
        var signature = await new SshSignatures(run.Processes).SignAsync(key, ReleaseManifest.Namespace, bytes, run.CancellationToken);
        var signed = new SignedRelease(bytes, signature);
        var before = await repository.AddAsync(release.Number, signed, run.Now, run.CancellationToken);
        if (run.Value(_push))
            await repository.PushAsync(before, run.CancellationToken);
        output?.Write(release.Number, signed);
    }
}
