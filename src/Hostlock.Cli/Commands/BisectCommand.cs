using System.CommandLine;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Hostlock.Flakes;
using Hostlock.Fleets;
using Hostlock.Fleets.Bisecting;
using Hostlock.Fleets.Changes;
using Hostlock.Locks;
using Hostlock.Platform;
using Hostlock.Platform.Programs;
using Hostlock.Reporting;

namespace Hostlock.Cli.Commands;

/// <summary>Finds which input broke a host, and which revision of it, by trying locks between a good one and a bad one.</summary>
sealed class BisectCommand(Surroundings surroundings)
{
    // What git bisect takes for "cannot be told".
    const int CannotBeTold = 125;

    readonly Argument<string> _host = CommonOptions.One("host", "HOST", "The host whose lock is tried, or root");
    readonly Option<string> _good = new("--good") { Description = "The lock that is good: a host, a file, or HOST@COMMIT", HelpName = "A", Required = true };
    readonly Option<string?> _bad = new("--bad") { Description = "The lock that is bad [default: the host's own]", HelpName = "B" };
    readonly Option<string> _run = new("--run") { Description = "The shell command that tells: 0 is good, 125 cannot be told, any other is bad", HelpName = "CMD", Required = true };

    readonly Option<bool> _inputsOnly = new("--inputs-only") { Description = "Stop at the input, and do not look for its revision" };

    public Command Build()
    {
        var command = new Command("bisect", "Find which input broke a host, and which revision of it") { _host, _good, _bad, _run, _inputsOnly };
        command.SetAction(async (parsed, cancellationToken) => (int)await RunAsync(parsed, cancellationToken));
        return command;
    }

