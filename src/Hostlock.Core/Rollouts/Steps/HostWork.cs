using System.Collections.Immutable;
using Hostlock.Flakes;
using Hostlock.Fleets;
using Hostlock.Machines;
using Hostlock.Machines.Probing;
using Hostlock.Machines.Systems;
using Hostlock.Platform;
using Hostlock.Platform.Programs;
using Hostlock.Rollouts.Engines;
using Hostlock.Rollouts.Gates;

namespace Hostlock.Rollouts.Steps;

/// <summary>Takes one step on one host.</summary>
public interface IStepTaker
{
    /// <summary>Takes a step. It fails only if it is stopped: a failure or silence of the machine is a result.</summary>
    /// <param name="host">The record of the host.</param>
    /// <param name="step">The step.</param>
    /// <param name="cancellationToken">Stops steps that change nothing. Hosts at risk are finished, but nothing is waited for: neither a
    /// machine that does not answer, nor an agent that has not begun, nor the source of a machine that fetches for itself.</param>
    Task<StepResult> TakeAsync(HostRecord host, Step step, CancellationToken cancellationToken);
}

/// <summary>The surroundings of the steps of a fleet.</summary>
/// <param name="Folder">The fleet.</param>
/// <param name="Machine">The name of this machine.</param>
/// <param name="NixSshOptions">The options of the user that nix gives to ssh, in the form of NIX_SSHOPTS; empty for none.</param>
public sealed record StepSurroundings(FleetFolder Folder, string Machine, string NixSshOptions)
{
    /// <summary>The commit that systems are made of; null if they are made of the files as they are.</summary>
    public Revision? Commit { get; init; }

    /// <summary>Asks whether a machine that fetches for itself still reaches one of its sources; null if others reach the
    /// machine.</summary>
    public Func<CancellationToken, Task<GateAnswer>>? Reaches { get; init; }

    /// <summary>The environment of a program that gives NIX_SSHOPTS to ssh. With it, ssh asks for no password and waits for no dead
    /// machine.</summary>
    /// <param name="port">The port of the machine, in digits; null if ssh knows it by itself.</param>
    public EnvironmentChanges ForSsh(string? port) =>
        EnvironmentChanges.None.Set("NIX_SSHOPTS", $"{NixSshOptions} {Ssh.NixOptions(port)}".Trim());

    /// <summary>The flake whose systems are switched to, as nix takes it.</summary>
    /// <param name="processes">The seam to git.</param>
    public string Flake(IProcessRunner processes) => new SystemEvaluation(processes, Folder).Reference(Commit);
}

