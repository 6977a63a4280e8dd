using System.ComponentModel;
using System.Diagnostics;
using System.Text;

namespace Hostlock.Platform;

/// <summary>
/// Runs real programs. Their output is bounded, and a program that is stopped early is stopped with all programs that it started.
/// </summary>
public sealed class ProcessRunner : IProcessRunner
{
    // macOS has no setsid(1), and comes with perl.
    static string[] SessionStarter => OperatingSystem.IsMacOS()
        ? ["perl", "-MPOSIX=setsid", "-e", "setsid() > 0 or die qq(setsid: $!\\n); exec { $ARGV[0] } @ARGV or die qq($!\\n)", "--"]
        : ["setsid"];

    /// <inheritdoc/>
    public async Task<Finished> RunAsync(ProcessRequest request, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var cancelled = request.Stop is ProcessStop.Never ? CancellationToken.None : cancellationToken;
        using var limit = new CancellationTokenSource(request.TimeLimit ?? Timeout.InfiniteTimeSpan);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancelled, limit.Token);
        await using var process = new Running(request);
        try
        {
            var output = process.KeepAsync(request.Output, stop.Token);
            var told = process.TellAsync(request.Input, stop.Token);
            var ended = process.WaitAsync(stop.Token);
            // A program that writes too much would never end, because it waits for us to read on. So the first failure ends the wait.
            await foreach (var done in Task.WhenEach(output, told, ended).WithCancellation(CancellationToken.None))
                await done;
            var (text, bytes) = await output;
            return await ended with { Output = text, OutputBytes = bytes };
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested && !cancelled.IsCancellationRequested)
        {
            throw PlatformException.TakesTooLong(request.Program, request.TimeLimit!.Value);
        }
    }

    /// <inheritdoc/>
    public IRunningProcess Start(ProcessRequest request) => new Running(request);

    sealed class Running : IRunningProcess
    {
        const int KeptOfErrors = 16 * 1024;
        const int MaximumLine = 64 * 1024;

        static readonly TimeSpan LastWords = TimeSpan.FromSeconds(1);

        // For a program that was not to be stopped and now has to be.
        static readonly TimeSpan UsualGrace = TimeSpan.FromSeconds(5);

        readonly ProcessRequest _request;
        readonly Process _process;
        readonly List<byte> _complaint = [];
        readonly ProcessMark? _mark;
        readonly Task _errors;

        /// <summary>Starts the program.</summary>
        /// <exception cref="PlatformException">The program cannot be started.</exception>
        public Running(ProcessRequest request)
        {
            _request = request;
            var start = new ProcessStartInfo
            {
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
                UseShellExecute = false,
                WorkingDirectory = request.Folder ?? "",
            };
            foreach (var (name, value) in request.Environment.Variables)
                start.Environment[name] = value;
            var folders = start.Environment.TryGetValue("PATH", out var path) ? path : null;
            start.FileName = Locate(request.Program, folders);
            _mark = request.LeavesNothing ? ProcessMark.New() : null;
            if (_mark is not null)
                start.Environment[ProcessMark.Variable] = _mark.Value;
            if (request.HasOwnSession || request.LeavesNothing)
            {
                string[] starter = SessionStarter;
                foreach (var word in starter.AsSpan(1))
                    start.ArgumentList.Add(word);
                start.ArgumentList.Add(start.FileName);
                start.FileName = Locate(starter[0], folders);
            }
            foreach (var argument in request.Arguments)
                start.ArgumentList.Add(argument);
            try
            {
                _process = Process.Start(start)!;
            }
            catch (Win32Exception why)
            {
                if (request.Folder is { } folder && !Directory.Exists(folder))
                    throw PlatformException.NoFolderFor(request.Program, folder);
                throw PlatformException.CannotStart(request.Program, why.NativeErrorCode, why);
            }
            _errors = ReadErrorsAsync(_process.StandardError.BaseStream);
        }

        public Stream Input => _process.StandardInput.BaseStream;

        public Stream Output => _process.StandardOutput.BaseStream;

        /// <summary>Writes the program's input and closes it. A program may leave input unread.</summary>
        public async Task TellAsync(ReadOnlyMemory<byte> input, CancellationToken cancellationToken)
        {
            try
            {
                if (!input.IsEmpty)
                    await Input.WriteAsync(input, cancellationToken);
                Input.Close();
            }
            catch (IOException)
            {
                // The program closed its input; its exit code will tell whether that was right.
            }
        }

        /// <summary>Sends the output where the request says; returns the output that is kept, as text or as bytes.</summary>
        public async Task<(string Text, ReadOnlyMemory<byte> Bytes)> KeepAsync(ProcessOutput output, CancellationToken cancellationToken)
        {
            switch (output)
            {
                case ProcessOutput.Text(var most):
                    using (var kept = new MemoryStream())
                    {
                        await CopyAsync(kept, most, cancellationToken);
                        return (Encoding.UTF8.GetString(kept.GetBuffer(), 0, (int)kept.Length), default);
                    }
                case ProcessOutput.Bytes(var most):
                    using (var kept = new MemoryStream())
                    {
                        await CopyAsync(kept, most, cancellationToken);
                        return ("", kept.GetBuffer().AsMemory(0, (int)kept.Length));
                    }
                case ProcessOutput.File(var path, var most):
                    await WriteAsync(path, most, cancellationToken);
                    return ("", default);
                case ProcessOutput.Live(var told):
                    await PassOnAsync(told, cancellationToken);
                    return ("", default);
                case ProcessOutput.Lines(var told):
                    await PassOnLinesAsync(told, cancellationToken);
                    return ("", default);
                default:
                    throw new UnreachableException();
            }
        }

        public async Task<Finished> WaitAsync(CancellationToken cancellationToken)
        {
            await _process.WaitForExitAsync(cancellationToken);
            _mark?.End(_process.Id);
            // A program that it left behind, such as a shared ssh connection, may keep the stream open for hours.
            await Task.WhenAny(_errors, Task.Delay(LastWords, cancellationToken));
            return new(_process.ExitCode, "", Complaint());
        }

        public async ValueTask DisposeAsync()
        {
            try
            {
                if (!_process.HasExited)
                    await EndAsync();
            }
            catch (InvalidOperationException)
            {
                // The program ended between the question and the kill.
            }
            _mark?.End(_process.Id);
            _process.Dispose();
        }

        async Task EndAsync()
        {
            switch (_request.Stop)
            {
                case ProcessStop.AtOnce:
                    _process.Kill(entireProcessTree: true);
                    break;
                case ProcessStop.Gently(var grace):
                    await EndGentlyAsync(grace);
                    break;
                case ProcessStop.Never:
                    await EndGentlyAsync(UsualGrace);
                    break;
                default:
                    throw new UnreachableException();
            }
            await _process.WaitForExitAsync(CancellationToken.None);
        }

        // The programs that it started are looked up before it ends, because afterwards nobody could tell whose they were.
        async Task EndGentlyAsync(TimeSpan grace)
        {
            var all = new ProcessTree(_process.Id);
            all.AskToEnd();
            using var patience = new CancellationTokenSource(grace);
            try
            {
                await _process.WaitForExitAsync(patience.Token);
            }
            catch (OperationCanceledException)
            {
                _process.Kill(entireProcessTree: true);
            }
            all.End();
        }

        async Task CopyAsync(Stream kept, long most, CancellationToken cancellationToken)
        {
            var buffer = new byte[64 * 1024];
            long all = 0;
            int read;
            while ((read = await Output.ReadAsync(buffer, cancellationToken)) > 0)
            {
                if ((all += read) > most)
                    throw PlatformException.SaysTooMuch(_request.Program, most);
                await kept.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
            }
        }

        async Task WriteAsync(string path, long most, CancellationToken cancellationToken)
        {
            try
            {
                await using var file = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0);
                await CopyAsync(file, most, cancellationToken);
            }
            catch (Exception why) when (why is IOException or UnauthorizedAccessException)
            {
                throw PlatformException.CannotWrite(path, why);
            }
        }

        async Task PassOnAsync(Action<string> told, CancellationToken cancellationToken)
        {
            using var said = new StreamReader(Output, Encoding.UTF8, leaveOpen: true);
            var buffer = new char[4096];
            int read;
            while ((read = await said.ReadAsync(buffer, cancellationToken)) > 0)
                told(new string(buffer, 0, read));
        }

        async Task PassOnLinesAsync(Action<string> told, CancellationToken cancellationToken)
        {
            var line = new StringBuilder();
            await PassOnAsync(Take, cancellationToken);
            if (line.Length > 0)
                told(line.ToString());

            void Take(string piece)
            {
                var rest = piece.AsSpan();
                int end;
                while ((end = rest.IndexOf('\n')) >= 0)
                {
                    told(line.Append(rest[..end]).ToString());
                    line.Clear();
                    rest = rest[(end + 1)..];
                }
                if (line.Append(rest).Length > MaximumLine)
                {
                    told(line.ToString());
                    line.Clear();
                }
            }
        }

        string Complaint()
        {
            lock (_complaint)
                return Encoding.UTF8.GetString([.. _complaint]);
        }

        // The runtime would first look beside this program and in the current folder, which may be a repository of anybody.
        static string Locate(string program, string? path) =>
            program.Contains('/', StringComparison.Ordinal)
                ? Path.GetFullPath(program)
                : (path ?? "").Split(':')
                    .Where(Path.IsPathRooted)
                    .Select(folder => Path.Combine(folder, program))
                    .FirstOrDefault(IsProgram) ?? throw PlatformException.NotOnThePath(program);

        static bool IsProgram(string path) =>
            File.Exists(path)
            && (File.GetUnixFileMode(path) & (UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute)) != 0;

        // Only the end of a long error output is kept.
        async Task ReadErrorsAsync(Stream stream)
        {
            var buffer = new byte[4096];
            int read;
            try
            {
                while ((read = await stream.ReadAsync(buffer)) > 0)
                {
                    lock (_complaint)
                    {
                        _complaint.AddRange(buffer.AsSpan(0, read));
                        if (_complaint.Count > 2 * KeptOfErrors)
                            _complaint.RemoveRange(0, _complaint.Count - KeptOfErrors);
                    }
                }
            }
            catch (Exception why) when (why is IOException or ObjectDisposedException)
            {
                // The program was killed while it wrote.
            }
        }
    }
}
