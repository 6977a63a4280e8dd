using System.Diagnostics;
using System.Globalization;
using Hostlock.Benchmarks;

// The program itself, measured from outside: see the figure 'rollout'.
if (args is ["simulated", var simulated, .. var words])
    return await SimulatedRollout.RunAsync(simulated, words);

// Each figure is a ratio to a yardstick of the same run, so that it says the same on a slow machine and a fast one.
var root = FindRoot();
var hostlock = Environment.GetEnvironmentVariable("HOSTLOCK") is { Length: > 0 } program
    ? Path.GetFullPath(program)
    : Path.Combine(root, "artifacts/native/hostlock");
var prefix = Environment.GetEnvironmentVariable("HOSTLOCK_NIX_PREFIX") is { Length: > 0 } set ? set : Path.Combine(root, "artifacts/nix");
var nix = Directory.Exists(prefix)
    ? Directory.EnumerateDirectories(prefix, "nix-2.34*").Select(folder => Path.Combine(folder, "bin/nix")).FirstOrDefault(File.Exists)
    : null;
if (nix is null)
{
    Console.Error.WriteLine("bench: real Nix is the yardstick; eng/install-nix artifacts/nix 2.34 brings it");
    return 1;
}
var work = Directory.CreateTempSubdirectory("hostlock-bench-").FullName;
try
{
    foreach (var name in args.Length > 0 ? args : ["start", "update", "network", "thousand", "rollout", "hash", "library"])
    {
        switch (name)
        {
            case "start":
                Start();
                break;
            case "update":
                Update();
                break;
            case "network":
                await NetworkAsync();
                break;
            case "thousand":
                Thousand();
                break;
            case "rollout":
                Rollout();
                break;
            case "hash":
                Hash();
                break;
            case "library":
                Library();
                break;
            case "growth":
                GrowthOfTime();
                break;
            default:
                Console.Error.WriteLine(
                    $"bench: there is no figure '{name}'; there are start, update, network, thousand, rollout, hash, library and growth");
                return 2;
        }
    }
    return 0;
}
finally
{
    Shell("chmod", "-R", "u+w", work);
    Directory.Delete(work, recursive: true);
}

void Start()
{
    var fleet = Fleet.Make(Path.Combine(work, "start"), 7, 12, Variables("start"), hostlock);
    Job[] jobs =
    [
        new("nix --version", [nix, "--version"]) { Variables = Variables("start") },
        new("hostlock --version", [hostlock, "--version"]) { Variables = Variables("start") },
        new("hostlock status on 7 hosts", [hostlock, "-C", fleet.Folder, "status"]) { Variables = Variables("start") },
    ];
    var costs = Measure.InTurn(20, jobs);
    Title("start-up", "nix --version");
    foreach (var (name, cost) in jobs.Zip(costs, (job, cost) => (job.Name, cost)))
        Line(name, cost, costs[0]);
    // A larger program maps more pages, and one that prepares more before its first line is given more. Other work on the machine does not
    // change their number.
    foreach (var (name, cost) in jobs.Zip(costs, (job, cost) => (job.Name, cost)))
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"  {name,-32} {(double)cost.Used.Faults / costs[0].Used.Faults,8:0.000}   {cost.Used.Faults,9} pages"));
    Console.WriteLine(string.Create(
        CultureInfo.InvariantCulture, $"  {"size of the program",-32} {new FileInfo(hostlock).Length / 1e6,20:0.0} MB"));
}

void GrowthOfTime()
{
    var curves = new[]
    {
        Curve("hosts", "100 nodes in each lock", [1, 7, 30, 100, 300, 1000], size => (size, 100)),
        Curve("nodes", "7 hosts", [10, 100, 1000, 10_000], size => (7, size)),
    };
    File.WriteAllText(Path.Combine(root, "docs/growth.md"), Growth.Page(curves));
    File.WriteAllText(Path.Combine(root, "docs/growth.svg"), Growth.Plot(curves));
    Console.WriteLine(Growth.Page(curves));

    GrowthCurve Curve(string of, string title, int[] sizes, Func<int, (int Hosts, int Nodes)> fleetOf)
    {
        string[] commands = ["status", "status --json", "check", "promote host0 --all"];
        var milliseconds = commands.Select(_ => new double[sizes.Length]).ToArray();
        for (var i = 0; i < sizes.Length; i++)
        {
            var (hosts, nodes) = fleetOf(sizes[i]);
            var folder = Path.Combine(work, $"growth-{of}-{sizes[i]}");
            // The first host has the lock that is promoted to the others.
            LargeFleet.Write(root, folder, hosts + 1, nodes);
            Shell("git", "-C", folder, "init", "-q");
            Shell("git", "-C", folder, "add", "-A");
            Job Command(string words, params string[] more) =>
                new(words, [hostlock, "-C", folder, .. words.Split(' '), .. more]) { Variables = Variables("growth-home") };
            Cost[] costs =
            [
                .. Measure.InTurn(5, [.. commands[..^1].Select(command => Command(command))]),
                .. Measure.InTurn(
                    5, Command(commands[^1], "--allow-downgrade") with { Prepare = () => LargeFleet.WriteLocks(folder, hosts + 1, nodes) }),
            ];
            for (var command = 0; command < commands.Length; command++)
                milliseconds[command][i] = costs[command].Cpu.TotalMilliseconds;
            Directory.Delete(folder, recursive: true);
        }
        return new(of, title, sizes, [.. commands.Zip(milliseconds)]);
    }
}

