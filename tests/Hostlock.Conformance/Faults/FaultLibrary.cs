using System.Globalization;
using Hostlock.Tests.Support;

namespace Hostlock.Conformance.Faults;

/// <summary>A library that stands between the program and libc, and breaks the program off at one of its calls, or lets the call
/// fail.</summary>
static class FaultLibrary
{
    /// <summary>The errors of a disk that is full, broken, read only, over quota, or another disk, and of a call that a signal broke
    /// off.</summary>
    public static readonly (string Name, int Number)[] Errors =
        [("ENOSPC", 28), ("EIO", 5), ("EROFS", 30), ("EDQUOT", 122), ("EXDEV", 18), ("EINTR", 4)];

    static readonly Lazy<string?> Compiled = new(Compile);

    /// <summary>The variables under which the program runs with the library.</summary>
    /// <param name="at">The call that fails, counted from 1; 0 for none.</param>
    /// <param name="error">The number of the error; 0 to kill the program before the call, -1 after it.</param>
    /// <param name="log">A file that gets a line for each call.</param>
    public static Dictionary<string, string> Variables(int at, int error, string log) => Loaded(
        ("FAULTS_AT", at.ToString(CultureInfo.InvariantCulture)),
        ("FAULTS_ERROR", error.ToString(CultureInfo.InvariantCulture)),
        ("FAULTS_LOG", log));

    /// <summary>The variables under which a program that the program starts while it holds a folder waits a second before it
    /// runs.</summary>
    /// <param name="start">A file that is made when the second begins.</param>
    public static Dictionary<string, string> SlowStart(string start) => Loaded(("FAULTS_START", start));

    static Dictionary<string, string> Loaded(params (string Name, string Value)[] variables)
    {
        Assert.SkipUnless(Compiled.Value is not null, "no C compiler makes the library for faults here");
        var all = variables.ToDictionary(variable => variable.Name, variable => variable.Value, StringComparer.Ordinal);
        (all["LD_PRELOAD"], all["FAULTS_PROGRAM"]) = (Compiled.Value!, "hostlock");
        return all;
    }

    static string? Compile()
    {
        var library = Path.Combine(Path.GetDirectoryName(typeof(FaultLibrary).Assembly.Location)!, "faults.so");
        var source = Path.Combine(Repository.Root, "tests/Hostlock.Conformance/Faults/faults.c");
        foreach (var compiler in new[] { "gcc", "clang", "cc" })
        {
            try
            {
                // Another run of the tests may do the same.
                var own = $"{library}.{Environment.ProcessId}";
                _ = Run.Program(
                    compiler, Repository.Root, TestGit.Variables, "-shared", "-fPIC", "-O1", "-o", own, source, "-ldl").Succeeded;
                File.Move(own, library, overwrite: true);
                return library;
            }
            catch (System.ComponentModel.Win32Exception)
            {
                // This compiler is not installed.
            }
        }
        return null;
    }
}
