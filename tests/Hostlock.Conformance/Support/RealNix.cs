using System.Diagnostics;
using System.Text.Json;
using Hostlock.Tests.Support;

namespace Hostlock.Conformance.Support;

/// <summary>
/// A real release of Nix with a store, a home and caches in a folder of its own. If it is not here, tests that ask it are skipped.
/// </summary>
sealed class RealNix
{
    // Each new store would get a file of 8 MiB, to be deleted if a collection of garbage has no room.
    // And on a busy machine a server of a test may take longer to answer than the five seconds that Nix gives it.
    const string Always = "gc-reserved-space = 0\nconnect-timeout = 60";

    // Nix reads all authorities before it connects to anybody, and tests start it thousands of times. It gets the first authority of this
    // machine alone.
    static readonly Lazy<string?> OneAuthority = new(ReadOneAuthority);

    readonly string _program;
    readonly Dictionary<string, string> _variables;

    RealNix(string program, string folder)
    {
        _program = program;
        _variables = new(TestGit.Variables)
        {
            ["HOME"] = Path.Combine(folder, "home"),
            ["XDG_CACHE_HOME"] = Path.Combine(folder, "cache"),
            ["XDG_CONFIG_HOME"] = Path.Combine(folder, "config"),
            ["XDG_DATA_HOME"] = Path.Combine(folder, "data"),
            ["XDG_STATE_HOME"] = Path.Combine(folder, "state"),
            ["NIX_STORE_DIR"] = Path.Combine(folder, "nix/store"),
            ["NIX_STATE_DIR"] = Path.Combine(folder, "nix/var"),
            ["NIX_LOG_DIR"] = Path.Combine(folder, "nix/log"),
            ["NIX_REMOTE"] = "",
            ["NIX_CONFIG"] = Always,
            // Nothing that a test evaluates reaches the network: this port is closed.
            ["https_proxy"] = "http://127.0.0.1:9",
            ["http_proxy"] = "http://127.0.0.1:9",
            ["no_proxy"] = "127.0.0.1",
        };
        foreach (var name in (ReadOnlySpan<string>)["HOME", "NIX_STORE_DIR", "NIX_STATE_DIR", "NIX_LOG_DIR"])
            Directory.CreateDirectory(_variables[name]);
        if (OneAuthority.Value is { } authority)
        {
            _variables["NIX_SSL_CERT_FILE"] = Path.Combine(folder, "authority.crt");
            File.WriteAllText(_variables["NIX_SSL_CERT_FILE"], authority);
        }
    }

    static string? ReadOneAuthority()
    {
        const string Machine = "/etc/ssl/certs/ca-certificates.crt", End = "-----END CERTIFICATE-----\n";
        var all = File.Exists(Machine) ? File.ReadAllText(Machine) : "";
        return all.IndexOf(End, StringComparison.Ordinal) is >= 0 and var end ? all[..(end + End.Length)] : null;
    }

    /// <summary>A release by the start of its version. If it is not here, the test is skipped.</summary>
    public static RealNix Get(string version, TempFolder folder, string name = "nix") => new(Require(version), folder[name]);

    /// <summary>The program of a release; skips the test if it is not there.</summary>
    public static string Require(string version)
    {
        var program = Find(version);
        Assert.SkipWhen(program is null, $"Nix {version} is not here; eng/install-nix installs it");
        return program!;
    }

    public static string? Find(string version)
    {
        var prefix = Environment.GetEnvironmentVariable("HOSTLOCK_NIX_PREFIX") is { Length: > 0 } set
            ? set
            : Path.Combine(Repository.Root, "artifacts/nix");
        return Directory.Exists(prefix)
            ? Directory.EnumerateDirectories(prefix, $"nix-{version}*")
                .Where(folder => File.Exists(Path.Combine(folder, ".complete")))
                .Select(folder => Path.Combine(folder, "late/nix"))
                .FirstOrDefault(File.Exists)
            : null;
    }

    public Ended Run(string folder, params IEnumerable<string> arguments) =>
        Tests.Support.Run.Program(_program, folder, _variables, arguments);

    /// <summary>Runs another program of the release, <c>nix-instantiate</c>.</summary>
    public Ended RunOther(string program, string folder, params IEnumerable<string> arguments) =>
        Tests.Support.Run.Program(Path.Combine(Path.GetDirectoryName(_program)!, program), folder, _variables, arguments);

    /// <summary>The values of expressions, each on one line, by one process.</summary>
    /// <param name="folder">The folder that it runs in.</param>
    /// <param name="expressions">The expressions.</param>
    /// <returns>The errors of each that has some; null for one that has a value.</returns>
    public string?[] Errors(string folder, IReadOnlyList<string> expressions) =>
        [.. Answers(folder, expressions).Select(answer => answer.Contains("error:", StringComparison.Ordinal) ? answer : null)];

