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
        if (invocation.Input is { } input)
            await process.Input.WriteAsync(Encoding.UTF8.GetBytes(input), cancellationToken);
        process.Input.Close();
        var finished = await process.WaitAsync(cancellationToken);
        return finished with { Output = await output };
    }

    public IRunningProcess Start(Invocation invocation) => new Running(invocation);

    sealed class Running : IRunningProcess
    {
        const int KeptOfErrors = 16 * 1024;

        readonly Process _process;
        readonly Task<string> _errors;

        public Running(Invocation invocation)
        {
            var start = new ProcessStartInfo(invocation.Program)
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
            return new(_process.ExitCode, "", await _errors);
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

        // The end is what matters of a long complaint.
        static async Task<string> ReadErrorsAsync(Stream stream)
        {
            var kept = new List<byte>();
            var buffer = new byte[4096];
            int read;
            try
            {
                while ((read = await stream.ReadAsync(buffer)) > 0)
                {
                    kept.AddRange(buffer.AsSpan(0, read));
                    if (kept.Count > 2 * KeptOfErrors)
                        kept.RemoveRange(0, kept.Count - KeptOfErrors);
                }
            }
            catch (Exception why) when (why is IOException or ObjectDisposedException)
            {
                // The program was killed while it spoke.
            }
            return Encoding.UTF8.GetString([.. kept]);
        }
    }
}
