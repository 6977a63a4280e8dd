using System.Diagnostics;
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
    const int Patience = 20;
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
        _before = State.Of(_folder["pristine/fleet"]);
        var trial = Fresh();
        var log = _folder["calls"];
        var watch = Stopwatch.StartNew();
        _whole = Run.Program(HostlockProgram.Path, $"{trial}/fleet", Variables(trial, FaultLibrary.Variables(0, 0, log)), scene.Words);
        Duration = watch.Elapsed;
        Calls = File.ReadAllLines(log);
        _after = State.Of($"{trial}/fleet");
        Assert.InRange(_whole.ExitCode, 0, 1);
        Assert.Empty(_after.Leftovers);
    }

    /// <summary>How long the command takes.</summary>
    public TimeSpan Duration { get; }

    /// <summary>The calls of the command that change files, with what they are about.</summary>
    public IReadOnlyList<string> Calls { get; }

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
        var ended = Run.Program(
            HostlockProgram.Path, $"{trial}/fleet", Variables(trial, FaultLibrary.Variables(call, isDone ? -1 : 0)), _scene.Words);
        return Judge(trial, $"killed {(isDone ? "after" : "before")} call {call} ({NameOf(call)})", ended.Output);
    }

    /// <summary>Lets a call of the command fail. Returns what is wrong then; null if all is right.</summary>
    public string? FailedAt(int call, (string Name, int Number) error)
    {
        var trial = Fresh();
        var ended = Run.Program(
            HostlockProgram.Path, $"{trial}/fleet", Variables(trial, FaultLibrary.Variables(call, error.Number)), _scene.Words);
        var what = $"{error.Name} of call {call} ({NameOf(call)})";
        if (ended.ExitCode is not (>= 0 and < 70) || (ended.ExitCode > 1 && ended.Errors.Length == 0))
            return $"{what}: exit {ended.ExitCode}: {ended.Errors}";
        // What an undo that has failed may have said, it has not done.
        return Judge(trial, what, ended.ExitCode <= 1 ? ended.Output : "");
    }

    public void Dispose() => _folder.Dispose();

    string? Judge(string trial, string what, string said)
    {
        var between = State.Of($"{trial}/fleet");
        if (between.Files.FirstOrDefault(file => !IsOldOrNew(file.Key, file.Value)) is { Key: not null } half)
            return $"{what}: '{half.Key}' is neither old nor new";
        if (_before.Files.Keys.FirstOrDefault(file => _after.Files.ContainsKey(file) && !between.Files.ContainsKey(file)) is { } lost)
            return $"{what}: '{lost}' is lost";
        if (_scene.IsRepeatable || said != _whole.Output)
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
        Directory.Delete(trial, recursive: true);
        return null;
    }

    bool IsOldOrNew(string file, string sum) =>
        _before.Files.GetValueOrDefault(file) == sum || _after.Files.GetValueOrDefault(file) == sum;

    string NameOf(int call) => call <= Calls.Count ? Calls[call - 1].Replace(_folder.Path, "", StringComparison.Ordinal) : "past the last";

    string Fresh()
    {
        var trial = _folder[$"trial-{Interlocked.Increment(ref _count)}"];
        _ = Run.Program("cp", _folder.Path, TestGit.Variables, "-a", _folder["pristine"], trial).Succeeded;
        return trial;
    }

    static Dictionary<string, string> Variables(string trial, Dictionary<string, string> faults)
    {
        var variables = HostlockProgram.Variables($"{trial}/home");
        foreach (var (name, value) in faults)
            variables[name] = value;
        return variables;
    }

    /// <summary>What counts of a fleet.</summary>
    /// <param name="Files">The sums of the files, by path, without those of git and what a run that was broken off left.</param>
    /// <param name="Git">What git says: the last commit, the index, what has changed, and the setting of merges.</param>
    /// <param name="Leftovers">What no run leaves behind that ends by itself.</param>
    sealed record State(SortedDictionary<string, string> Files, string Git, IReadOnlyList<string> Leftovers)
    {
        const string Temporary = ".hostlock-tmp-", Unfinished = "hostlock-unfinished";

        public static State Of(string fleet)
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
            string[][] questions =
            [
                ["log", "--format=%T %B"], ["ls-files", "-s"], ["status", "--porcelain"], ["config", "--get-regexp", "^merge"],
            ];
            var git = questions.Select(
                question => Run.Program("git", fleet, TestGit.Variables, ["--no-optional-locks", .. question]).Output);
            return new(files, string.Join("---\n", git), leftovers);
        }

        public override string ToString() =>
            $"{string.Join('\n', Files.Select(file => $"{file.Value[..12]} {file.Key}"))}\n{Git}\n{string.Join('\n', Leftovers)}";
    }
}
