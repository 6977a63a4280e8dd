using System.Collections.Immutable;
using System.Text.Json;
using Hostlock.Fetching;
using Hostlock.Flakes;
using Hostlock.Fleets;
using Hostlock.Fleets.Settings;
using Hostlock.Locks;
using Hostlock.Machines;
using Hostlock.Machines.Probing;
using Hostlock.Platform;
using Hostlock.Platform.Programs;
using Hostlock.Rollouts;
using Hostlock.Rollouts.Engines;
using Hostlock.Rollouts.Gates;
using Hostlock.Rollouts.Journals;
using Hostlock.Rollouts.Steps;

namespace Hostlock.Releases;

/// <summary>The result of a pull.</summary>
public abstract record PullOutcome
{
    PullOutcome()
    {
    }

    /// <summary>The machine already ran the system that the release gives it.</summary>
    /// <param name="Number">The number of the release.</param>
    public sealed record UpToDate(ReleaseNumber Number) : PullOutcome;

    /// <summary>The release gives nothing to the host.</summary>
    /// <param name="Number">The number of the release.</param>
    public sealed record NotNamed(ReleaseNumber Number) : PullOutcome;

    /// <summary>Nothing was done, by a rule.</summary>
    /// <param name="Refusal">The rule, and the reason.</param>
    public sealed record Refused(Judgement.Refused Refusal) : PullOutcome;

    /// <summary>Nothing was done, because the host is to stay at the system that it runs.</summary>
    /// <param name="Number">The number of the release.</param>
    /// <param name="Why">The reason.</param>
    public sealed record Held(ReleaseNumber Number, string Why) : PullOutcome;

    /// <summary>The release that a pull would try, if it changes nothing.</summary>
    /// <param name="Number">The number of the release.</param>
    /// <param name="System">The system.</param>
    public sealed record Planned(ReleaseNumber Number, StorePath System) : PullOutcome;

    /// <summary>A system was tried.</summary>
    /// <param name="Number">The number of the release.</param>
    /// <param name="Host">The record of the host; without an outcome if the system is still on trial, and goes back by itself.</param>
    public sealed record Tried(ReleaseNumber Number, HostRecord Host) : PullOutcome;
}

/// <summary>The options of a pull.</summary>
/// <param name="IsDryRun">True if nothing is to be changed, fetched into the store or remembered.</param>
/// <param name="TriesAgain">True if a system that was given back is tried once more.</param>
public sealed record PullRequest(bool IsDryRun, bool TriesAgain);

