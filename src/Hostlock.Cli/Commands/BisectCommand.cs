using System.CommandLine;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Hostlock.Flakes;
using Hostlock.Fleets;
using Hostlock.Locks;
using Hostlock.Platform;
using Hostlock.Reporting;

namespace Hostlock.Cli.Commands;

/// <summary>Finds which input broke a host, by trying locks between a good one and a bad one.</summary>
sealed class BisectCommand(Surroundings surroundings)
{
    // What git bisect takes for "cannot be told".
    const int CannotBeTold = 125;

    readonly Argument<string> _host = CommonOptions.One("host", "HOST", "The host whose lock is tried, or root");
    readonly Option<string> _good = new("--good") { Description = "The lock that is good: a host, a file, or HOST@COMMIT", HelpName = "A", Required = true };
    readonly Option<string?> _bad = new("--bad") { Description = "The lock that is bad [default: the host's own]", HelpName = "B" };
    readonly Option<string> _run = new("--run") { Description = "The shell command that tells: 0 is good, 125 cannot be told, any other is bad", HelpName = "CMD", Required = true };

    public Command Build()
    {
        var command = new Command("bisect", "Find which input broke a host") { _host, _good, _bad, _run };
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
        terminal.Talk(string.Create(CultureInfo.InvariantCulture, $"{bisection.Suspects.Count} inputs differ: {string.Join(' ', bisection.Suspects)}\n"));
        Keep(place, memory);
        try
        {
            var culprits = await bisection.FindAsync(
                async () => await VerdictAsync(folder, place, run, cancellationToken),
                (inputs, verdict) => terminal.Talk($"{(inputs.Count == 0 ? "the good lock" : $"with {string.Join(' ', inputs)}")}: {Word(verdict, terminal.Ink)}\n"));
            var diff = LockDiff.Between(good, bisection.With(culprits));
            terminal.Data(culprits.Length == 1 ? $"{culprits[0]} broke {place.Name}:\n" : $"these together broke {place.Name}: {string.Join(' ', culprits)}\n");
            terminal.Data(DiffText.Render(diff, hasLinks: true));
            if (good.EdgeAt(InputPath.Of(culprits[0])) is LockEdge.Locked({ Locked.Revision: { } revision }))
            {
                terminal.Data($"to keep the rest and hold it back:\n  hostlock update {place.Name} -i {culprits[0]} --to {revision} --allow-downgrade\n");
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

    async Task<Verdict> VerdictAsync(FleetFolder folder, LockPlace place, string run, CancellationToken cancellationToken)
    {
        var finished = await surroundings.Processes.RunAsync(
            Invocation.Of("sh", "-c", run) with { Folder = folder.Path, Variables = System.Collections.Immutable.ImmutableDictionary<string, string?>.Empty.Add("HOSTLOCK_HOST", place.Name) },
            cancellationToken);
        return finished.ExitCode switch
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
