using System.CommandLine;
using Hostlock.Audits;
using Hostlock.Fleets;
using Hostlock.Reporting;
using Hostlock.Reporting.Json;

namespace Hostlock.Cli.Commands;

/// <summary>Says what machines ran, and proves it out of journals, commits and receipts.</summary>
sealed class AuditCommand : FleetCommand
{
    readonly Argument<string[]> _hosts = CommonOptions.Machines("Hosts or @RING [default: every host]");
    readonly Option<bool> _all = CommonOptions.AllHosts();
    readonly Option<string?> _since = new("--since")
    {
        Description = "Only what ran on this day or later, such as 2026-11-01, or 30d",
        HelpName = "DAY",
    };
    readonly Option<string?> _on = new("--on") { Description = "Only what ran on this day", HelpName = "DAY" };
    readonly Option<string[]> _receipts = new("--receipts")
    {
        Description = "A log of receipts, copied from /var/lib/hostlock/receipts of a machine",
        HelpName = "FILE",
    };
    readonly Option<string?> _knownHosts = new("--known-hosts")
    {
        Description = "The keys that machines sign receipts with [default: ~/.ssh/known_hosts]",
        HelpName = "FILE",
    };

    public override CommandNature Nature => new(NetworkUse.None) { MaySayNo = true };

    public override JsonShape? Shape => AuditJson.Shape;

    protected override Command Describe() => new("audit", """
        Say what machines ran, by which pins, and who approved it

        Reads the journals of this clone, journals and releases in refs/hostlock, the
        commits of locks, and receipts of machines. All of it is checked first: one
        altered line is an error. No machine is asked, and no network is used. Days are
        those of UTC.

          hostlock audit plex --on 2026-11-29
          hostlock audit --since 30d --json
        """)
    { _hosts, _all, _since, _on, _receipts, _knownHosts, CommonOptions.Json };

    public override FlakeReach Reach(CommandRun run) => FlakeReach.Machines;

    public override async Task<ExitCode> RunAsync(CommandRun run)
    {
        var span = SpanOf(run);
        var hosts = run.Words(_hosts).Length > 0 ? run.Named.Hosts(_hosts, _all).Select(host => host.Name).ToHashSet() : null;
        var reading = new AuditReading(run.Processes, run.Folder, run.Journals, run.Surroundings.Time, run.Terminal.Warn);
        var journals = await reading.JournalsAsync(run.CancellationToken);
        var releases = await reading.ReleasesAsync(run.CancellationToken);
        var files = run.Words(_receipts);
        var receipts = files.Length == 0 ? [] : await reading.ReceiptsAsync(
            [.. files.Select(file => Path.GetFullPath(file, run.Surroundings.Folder))], KnownHosts(run), releases, run.CancellationToken);
        run.Terminal.Talk(
            $"checked: journals {journals.Count} (lines {journals.Sum(journal => journal.Events.Count)}), releases {releases.Count}, "
            + $"receipts {receipts.Count}\n");
        var stays = HostTimeline.Of(journals, receipts)
            .Where(host => hosts?.Contains(host.Key) is not false).OrderBy(host => host.Key)
            .SelectMany(host => host.Value).Where(stay => stay.IsWithin(span)).ToList();
        var audited = await AuditedLocks.ReadAsync(run.Processes, run.Folder, stays, run.CancellationToken);
        run.Print(() => AuditText.Render(audited, run.Terminal.Ink), () => AuditJson.Render(audited));
        List<HostName> unknown = [.. (hosts ?? []).Where(host => stays.All(stay => stay.Host != host)).Order()];
        foreach (var host in unknown)
            run.Terminal.Problem($"what {host} ran then is not known\n");
        return unknown.Count == 0 ? ExitCode.Done : ExitCode.No;
    }

    AuditSpan SpanOf(CommandRun run) => (run.Value(_on), run.Value(_since)) switch
    {
        ({ }, { }) => throw UsageException.Excludes(_on.Name, _since.Name),
        ({ } on, null) => AuditSpan.TryOn(on) ?? throw UsageException.NotADay(_on.Name, on),
        (null, { } since) => AuditSpan.TrySince(since, run.Now) ?? throw UsageException.NotADay(_since.Name, since),
        _ => AuditSpan.Always,
    };

    string KnownHosts(CommandRun run) => run.Value(_knownHosts) is { } named
        ? Path.GetFullPath(named, run.Surroundings.Folder)
        : run.Surroundings.KnownHostsPath ?? throw UsageException.NoKnownHosts(_knownHosts.Name);
}
