using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Hostlock.Cli;
using Hostlock.Platform;
using Hostlock.Tests.Support;

namespace Hostlock.Tests.Scripts;

/// <summary>Runs one script; its language is told in README.md beside it.</summary>
sealed class Script : IDisposable
{
    /// <summary>The time in every script.</summary>
    public static readonly DateTimeOffset Now = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    const string Expected = "expect/", Fix = "  fix: ";

    readonly TempFolder _temporary = new();
    readonly string _work;
    readonly PretendProcesses _processes;
    readonly PretendWeb _web;
    readonly Dictionary<string, string?> _variables = [];
    string _folder;
    string _input = "";
    bool _isTerminal;
    int _width = 120;
    string _machine = "";
    (int Exit, string Output, string Errors)? _last;
    List<string> _words = [];
    string _remembered = "";
    Txtar _source;

    // Each step up to here, and what was said in it.
    readonly StringBuilder _story = new();

    Script(string source)
    {
        _source = Txtar.Parse(source);
        _work = Path.Combine(_temporary.Path, "work");
        _folder = _work;
        Directory.CreateDirectory(_work);
        var answers = new Dictionary<string, string>();
        foreach (var (name, contents) in _source.Files.Where(file => !file.Name.StartsWith(Expected, StringComparison.Ordinal)))
        {
            if (name.StartsWith("http/", StringComparison.Ordinal))
                answers[name["http/".Length..]] = Outward(contents);
            else
                Place(name, Outward(contents));
        }
        _processes = new(Path.Combine(_temporary.Path, "programs"));
        _web = new(answers, _temporary.Path);
    }

    /// <summary>
    /// Runs a script to its end; its text, in which expectations that differ are new ones if they are to be blessed. Blessing goes on after
    /// a step that fails, so that all lines are blessed in one run.
    /// </summary>
    /// <exception cref="ScriptFailedException">A step did not come out as the script says.</exception>
    public static async Task<string> RunAsync(string source, bool isBlessing, CancellationToken cancellationToken)
    {
        using var script = new Script(source);
        script.CommitRepositories();
        var failures = new List<string>();
        var number = 0;
        foreach (var line in script._source.Text.Split('\n'))
        {
            number++;
            var words = Words(line);
            if (words.Count == 0)
                continue;
            script._story.Append(CultureInfo.InvariantCulture, $"> {line}\n");
            try
            {
                await script.StepAsync(words, isBlessing, cancellationToken);
            }
            catch (Exception why) when (why is not OperationCanceledException)
            {
                failures.Add($"line {number}: {line}\n{why.Message}");
                script._story.Append(CultureInfo.InvariantCulture, $"FAILS: {why.Message}\n");
                if (!isBlessing)
                    break;
            }
        }
        if (failures.Count > 0)
            throw new ScriptFailedException($"{string.Join('\n', failures)}\n\n{script._story}{script.Folder}", script._source.ToString());
        return script._source.ToString();
    }

    public void Dispose() => _temporary.Dispose();

