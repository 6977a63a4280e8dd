using System.CommandLine;
using Hostlock.Fleets;
using Hostlock.Fleets.Changes;
using Hostlock.Fleets.History;
using Hostlock.Machines;
using Hostlock.Reporting.Json;

namespace Hostlock.Cli.Commands;

/// <summary>Writes the lock that a machine runs into the repository.</summary>
sealed class AdoptCommand : FleetCommand
{
    readonly Argument<string> _host = CommonOptions.One("host", "HOST", "The host whose machine is asked");
    readonly LockRestoring _restoring = new();

    public override CommandNature Nature => new(NetworkUse.Machines) { Asks = true, Writes = true, MaySayNo = true };

    public override JsonShape? Shape => ReportJson.Shape;

    protected override Command Describe()
    {
        var command = new Command("adopt", """
            Write the lock that a machine runs into the repository

            The system that runs says which lock built it, or a commit of the repository
            makes exactly that system. A lock that cannot be proved is refused.

              hostlock adopt orc
              hostlock adopt orc --commit
            """)
        { _host };
        foreach (var option in _restoring.Options)
            command.Add(option);
        return command;
    }

    public override FlakeReach Reach(CommandRun run) => FlakeReach.Machines;

    public override async Task<ExitCode> RunAsync(CommandRun run)
    {
        await run.Picks.HostAsync(_host, isRootOne: false);
        var host = run.Named.HostNamed(run.Value(_host));
        var place = run.Folder.PlaceOf(host.Name);
        return await _restoring.RunAsync(run, ["adopt", host.Name.ToString()], [place], PlanAsync);

        async Task<PlannedLock> PlanAsync(LockPlace _, CancellationToken stop)
        {
            var found = await new RunningLock(run.Processes, run.Folder, run.Probes)
                .ProveAsync(host, run.Terminal.Talk, stop);
            run.Terminal.Talk(found switch
            {
                ProvedLock.Carried => $"the system of {host.Name} carries this lock\n",
                ProvedLock.Committed(_, var commit) => $"commit {commit.Id.Shortened} has the lock of {host.Name}'s system\n",
                ProvedLock.Made(_, var commit) => $"commit {commit.Id.Shortened} makes the system of {host.Name}\n",
                _ => throw new System.Diagnostics.UnreachableException(),
            });
            return PlannedLock.Restoring(place, found.Bytes, $"{place.RelativePath}@{MachineLock.Running}").KeepingFacts();
        }
    }
}
