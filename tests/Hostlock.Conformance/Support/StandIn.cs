using System.Collections.Concurrent;
using System.Text;
using Hostlock.Tests.Support;

namespace Hostlock.Conformance.Support;

/// <summary>A folder below nix/tests, which stands in for what a flake has as an input, or for a fleet.</summary>
static class StandIn
{
    // The place of the folder with the inputs, in its files.
    const string Inputs = "@INPUTS@";

    /// <summary>The folder of them all.</summary>
    public static string Root { get; } = Path.Combine(Repository.Root, "nix/tests");

    // Repositories of those that name no other folder, by name: their commits are the same wherever they lie.
    static readonly ConcurrentDictionary<string, Lazy<(string Path, byte[] Bytes)[]>> Repositories = [];

    /// <summary>Lays it into a folder.</summary>
    /// <param name="name">The stand-in: its path below nix/tests.</param>
    /// <param name="folder">The folder that gets its files, absolute.</param>
    /// <param name="inputs">The folder that the inputs of its flake are in, absolute.</param>
    public static void Lay(string name, string folder, string inputs)
    {
        foreach (var (path, from) in Files(Path.Combine(Root, name)))
        {
            var text = File.ReadAllText(from).Replace(Inputs, inputs, StringComparison.Ordinal);
            Write(Path.Combine(folder, path), Encoding.UTF8.GetBytes(text));
        }
    }

    /// <summary>Lays it into a folder as a repository, whose one commit is of the first day.</summary>
    /// <param name="name">The stand-in: its path below nix/tests.</param>
    /// <param name="folder">The folder that gets the repository, absolute.</param>
    /// <param name="inputs">The folder that the inputs of its flake are in, absolute.</param>
    public static void LayRepository(string name, string folder, string inputs)
    {
        if (Files(Path.Combine(Root, name)).Any(file => File.ReadAllText(file.From).Contains(Inputs, StringComparison.Ordinal)))
        {
            Lay(name, folder, inputs);
            TestGit.Commit(folder, 1);
            return;
        }
        TestGit.Init(folder);
        foreach (var (path, bytes) in Repositories.GetOrAdd(name, key => new(() => Read(key))).Value)
            Write(Path.Combine(folder, path), bytes);
    }

    static (string Path, byte[] Bytes)[] Read(string name)
    {
        using var folder = new TempFolder();
        Lay(name, folder.Path, "");
        TestGit.Commit(folder.Path, 1);
        return [.. Files(folder.Path).Select(file => (file.Path, File.ReadAllBytes(file.From)))];
    }

    static void Write(string file, byte[] bytes)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllBytes(file, bytes);
    }

    static IEnumerable<(string Path, string From)> Files(string folder) =>
        Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Select(file => (Path.GetRelativePath(folder, file), file));
}