    async Task StepAsync(List<string> words, bool isBlessing, CancellationToken cancellationToken)
    {
        var isNegated = words[0] == "!";
        var (verb, rest) = isNegated ? (words[1], words[2..]) : (words[0], words[1..]);
        rest = [.. rest.Select(Outward)];
        switch (verb, rest)
        {
            case ("hostlock", _):
                await HostlockAsync(rest, cancellationToken);
                Assert.True(isNegated != (_last!.Value.Exit == 0), $"ended with {_last.Value.Exit}");
                break;
            case ("git", _):
                var finished = await _processes.RunAsync(ProcessRequest.Of("git", rest) with { Folder = _folder }, cancellationToken);
                End(finished.ExitCode, finished.Output, finished.Errors);
                Assert.True(isNegated != finished.Succeeded, $"ended with {finished.ExitCode}");
                break;
            case ("mend", [var code]):
                await MendFindingsAsync(code, cancellationToken);
                break;
            case ("hint", [var message]):
                await FollowHintAsync(message, cancellationToken);
                break;
            case ("remember", []):
                _remembered = await StateAsync(cancellationToken);
                break;
            case ("unchanged", []):
                Assert.Equal(_remembered, await StateAsync(cancellationToken));
                break;
            case ("exit", [var code]):
                Assert.Equal(int.Parse(code, CultureInfo.InvariantCulture), _last!.Value.Exit);
                break;
            case ("stdout", [var pattern]):
                Matches(pattern, _last!.Value.Output, isNegated);
                break;
            case ("stderr", [var pattern]):
                Matches(pattern, _last!.Value.Errors, isNegated);
                break;
            case ("cmp", [var left, var right]):
                Compare(left, right, isNegated, isBlessing);
                break;
            case ("exists", _):
                Assert.All(rest, path => Assert.True(isNegated != Path.Exists(PathOf(path)), path));
                break;
            case ("asked", [var pattern]):
                Matches(pattern, string.Concat(_web.Asked.Select(asked => asked + "\n")), isNegated);
                break;
            case ("write", [var path, var text]):
                Directory.CreateDirectory(Path.GetDirectoryName(PathOf(path))!);
                await File.WriteAllTextAsync(
                    PathOf(path),
                    text.Replace("\\n", "\n", StringComparison.Ordinal)
                        .Replace("\\r", "\r", StringComparison.Ordinal)
                        .Replace("\\e", "\e", StringComparison.Ordinal),
                    cancellationToken);
                break;
            case ("cp", [var from, var to]):
                Copy(PathOf(from), PathOf(to));
                break;
            case ("rm", _):
                foreach (var path in rest.Select(PathOf))
                {
                    if (Directory.Exists(path) && new FileInfo(path).LinkTarget is null)
                        Directory.Delete(path, recursive: true);
                    else
                        File.Delete(path);
                }
                break;
            case ("mkdir", _):
                rest.ForEach(path => Directory.CreateDirectory(PathOf(path)));
                break;
            case ("link", [var at, var to]):
                File.CreateSymbolicLink(PathOf(at), to);
                break;
            case ("cd", [var folder]):
                _folder = PathOf(folder);
                break;
            case ("env", [var setting]):
                _variables[setting[..setting.IndexOf('=', StringComparison.Ordinal)]] =
                    setting[(setting.IndexOf('=', StringComparison.Ordinal) + 1)..];
                break;
            case ("stdin", [var text]):
                _input = text.Replace("\\n", "\n", StringComparison.Ordinal)
                    .Replace("\\t", "\t", StringComparison.Ordinal)
                    .Replace("\\e", "\e", StringComparison.Ordinal);
                break;
            case ("machine", [var name]):
                _machine = name;
                break;
            case ("terminal", []):
                _isTerminal = !isNegated;
                break;
            case ("terminal", [var columns]):
                (_isTerminal, _width) = (true, int.Parse(columns, CultureInfo.InvariantCulture));
                break;
            default:
                Assert.Fail("not a step; README.md has them all");
                break;
        }
    }

    // A copy has the times of its source, and git knows a file by its times in seconds and by its inode. So the copy is a new file: in the
    // place of the old one it could look like what git has seen.
    static void Copy(string from, string to)
    {
        if (new FileInfo(to).LinkTarget is not null)
        {
            File.Copy(from, to, overwrite: true);
            return;
        }
        var beside = $"{to}.copied";
        File.Copy(from, beside);
        File.Move(beside, to, overwrite: true);
    }

    async Task HostlockAsync(List<string> words, CancellationToken cancellationToken)
    {
        _words = words;
        using var output = new StringWriter();
        using var errors = new StringWriter();
        using var input = new StringReader(_input);
        // A person who presses no more keys gives up.
        using var keys = new PressedKeys($"{_input}\u0004");
        _input = "";
        var home = Path.Combine(_temporary.Path, "home");
        var variables = new Dictionary<string, string>
        {
            ["HOME"] = home,
            ["XDG_CACHE_HOME"] = home,
            ["XDG_CONFIG_HOME"] = home,
            ["NIX_CONF_DIR"] = home,
        };
        foreach (var (name, value) in _variables)
            variables[name] = value ?? "";
        var surroundings = new Surroundings(
            output, TextWriter.Synchronized(errors), _isTerminal ? input : null, _folder, variables, _ => _web, _processes, new FixedTime(),
            _isTerminal, _width)
        {
            Machine = _machine,
            Keys = _isTerminal ? _ => Task.FromResult<Stream?>(keys) : null,
        };
        var exit = (int)await App.RunAsync([.. words], surroundings, cancellationToken);
        JsonSchemas.CheckLine(words, output.ToString());
        End(exit, output.ToString(), errors.ToString());
    }

