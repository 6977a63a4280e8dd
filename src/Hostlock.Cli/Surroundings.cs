using System.Text;
using Hostlock.Fetching;
using Hostlock.Platform;

namespace Hostlock.Cli;

/// <summary>All that is outside the program, in one record, so that a test can run the whole of it in process.</summary>
/// <param name="Output">Data goes here.</param>
/// <param name="Errors">Talk goes here.</param>
/// <param name="Input">Answers to questions come from here; null where nobody is there to ask.</param>
/// <param name="Folder">The current folder.</param>
/// <param name="Variables">The environment.</param>
/// <param name="Http">Makes the wire to the network, when it is first needed.</param>
/// <param name="Processes">The seam to programs.</param>
/// <param name="Time">The clock.</param>
/// <param name="IsTerminal">True where a person reads the output.</param>
/// <param name="Width">The columns of that person's terminal.</param>
sealed record Surroundings(
    TextWriter Output,
    TextWriter Errors,
    TextReader? Input,
    string Folder,
    IReadOnlyDictionary<string, string> Variables,
    Func<NixSettings, HttpMessageHandler> Http,
    IProcessRunner Processes,
    TimeProvider Time,
    bool IsTerminal,
    int Width)
{
    /// <summary>True where a person reads the errors.</summary>
    public bool IsErrorsTerminal { get; init; }

    /// <summary>The name of this machine.</summary>
    public string Machine { get; init; } = "";

    /// <summary>The folder of the flake where no option names it, absolute: HOSTLOCK_FLAKE or the current one.</summary>
    public string FlakeFolder => Path.GetFullPath(Variables.GetValueOrDefault("HOSTLOCK_FLAKE") is { Length: > 0 } set ? set : ".", Folder);

    /// <summary>Where answers and copies of repositories are kept.</summary>
    public string CacheFolder => Path.Combine(
        Variables.GetValueOrDefault("XDG_CACHE_HOME") is { Length: > 0 } set ? set : Path.Combine(Variables.GetValueOrDefault("HOME", "/tmp"), ".cache"),
        "hostlock");

    /// <summary>Writes files into a folder, which is made if it does not exist; all of them or none.</summary>
    /// <param name="folder">The folder, as the user names it.</param>
    /// <param name="files">The names and texts.</param>
    /// <exception cref="HostlockException">A file cannot be written.</exception>
    public void WriteFiles(string folder, IEnumerable<(string Name, string Text)> files)
    {
        var full = Path.GetFullPath(folder, Folder);
        Directory.CreateDirectory(full);
        AtomicFile.ReplaceAll([.. files.Select(file => (Path.Combine(full, file.Name), (ReadOnlyMemory<byte>)Encoding.UTF8.GetBytes(file.Text)))]);
    }
}
