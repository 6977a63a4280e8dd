namespace Hostlock.Tests.Support;

/// <summary>A folder of a test's own that is gone when the test is, or stays and is named in the test's output if HOSTLOCK_KEEP is
/// 1.</summary>
sealed class TempFolder : IDisposable
{
    /// <summary>True if folders stay after the tests.</summary>
    public static bool IsKept { get; } = Environment.GetEnvironmentVariable("HOSTLOCK_KEEP") == "1";

    public string Path { get; } = Directory.CreateTempSubdirectory("hostlock-test-").FullName;

    public string this[string relative] => System.IO.Path.Combine(Path, relative);

    /// <summary>Writes a file, its folders included; its full path.</summary>
    public string Write(string relative, string text)
    {
        var path = this[relative];
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
        return path;
    }

    /// <summary>Writes a program that can be run at once, its folders included; its full path.</summary>
    public string Program(string relative, string text)
    {
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(this[relative])!);
        return TestProgram.Write(this[relative], text);
    }

    public string Read(string relative) => File.ReadAllText(this[relative]);

    /// <summary>Removes a folder in it, a store of Nix included.</summary>
    public void Clear(string relative) => Remove(this[relative]);

    public void Dispose()
    {
        if (IsKept)
            TestContext.Current.TestOutputHelper?.WriteLine($"kept: {Path}");
        else
            Remove(Path);
    }

    static void Remove(string path)
    {
        // A store of Nix is read only.
        var inner = new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint };
        foreach (var folder in Directory.EnumerateDirectories(path, "*", inner).Prepend(path))
            File.SetUnixFileMode(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        Directory.Delete(path, recursive: true);
    }
}
