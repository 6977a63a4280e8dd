using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using Hostlock.Conformance.Support;
using Hostlock.Tests.Support;

namespace Hostlock.Conformance.Faults;

/// <summary>
/// Runs a command that is broken off or fails, each time in a fresh copy of its fleet, and then the same command again. Every file must be
/// old or new in between, and in the end all must be as if nothing had happened.
/// </summary>
sealed class Trials : IDisposable
{
    // A git that a killed run has started may still be at work when the next run is over.
    const int Patience = 200;
    static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    readonly TempFolder _folder = new();
    readonly Scene _scene;
    readonly State _before, _after;
    readonly Ended _whole;
    int _count;

    /// <summary>Makes the fleet, and runs the command once to its end.</summary>
    public Trials(Scene scene)
    {
        _scene = scene;
        Directory.CreateDirectory(_folder["pristine/home"]);
        scene.Prepare(new(_folder.Path));
        Directory.Delete(_folder["pristine/fleet/.git/hooks"], recursive: true);
        _before = State.Of(_folder["pristine/fleet"]);
        var trial = Fresh();
        var watch = Stopwatch.StartNew();
        _whole = Run.Program(HostlockProgram.Path, $"{trial}/fleet", Variables(trial, 0, 0), scene.Words);
        Duration = watch.Elapsed;
        var calls = CallsOf(trial);
        Calls = calls.Count;
        Log = [.. calls.OrderBy(call => call.Key).Select(call => call.Value.Split(' ', 2)[1])];
        _after = State.Of($"{trial}/fleet");
        Assert.InRange(_whole.ExitCode, 0, 1);
        Assert.Empty(_after.Leftovers);
    }

    /// <summary>The time that the command takes.</summary>
    public TimeSpan Duration { get; }

    /// <summary>The number of calls of the command that change files.</summary>
    public int Calls { get; }

    /// <summary>The calls, in their order: the name of each, and its file.</summary>
    public IReadOnlyList<string> Log { get; }

    /// <summary>Kills the command after a time. Returns what is wrong then; null if all is right.</summary>
    public string? KilledAfter(TimeSpan time)
    {
        var trial = Fresh();
        var start = HostlockProgram.Start($"{trial}/fleet", $"{trial}/home", _scene.Words);
        using var process = Process.Start(start)!;
        using var ending = TestContext.Current.CancellationToken.Register(() => process.Kill(entireProcessTree: true));
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        process.WaitForExit(time);
        process.Kill();
        process.WaitForExit();
        // What the program has started may go on, and holds the other end of both pipes.
        var said = output.Wait(TimeSpan.FromSeconds(30)) && errors.Wait(TimeSpan.FromSeconds(30)) ? output.Result : "";
        return Judge(trial, $"killed after {time.TotalMilliseconds:0.0} ms", said);
    }

    /// <summary>Kills the command just before or just after one of its calls. Returns what is wrong then; null if all is right.</summary>
    public string? KilledAt(int call, bool isDone)
    {
        var trial = Fresh();
        var ended = Run.Program(HostlockProgram.Path, $"{trial}/fleet", Variables(trial, call, isDone ? -1 : 0), _scene.Words);
        return Judge(trial, $"killed {(isDone ? "after" : "before")} call {NameOf(trial, call)}", ended.Output);
    }

    /// <summary>Lets a call of the command fail. Returns what is wrong then; null if all is right.</summary>
    public string? FailedAt(int call, (string Name, int Number) error)
    {
        var trial = Fresh();
        var ended = Run.Program(HostlockProgram.Path, $"{trial}/fleet", Variables(trial, call, error.Number), _scene.Words);
        var name = NameOf(trial, call);
        var what = $"{error.Name} of call {name}";
        if (ended.ExitCode is not (>= 0 and < 70) || (ended.ExitCode > 1 && ended.Errors.Length == 0))
            return Kept(trial, $"{what}: exit {ended.ExitCode}: {ended.Errors}");
        if (ended.ExitCode == 0 && error.Name != "EINTR" && IsNeeded(name))
            return Kept(trial, $"{what}: it was passed over");
        // An undo that failed has not done what it may have said.
        return Judge(trial, what, ended.ExitCode <= 1 ? ended.Output : "");
    }

    public void Dispose() => _folder.Dispose();

    string? Judge(string trial, string what, string said)
    {
        if (WrongOf(trial, what, said) is { } wrong)
            return Kept(trial, wrong);
        Directory.Delete(trial, recursive: true);
        return null;
    }

    // A run of all trials takes hours and may be ended early, so the story of one that is wrong is told at once, and its folder stays.
    string Kept(string trial, string wrong)
    {
        var folder = Path.Combine(
            Repository.Root, "artifacts/wrong", $"{_scene.Name.Replace(' ', '-')}-{Environment.ProcessId}-{Path.GetFileName(trial)}");
        Directory.CreateDirectory(folder);
        File.WriteAllText(Path.Combine(folder, "story"), $"{DateTime.UtcNow:O} {_scene.Name} (HOSTLOCK_SEED={Sample.Seed})\n{wrong}\n");
        _ = Run.Program("cp", folder, TestGit.Variables, "-a", trial, ".");
        return $"{wrong}\n(all of it is in {folder})";
    }

