using System.Diagnostics;
using System.Text;

namespace Hostlock.Conformance.Support;

/// <summary>The program at a terminal of 80 columns, which script(1) makes. What it draws can be waited for, and keys can be
/// pressed.</summary>
sealed class PseudoTerminal : IDisposable
{
    const string Script = "/usr/bin/script";

    readonly Process _process;
    readonly StringBuilder _text = new();
    readonly Lock _reading = new();
    readonly Task _read;
    int _seen;
    TaskCompletionSource _more = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <param name="folder">The current folder.</param>
    /// <param name="home">The home of the user.</param>
    /// <param name="line">A line for the shell, in which <c>hostlock</c> is the program.</param>
    public PseudoTerminal(string folder, string home, string line)
    {
        Assert.SkipUnless(File.Exists(Script), $"there is no {Script}");
        Assert.SkipUnless(File.Exists(HostlockProgram.Path), "the program is not built; ./test builds it");
        var command = $"hostlock() {{ '{HostlockProgram.Path}' \"$@\"; }}; stty cols 80 rows 24; {line}";
        var start = new ProcessStartInfo(Script, ["-qec", command, "/dev/null"])
        {
            WorkingDirectory = folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        foreach (var (name, value) in HostlockProgram.Variables(home))
            start.Environment[name] = value;
        start.Environment["TERM"] = "xterm-256color";
        start.Environment["SHELL"] = "/bin/sh";
        start.Environment.Remove("CI");
        start.Environment.Remove("NO_COLOR");
        _process = Process.Start(start)!;
        _read = ReadAsync();
    }

    /// <summary>All that was drawn so far.</summary>
    public string Text
    {
        get
        {
            lock (_reading)
                return _text.ToString();
        }
    }

    /// <summary>Waits until a text was drawn, behind what was drawn when it was last waited for.</summary>
    /// <param name="text">The text.</param>
    public async Task HasAsync(string text)
    {
        while (true)
        {
            Task more;
            lock (_reading)
            {
                if (_text.ToString(_seen, _text.Length - _seen).IndexOf(text, StringComparison.Ordinal) is >= 0 and var at)
                {
                    _seen += at + text.Length;
                    return;
                }
                more = _more.Task;
            }
            Assert.False(_read.IsCompleted, $"'{text}' was not drawn:\n{Text}");
            await Task.WhenAny(more, _read).WaitAsync(TestContext.Current.CancellationToken);
        }
    }

    /// <summary>Presses keys.</summary>
    /// <param name="keys">What the terminal sends for them.</param>
    public void Press(string keys)
    {
        _process.StandardInput.Write(keys);
        _process.StandardInput.Flush();
    }

    /// <summary>Waits until the line is done.</summary>
    /// <returns>The exit code, and all that was drawn.</returns>
    public async Task<(int ExitCode, string Text)> EndAsync()
    {
        await _process.WaitForExitAsync(TestContext.Current.CancellationToken);
        await _read;
        return (_process.ExitCode, Text);
    }

    public void Dispose()
    {
        if (!_process.HasExited)
            _process.Kill(entireProcessTree: true);
        _process.Dispose();
    }

    async Task ReadAsync()
    {
        var buffer = new char[4096];
        while (await _process.StandardOutput.ReadAsync(buffer) is > 0 and var read)
        {
            TaskCompletionSource more;
            lock (_reading)
            {
                _text.Append(buffer, 0, read);
                (more, _more) = (_more, new(TaskCreationOptions.RunContinuationsAsynchronously));
            }
            more.TrySetResult();
        }
    }
}