    // All that a user could see of the fleet: files with their bytes, modes and links, and git's settings, index and status.
    async Task<string> StateAsync(CancellationToken cancellationToken)
    {
        var state = new StringBuilder();
        foreach (var path in Directory.EnumerateFileSystemEntries(_work, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            var (name, file) = (Path.GetRelativePath(_work, path), new FileInfo(path));
            if (name.StartsWith(".git/", StringComparison.Ordinal) && name != ".git/config")
                continue;
            var bytes = file.Exists && file.LinkTarget is null ? await File.ReadAllBytesAsync(path, cancellationToken) : [];
            state.Append(
                CultureInfo.InvariantCulture,
                $"{name} {file.LinkTarget} {file.Attributes & FileAttributes.Directory} {Convert.ToHexString(SHA256.HashData(bytes))}\n");
            if (file.LinkTarget is null)
                state.Append(CultureInfo.InvariantCulture, $"  {File.GetUnixFileMode(path)}\n");
        }
        foreach (var words in (string[][])[["status", "--porcelain", "--ignored"], ["ls-files", "--stage", "-v"]])
            state.Append((await _processes.RunAsync(ProcessRequest.Of("git", words) with { Folder = _work }, cancellationToken)).Output);
        return state.ToString();
    }

    // Runs the commands that the last check offers against the findings of a rule, and checks again.
    async Task MendFindingsAsync(string code, CancellationToken cancellationToken)
    {
        var check = _words;
        Assert.Contains("check", check);
        var (found, offered) = await FixesAsync();
        Assert.NotEqual(0, found);
        Assert.NotEmpty(offered);
        foreach (var fix in offered.Distinct())
            await TypeAsync(fix, cancellationToken);
        Assert.Equal(0, (await FixesAsync()).Found);

        // Each finding of the rule has to offer something. What the text prints for it may be for several hosts at once.
        async Task<(int Found, List<string> Offered)> FixesAsync()
        {
            await HostlockAsync(check, cancellationToken);
            var printed = _last!.Value.Output.Split('\n').Where(line => line.StartsWith(Fix, StringComparison.Ordinal))
                .Select(line => line[Fix.Length..]);
            await HostlockAsync([.. check, "--json"], cancellationToken);
            using var page = JsonDocument.Parse(_last!.Value.Output);
            var findings = page.RootElement.GetProperty("findings").EnumerateArray()
                .ToLookup(
                    finding => finding.GetProperty("code").GetString() == code,
                    finding => finding.TryGetProperty("fix", out var fix) ? fix.GetString() : null);
            Assert.All(findings[true], Assert.NotNull);
            var ofOthers = findings[false].OfType<string>().Except(findings[true].OfType<string>());
            return (findings[true].Count(), [.. printed.Except(ofOthers).Select(Outward)]);
        }
    }

    // Does what the last command said next to a message, and runs that command again: the message is gone.
    async Task FollowHintAsync(string message, CancellationToken cancellationToken)
    {
        var (words, said) = (_words, _last!.Value.Errors + _last.Value.Output);
        Assert.Matches(message, said);
        var hint = said[Regex.Match(said, message, RegexOptions.CultureInvariant).Index..];
        var command = Regex.Match(
            hint,
            "(?:hint: (?:[^'\n]*: )?(PROGRAM [^\n]*)|'(PROGRAM [^'\n]*)')".Replace(
                "PROGRAM", "(?:hostlock|git|cp|mv|cd)", StringComparison.Ordinal),
            RegexOptions.CultureInvariant);
        Assert.True(command.Success, "no command is offered");
        await TypeAsync(Outward(command.Groups[1].Value + command.Groups[2].Value), cancellationToken);
        await HostlockAsync(words, cancellationToken);
        Assert.DoesNotMatch(message, _last!.Value.Errors + _last.Value.Output);
    }

    // Runs a line as a person types it into a shell: each command has to succeed.
    async Task TypeAsync(string line, CancellationToken cancellationToken)
    {
        _story.Append(CultureInfo.InvariantCulture, $"$ {line}\n");
        var folder = _folder;
        try
        {
            foreach (var command in line.Split(" && "))
            {
                var words = Words(command.Replace("'\\''", "''", StringComparison.Ordinal));
                switch (words)
                {
                    case ["cd", var to]:
                        _folder = PathOf(to);
                        break;
                    case ["hostlock", ..]:
                        _input = "y\n";
                        await HostlockAsync(words[1..], cancellationToken);
                        break;
                    default:
                        var finished = await _processes.RunAsync(
                            ProcessRequest.Of("sh", ["-c", command]) with { Folder = _folder }, cancellationToken);
                        End(finished.ExitCode, finished.Output, finished.Errors);
                        break;
                }
                Assert.True(words[0] == "cd" || _last!.Value.Exit == 0, $"'{command}' ended with {_last?.Exit}");
            }
        }
        finally
        {
            _folder = folder;
        }
    }

    // A program of the script has ended.
    void End(int exit, string output, string errors)
    {
        _last = (exit, Inward(output), Inward(errors));
        _story.Append(_last.Value.Output);
        foreach (var line in _last.Value.Errors.Split('\n', StringSplitOptions.RemoveEmptyEntries))
            _story.Append(CultureInfo.InvariantCulture, $"! {line}\n");
        if (exit != 0)
            _story.Append(CultureInfo.InvariantCulture, $"[exit {exit}]\n");
    }

    string Folder => TempFolder.IsKept ? $"its folder is {_temporary.Path}" : "HOSTLOCK_KEEP=1 keeps its folder";

    // Each folder repositories/NAME is one repository with one commit.
    void CommitRepositories()
    {
        var repositories = Path.Combine(_temporary.Path, "repositories");
        if (!Directory.Exists(repositories))
            return;
        foreach (var folder in Directory.EnumerateDirectories(repositories))
            TestGit.Commit(folder, PretendProcesses.Author, Now, PretendProcesses.Beginning);
    }

    void Compare(string left, string right, bool isNegated, bool isBlessing)
    {
        var (found, expected) = (TextOf(left), TextOf(right));
        if (isBlessing && !isNegated && found != expected && right.StartsWith(Expected, StringComparison.Ordinal))
        {
            _source = _source.With(right, found);
            return;
        }
        if (isNegated)
            Assert.NotEqual(expected, found);
        else
            Assert.Equal(expected, found);
    }

    string TextOf(string what) => what switch
    {
        "stdout" => _last!.Value.Output,
        "stderr" => _last!.Value.Errors,
        _ when what.StartsWith(Expected, StringComparison.Ordinal) => _source.Files.Single(file => file.Name == what).Contents,
        _ => Inward(File.ReadAllText(PathOf(what))),
    };

    static void Matches(string pattern, string text, bool isNegated)
    {
        var isThere = Regex.IsMatch(text, pattern, RegexOptions.Multiline | RegexOptions.CultureInvariant);
        Assert.True(isNegated != isThere, isNegated ? $"'{pattern}' is there" : $"'{pattern}' is not there");
    }

    // repositories/, trees/ and programs/ lie beside the fleet; the rest is the fleet.
    void Place(string name, string contents)
    {
        var isBeside = name.StartsWith("repositories/", StringComparison.Ordinal) || name.StartsWith("trees/", StringComparison.Ordinal)
            || name.StartsWith("programs/", StringComparison.Ordinal) || name.StartsWith("home/", StringComparison.Ordinal);
        var file = Path.Combine(isBeside ? _temporary.Path : _work, name);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        if (name.StartsWith("programs/", StringComparison.Ordinal))
            TestProgram.Write(file, contents);
        else
            File.WriteAllText(file, contents);
    }

    string PathOf(string path) => Path.GetFullPath(path, _folder);

    string Outward(string text) =>
        text.Replace("$WORK", _work, StringComparison.Ordinal).Replace("$BESIDE", _temporary.Path, StringComparison.Ordinal);

    string Inward(string text) =>
        text.Replace(_work, "$WORK", StringComparison.Ordinal).Replace(_temporary.Path, "$BESIDE", StringComparison.Ordinal);

    // Words parted by blanks; '…' keeps them, and '' within is one quote.
    static List<string> Words(string line)
    {
        var words = new List<string>();
        var word = new StringBuilder();
        var (isQuoted, isOpen) = (false, false);
        for (var i = 0; i < line.Length; i++)
        {
            var c = line[i];
            if (c == '\'' && isQuoted && i + 1 < line.Length && line[i + 1] == '\'')
            {
                word.Append('\'');
                i++;
            }
            else if (c == '\'')
            {
                (isQuoted, isOpen) = (!isQuoted, true);
            }
            else if (!isQuoted && c is ' ' or '\t')
            {
                Close();
            }
            else if (!isQuoted && !isOpen && c == '#' && word.Length == 0)
            {
                break;
            }
            else
            {
                word.Append(c);
                isOpen = true;
            }
        }
        Close();
        return words;

        void Close()
        {
            if (isOpen)
                words.Add(word.ToString());
            word.Clear();
            isOpen = false;
        }
    }

    /// <summary>Keys that are pressed one after the other. Whoever has read some of them leaves the others to the next reader.</summary>
    sealed class PressedKeys(string keys) : MemoryStream(Encoding.UTF8.GetBytes(keys))
    {
        public override int Read(Span<byte> buffer) => base.Read(buffer[..(IsArrow ? 3 : 1)]);

        [SuppressMessage("Usage", "CA2215:Dispose methods should call base class dispose", Justification = "The next reader reads on.")]
        public override ValueTask DisposeAsync() => ValueTask.CompletedTask;

        bool IsArrow => ToArray().AsSpan((int)Position).StartsWith("\e["u8);
    }

    sealed class FixedTime : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => Now;
    }
}

/// <summary>A step of a script did not come out as it says.</summary>
/// <param name="message">The lines that failed, and all that was said up to there.</param>
/// <param name="blessed">The text of the script, with what was blessed.</param>
sealed class ScriptFailedException(string message, string blessed) : Exception(message)
{
    public string Blessed => blessed;
}