    string? WrongOf(string trial, string what, string said)
    {
        var (between, leftovers) = State.FilesOf($"{trial}/fleet");
        if (between.FirstOrDefault(file => !IsOldOrNew(file.Key, file.Value)) is { Key: not null } half)
            return $"{what}: '{half.Key}' is neither old nor new";
        if (_before.Files.Keys.FirstOrDefault(file => _after.Files.ContainsKey(file) && !between.ContainsKey(file)) is { } lost)
            return $"{what}: '{lost}' is lost";
        // As long as there is a record, the same command finishes what it is about, whatever was said.
        if (_scene.IsRepeatable || said != _whole.Output
            || leftovers.Any(name => name.Contains(State.Unfinished, StringComparison.Ordinal)))
        {
            var again = HostlockProgram.Run($"{trial}/fleet", $"{trial}/home", _scene.Words);
            if (again.ExitCode != _whole.ExitCode)
                return $"{what}: the same command again: exit {again.ExitCode}: {again.Errors}";
        }
        var end = State.Of($"{trial}/fleet");
        for (var i = 0; i < Patience && end.ToString() != _after.ToString(); i++)
        {
            Thread.Sleep(Pause);
            end = State.Of($"{trial}/fleet");
        }
        if (end.ToString() != _after.ToString())
            return $"{what}: it does not end as it should\n--- expected\n{_after}\n--- found\n{end}";
        return null;
    }

    // Nobody needs the cache, nor a leftover to go, nor the reservation on a file system that knows none.
    static bool IsNeeded(string call) =>
        call.Split(' ', 3) is [_, var name, var about]
        && about.Contains("/fleet", StringComparison.Ordinal)
        && name is not ("flock" or "unlink");

    bool IsOldOrNew(string file, string sum) =>
        _before.Files.GetValueOrDefault(file) == sum || _after.Files.GetValueOrDefault(file) == sum;

    // Threads take turns as they like, so a call of a number is not the same in each run.
    static string NameOf(string trial, int call) => CallsOf(trial).GetValueOrDefault(call, $"{call} past the last");

    static Dictionary<int, string> CallsOf(string trial) => File.ReadAllLines($"{trial}/calls").ToDictionary(
        line => int.Parse(line.Split(' ', 2)[0], CultureInfo.InvariantCulture), line => line.Replace(trial, "", StringComparison.Ordinal));

    string Fresh()
    {
        var trial = _folder[$"trial-{Interlocked.Increment(ref _count)}"];
        _ = Run.Program("cp", _folder.Path, TestGit.Variables, "-a", _folder["pristine"], trial).Succeeded;
        return trial;
    }

    static Dictionary<string, string> Variables(string trial, int call, int error)
    {
        var variables = HostlockProgram.Variables($"{trial}/home");
        foreach (var (name, value) in FaultLibrary.Variables(call, error, $"{trial}/calls"))
            variables[name] = value;
        return variables;
    }

    /// <summary>The parts of a fleet that count.</summary>
    /// <param name="Files">The sums of the files, by path, without those of git and what a run that was broken off left.</param>
    /// <param name="Git">What git says: the last commit, the index, what has changed, and the setting of merges.</param>
    /// <param name="Leftovers">What no run leaves behind that ends by itself.</param>
    sealed record State(SortedDictionary<string, string> Files, string Git, IReadOnlyList<string> Leftovers)
    {
        /// <summary>A part of the name of each record of unfinished work. Of several flakes, each has a record of its own.</summary>
        public const string Unfinished = "hostlock-unfinished";

        const string Temporary = ".hostlock-tmp-";

        public static State Of(string fleet)
        {
            var (files, leftovers) = FilesOf(fleet);
            // With fixed people and dates, a commit is told by its id.
            var git = new[] { "refs/heads/main", "config" }.Select(file => File.ReadAllText($"{fleet}/.git/{file}"))
                .Concat(
                    new[] { "ls-files -s", "status --porcelain" }.Select(
                        question => Run.Program("git", fleet, TestGit.Variables, ["--no-optional-locks", .. question.Split(' ')]).Output));
            return new(files, string.Join("---\n", git), leftovers);
        }

        public static (SortedDictionary<string, string> Files, IReadOnlyList<string> Leftovers) FilesOf(string fleet)
        {
            var files = new SortedDictionary<string, string>(StringComparer.Ordinal);
            var leftovers = new List<string>();
            var all = new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = 0 };
            foreach (var file in Directory.EnumerateFiles(fleet, "*", all))
            {
                var (path, name) = (Path.GetRelativePath(fleet, file), Path.GetFileName(file));
                var isOfGit = path.StartsWith(".git/", StringComparison.Ordinal);
                if (name.StartsWith(Temporary, StringComparison.Ordinal) || name.Contains(Unfinished, StringComparison.Ordinal)
                    || (isOfGit && name.EndsWith(".lock", StringComparison.Ordinal)))
                    leftovers.Add(path);
                else if (!isOfGit)
                    files[path] = Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(file)));
            }
            return (files, leftovers);
        }

        public override string ToString() =>
            $"{string.Join('\n', Files.Select(file => $"{file.Value[..12]} {file.Key}"))}\n{Git}\n{string.Join('\n', Leftovers)}";
    }
}
