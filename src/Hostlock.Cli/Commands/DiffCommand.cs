using System.CommandLine;
using Hostlock.Fleets;
using Hostlock.Fleets.Changes;
using Hostlock.Fleets.History;
using Hostlock.Locks;
using Hostlock.Machines.Packages;
using Hostlock.Reporting;
using Hostlock.Reporting.Json;

namespace Hostlock.Cli.Commands;

/// <summary>Compares two locks.</summary>
sealed class DiffCommand : FleetCommand
{
    readonly Argument<string?> _before = CommonOptions.OneAtMost(
        "before", "A",
        "A host, root, a lock file, HOST@COMMIT, HOST@running or HOST@generation:N [default: the host that is this machine]");
    readonly Argument<string?> _after = CommonOptions.OneAtMost(
        "after", "B", "The lock to compare it with [default: root; of HOST@… the host]");
    readonly Option<bool> _exitCode = new("--exit-code") { Description = "Exit with 1 if the locks differ" };
    readonly Option<bool> _closure = new("--closure") { Description = "Compare the packages of the systems that the locks make" };

    public override CommandNature Nature => new(NetworkUse.None) { Asks = true, MaySayNo = true };

    protected override Command Describe() => new("diff", """
        Compare two locks, input by input

        Shows the inputs that differ, with their revisions. The locks may be those of
        hosts, of commits, of days, or of machines. If one lock is named, the older of
        the two comes first.

          hostlock diff plex web
          hostlock diff plex@HEAD~1
        """)
    { _before, _after, _exitCode, _closure, CommonOptions.Json };

    public override FlakeReach Reach(CommandRun run) => FlakeReach.Each;

    public override IEnumerable<FleetFolder> About(CommandRun run, IReadOnlyList<FleetFolder> flakes) =>
        run.WithHostHere(_before, null, flakes);

    public override async Task<ExitCode> RunAsync(CommandRun run)
    {
        await run.PickHostAsync(_before, unlessHere: true);
        var before = run.Value(_before) ?? run.HostHere.Name.ToString();
        var first = LockVersion.Parse(run.Folder, before, run.Surroundings.Folder);
        var after = run.Value(_after) ?? (first is LockVersion.Current ? HostName.Root : first.Owner.ToString());
        var second = LockVersion.Parse(run.Folder, after, run.Surroundings.Folder);
        await run.WarnOfUnmergedAsync([.. new[] { first, second }.OfType<LockVersion.Current>().Select(version => version.Place)]);
        var (old, now) = (
            await run.Versions.ReadAsync(first, run.CancellationToken), await run.Versions.ReadAsync(second, run.CancellationToken));
        // Of two locks of which one was named, nobody said which comes first: the older one does.
        if (run.Value(_after) is null && Downgrade.IsMostly(LockDiff.Between(old, now)))
            (before, first, old, after, second, now) = (after, second, now, before, first, old);
        var diff = LockDiff.Between(old, now);
        PackageDiff? closure = null;
        if (run.Value(_closure))
        {
            var host = first.Host ?? second.Host ?? throw FleetException.ClosureNeedsHost();
            closure = await run.Systems.CompareAsync(
                host, new(before, first, old), new(after, second, now), run.Terminal.Talk, run.CancellationToken);
        }
        var held = await HeldAsync(run, (first, old), (second, now));
        run.Print(
            () =>
                DiffText.Render(before, after, diff) + run.Terminal.Quoted(HeldText.Render(before, after, held ?? [], now))
                + (closure is null ? "" : $"\n{PackageText.Render(closure, run.Terminal.Ink)}"),
            () => DiffJson.Render(before, after, diff, closure, held));
        return run.Value(_exitCode) && !diff.IsEmpty ? ExitCode.No : ExitCode.Done;
    }

    // Between two hosts: what differs, and would differ still after a promotion.
    static async Task<IReadOnlyList<HeldInput>?> HeldAsync(
        CommandRun run, (LockVersion Version, LockFile Lock) from, (LockVersion Version, LockFile Lock) to) =>
        from.Version is LockVersion.Current(var source, not null)
            && to.Version is LockVersion.Current(var target, not null)
            && source.FullPath != target.FullPath
            ? (await Promotion.OfAsync(run.Folder, run.Declarations, source, from.Lock, new(), [target], run.CancellationToken))
                .Held(target, to.Lock)
            : null;
}