void Thousand()
{
    const int hosts = 1000, nodes = 100;
    var folder = Path.Combine(work, "thousand");
    LargeFleet.Write(root, folder, hosts, nodes);
    Shell("git", "-C", folder, "init", "-q");
    Shell("git", "-C", folder, "add", "-A");
    var variables = Variables("thousand-home");
    string[] python = ["python3", "-c", $"import json,glob\nfor f in glob.glob('{folder}/locks/*.lock'): json.load(open(f))"];
    var read = Measure.InTurn(
        5,
        new Job("python", python),
        new Job("status", [hostlock, "-C", folder, "status", "--json"]) { Variables = variables },
        new Job("check", [hostlock, "-C", folder, "check"]) { Variables = variables },
        new Job("report", [hostlock, "-C", folder, "report", "-o", Path.Combine(work, "report.html")]) { Variables = variables });
    Title($"read {hosts} locks of {nodes} nodes", "json.load of each in Python");
    Line("python3, json.load", read[0], read[0]);
    Line("hostlock status --json", read[1], read[0]);
    Line("hostlock check", read[2], read[0]);
    Line("hostlock report", read[3], read[0]);
    var promote = Measure.InTurn(
        5,
        new Job("promote", [hostlock, "-C", folder, "promote", "host0", "--all", "--allow-downgrade"])
        {
            Variables = variables,
            Prepare = () => LargeFleet.WriteLocks(folder, hosts, nodes),
        });
    var write = Enumerable.Range(0, 5).Select(_ => WriteFiles(hosts)).OrderBy(cost => cost.Wall).ElementAt(2);
    Title($"promote to {hosts - 1} hosts", $"writing, flushing and renaming {hosts} files");
    Line("files written and flushed", write, write);
    Line("hostlock promote", promote[0], write);
}

void Rollout()
{
    const int nodes = 100;
    var costs = new List<(int Hosts, Cost Rollout, Cost Status, string[] Journal)>();
    foreach (var hosts in new[] { 250, 1000 })
    {
        var folder = Path.Combine(work, $"rollout-{hosts}");
        LargeFleet.Write(root, folder, hosts, nodes);
        LargeFleet.WriteRings(folder, hosts);
        Shell("git", "-C", folder, "init", "-q");
        Shell("git", "-C", folder, "add", "-A");
        Shell("git", "-C", folder, "-c", "user.name=bench", "-c", "user.email=bench@example.org", "commit", "-q", "-m", "all");
        var variables = Variables($"rollout-{hosts}-home");
        foreach (var who in new[] { "AUTHOR", "COMMITTER" })
            (variables[$"GIT_{who}_NAME"], variables[$"GIT_{who}_EMAIL"]) = ("bench", "bench@example.org");
        var rollout = Measure.InTurn(
            1, new Job("rollout", SimulatedRollout.Command(folder, "rollout", "--yes", "--allow-downgrade")) { Variables = variables })[0];
        var status = Measure.InTurn(
            3, new Job("status", SimulatedRollout.Command(folder, "rollout", "status")) { Variables = variables })[0];
        var journal = Directory.EnumerateFiles(Path.Combine(folder, ".git/hostlock"), "*.journal").Single();
        costs.Add((hosts, rollout, status, File.ReadAllLines(journal)));
    }
    var (_, all, table, lines) = costs[1];
    var append = SimulatedRollout.Append(lines, Path.Combine(work, "appended"));
    Title($"roll a lock out to 1000 hosts that answer at once, {lines.Length} events", "writing and flushing each event");
    Line("events appended and flushed", append, append);
    Line("plan, probes, steps, journal", all, append);
    Line("rollout status", table, append);
    Console.WriteLine(string.Create(
        CultureInfo.InvariantCulture, $"  4 × the hosts take {all.Cpu / costs[0].Rollout.Cpu:0.0} × the CPU time"));
}

