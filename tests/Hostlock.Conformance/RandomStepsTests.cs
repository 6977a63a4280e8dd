using System.Globalization;
using System.Text.RegularExpressions;
using Hostlock.Conformance.Support;
using Hostlock.Tests.Support;

namespace Hostlock.Conformance;

/// <summary>
/// hostlock and Nix 2.34 side by side in random worlds: after every step both have written the same bytes, or both have refused and left the
/// lock alone. <c>HOSTLOCK_STEPS</c> says how many steps there are (300), <c>HOSTLOCK_SEED</c> with which world they begin.
/// </summary>
public class RandomStepsTests(ITestOutputHelper output)
{
    const int StepsInAWorld = 30;

    [Fact]
    public async Task Every_step_gives_the_bytes_of_Nix()
    {
        Assert.SkipWhen(RealNix.Find("2.34") is null, "Nix 2.34 is not here; eng/install-nix installs it");
        var steps = Number("HOSTLOCK_STEPS", 300);
        var seed = Number("HOSTLOCK_SEED", 1);
        var isLong = steps > 300;
        var (done, refused, gone) = (0, 0, 0);
        var differences = new List<string>();
        var reasons = new Dictionary<string, int>();
        for (; done < steps; seed++)
        {
            await using var world = new RandomWorld(seed);
            var nix = RealNix.Get("2.34", world.Folder);
            nix.Configure(world.Settings);
            var variables = new Dictionary<string, string>(HostlockProgram.Variables(world.Folder["home"])) { ["NIX_CONFIG"] = world.Settings };
            var story = new List<string>();
            for (var step = 0; step < StepsInAWorld && done < steps; step++, done++)
            {
                TestContext.Current.CancellationToken.ThrowIfCancellationRequested();
                var change = world.Change();
                var command = world.Command();
                story.Add($"{step}: {change}; {string.Join(' ', command)}");
                var before = RandomWorld.Lock(world.Theirs);
                var theirs = nix.Run(world.Theirs, ["flake", .. command]);
                var ours = Hostlock(world.Ours, variables, command);
                // Where an input to update is none, hostlock says so, and Nix goes on with the rest.
                if (theirs.Errors.Contains("does not match any input", StringComparison.Ordinal))
                {
                    Assert.Equal(before, RandomWorld.Lock(world.Ours));
                    Assert.NotEqual(0, ours.ExitCode);
                    world.Agree();
                    continue;
                }
                // Nix only warns when it does not write what it has made.
                var isRefused = theirs.ExitCode != 0 || theirs.Errors.Contains("ot writ", StringComparison.Ordinal);
                // Where an input cannot be reached, hostlock moves the others.
                if (isRefused && ours.ExitCode == 4)
                {
                    world.Agree();
                    continue;
                }
                // What a lock pins may be gone from where it was: each program then has what it happens to have kept.
                if (isRefused != (ours.ExitCode != 0) && (isRefused ? theirs : ours).Errors.Contains("NAR hash mismatch", StringComparison.Ordinal))
                {
                    gone++;
                    world.Agree();
                    continue;
                }
                if (isRefused)
                {
                    refused++;
                    var reason = Reason(theirs.Errors);
                    reasons[reason] = reasons.GetValueOrDefault(reason) + 1;
                }
                if (RandomWorld.Lock(world.Theirs) == RandomWorld.Lock(world.Ours) && isRefused == (ours.ExitCode != 0) && (!isRefused || before == RandomWorld.Lock(world.Ours)))
                    continue;
                differences.Add($"""
                    seed {seed}, step {step}; with HOSTLOCK_SEED={seed} HOSTLOCK_STEPS={step + 1} it comes again
                    {string.Join('\n', story)}
                    --- flake.nix
                    {File.ReadAllText(Path.Combine(world.Ours, "flake.nix"))}
                    --- before
                    {before}
                    --- Nix (exit {theirs.ExitCode})
                    {theirs.Errors}
                    {RandomWorld.Lock(world.Theirs)}
                    --- hostlock (exit {ours.ExitCode})
                    {ours.Errors}
                    {RandomWorld.Lock(world.Ours)}
                    """.Replace(world.Path, "@", StringComparison.Ordinal));
                Keep(world, $"{seed}-{step}", differences[^1]);
                // One difference is enough for a test; a long run goes on elsewhere.
                if (!isLong)
                    Assert.Fail(differences[0]);
                break;
            }
        }
        output.WriteLine($"{done} steps, {refused} refused by both, {gone} where one had kept what is gone, {differences.Count} differences");
        // A look at whether the worlds are worth locking.
        foreach (var (reason, count) in reasons.OrderByDescending(pair => pair.Value))
            output.WriteLine($"{count,6} {reason}");
        Assert.True(differences.Count == 0, string.Join("\n\n==========\n", differences));
    }

    // What Nix said, without names and places.
    static string Reason(string errors) =>
        Regex.Replace(errors.Split('\n').LastOrDefault(line => line.Contains("error:", StringComparison.Ordinal) || line.Contains("warning:", StringComparison.Ordinal)) ?? "", "'[^']*'", "'…'").Trim();

    static Ended Hostlock(string top, Dictionary<string, string> variables, string[] command) =>
        Run.Program(HostlockProgram.Path, top, variables, [command[0], "root", .. command.Skip(1).SelectMany(input => new[] { "-i", input })]);

    // The world as it was, for whoever looks into a difference.
    static void Keep(RandomWorld world, string name, string difference)
    {
        if (Environment.GetEnvironmentVariable("HOSTLOCK_KEEP") is not { Length: > 0 } folder)
            return;
        Directory.CreateDirectory(folder);
        File.WriteAllText(Path.Combine(folder, $"{name}.txt"), difference);
        _ = Run.Program("cp", folder, TestGit.Variables, "-a", world.Path, name);
    }

    static int Number(string name, int otherwise) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : otherwise;
}
