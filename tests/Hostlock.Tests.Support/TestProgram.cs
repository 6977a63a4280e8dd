using System.Diagnostics;

namespace Hostlock.Tests.Support;

/// <summary>Writes programs that tests run, or have git run.</summary>
static class TestProgram
{
    /// <summary>
    /// Writes a program that can be run at once; its path. A process that another test starts has, for a moment, all files that are open
    /// here. If this process wrote the program itself, it could be open for writing there, and the system runs no such file.
    /// </summary>
    /// <param name="path">Its path. The folder exists.</param>
    /// <param name="text">Its text.</param>
    public static string Write(string path, string text)
    {
        var start = new ProcessStartInfo("sh", ["-c", "cat >\"$1\" && chmod 755 \"$1\"", "sh", path]) { RedirectStandardInput = true };
        using var shell = Process.Start(start)!;
        shell.StandardInput.Write(text);
        shell.StandardInput.Close();
        shell.WaitForExit();
        return shell.ExitCode == 0 ? path : throw new IOException($"{path}: the program cannot be written");
    }
}