void Update()
{
    var fleet = Fleet.Make(Path.Combine(work, "update"), 7, 12, Variables("update"), hostlock);
    string[] NixUpdate(string host)
    {
        var file = Path.Combine(fleet.Folder, "locks", $"{host}.lock");
        return [nix, "flake", "update", "--flake", fleet.Folder, "--reference-lock-file", file, "--output-lock-file", file];
    }
    var variables = Variables("update");
    foreach (var how in (ReadOnlySpan<string>)["", ", all of it packed"])
    {
        fleet.IsPacked = how.Length > 0;
        var costs = Measure.InTurn(
            5,
            new Job("7 × nix flake update", [.. fleet.Hosts.Select(NixUpdate)]) { Prepare = fleet.MoveUpstream, Variables = variables },
            new Job("hostlock update --all", [hostlock, "-C", fleet.Folder, "update", "--all"])
            {
                Prepare = fleet.MoveUpstream,
                Variables = variables,
            },
            new Job("hostlock update host1", [hostlock, "-C", fleet.Folder, "update", "host1"])
            {
                Prepare = fleet.MoveUpstream,
                Variables = variables,
            });
        Title($"update 7 hosts, 12 inputs from local git, upstream moved{how}", "7 × nix flake update");
        Line("7 × nix flake update", costs[0], costs[0]);
        Line("hostlock update --all", costs[1], costs[0]);
        Line("hostlock update of one host", costs[2], costs[0]);
    }
    var many = Fleet.Make(Path.Combine(work, "many"), 100, 12, variables, hostlock);
    var hundred = Measure.InTurn(
        5,
        new Job("one", [hostlock, "-C", many.Folder, "update", "host1"]) { Prepare = many.MoveUpstream, Variables = variables },
        new Job("hundred", [hostlock, "-C", many.Folder, "update", "--all"]) { Prepare = many.MoveUpstream, Variables = variables });
    var plans = Measure.InTurn(
        5, new Job("plan", [hostlock, "-C", many.Folder, "update", "--all", "-n"]) { Prepare = many.MoveUpstream, Variables = variables });
    Title("update 100 hosts", "hostlock update of 1 host");
    Line("hostlock update of 1 host", hundred[0], hundred[0]);
    Line("hostlock update --dry-run of 100", plans[0], hundred[0]);
    Line("hostlock update of 100 hosts", hundred[1], hundred[0]);
    Line("100 files written and flushed", WriteFiles(100), hundred[0]);
}

async Task NetworkAsync()
{
    const int runs = 3;
    const double bitsPerSecond = 50e6;
    var roundTrip = TimeSpan.FromMilliseconds(20);
    var folder = Path.Combine(work, "network");
    var archives = ForgeFleet.Write(Path.Combine(folder, "fleet"));
    await using var forge = await Forge.StartAsync(archives);
    await using var line = new SlowLine(forge.Address, roundTrip, bitsPerSecond);
    var certificate = Path.Combine(folder, "certificate.pem");
    File.WriteAllText(certificate, forge.CertificatePem);
    var variables = Variables("network");
    (variables["https_proxy"], variables["NIX_SSL_CERT_FILE"]) = (line.Url, certificate);
    (variables["no_proxy"], variables["SSL_CERT_DIR"]) = ("", "/dev/null");
    // The first run does not count, as with programs.
    _ = await forge.DownloadAllAsync(line.Url);
    var plain = new List<TimeSpan>();
    for (var run = 0; run < runs; run++)
        plain.Add(await forge.DownloadAllAsync(line.Url));
    plain.Sort();
    // Each run finds new commits, and downloads all archives.
    var update = Measure.InTurn(
        runs,
        new Job("update", [hostlock, "-C", Path.Combine(folder, "fleet"), "update", "host1"])
        {
            Prepare = () => forge.TakeSent(),
            Variables = variables,
        })[0];
    var bytes = forge.TakeSent();
    var needed = new Cost(TimeSpan.FromSeconds(bytes * 8 / bitsPerSecond), 0);
    Title(
        $"update a host from a forge {roundTrip.TotalMilliseconds:0} ms away, by {bitsPerSecond / 1e6:0} Mbit/s",
        $"the time that {bytes / 1e6:0.0} MB need");
    Line("the bytes of the archives", needed, needed);
    Line("download them all at once", new(plain[runs / 2], 0), needed);
    Line("hostlock update", update, needed);
}

