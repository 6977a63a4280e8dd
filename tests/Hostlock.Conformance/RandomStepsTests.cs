using System.Text.RegularExpressions;
using Hostlock.Conformance.Support;
using Hostlock.Tests.Support;

namespace Hostlock.Conformance;

/// <summary>
/// hostlock and Nix 2.34 side by side in random worlds: after every step both have written the same bytes, or both have refused and left
/// the lock alone. <c>HOSTLOCK_STEPS</c> says how many steps there are (150, or 300 if all of many like cases are tried), 30 in each world,
/// and <c>HOSTLOCK_SEED</c> with which world they begin.
/// </summary>
public class RandomStepsTests(ITestOutputHelper output)
{
    const int StepsInAWorld = 30;

    // What Nix says of a tree that is not the locked one: of an archive that it downloads again, the latter.
    static readonly string[] Mismatches = ["NAR hash mismatch", "mismatch in field 'narHash' of input"];

    /// <summary>The worlds by their seeds, and the steps in each.</summary>
    public static TheoryData<int, int> Worlds()
    {
        var data = new TheoryData<int, int>();
        var seed = Sample.Seed;
        for (var steps = Sample.Number("HOSTLOCK_STEPS", Sample.IsWhole ? 300 : 150); steps > 0; steps -= StepsInAWorld)
            data.Add(seed++, Math.Min(steps, StepsInAWorld));
        return data;
    }

    [Theory]
    [MemberData(nameof(Worlds))]
    public async Task Every_step_gives_the_bytes_of_Nix(int seed, int steps)
    {
        Assert.SkipWhen(RealNix.Find("2.34") is null, "Nix 2.34 is not here; eng/install-nix installs it");
        var (refused, gone) = (0, 0);
        var reasons = new Dictionary<string, int>();
        await using var world = new RandomWorld(seed);
        var nix = RealNix.Get("2.34", world.Folder);
        nix.Configure(world.Settings);
        var variables = new Dictionary<string, string>(HostlockProgram.Variables(world.Folder["home"])) { ["NIX_CONFIG"] = world.Settings };
        var story = new List<string>();
        for (var step = 0; step < steps; step++)
        {
            TestContext.Current.CancellationToken.ThrowIfCancellationRequested();
            var change = world.Change();
            var command = world.Command();
            story.Add($"{step}: {change}; {string.Join(' ', command)}");
            var before = RandomWorld.Lock(world.Theirs);
            var theirs = nix.Run(world.Theirs, ["flake", .. command]);
            var ours = Hostlock(world.Ours, variables, command);
            Assert.True(ours.ExitCode < 70, Difference(world, seed, story, before, theirs, ours));
            // If an input to update is none, hostlock says so, and Nix goes on with the rest.
            if (theirs.Errors.Contains("does not match any input", StringComparison.Ordinal))
            {
                Assert.Equal(before, RandomWorld.Lock(world.Ours));
                Assert.NotEqual(0, ours.ExitCode);
                world.Agree();
                continue;
            }
            // Nix only warns when it does not write what it has made.
            var isRefused = theirs.ExitCode != 0 || theirs.Errors.Contains("ot writ", StringComparison.Ordinal);
            // If an input cannot be reached, hostlock moves the others.
            if (isRefused && ours.ExitCode == 4)
            {
                world.Agree();
                continue;
            }
            // A pinned tree may be gone from its place: each program then has the trees that it happens to have kept.
            var refusal = isRefused ? theirs.Errors : ours.Errors;
            if (isRefused != (ours.ExitCode != 0) && Mismatches.Any(text => refusal.Contains(text, StringComparison.Ordinal))
                && !refusal.Contains(RandomWorld.WrongHash, StringComparison.Ordinal))
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
            var isSame = RandomWorld.Lock(world.Theirs) == RandomWorld.Lock(world.Ours) && isRefused == (ours.ExitCode != 0);
            if (!isSame || (isRefused && before != RandomWorld.Lock(world.Ours)))
                Assert.Fail(Difference(world, seed, story, before, theirs, ours));
        }
        output.WriteLine($"world {seed}: {steps} steps, {refused} refused by both, {gone} in which one had kept what is gone");
        // A look at whether the worlds are worth locking.
        foreach (var (reason, count) in reasons.OrderByDescending(pair => pair.Value))
            output.WriteLine($"{count,6} {reason}");
    }

    static string Difference(RandomWorld world, int seed, List<string> story, string? before, Ended theirs, Ended ours) =>
        $"""
        seed {seed}, step {story.Count - 1}; with HOSTLOCK_SEED={seed} HOSTLOCK_STEPS={story.Count} it comes again
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
        """.Replace(world.Path, "@", StringComparison.Ordinal);

    // The message of Nix, without names and places.
    static string Reason(string errors) =>
        Regex.Replace(
            errors.Split('\n')
                .LastOrDefault(
                    line => line.Contains("error:", StringComparison.Ordinal) || line.Contains("warning:", StringComparison.Ordinal))
                ?? "",
            "'[^']*'",
            "'…'")
            .Trim();

    // That an update does not go back in time is a rule of hostlock's own, and a registry can lead to an older repository.
    static Ended Hostlock(string top, Dictionary<string, string> variables, string[] command) =>
        Run.Program(
            HostlockProgram.Path,
            top,
            variables,
            [
                command[0],
                "root",
                .. command.Skip(1).SelectMany(input => new[] { "-i", input }),
                .. command[0] == "update" ? ["--allow-downgrade"] : Array.Empty<string>(),
            ]);
}
