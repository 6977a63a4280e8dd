using System.Collections.Concurrent;

namespace Hostlock.Tests.Support;

/// <summary>Keys that ssh-keygen makes, one for each name: tests that use the same name have the same key.</summary>
static class SshKey
{
    const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    static readonly ConcurrentDictionary<string, Lazy<(byte[] Secret, byte[] Public)>> Made = [];

    /// <summary>The path of a key, which is put there when it is first asked for; its public half is beside it.</summary>
    /// <param name="folder">The folder of the key.</param>
    /// <param name="name">The name of its owner.</param>
    public static string In(TempFolder folder, string name)
    {
        var path = folder[$"key-{name}"];
        if (!File.Exists(path))
        {
            var key = Made.GetOrAdd(name, static name => new(() => Make(name))).Value;
            File.WriteAllBytes(path, key.Secret);
            File.SetUnixFileMode(path, OwnerOnly);
            File.WriteAllBytes($"{path}.pub", key.Public);
        }
        return path;
    }

    static (byte[] Secret, byte[] Public) Make(string name)
    {
        using var folder = new TempFolder();
        var path = folder["key"];
        _ = Run.Program("ssh-keygen", folder.Path, TestGit.Variables, "-q", "-t", "ed25519", "-N", "", "-C", name, "-f", path).Succeeded;
        return (File.ReadAllBytes(path), File.ReadAllBytes($"{path}.pub"));
    }
}