/// <summary>Takes steps on machines: the command, then a look at the machine. Whatever the command says, the look decides.</summary>
/// <param name="processes">Runs ssh, nix and engines.</param>
/// <param name="probes">Asks machines.</param>
/// <param name="gates">Asks gates.</param>
/// <param name="surroundings">The fleet, and this machine.</param>
/// <param name="time">The clock.</param>
public sealed class HostWork(
    IProcessRunner processes, MachineProbes probes, GateRun gates, StepSurroundings surroundings, TimeProvider time) : IStepTaker
{
    // A machine that did not answer, or is switching, is asked again after this.
    static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);

    // An engine may hang when all is done, so the machine is looked at meanwhile.
    static readonly TimeSpan LookInterval = TimeSpan.FromSeconds(10);

    /// <inheritdoc/>
    public async Task<StepResult> TakeAsync(HostRecord host, Step step, CancellationToken cancellationToken)
    {
        if (surroundings.Folder.TryHostOf(host.Plan.Host) is not { } described)
        {
            // Its address is not known. If it is on trial, its timer brings it back.
            await Task.Delay(Pause, time, cancellationToken);
            return new() { Note = HostRecord.Gone };
        }
        var work = new Work(described, MachineAddress.Of(described, surroundings.Machine), host);
        return step switch
        {
            Step.Probe => await ProbeAsync(work, host is { IsAtRisk: true, IsAwaited: false } ? CancellationToken.None : cancellationToken),
            Step.Copy => await CopyAsync(work, cancellationToken),
            Step.Activate => await ActivateAsync(work, cancellationToken),
            Step.Check => await CheckAsync(work, cancellationToken),
            Step.Keep => await ChangeAsync(work, "keep"),
            Step.Return => await ChangeAsync(work, "return"),
            _ => throw new System.Diagnostics.UnreachableException(),
        };
    }

    /// <summary>Asks the agent of a machine that was suspended whether it still is.</summary>
    /// <param name="host">The record of the host.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>True if it takes systems again; false also if nobody answers.</returns>
    public async Task<bool> IsTakenAsync(HostRecord host, CancellationToken cancellationToken) =>
        surroundings.Folder.TryHostOf(host.Plan.Host) is { } described
        && DeployEngines.Find(surroundings.Folder.Fleet, host.Plan.Engine) is { } engine
        && engine.Attendance(DeploymentOf(new(described, MachineAddress.Of(described, surroundings.Machine), host))) is { } attendance
        && (await TryAsync(attendance, cancellationToken)).Succeeded;

    /// <summary>One host, and how it is reached.</summary>
    sealed record Work(Host Host, MachineAddress Address, HostRecord Record)
    {
        public RootPower Power => Record.Now?.Power ?? Record.Before!.Power;
    }

    async Task<StepResult> ProbeAsync(Work work, CancellationToken cancellationToken)
    {
        if (work.Record.Silences > 0 || work.Record.Now is { IsSwitching: true })
            await Task.Delay(Pause, time, cancellationToken);
        var result = await LookAsync(work, isNewConnection: false, cancellationToken);
        if (result.Facts is { Power: RootPower.None })
            result = result with { Note = "its user cannot become root without a password" };
        // A gate that is red before anything is done cannot fail the host later.
        return work.Record.Before is null && result.Facts is not null && work.Record.NeedsCheck
            ? result with { Gates = await gates.AskOnceAsync(GatesOf(work), work.Address, cancellationToken) }
            : result;
    }

    async Task<StepResult> CopyAsync(Work work, CancellationToken cancellationToken)
    {
        if (work.Record.Copies > 1)
            await Task.Delay(Pause, time, cancellationToken);
        // This machine has the systems that were built here.
        var finished = CopyRequest(work) is { } request ? await TryAsync(request, cancellationToken) : null;
        var held = finished is { Succeeded: false } ? null : await StepAsync(work, "hold");
        return Told(await LookAsync(work, isNewConnection: false, cancellationToken), finished is { Succeeded: false } ? finished : held);
    }

    ProcessRequest? CopyRequest(Work work)
    {
        var settings = work.Host.Rollout;
        var from = SystemBuild.StoreOf(settings.Build, work.Address);
        var to = SystemBuild.StoreOf(work.Address);
        if (from == to)
            return null;
        // The options of ssh are for both ends; of two machines, each has its port in its address.
        var port = work.Address.Port;
        if (from is not null && port is not null)
            (to, port) = ($"{to}:{port}", null);
        ImmutableArray<string> words =
        [
            "copy", "--no-check-sigs",
            .. from is null ? [] : new[] { "--from", from },
            .. to is null ? [] : new[] { "--to", to },
            .. settings.Substitutes && to is not null ? new[] { "--substitute-on-destination" } : [],
            "--", work.Record.Plan.Target.ToString(),
        ];
        return NixProgram.Command(words) with { HasOwnSession = true, Environment = surroundings.ForSsh(port) };
    }

    async Task<StepResult> ActivateAsync(Work work, CancellationToken cancellationToken)
    {
        var plan = work.Record.Plan;
        if (plan.Activation == Activation.Boot)
            return await ActivatedAsync(work, "boot");
        if (DeployEngines.Find(surroundings.Folder.Fleet, plan.Engine) is not { } engine)
        {
            return Told(
                await LookAsync(work, isNewConnection: false, CancellationToken.None),
                new(StepScript.Refused, "", RolloutException.NoEngine(plan.Engine).Message));
        }
        var deployment = DeploymentOf(work);
        var attendance = engine.Attendance(deployment);
        if (attendance is not null && await TryAsync(attendance, CancellationToken.None) is { ExitCode: StepScript.Refused } refused)
            return Told(await LookAsync(work, isNewConnection: false, CancellationToken.None), refused) with { IsDeferred = true };
        var command = engine.Command(deployment);
        return command is null
            ? await ActivatedAsync(work, "activate")
            : await EngagedAsync(
                work, command with { Environment = surroundings.ForSsh(work.Address.Port) }, attendance, cancellationToken);
    }

    Deployment DeploymentOf(Work work) => new(
        work.Address, work.Power, work.Record.Plan.Target, surroundings.Flake(processes), surroundings.Folder.Path);

    // The script arms the silence timer and activates.
    async Task<StepResult> ActivatedAsync(Work work, string verb)
    {
        var finished = await WatchedAsync(work, Request(work, verb), isEndedByLook: false);
        return Told(await LookAsync(work, isNewConnection: false, CancellationToken.None), finished);
    }

    // The script arms the silence timer, and the command of an engine activates.
    async Task<StepResult> EngagedAsync(
        Work work, ProcessRequest command, ProcessRequest? attendance, CancellationToken cancellationToken)
    {
        var finished = await WatchedAsync(work, Request(work, "arm"), isEndedByLook: false);
        if (!finished.Succeeded)
            return Told(await LookAsync(work, isNewConnection: false, CancellationToken.None), finished);
        finished = await WatchedAsync(work, command, isEndedByLook: true);
        if (attendance is not null && finished.Succeeded)
            finished = await AwaitedAsync(work, attendance, cancellationToken);
        var result = Told(await LookAsync(work, isNewConnection: false, CancellationToken.None), finished);
        // An engine that evaluates by itself may come to another system than plain nix.
        return finished.Succeeded && result.Facts is { IsSwitching: false, System: { } other } facts
            && other != work.Record.Before!.System && !facts.Runs(work.Record.Plan.Target)
            ? result with { Note = $"{command.Program} brought {other.Name}, which is not the system that was built" }
            : result;
    }

    async Task<StepResult> CheckAsync(Work work, CancellationToken cancellationToken)
    {
        var before = work.Record.Before!;
        var settled = await StepAsync(work, "check");
        var result = Told(await LookAsync(work, isNewConnection: true, CancellationToken.None), settled);
        if (result.Facts is not { } facts || !facts.Runs(work.Record.Plan.Target))
            return result;
        var answers = new List<GateAnswer>();
        if (!work.Address.IsHere)
            answers.Add(new("ssh", Verdict.Pass, ""));
        answers.Add(Units(before, facts));
        var configured = GatesOf(work).Where(gate => !work.Record.RedBefore.Contains(gate.Name)).ToList();
        if ((configured.Count > 0 || surroundings.Reaches is not null) && answers.All(answer => answer.Verdict != Verdict.Fail))
        {
            if (surroundings.Reaches is { } reachesAsync)
                answers.Add(await RenewingAsync(work, reachesAsync(cancellationToken)));
            answers.AddRange(await RenewingAsync(work, gates.AskAsync(configured, work.Address, CancellationToken.None)));
            // The gates took their time: the verdict is about the machine as it is now.
            result = await LookAsync(work, isNewConnection: true, CancellationToken.None);
            if (result.Facts is not { } later)
                return result;
            answers[answers.FindIndex(answer => answer.Name == "units")] = Units(before, later);
        }
        return result with { Verdict = GateRun.Of(answers), Gates = [.. answers] };
    }

    async Task<StepResult> ChangeAsync(Work work, string verb)
    {
        var finished = await StepAsync(work, verb);
        return Told(await LookAsync(work, isNewConnection: false, CancellationToken.None), finished);
    }

    /// <summary>Has sudo ask for the password of the user, at the terminal; from then on it knows the user.</summary>
    /// <param name="processes">Runs sudo.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public static async Task AskForPasswordAsync(IProcessRunner processes, CancellationToken cancellationToken) =>
        await processes.RunAsync(Ssh.AskForPassword(), cancellationToken);

    static GateAnswer Units(HostFacts before, HostFacts now)
    {
        if (now.FailedUnits is not { } failed)
            return new("units", before.FailedUnits is null ? Verdict.Pass : Verdict.Unclear, "not known");
        var worse = failed.Except(before.FailedUnits ?? [], StringComparer.Ordinal).ToList();
        return worse.Count > 0
            ? new("units", Verdict.Fail, $"{string.Join(' ', worse)} failed")
            : new("units", Verdict.Pass, failed.Length > 0 ? $"{string.Join(' ', failed)} red before" : "");
    }

    List<Gate> GatesOf(Work work) => [.. surroundings.Folder.Fleet.Gates.Where(gate => gate.Asks(work.Host))];

    async Task<StepResult> LookAsync(Work work, bool isNewConnection, CancellationToken cancellationToken)
    {
        var question = new MachineQuestion(work.Record.Plan.Target, isNewConnection);
        var outcome = await probes.AskAsync(work.Host, question, cancellationToken);
        if (outcome is not ProbeOutcome.Answered(_, _, var said) answered)
            return new() { Note = outcome.WhyNot().Message, IsWrongMachine = outcome is ProbeOutcome.WrongMachine };
        // If two addresses were swapped by mistake, each of two machines would get the system of the other.
        if (work.Record.Before is null && answered.Other is { } other)
            return new() { Note = $"it runs the system of {other}", IsWrongMachine = true };
        var facts = HostFacts.Of(said);
        return work.Record.Before is { } before && before.MachineId != facts.MachineId
            ? new() { Note = "another machine answers now", IsWrongMachine = true }
            : new() { Facts = facts };
    }

    static StepResult Told(StepResult result, Finished? finished) => finished is null ? result : result with
    {
        ExitCode = finished.ExitCode,
        Note = result.Note ?? (finished.Succeeded ? null : Complaint.Of(finished)),
    };

    static ProcessRequest Request(Work work, string verb) =>
        StepScript.Request(work.Address.Target, work.Power, StepWords.Of(work.Record), verb);

    Task<Finished> StepAsync(Work work, string verb) => TryAsync(Request(work, verb), CancellationToken.None);

    // A program that cannot be run has done nothing; the look will show that.
    async Task<Finished> TryAsync(ProcessRequest request, CancellationToken cancellationToken)
    {
        try
        {
            return await processes.RunAsync(request, cancellationToken);
        }
        catch (PlatformException why)
        {
            return new(StepScript.Refused, "", why.Message);
        }
    }

    // Runs a command that activates, and renews the silence timer as long as it runs.
    async Task<Finished> WatchedAsync(Work work, ProcessRequest request, bool isEndedByLook)
    {
        using var enough = new CancellationTokenSource();
        var running = TryAsync(request, enough.Token);
        var interval = IntervalOf(work, isEndedByLook);
        var wasThere = false;
        while (await Task.WhenAny(running, Task.Delay(interval, time)) != running)
        {
            if (work.Record.Plan.Activation != Activation.Boot)
                await StepAsync(work, "renew");
            if (!isEndedByLook)
                continue;
            var facts = (await LookAsync(work, isNewConnection: false, CancellationToken.None)).Facts;
            var isThere = facts is { IsSwitching: false } && facts.Runs(work.Record.Plan.Target);
            if (isThere && wasThere)
                await enough.CancelAsync();
            wasThere = isThere;
        }
        try
        {
            return await running;
        }
        catch (OperationCanceledException)
        {
            return new(StepScript.Refused, "", "the engine did not end, although all was done");
        }
    }

    // Looks at a machine that gets the system by itself, in its own time; its network may be restarted meanwhile.
    async Task<Finished> AwaitedAsync(Work work, ProcessRequest attendance, CancellationToken cancellationToken)
    {
        var end = time.GetUtcNow() + work.Record.Plan.Trial;
        while (true)
        {
            var facts = (await LookAsync(work, isNewConnection: false, CancellationToken.None)).Facts;
            if (facts is { IsSwitching: false } && facts.Runs(work.Record.Plan.Target))
                return new(0, "", "");
            if (time.GetUtcNow() >= end)
                return new(StepScript.Refused, "", "the machine did not get the system in time");
            // A switch that has begun there is finished.
            await Task.Delay(
                IntervalOf(work, isEndedByLook: true), time, facts is { IsSwitching: true } ? CancellationToken.None : cancellationToken);
            await StepAsync(work, "renew");
            if (await TryAsync(attendance, CancellationToken.None) is { ExitCode: StepScript.Refused } refused)
                return refused;
        }
    }

    async Task<T> RenewingAsync<T>(Work work, Task<T> task)
    {
        while (await Task.WhenAny(task, Task.Delay(IntervalOf(work, isEndedByLook: false), time)) != task)
            await StepAsync(work, "renew");
        return await task;
    }

    static TimeSpan IntervalOf(Work work, bool isEndedByLook)
    {
        var renewal = work.Record.Plan.Trial / 4;
        return isEndedByLook && LookInterval < renewal ? LookInterval : renewal;
    }
}
