using System.ComponentModel;
using System.Diagnostics;
using System.Text;

namespace Hostlock.Platform;

/// <summary>Programs for real. What they say is bounded, and a cancelled one is killed with all it started.</summary>
public sealed class ProcessRunner : IProcessRunner
{
    /// <summary>Most that is kept of what a program says on one stream, in bytes.</summary>
    public const int MaximumOutput = 512 * 1024 * 1024;

    public async Task<Finished> RunAsync(Invocation invocation, CancellationToken cancellationToken)
    {
        await using var process = new Running(invocation);
        var output = process.ReadAllAsync(cancellationToken);
        await process.TellAsync(invocation.Input, cancellationToken);
        var finished = await process.WaitAsync(cancellationToken);
        return finished with { Output = await output };
    }

    public IRunningProcess Start(Invocation invocation) => new Running(invocation);

    sealed class Running : IRunningProcess
    {
        const int KeptOfErrors = 16 * 1024;

        static readonly TimeSpan LastWords = TimeSpan.FromSeconds(1);

        readonly Process _process;
        readonly List<byte> _complaint = [];
        readonly Task _errors;

        public Running(Invocation invocation)
        {
            var start = new ProcessStartInfo
            {
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
                UseShellExecute = false,
                WorkingDirectory = invocation.Folder ?? "",
            };
            foreach (var argument in invocation.Arguments)
                start.ArgumentList.Add(argument);
            foreach (var (name, value) in invocation.Variables)
                start.Environment[name] = value;
            start.FileName = Locate(invocation.Program, start.Environment.TryGetValue("PATH", out var path) ? path : null);
            try
            {
                _process = Process.Start(start)!;
            }
            catch (Win32Exception why)
            {
                throw PlatformException.CannotStart(invocation.Program, why);
            }
            _errors = ReadErrorsAsync(_process.StandardError.BaseStream);
        }

        public Stream Input => _process.StandardInput.BaseStream;

        public Stream Output => _process.StandardOutput.BaseStream;

        /// <summary>Gives a program its input and ends it. One that does not care to read it all is no error.</summary>
        public async Task TellAsync(string? input, CancellationToken cancellationToken)
        {
            try
            {
                if (input is not null)
                    await Input.WriteAsync(Encoding.UTF8.GetBytes(input), cancellationToken);
                Input.Close();
            }
            catch (IOException)
            {
                // It closed its end; how it ended will say why.
            }
        }

        public async Task<string> ReadAllAsync(CancellationToken cancellationToken)
        {
            using var kept = new MemoryStream();
            var buffer = new byte[64 * 1024];
            int read;
            while ((read = await Output.ReadAsync(buffer, cancellationToken)) > 0)
            {
                if (kept.Length + read > MaximumOutput)
                    throw PlatformException.SaysTooMuch(_process.StartInfo.FileName, MaximumOutput);
                kept.Write(buffer, 0, read);
            }
            return Encoding.UTF8.GetString(kept.GetBuffer(), 0, (int)kept.Length);
        }

        public async Task<Finished> WaitAsync(CancellationToken cancellationToken)
        {
            await _process.WaitForExitAsync(cancellationToken);
            // A program it left behind, a shared ssh connection for one, may hold the stream open for hours.
            await Task.WhenAny(_errors, Task.Delay(LastWords, cancellationToken));
            return new(_process.ExitCode, "", Complaint());
        }

        public async ValueTask DisposeAsync()
        {
            try
            {
                if (!_process.HasExited)
                {
                    _process.Kill(entireProcessTree: true);
                    await _process.WaitForExitAsync(CancellationToken.None);
                }
            }
            catch (InvalidOperationException)
            {
                // It ended between the question and the kill.
            }
            _process.Dispose();
        }

        string Complaint()
        {
            lock (_complaint)
                return Encoding.UTF8.GetString([.. _complaint]);
        }

        // The runtime would look beside this program and in the current folder first, which may be anybody's repository.
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

        // The end is what matters of a long complaint.
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
                // The program was killed while it spoke.
            }
        }
    }
}
