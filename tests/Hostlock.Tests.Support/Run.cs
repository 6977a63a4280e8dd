using System.Diagnostics;
using System.Globalization;

namespace Hostlock.Tests.Support;

/// <summary>The end of a program: its exit code and its output.</summary>
sealed record Ended(int ExitCode, string Output, string Errors)
{
    /// <summary>The output of a program that had to succeed.</summary>
    public string Succeeded => ExitCode == 0 ? Output : throw new InvalidOperationException($"exit {ExitCode}\n{Output}{Errors}");
}

/// <summary>
/// Runs programs for tests: in a folder, with the variables given and no settings of whoever runs the tests. What a cancelled test runs is
/// ended.
/// </summary>
static class Run
{
    static readonly string[] Dropped =
    [
        "GIT_DIR",
        "GIT_WORK_TREE",
        "GIT_INDEX_FILE",
        "NIX_PATH",
        "NIX_PROFILES",
        "NIX_USER_CONF_FILES",
        "NIX_CONF_DIR",
        "HOSTLOCK_FLAKE",
    ];

    public static Ended Program(
        string program, string folder, IReadOnlyDictionary<string, string> variables, params IEnumerable<string> arguments) =>
        ProgramOn("", program, folder, variables, arguments);

    /// <summary>The same, with a text on its input.</summary>
    public static Ended ProgramOn(
        string input, string program, string folder, IReadOnlyDictionary<string, string> variables, params IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(program)
        {
            WorkingDirectory = folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        foreach (var name in Dropped)
            start.Environment.Remove(name);
        foreach (var (name, value) in variables)
            start.Environment[name] = value;
        using var process = Process.Start(start)!;
        using var ending = TestContext.Current.CancellationToken.Register(() => process.Kill(entireProcessTree: true));
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEndAsync();
        process.StandardInput.Write(input);
        process.StandardInput.Close();
        process.WaitForExit();
        TestContext.Current.CancellationToken.ThrowIfCancellationRequested();
        return new(process.ExitCode, output.Result, errors.Result);
    }
}

/// <summary>git with fixed people, fixed dates and no settings of the machine's.</summary>
static class TestGit
{
    static readonly DateTimeOffset FirstDay = new(2020, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public static readonly Dictionary<string, string> Variables = By("somebody", FirstDay);

    /// <summary>The variables under which a person commits at a time, the same on every machine.</summary>
    /// <param name="name">Who writes and commits; the address is this name in lower case at example.org.</param>
    /// <param name="time">The date of both.</param>
    public static Dictionary<string, string> By(string name, DateTimeOffset time) => new()
    {
        ["GIT_CONFIG_NOSYSTEM"] = "1",
        ["GIT_CONFIG_GLOBAL"] = "/dev/null",
        ["GIT_TERMINAL_PROMPT"] = "0",
        ["GIT_AUTHOR_NAME"] = name,
        ["GIT_AUTHOR_EMAIL"] = Address(name),
        ["GIT_COMMITTER_NAME"] = name,
        ["GIT_COMMITTER_EMAIL"] = Address(name),
        ["GIT_AUTHOR_DATE"] = Date(time),
        ["GIT_COMMITTER_DATE"] = Date(time),
    };

    static string Address(string name) => $"{name.ToLowerInvariant()}@example.org";

    static string Date(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture);

    static readonly string[] NoTidying = ["-c", "maintenance.auto=false"];

    /// <summary>The files that <c>git init</c> makes, by path, without the samples of hooks. They are read once, because the tests make
    /// hundreds of repositories. A folder has no bytes.</summary>
    public static readonly Lazy<IReadOnlyList<(string Path, byte[]? Bytes)>> NewRepository = new(ReadNewRepository);

    /// <summary>The output of git in a folder. After a commit, git starts no other git that looks for something to tidy.</summary>
    public static string In(string folder, params IEnumerable<string> arguments) =>
        Run.Program("git", folder, Variables, [.. NoTidying, .. arguments]).Succeeded;

    /// <summary>The commit that is checked out.</summary>
    /// <param name="folder">The work tree.</param>
    public static string Head(string folder) => Id(folder, "HEAD");

    /// <summary>The id that a name stands for. Tests ask for hundreds of ids, so git starts only if the name is no file of git's.</summary>
    /// <param name="folder">The work tree.</param>
    /// <param name="name">What <c>git rev-parse</c> takes: <c>HEAD</c>, <c>refs/heads/main</c>, <c>HEAD~1</c>.</param>
    public static string Id(string folder, string name)
    {
        var file = Path.Combine(folder, ".git", name);
        var id = (File.Exists(file) ? File.ReadAllText(file) : In(folder, "rev-parse", name)).Trim();
        return id.Split("ref: ") is ["", var branch] ? Id(folder, branch) : id;
    }

    /// <summary>Makes a folder a repository whose branch is <c>main</c>.</summary>
    /// <param name="folder">The work tree, which may not exist yet.</param>
    public static void Init(string folder)
    {
        foreach (var (path, bytes) in NewRepository.Value)
        {
            if (bytes is null)
                Directory.CreateDirectory(Path.Combine(folder, path));
            else
                File.WriteAllBytes(Path.Combine(folder, path), bytes);
        }
    }

    /// <summary>Makes a folder a repository, if it is none, and commits all that is in it. git starts only if the repository is not
    /// plain.</summary>
    /// <param name="folder">The work tree.</param>
    /// <param name="day">The day of the commit, counted from 2020-01-01.</param>
    public static void Commit(string folder, int day) => Commit(folder, "somebody", FirstDay.AddDays(day), $"day {day}");

    /// <summary>The same, by somebody else, at any time and with any message.</summary>
    /// <param name="folder">The work tree.</param>
    /// <param name="name">As for <see cref="By"/>.</param>
    /// <param name="time">As for <see cref="By"/>.</param>
    /// <param name="message">The message, one line.</param>
    public static void Commit(string folder, string name, DateTimeOffset time, string message)
    {
        if (!Directory.Exists(Path.Combine(folder, ".git")))
            Init(folder);
        if (PlainRepository.IsAt(folder))
        {
            new PlainRepository(folder).Commit($"{name} <{Address(name)}>", time, message);
            return;
        }
        In(folder, "add", "-A");
        CommitStaged(folder, name, time, message);
    }

    /// <summary>Commits what is in the index.</summary>
    public static void CommitStaged(string folder, int day) => CommitStaged(folder, "somebody", FirstDay.AddDays(day), $"day {day}");

    static void CommitStaged(string folder, string name, DateTimeOffset time, string message) =>
        _ = Run.Program("git", folder, By(name, time), [.. NoTidying, "commit", "-q", "--allow-empty", "-m", message]).Succeeded;

    static IReadOnlyList<(string Path, byte[]? Bytes)> ReadNewRepository()
    {
        using var folder = new TempFolder();
        In(folder.Path, "init", "-q", "-b", "main");
        foreach (var sample in Directory.GetFiles(folder[".git/hooks"]))
            File.Delete(sample);
        return
        [
            .. Directory.EnumerateDirectories(folder.Path, "*", SearchOption.AllDirectories)
                .Order(StringComparer.Ordinal).Select(path => (Path.GetRelativePath(folder.Path, path), (byte[]?)null)),
            .. Directory.EnumerateFiles(folder.Path, "*", SearchOption.AllDirectories)
                .Select(path => (Path.GetRelativePath(folder.Path, path), (byte[]?)File.ReadAllBytes(path))),
        ];
    }
}