    /// <summary>The values of expressions that are texts, each on one line, by one process.</summary>
    /// <param name="folder">The folder that it runs in.</param>
    /// <param name="expressions">The expressions.</param>
    /// <returns>The value of each that has one; null for one that has an error.</returns>
    public string?[] Values(string folder, IReadOnlyList<string> expressions)
    {
        const string Value = "trace: value ";
        return
        [
            .. Answers(folder, [.. expressions.Select(expression => $"builtins.trace \"value ${{builtins.toJSON ({expression})}}\" 0")])
                .Select(answer => answer.Split('\n').FirstOrDefault(line => line.StartsWith(Value, StringComparison.Ordinal)))
                .Select(line => line is null ? null : JsonSerializer.Deserialize<string>(line[Value.Length..])),
        ];
    }

    // The errors that nix prints, by expression.
    string[] Answers(string folder, IReadOnlyList<string> expressions)
    {
        const string Begin = "trace: expression ";
        var lines = expressions.Select((expression, i) => $"builtins.trace \"expression {i}\" {i}\n{expression}\n");
        var ended = Tests.Support.Run.ProgramOn(string.Concat(lines), _program, folder, _variables, "repl", "--offline", "--show-trace");
        var answers = ended.Errors.Split(Begin)[1..];
        if (answers.Length != expressions.Count)
            throw new InvalidOperationException($"exit {ended.ExitCode}: {answers.Length} answers\n{ended.Errors}");
        return answers;
    }

    /// <summary>The same release with a setting, <c>flake-registry = …</c>.</summary>
    public void Configure(string settings, IEnumerable<KeyValuePair<string, string>>? variables = null)
    {
        foreach (var (name, value) in variables ?? [])
            _variables[name] = value;
        _variables["NIX_CONFIG"] = $"{settings}\n{Always}";
    }

    /// <summary>The variables under which another program finds this Nix, and its store.</summary>
    public Dictionary<string, string> Variables => new(_variables)
    {
        ["PATH"] = $"{Path.GetDirectoryName(_program)}:{Environment.GetEnvironmentVariable("PATH")}",
    };

    /// <summary>The derivations of all NixOS hosts of a flake, by the names of the hosts.</summary>
    /// <param name="folder">The folder of the flake.</param>
    public Dictionary<string, string> Systems(string folder) => JsonSerializer.Deserialize<Dictionary<string, string>>(Run(
        folder, "eval", "--json", ".#nixosConfigurations", "--apply",
        "builtins.mapAttrs (_: host: host.config.system.build.toplevel.drvPath)").Succeeded)!;

    /// <summary>The result of evaluating an attribute of a flake.</summary>
    public string Eval(string folder, string attribute) => Run(folder, "eval", "--json", attribute).Succeeded.Trim();
}

/// <summary>The program itself, as a user starts it.</summary>
static class HostlockProgram
{
    /// <summary>The executable that ./test built.</summary>
    public static string Path { get; } = Environment.GetEnvironmentVariable("HOSTLOCK") is { Length: > 0 } set
        ? set
        : System.IO.Path.Combine(Repository.Root, "artifacts/native/hostlock");

    /// <summary>Runs it in a folder; its cache is in <paramref name="home"/>.</summary>
    public static Ended Run(string folder, string home, params IEnumerable<string> arguments)
    {
        Assert.SkipUnless(File.Exists(Path), "the program is not built; ./test builds it");
        string[] words = [.. arguments];
        var ended = Tests.Support.Run.Program(Path, folder, Variables(home), words);
        JsonSchemas.CheckLine(words, ended.Output);
        return ended;
    }

    /// <summary>The same, to be started by the caller.</summary>
    public static ProcessStartInfo Start(string folder, string home, params IEnumerable<string> arguments)
    {
        Assert.SkipUnless(File.Exists(Path), "the program is not built; ./test builds it");
        var start = new ProcessStartInfo(Path, arguments)
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in Variables(home))
            start.Environment[name] = value;
        return start;
    }

    public static Dictionary<string, string> Variables(string home) => new(TestGit.Variables)
    {
        ["HOME"] = home,
        ["XDG_CACHE_HOME"] = System.IO.Path.Combine(home, "cache"),
        ["XDG_CONFIG_HOME"] = System.IO.Path.Combine(home, "config"),
        ["NIX_CONFIG"] = "flake-registry =",
        ["NIX_CONF_DIR"] = System.IO.Path.Combine(home, "none"),
    };
}
