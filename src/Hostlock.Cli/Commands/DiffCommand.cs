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
    // Each is a question to a forge, of which some answer sixty an hour.
    const int MostAsked = 30;

    readonly Argument<string?> _before = CommonOptions.OneAtMost(
        "before", "A",
        "A host, root, a lock file, HOST@COMMIT, HOST@running or HOST@generation:N [default: the host that is this machine]");
    readonly Argument<string?> _after = CommonOptions.OneAtMost(
        "after", "B", "The lock to compare it with [default: root; of HOST@… the host]");
    readonly Option<string[]> _inputs = CommonOptions.AskedInputs();
    readonly Option<bool> _exitCode = new("--exit-code") { Description = "Exit with 1 if the locks differ" };
    readonly Option<bool> _commits = new("--commits") { Description = "List the commits by which inputs moved" };
    readonly Option<string> _format = NewFormat();
    readonly Option<bool> _closure = new("--closure") { Description = "Compare the packages of the systems that the locks make" };

    public override CommandNature Nature => new(NetworkUse.Fetches) { Asks = true, MaySayNo = true };

    public override JsonShape? Shape => DiffJson.Shape;

    protected override Command Describe() => new("diff", """
        Compare two locks, input by input

        Shows the inputs that differ, with their revisions. The locks may be those of
        hosts, of commits, of days, or of machines. The older of the two comes first,
        whatever the order of the words.

          hostlock diff plex web -i nixpkgs
          hostlock diff plex@HEAD~1 --format markdown
        """)
    { _before, _after, _inputs, _exitCode, _closure, _commits, _format, CommonOptions.Json };

    public override FlakeReach Reach(CommandRun run) => FlakeReach.Each;

    public override IEnumerable<FleetFolder> About(CommandRun run, IReadOnlyList<FleetFolder> flakes) =>
        run.WithHostHere(_before, null, flakes);

    public override async Task<ExitCode> RunAsync(CommandRun run)
    {
        var asked = run.Asked(_inputs);
        // The packages of a system are those of all its inputs.
        if (run.Value(_closure) && !asked.IsAll)
            throw UsageException.Excludes(_closure.Name, _inputs.Name);
        await run.Picks.HostAsync(_before, unlessHere: true);
        var before = run.Value(_before) ?? run.HostHere.Name.ToString();
        var first = LockVersion.Parse(run.Folder, before, run.Surroundings.Folder);
        var after = run.Value(_after) ?? (first is LockVersion.Current ? HostName.Root : first.Owner.ToString());
        var second = LockVersion.Parse(run.Folder, after, run.Surroundings.Folder);
        await run.WarnOfUnmergedAsync([.. new[] { first, second }.OfType<LockVersion.Current>().Select(version => version.Place)]);
        var (old, now) = (
            await run.Versions.ReadAsync(first, run.CancellationToken), await run.Versions.ReadAsync(second, run.CancellationToken));
        AskedInputs.Require(asked, [(first.Place, old), (second.Place, now)]);
        // A promotion goes the way that the words say, if they say one.
        var held = run.Value(_after) is null ? null : await HeldAsync(run, asked, (before, first, old), (after, second, now));
        if (Downgrade.IsMostly(asked.Of(LockDiff.Between(old, now))))
            (before, first, old, after, second, now) = (after, second, now, before, first, old);
        if (run.Value(_after) is null)
            held = await HeldAsync(run, asked, (before, first, old), (after, second, now));
        var diff = asked.Of(LockDiff.Between(old, now));
        PackageDiff? closure = null;
        if (run.Value(_closure))
        {
            var host = first.Host ?? second.Host ?? throw FleetException.ClosureNeedsHost();
            closure = await run.Systems.CompareAsync(
                host, new(before, first, old), new(after, second, now), run.Terminal.Talk, run.CancellationToken);
        }
        var commits = run.Value(_commits) && !run.IsJson ? await CommitsAsync(run, diff) : "";
        run.Print(
            () => run.Value(_format) == "markdown"
                ? DiffMarkdown.Render(before, after, diff, closure, commits, asked)
                : DiffText.Render(before, after, diff, run.Terminal.Ink, asked)
                    + commits
                    + (held is null ? "" : run.Terminal.Quoted(HeldText.Render(held.From, held.To, held.Inputs, held.Lock)))
                    + (closure is null ? "" : $"\n{PackageText.Render(closure, run.Terminal.Ink)}"),
            () => DiffJson.Render(before, after, diff, closure, held?.Inputs));
        return run.Value(_exitCode) && !diff.IsEmpty ? ExitCode.No : ExitCode.Done;
    }

    /// <summary>The inputs that differ between two hosts, and would differ still after a promotion.</summary>
    /// <param name="From">The word for the lock that is promoted.</param>
    /// <param name="To">The word for the lock that gets it.</param>
    /// <param name="Inputs">The inputs, and the rules.</param>
    /// <param name="Lock">The lock that gets it.</param>
    sealed record HeldInputs(string From, string To, IReadOnlyList<HeldInput> Inputs, LockFile Lock);

    // Null if the two are not locks of two hosts.
    static async Task<HeldInputs?> HeldAsync(
        CommandRun run, InputSelection asked, (string Word, LockVersion Version, LockFile Lock) from,
        (string Word, LockVersion Version, LockFile Lock) to)
    {
        if (from.Version is not LockVersion.Current(var source, not null)
            || to.Version is not LockVersion.Current(var target, not null)
            || source.FullPath == target.FullPath)
            return null;
        var promotion = await Promotion.OfAsync(
            run.Folder, run.Declarations, source, from.Lock, new(), [target], run.CancellationToken);
        return new(from.Word, to.Word, [.. promotion.Held(target, to.Lock).Where(input => asked.Includes(input.Path))], to.Lock);
    }

    // A forge that does not answer is said for its input, and hides nothing else.
    async Task<string> CommitsAsync(CommandRun run, LockDiff diff)
    {
        var ink = run.Value(_format) == "markdown" ? Ink.Plain : run.Terminal.Ink;
        var moved = diff.Changes.Where(change => change is { Path.Length: 1, Moves: true, Before: LockEdge.Locked, After: LockEdge.Locked })
            .Take(MostAsked)
            .Select(async change =>
            {
                var (old, now) = (((LockEdge.Locked)change.Before!).Node.Locked, ((LockEdge.Locked)change.After!).Node.Locked);
                try
                {
                    var commits = await run.Fetcher.CommitsAsync(old, now, CommitsText.Most, run.CancellationToken);
                    return CommitsText.Render(change, commits, null, ink);
                }
                catch (HostlockException why)
                {
                    return CommitsText.Render(change, null, why, ink);
                }
            });
        return string.Concat(await Task.WhenAll(moved));
    }

    static Option<string> NewFormat()
    {
        var format = new Option<string>("--format")
        {
            Description = "The form of the text: text or markdown",
            HelpName = "FORMAT",
            DefaultValueFactory = _ => "text",
        };
        format.AcceptOnlyFromAmong("text", "markdown");
        return format;
    }
}