// The work of every program that must not lose a lock: each file is written beside the old one, flushed and renamed.
Cost WriteFiles(int count)
{
    var folder = Directory.CreateDirectory(Path.Combine(work, "files")).FullName;
    var contents = new byte[48_000];
    var clock = System.Diagnostics.Stopwatch.StartNew();
    for (var i = 0; i < count; i++)
    {
        var file = Path.Combine(folder, $"{i}.lock");
        using (var handle = File.OpenHandle($"{file}.tmp", FileMode.Create, FileAccess.Write))
        {
            RandomAccess.Write(handle, contents, 0);
            RandomAccess.FlushToDisk(handle);
        }
        File.Move($"{file}.tmp", file, overwrite: true);
    }
    return new(clock.Elapsed, 0);
}

void Hash()
{
    HashSmall();
    var tar = Path.Combine(work, "nixpkgs.tar");
    NixpkgsShaped.Write(tar, 50_000);
    (string Suffix, string[] Compress, string[] Inflate)[] formats =
    [
        ("gz", ["gzip", "-k"], ["gzip", "-dc"]),
        ("zst", ["zstd", "-q", "-k"], ["zstd", "-dcq"]),
        ("xz", ["xz", "-k", "-1"], ["xz", "-dc"]),
    ];
    var variables = Variables("hash");
    foreach (var (suffix, compress, inflate) in formats)
    {
        var archive = $"{tar}.{suffix}";
        if (!IsThere(compress[0]))
        {
            Console.WriteLine($"\n{compress[0]} is not here: no figure for .tar.{suffix}");
            continue;
        }
        Measure.InTurn(1, new Job(compress[0], [.. compress, tar]));
        var costs = Measure.InTurn(
            3,
            new Job(inflate[0], [.. inflate, archive]),
            new Job("hostlock hash", [hostlock, "hash", archive]) { Variables = variables },
            new Job("sha256", ["sha256sum", tar]));
        Title(
            $"hash an archive of 50,000 files, {new FileInfo(tar).Length / 1_000_000} MB in a .tar.{suffix} of "
                + $"{new FileInfo(archive).Length / 1_000_000} MB",
            string.Join(' ', inflate));
        Line(string.Join(' ', inflate), costs[0], costs[0]);
        Line("sha256sum of as many bytes", costs[2], costs[0]);
        if (suffix == "gz")
            Line("inflating alone, same library", Inflate(archive), costs[0]);
        Line("hostlock hash", costs[1], costs[0]);
        if (suffix != "gz")
            continue;
        var prefetch = Measure.InTurn(
            1, new Job("nix flake prefetch", [nix, "flake", "prefetch", $"tarball+file://{archive}"]) { Variables = variables })[0];
        Line("nix flake prefetch, cold", prefetch, costs[0]);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {prefetch.Wall / costs[1].Wall:0.0} × faster than Nix"));
    }
}

// An archive of the size that most flakes have: the start of a program takes as long as reading it. That is also true of gzip.
void HashSmall()
{
    const int files = 300;
    var tar = Path.Combine(work, "small.tar");
    NixpkgsShaped.Write(tar, files);
    var variables = Variables("hash-small");
    Measure.InTurn(1, new Job("gzip", ["gzip", "-k", tar]));
    var archive = $"{tar}.gz";
    void Forget()
    {
        foreach (var name in (ReadOnlySpan<string>)["cache", "nix"])
        {
            var folder = Path.Combine(work, "hash-small", name);
            if (!Directory.Exists(folder))
                continue;
            Shell("chmod", "-R", "u+w", folder);
            Directory.Delete(folder, recursive: true);
        }
    }
    var costs = Measure.InTurn(
        10,
        new Job("nix", [nix, "flake", "prefetch", $"tarball+file://{archive}"]) { Variables = variables, Prepare = Forget },
        new Job("hostlock hash", [hostlock, "hash", archive]) { Variables = variables, Prepare = Forget },
        new Job("gzip", ["gzip", "-dc", archive]),
        new Job("hostlock --version", [hostlock, "--version"]) { Variables = variables });
    Title($"hash an archive of {files} files, {new FileInfo(archive).Length / 1000} kB", "nix flake prefetch, cold");
    Line("nix flake prefetch, cold", costs[0], costs[0]);
    Line("hostlock hash", costs[1], costs[0]);
    Line("gzip -dc", costs[2], costs[0]);
    Line("hostlock --version", costs[3], costs[0]);
}