    async Task<ExitCode> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var folder = surroundings.Open(parsed);
        var terminal = surroundings.TerminalFor(parsed);
        var place = folder.Places([parsed.GetValue(_host)!])[0];
        var (words, run) = (parsed.GetValue(_good)!, parsed.GetValue(_run)!);
        using var reserved = folder.Reserve();
        var memory = Path.Combine(surroundings.CacheFolder, "bisect", Name(folder.Path, place.Name));
        Recover(place, memory);
        var good = await LockWords.ReadAsync(surroundings, folder, words, cancellationToken);
        var bad = parsed.GetValue(_bad) is { } word ? await LockWords.ReadAsync(surroundings, folder, word, cancellationToken) : HostLocks.ReadExisting(place);
        var bisection = new Bisection(place, good, bad, $"{memory}-{Name(LockDigest.Of(good).Hex, LockDigest.Of(bad).Hex, run)}.json");
        if (bisection.Suspects.Count == 0)
        {
            terminal.Data("no input of the flake differs between the two locks\n");
            return ExitCode.No;
        }
        terminal.Talk(string.Create(CultureInfo.InvariantCulture, $"{bisection.Suspects.Count} {(bisection.Suspects.Count == 1 ? "input differs" : "inputs differ")}: {string.Join(' ', bisection.Suspects)}\n"));
        Keep(place, memory);
        try
        {
            Task<Verdict> TellAsync() => VerdictAsync(folder, place, run, terminal, cancellationToken);
            var culprits = await bisection.FindAsync(
                TellAsync,
                (inputs, verdict) => terminal.Talk($"{(inputs.Count == 0 ? "the good lock" : $"with {string.Join(' ', inputs)}")}: {Word(verdict, terminal.Ink)}\n"));
            var diff = LockDiff.Between(good, bisection.With(culprits));
            terminal.Data(culprits.Length == 1 ? $"{culprits[0]} broke {place.Name}:\n" : $"these together broke {place.Name}: {string.Join(' ', culprits)}\n");
            terminal.Data(DiffText.Render(diff, hasLinks: true));
            var held = (good.EdgeAt(InputPath.Of(culprits[0])) as LockEdge.Locked)?.Node.Locked.Revision;
            if (culprits.Length == 1 && !parsed.GetValue(_inputsOnly))
                held = await RevisionAsync(folder, place, bisection, (good, bad), culprits[0], TellAsync, terminal, cancellationToken) ?? held;
            if (held is not null)
            {
                terminal.Data($"to keep the rest and hold it back:\n  hostlock update {place.Name} -i {culprits[0]} --to {held} --allow-downgrade\n");
                terminal.Data($"  hostlock freeze {place.Name} {culprits[0]}\n");
            }
            bisection.Forget();
            return ExitCode.Done;
        }
        finally
        {
            Recover(place, memory);
        }
    }

    // The last good revision; null where the revisions say no more than the lock does.
    async Task<string?> RevisionAsync(
        FleetFolder folder, LockPlace place, Bisection bisection, (LockFile Good, LockFile Bad) locks, string input, Func<Task<Verdict>> tellAsync, Terminal terminal, CancellationToken cancellationToken)
    {
        var path = InputPath.Of(input);
        if (locks.Good.EdgeAt(path) is not LockEdge.Locked(var old) || locks.Bad.EdgeAt(path) is not LockEdge.Locked(var now) || !old.Original.Equals(now.Original))
            return null;
        using var lines = surroundings.FetchLines();
        await using var fetcher = surroundings.Fetcher(lines);
        IReadOnlyList<NewestRevision> revisions;
        try
        {
            revisions = await fetcher.BetweenAsync(old.Locked, now.Locked, cancellationToken);
        }
        catch (HostlockException why)
        {
            terminal.Warn(new($"the revisions of '{input}' are not looked through: {why.Message}"));
            return null;
        }
        if (revisions.Count < 2)
            return null;
        terminal.Talk(string.Create(CultureInfo.InvariantCulture, $"{revisions.Count} revisions of {input} lie between\n"));
        var update = new HostUpdate(fetcher, surroundings.PlaceOf(folder));
        var found = await bisection.FindRevisionAsync(revisions, LockAsync, tellAsync, (revision, verdict) => terminal.Talk($"{input} at {Named(revision)}: {Word(verdict, terminal.Ink)}\n"));
        if (found.Culprits.Count > 1)
            terminal.Data(string.Create(CultureInfo.InvariantCulture, $"one of these {found.Culprits.Count} revisions of {input} did, nothing can be told of the others:\n"));
        foreach (var culprit in found.Culprits)
        {
            terminal.Data($"{(found.Culprits.Count > 1 ? "  " : $"the first bad revision of {input} is ")}{culprit.Id} ({culprit.Time ?? default})\n");
            if (CompareLink.Of(now.Locked, culprit.Id.ToString()) is { } link)
                terminal.Data($"  {link}\n");
        }
        return found.LastGood?.Id.ToString();

        async Task<LockFile> LockAsync(NewestRevision revision)
        {
            HostLocks.Write([(place, locks.Good)]);
            var request = new UpdateRequest(true, [path], []) { To = revision.Id.ToString(), AllowsDowngrade = true };
            return (await update.PlanAsync([place with { Frozen = NameMap<Freeze>.Empty }], request, cancellationToken))[0] switch
            {
                // As it is written for what is declared: the revision was only asked for here.
                HostOutcome.Ready ready => ready.After,
                HostOutcome.Failed failed => throw failed.Why,
                _ => throw new System.Diagnostics.UnreachableException(),
            };
        }
    }

    static string Named(NewestRevision revision) => $"{revision.Id.Shortened} ({revision.Time ?? default})";

    async Task<Verdict> VerdictAsync(FleetFolder folder, LockPlace place, string run, Terminal terminal, CancellationToken cancellationToken)
    {
        // What it says is for the user, as it says it.
        var command = UserShell.Command(run) with
        {
            Folder = folder.Path,
            Environment = EnvironmentChanges.None.Set("HOSTLOCK_HOST", place.Name),
            Output = new ProcessOutput.Live(terminal.PassOn),
        };
        return (await surroundings.Processes.RunAsync(command, cancellationToken)).ExitCode switch
        {
            0 => Verdict.Good,
            CannotBeTold => Verdict.Skipped,
            _ => Verdict.Bad,
        };
    }

    // The host's own lock lies beside while others are tried: a run that is killed leaves it there for the next.
    static void Keep(LockPlace place, string memory)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(memory)!);
        AtomicFile.Replace($"{memory}.lock", File.ReadAllBytes(place.File));
    }

    static void Recover(LockPlace place, string memory)
    {
        if (!File.Exists($"{memory}.lock"))
            return;
        HostLocks.WriteBytes(place, File.ReadAllBytes($"{memory}.lock"));
        File.Delete($"{memory}.lock");
    }

    static string Word(Verdict verdict, Ink ink) => verdict switch
    {
        Verdict.Good => ink.Good("good"),
        Verdict.Bad => ink.Bad("bad"),
        _ => "cannot be told",
    };

    static string Name(params string[] parts) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\0', parts))))[..32];
}