/// <summary>
/// Has this machine take its system from the newest release. The release may come from anywhere, is believed by its signature alone, and is
/// judged by <see cref="ReleaseJudge"/>. The system is then tried, checked, and kept or given back by the steps of a switch.
/// </summary>
/// <param name="processes">Runs ssh-keygen, git, nix and the steps.</param>
/// <param name="http">Makes the connection to the network.</param>
/// <param name="fetching">Fetches releases.</param>
/// <param name="memory">The memory of the machine.</param>
/// <param name="journals">The journals of its pulls.</param>
/// <param name="settings">The settings of the machine.</param>
/// <param name="time">The clock.</param>
public sealed class MachinePull(
    IProcessRunner processes, Func<HttpMessageHandler> http, ReleaseFetching fetching, ReleaseMemory memory, RolloutJournals journals,
    PullSettings settings, TimeProvider time)
{
    // The longest time that a system may take to come into the store; nix gives up sooner if nothing comes.
    static readonly TimeSpan LongestCopy = TimeSpan.FromHours(6);

    // A network that was restarted needs a moment.
    static readonly TimeSpan LongestSilence = TimeSpan.FromSeconds(60);

    static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);

    readonly List<Warning> _warnings = [];
    readonly SshSignatures _signatures = new(processes);

    /// <summary>The warnings beside the outcome.</summary>
    public IReadOnlyList<Warning> Warnings => _warnings;

    /// <summary>Is told what happens to the machine.</summary>
    public required IRolloutWatcher Watcher { get; init; }

    /// <summary>The place where this program is to be killed, in tests.</summary>
    public required CrashPoint Crash { get; init; }

    /// <summary>Pulls once. If an earlier run was broken off in a trial, the trial is ended first.</summary>
    /// <param name="request">How.</param>
    /// <param name="cancellationToken">Stops it; a trial that is under way is ended.</param>
    /// <exception cref="HostlockException">No source answers, the system cannot be had, or another run is at work.</exception>
    public Task<PullOutcome> RunAsync(PullRequest request, CancellationToken cancellationToken) =>
        request.IsDryRun ? PullAsync(request, cancellationToken) : journals.AloneAsync(() => PullAsync(request, cancellationToken));

    async Task<PullOutcome> PullAsync(PullRequest request, CancellationToken cancellationToken)
    {
        using var cache = CacheFolder.Temporary();
        var signers = new AllowedSigners(
            processes, Told(() => RegularFile.Read(settings.Signers, AllowedSigners.MaximumBytes)), Path.Combine(cache.Path, "signers"));
        var folder = Told(FolderOf);
        if (!request.IsDryRun && journals.LastSwitch() is { } last
            && await FinishAsync(folder, cache.Path, last, cancellationToken) is { } tried)
            return tried;
        var running = await LookAsync(null, cancellationToken);
        if (running.IsSwitching)
            throw ReleaseException.SwitchUnderWay();
        if (running is { Trial: { } other, IsArmed: true })
            throw ReleaseException.TrialUnderWay(other);
        var (remembered, receipts) = (memory.Read(), memory.Receipts());
        if (receipts.Damage is { } damage)
            _warnings.Add(damage);
        var facts = new PullFacts(
            settings.Fleet, settings.Host, Moment.Of(time.GetUtcNow()), remembered,
            request.TriesAgain
                ? new HashSet<StorePath>()
                : receipts.GivenBack(running.System, () => journals.LastSwitch()?.Hosts.Single()));
        if (remembered.Highest is null)
            _warnings.Add(ReleaseException.NothingRemembered());
        switch (await ChooseAsync(signers, facts, cancellationToken))
        {
            case Judgement.Refused refused:
                return Refuse(request, refused);
            case Judgement.NotNamed(var release):
                // If nothing is remembered, a release without this host must not become the memory.
                if (!request.IsDryRun && remembered.Highest is not null && running.Running is { } system)
                    Remember(release, system);
                return new PullOutcome.NotNamed(release.Number);
            case Judgement.Accepted accepted:
                return await TakeAsync(request, folder, cache.Path, facts, running, receipts, accepted, cancellationToken);
            default:
                throw new System.Diagnostics.UnreachableException();
        }
    }

    async Task<PullOutcome> TakeAsync(
        PullRequest request, FleetFolder folder, string cache, PullFacts facts, MachineFacts running, KnownReceipts receipts,
        Judgement.Accepted accepted, CancellationToken cancellationToken)
    {
        var (release, released) = accepted;
        var host = folder.HostOf(settings.Host);
        if (IsThere(running, released.System) && facts.Remembered.Highest is not null)
        {
            if (!request.IsDryRun)
            {
                Remember(release, released.System);
                if (receipts.Contents.All(receipt => receipt.Release != release.Number))
                    await SignAsync(receipts, release, released, ReceiptVerdict.Kept, [], running.BootId, cancellationToken);
            }
            return new PullOutcome.UpToDate(release.Number);
        }
        if (host.Hold is { } hold && !hold.IsOver(DateOnly.FromDateTime(time.GetUtcNow().UtcDateTime)))
            return new PullOutcome.Held(release.Number, hold.ToString());
        if (request.IsDryRun)
            return new PullOutcome.Planned(release.Number, released.System);
        memory.Hold(released.System);
        try
        {
            var isSystem = await CopyAsync(released.System, cancellationToken);
            if (ReleaseJudge.JudgeSystem(accepted, facts, isSystem, Carried(released.System), running.Stamp?.TryReadLock()) is { } refused)
                return Refuse(request, refused);
            Remember(release, released.System);
        }
        finally
        {
            memory.LetGo();
        }
        var plan = new RolloutPlan(
            IdOf(release), RolloutAction.Switch,
            [DeployEngines.Plan(folder.Fleet, host, released.System, boots: false, isChecked: true)]);
        var opened = new RolloutEvent.Opened(plan, time.GetUtcNow());
        return await RunAsync(
            folder, cache, Rollout.Of(opened), [opened, new RolloutEvent.Approved(time.GetUtcNow())], cancellationToken)
            ?? throw new System.Diagnostics.UnreachableException();
    }

    // Several sources may have different releases, and a person who can change one source can only withhold: the highest good release
    // counts.
    async Task<Judgement> ChooseAsync(AllowedSigners signers, PullFacts facts, CancellationToken cancellationToken)
    {
        var judged = new List<(Judgement Judgement, string Place)>();
        HostlockException? silence = null;
        foreach (var source in settings.Sources)
        {
            try
            {
                var fetched = await fetching.FetchAsync(source, cancellationToken);
                var signature = await signers.CheckAsync(
                    fetched.Bytes, fetched.Signature.Armour(), ReleaseManifest.Namespace, cancellationToken);
                judged.Add((
                    ReleaseJudge.Judge(signature, signature is SignatureCheck.Counts ? TryRead(fetched.Bytes) : null, facts),
                    $"'{Visible.Address(source.ToString())}': "));
            }
            catch (ReleaseException why) when (why.IsRefused)
            {
                judged.Add((new Judgement.Refused(RefusalRule.Form, $"'{Visible.Address(source.ToString())}': {why.Message}", null), ""));
            }
            catch (HostlockException why)
            {
                silence ??= why;
                if (settings.Sources.Length > 1)
                    _warnings.Add(new($"a source of releases does not answer: {why.Message}"));
            }
        }
        var all = judged.Select(each => each.Judgement).ToList();
        var good = all.Where(each => each is not Judgement.Refused).MaxBy(each => NumberOf(each).Value);
        if (good is not null)
        {
            foreach (var (judgement, place) in judged)
            {
                if (judgement is Judgement.Refused refused)
                    _warnings.Add(new($"{place}{refused.Why}"));
            }
        }
        return good ?? all.FirstOrDefault() ?? throw ReleaseException.NoSource(silence!);
    }

    static ReleaseNumber NumberOf(Judgement judgement) => judgement switch
    {
        Judgement.Accepted(var release, _) => release.Number,
        Judgement.NotNamed(var release) => release.Number,
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    static ReleaseManifest? TryRead(ReadOnlyMemory<byte> bytes)
    {
        try
        {
            return ReleaseManifest.Read(bytes);
        }
        catch (ReleaseException)
        {
            // The signer may use a later hostlock.
            return null;
        }
    }

    PullOutcome.Refused Refuse(PullRequest request, Judgement.Refused refused)
    {
        if (!request.IsDryRun)
            memory.Note(new(refused.Rule, refused.Why, refused.Number, Moment.Of(time.GetUtcNow())));
        return new(refused);
    }

    void Remember(ReleaseManifest release, StorePath system)
    {
        memory.Accept(release, system);
        memory.Note(null);
    }

    // Ends a trial that an earlier run left half-way, and writes the missing receipt.
    async Task<PullOutcome?> FinishAsync(FleetFolder folder, string cache, Rollout last, CancellationToken cancellationToken)
    {
        var host = last.Hosts.Single();
        if (host.Outcome is null or HostOutcome.Stranded && folder.TryHostOf(host.Plan.Host) is not null)
            return await RunAsync(folder, cache, last, [new RolloutEvent.Resumed(true, time.GetUtcNow())], cancellationToken);
        await ReceiptAsync(host, cancellationToken);
        return null;
    }

    async Task<PullOutcome?> RunAsync(
        FleetFolder folder, string cache, Rollout rollout, IReadOnlyList<RolloutEvent> happened, CancellationToken cancellationToken)
    {
        using var journal = Journal.Open(journals.PathOf(rollout.Plan.Id));
        // The timer takes the machine back while its releases are out of reach, so it is not renewed for long.
        var patience = rollout.Plan.Hosts.First().Trial / 4;
        if (patience > LongestSilence)
            patience = LongestSilence;
        var surroundings = new StepSurroundings(folder, settings.Host.ToString(), "") { Reaches = stop => ReachesAsync(patience, stop) };
        var probes = new MachineProbes(
            processes, settings.Host.ToString(), new(new MachineCache(cache), folder.Path), name => folder.TryHostOf(name) is not null,
            time);
        var work = new HostWork(processes, probes, new GateRun(processes, http, time), surroundings, time);
        var runner = new RolloutRunner(journal.Append, work, opener: null, Watcher, Crash, time);
        rollout = await runner.RunAsync(runner.Write(rollout, happened), cancellationToken);
        var host = rollout.Hosts.Single();
        await ReceiptAsync(host, CancellationToken.None);
        return NumberOf(rollout.Plan.Id) is { } number ? new PullOutcome.Tried(number, host) : null;
    }

    // After a switch by ssh, hostlock reaches the machine through the new system. Here the machine has to reach the source of the next one.
    async Task<GateAnswer> ReachesAsync(TimeSpan patience, CancellationToken cancellationToken)
    {
        var end = time.GetUtcNow() + patience;
        while (true)
        {
            HostlockException? silence = null;
            foreach (var source in settings.Sources)
            {
                try
                {
                    await fetching.AskAsync(source, cancellationToken);
                    return new("source", Verdict.Pass, "");
                }
                catch (ReleaseException why) when (why.IsRefused)
                {
                    // Any answer shows that it is reached.
                    return new("source", Verdict.Pass, "");
                }
                catch (HostlockException why)
                {
                    silence = why;
                }
            }
            if (time.GetUtcNow() >= end)
                return new("source", Verdict.Unclear, Visible.Name(silence!.Message));
            await Task.Delay(Pause, time, cancellationToken);
        }
    }

    // True if it is a system, and not another path of the store.
    async Task<bool> CopyAsync(StorePath system, CancellationToken cancellationToken)
    {
        if (await HasAsync())
            return true;
        var request = settings.Cache is { } cache
            ? NixProgram.Command("copy", "--from", cache, "--", system.ToString())
            : NixProgram.Command("build", "--no-link", "--", system.ToString());
        var finished = await processes.RunAsync(request with { TimeLimit = LongestCopy }, cancellationToken);
        return finished.Succeeded ? await HasAsync() : throw ReleaseException.NotCopied(system, Complaint.Of(finished));

        async Task<bool> HasAsync() =>
            File.Exists($"{system}/bin/switch-to-configuration") && (await LookAsync(system, cancellationToken)).HasWanted;
    }

    Task<MachineFacts> LookAsync(StorePath? wanted, CancellationToken cancellationToken) =>
        new MachineProbe(processes).AskAsync(new(settings.Host, null), new(wanted), cancellationToken);

    static bool IsThere(MachineFacts facts, StorePath system) =>
        facts is { Trial: null } && facts.System == system && facts.Next == system;

    async Task ReceiptAsync(HostRecord host, CancellationToken cancellationToken)
    {
        if (KnownReceipts.VerdictOf(host) is not { } word || NumberOf(host.Rollout) is not { } number
            || memory.Read().Accepted is not { } release || release.Number != number
            || release.For(settings.Host) is not { } released || released.System != host.Plan.Target)
            return;
        var receipts = memory.Receipts();
        if (receipts.Contents.LastOrDefault(receipt => receipt.Release == number)?.Verdict != word)
            await SignAsync(receipts, release, released, word, host.Gates, (host.Now ?? host.Before)!.BootId, cancellationToken);
    }

    async Task SignAsync(
        KnownReceipts known, ReleaseManifest release, ReleasedSystem released, ReceiptVerdict verdict, ImmutableArray<GateAnswer> gates,
        string boot, CancellationToken cancellationToken)
    {
        // If the log is damaged, the pull said so when it began, and adds nothing.
        if (known.Damage is not null)
            return;
        var receipt = new Receipt(
            release.Fleet, settings.Host, release.Number, released.System, released.LockSha256, verdict,
            NameMap<Verdict>.Of([.. gates.Select(gate => KeyValuePair.Create(gate.Name, gate.Verdict))]), boot,
            Moment.Of(time.GetUtcNow()), known.Last?.Chain ?? "");
        var json = receipt.Write();
        try
        {
            var signature = await _signatures.SignAsync(
                settings.HostKey, Receipt.Namespace, SignedReceipt.SignedBytesOf(json), cancellationToken);
            memory.Append(new(receipt, json, signature));
        }
        catch (HostlockException why)
        {
            // The machine is in the right state, even if no receipt can show it.
            _warnings.Add(new($"no receipt is written: {why.Message}"));
        }
    }

    // The machine remembers that it cannot use its settings, for 'status --live'.
    static T Told<T>(Func<T> read)
    {
        try
        {
            return read();
        }
        catch (HostlockException why)
        {
            throw ReleaseException.NotTold(why);
        }
    }

    FleetFolder FolderOf()
    {
        var fleet = settings.FleetFile is { } file
            ? FleetFile.Read(RegularFile.ReadText(file, FleetFolder.MaximumText))
            : Fleet.Empty;
        var known = fleet.Hosts.FirstOrDefault(host => host.Name == settings.Host)
            ?? new Host(
                settings.Host, fleet.LockOf(settings.Host), FleetFolder.FlakeFile, null, null, NameMap<string>.Empty, NameMap<Freeze>.Empty)
            {
                Rollout = fleet.Rollout,
            };
        // The steps do everything here, and the system is in the store already.
        var rollout = known.Rollout with { Engine = RolloutSettings.Direct, Build = new BuildPlace.Here() };
        return FleetFolder.Of(journals.Path, fleet with { Hosts = [known with { Rollout = rollout }] });
    }

    // The stamp of a system in the store that does not run yet.
    static Stamp? Carried(StorePath system)
    {
        if (RegularFile.TryRead($"{system}/hostlock/flake.lock", LockFileReader.MaximumBytes) is not { } bytes)
            return null;
        return new(Stamp.Hash(bytes), [.. bytes], HostIn(RegularFile.TryRead($"{system}/hostlock/host.json", PullSettings.MaximumBytes)));
    }

    static string? HostIn(byte[]? about)
    {
        try
        {
            using var json = JsonDocument.Parse(about ?? "{}"u8.ToArray());
            return json.RootElement.TryGetProperty("host", out var host) ? host.GetString() : null;
        }
        catch (Exception why) when (why is JsonException or InvalidOperationException)
        {
            return "";
        }
    }

    string IdOf(ReleaseManifest release) =>
        $"release-{release.Number}-{ByteDigest.Sha256Hex($"{release.Digest} {time.GetUtcNow().UtcTicks}")[..8]}";

    static ReleaseNumber? NumberOf(string id) => id.Split('-') is ["release", var number, _] ? ReleaseNumber.TryParse(number) : null;
}
