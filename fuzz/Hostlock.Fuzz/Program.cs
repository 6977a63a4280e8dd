using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using Hostlock;
using Hostlock.Fuzz;

// fuzz/run TARGET|all|commands SECONDS [SEED]: reads what it makes up out of the seeds under tests, and keeps under fuzz/findings whatever
// is answered with anything but a typed error, or takes longer than it may. 'commands' runs the program as built (eng/build). A file in
// the place of SECONDS, such as a finding, is read once.
var root = FindRoot();
var name = args.ElementAtOrDefault(0) ?? "all";
var targets = Target.All.Where(target => name == "all" || target.Name == name).ToList();
if (targets.Count == 0 && name != CommandRuns.Name)
{
    Console.Error.WriteLine(
        $"no target '{name}'; there are {string.Join(", ", Target.All.Select(target => target.Name))} and {CommandRuns.Name}");
    return 2;
}
if (targets.Count == 1 && args.Length == 2 && File.Exists(args[1]))
    return ReadOnce(targets[0], File.ReadAllBytes(args[1]));
var seconds = double.Parse(args.ElementAtOrDefault(1) ?? "60", CultureInfo.InvariantCulture);
var seed = int.Parse(
    args.ElementAtOrDefault(2) ?? Environment.TickCount.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
if (name == CommandRuns.Name)
    return RunCommands(TimeSpan.FromSeconds(seconds)) == 0 ? 0 : 1;
var findings = 0;
foreach (var target in targets)
    findings += Run(target, TimeSpan.FromSeconds(seconds / targets.Count));
return findings == 0 ? 0 : 1;

static int ReadOnce(Target target, byte[] input)
{
    var clock = Stopwatch.StartNew();
    try
    {
        target.Read(input);
        Console.WriteLine("it is read");
    }
    catch (HostlockException why)
    {
        Console.WriteLine($"it is refused: {why.Message}");
    }
    Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{clock.Elapsed.TotalSeconds:0.0} s"));
    return 0;
}

int Run(Target target, TimeSpan time)
{
    // On a busy machine, little work can take long; waiting is no work, and has a limit of its own.
    var (slow, longest) = (TimeSpan.FromSeconds(3), TimeSpan.FromSeconds(60));
    var mutation = new Mutation(new Random(seed), Seeds.For(target.Name, root), target.Words);
    var (count, refused, found) = (0, 0, 0);
    var clock = Stopwatch.StartNew();
    while (clock.Elapsed < time)
    {
        var input = mutation.Next();
        count++;
        var (began, worked) = (clock.Elapsed, Environment.CpuUsage.TotalTime);
        string? what = null;
        try
        {
            target.Read(input);
        }
        catch (HostlockException)
        {
            refused++;
        }
        catch (Exception why)
        {
            what = why.ToString();
        }
        if (Environment.CpuUsage.TotalTime - worked > slow || clock.Elapsed - began > longest)
            what ??= $"it took {(clock.Elapsed - began).TotalSeconds:0.0} s";
        if (what is null)
            continue;
        found++;
        var file = Path.Combine(root, "fuzz/findings", target.Name, Convert.ToHexStringLower(SHA256.HashData(input))[..16]);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllBytes(file, input);
        Console.WriteLine($"{target.Name}: {file}\n{what}\n");
    }
    Console.WriteLine(
        string.Create(
            CultureInfo.InvariantCulture,
            $"{target.Name,-6} {count,12:N0} inputs, {100.0 * refused / count:0} % refused, {found} findings, seed {seed}"));
    return found;
}

int RunCommands(TimeSpan time)
{
    var program = Environment.GetEnvironmentVariable("HOSTLOCK") ?? Path.Combine(root, "artifacts/native/hostlock");
    var runs = new CommandRuns(program, root, new Random(seed));
    var (count, found) = (0, 0);
    var clock = Stopwatch.StartNew();
    while (clock.Elapsed < time)
    {
        var folder = Directory.CreateTempSubdirectory("hostlock-fuzz-").FullName;
        var (command, wrong) = runs.RunOne(folder);
        count++;
        if (wrong is not null)
        {
            var kept = Path.Combine(
                root, "fuzz/findings", CommandRuns.Name, string.Create(CultureInfo.InvariantCulture, $"{seed}-{count}"));
            Directory.CreateDirectory(Path.GetDirectoryName(kept)!);
            Run("cp", "-a", folder, kept);
            Console.WriteLine($"{CommandRuns.Name}: {kept}: {command}\n{wrong}\n");
            found++;
        }
        Directory.Delete(folder, recursive: true);
    }
    Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{CommandRuns.Name} {count,8:N0} runs, {found} findings, seed {seed}"));
    return found;

    static void Run(string program, params string[] arguments)
    {
        using var process = Process.Start(program, arguments);
        process.WaitForExit();
    }
}

static string FindRoot()
{
    var at = AppContext.BaseDirectory;
    while (!File.Exists(Path.Combine(at, "hostlock.slnx")))
        at = Path.GetDirectoryName(at) ?? throw new InvalidOperationException("not in a checkout");
    return at;
}