void Library()
{
    const int modules = 300;
    var variables = Variables("library");
    var fleet = LibraryFleet.Make(root, Path.Combine(work, "library"), modules, variables, hostlock);
    string[] Evaluate(string folder) =>
        [
            nix,
            "eval",
            "--raw",
            "--option",
            "eval-cache",
            "false",
            $"{folder}#.nixosConfigurations.plex.config.system.build.toplevel.drvPath",
        ];
    var (native, wrapped) = (Evaluate(fleet.Native), Evaluate(fleet.Wrapped));
    if (Measure.Output(native, variables) != Measure.Output(wrapped, variables))
        throw new InvalidOperationException("the two locks give two derivations");
    Title($"evaluate a host of {modules} modules by its lock", "the same lock as flake.lock");
    // Nix keeps names in tables by their hashes, and many names contain the path of the source. So each source has other names beside each
    // other in these tables, and several sources are measured.
    var counts = Enumerable.Range(0, 6).Select(_ =>
    {
        fleet.AnotherSource();
        return (Native: Measure.Instructions(native, variables), Wrapped: Measure.Instructions(wrapped, variables));
    }).ToList();
    if (counts.All(count => count.Native is not null && count.Wrapped is not null))
    {
        var ratios = counts.Select(count => count.Wrapped / count.Native).Order().ToList();
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"  {"instructions",-32} {counts.Sum(count => count.Wrapped) / counts.Sum(count => count.Native),8:0.000}   {ratios[0]:0.000} "
                + $"to {ratios[^1]:0.000} in {ratios.Count} sources"));
    }
    else
        Console.WriteLine("  instructions are counted by perf or by valgrind, and neither is here");
    var (before, after) = (Measure.NixCounters(native, variables), Measure.NixCounters(wrapped, variables));
    foreach (var (name, count) in before)
        Console.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture, $"  {name,-32} {after[name] / count,8:0.000}   {count,9:0} + {after[name] - count:0}"));
    var costs = Measure.InTurn(
        40, new Job("native", native) { Variables = variables }, new Job("wrapped", wrapped) { Variables = variables });
    Line("native, wall time", costs[0], costs[0]);
    Line("by the lock of the host", costs[1], costs[0]);
}

// The least that a program with this library can cost.
static Cost Inflate(string archive)
{
    var buffer = new byte[256 * 1024];
    var clock = Stopwatch.StartNew();
    using var file = File.OpenRead(archive);
    using var inflated = new System.IO.Compression.GZipStream(file, System.IO.Compression.CompressionMode.Decompress);
    while (inflated.Read(buffer) > 0)
    {
    }
    return new(clock.Elapsed, 0);
}

static bool IsThere(string program) =>
    (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Any(folder => File.Exists(Path.Combine(folder, program)));

Dictionary<string, string> Variables(string name)
{
    var folder = Path.Combine(work, name);
    var variables = new Dictionary<string, string>
    {
        ["HOME"] = Path.Combine(folder, "home"),
        ["XDG_CACHE_HOME"] = Path.Combine(folder, "cache"),
        ["XDG_CONFIG_HOME"] = Path.Combine(folder, "config"),
        ["NIX_STORE_DIR"] = Path.Combine(folder, "nix/store"),
        ["NIX_STATE_DIR"] = Path.Combine(folder, "nix/var"),
        ["NIX_LOG_DIR"] = Path.Combine(folder, "nix/log"),
        ["NIX_REMOTE"] = "",
        ["GIT_CONFIG_NOSYSTEM"] = "1",
    };
    Directory.CreateDirectory(variables["HOME"]);
    return variables;
}

static void Title(string title, string yardstick) => Console.WriteLine($"\n{title} (1 = {yardstick})");

static void Line(string name, Cost cost, Cost yardstick) =>
    Console.WriteLine(string.Create(
        CultureInfo.InvariantCulture,
        $"  {name,-32} {cost.Wall / yardstick.Wall,8:0.000}   {cost.Wall.TotalMilliseconds,9:0.0} "
            + $"ms{(cost.Cpu > TimeSpan.Zero ? $"   {cost.Cpu.TotalMilliseconds,8:0} ms CPU" : "")}"
            + $"{(cost.Used.WrittenBytes > 0 ? $"   {cost.Used.WrittenBytes / 1e6,6:0.0} MB written" : "")}"
            + $"{(cost.PeakBytes > 0 ? $"   {cost.PeakBytes / 1048576.0,6:0} MiB" : "")}"));

static string FindRoot()
{
    var at = AppContext.BaseDirectory;
    while (!File.Exists(Path.Combine(at, "hostlock.slnx")))
        at = Path.GetDirectoryName(at) ?? throw new InvalidOperationException("run it from the checkout");
    return at;
}

static void Shell(string program, params string[] arguments)
{
    using var process = Process.Start(program, arguments);
    process.WaitForExit();
}
