namespace Hostlock.Tests.Support;

/// <summary>Keys that ssh-keygen makes for a test.</summary>
static class SshKey
{
    /// <summary>The path of a key, which is made when it is first asked for; its public half is beside it.</summary>
    /// <param name="folder">Where it lies.</param>
    /// <param name="name">Whose it is.</param>
    public static string In(TempFolder folder, string name)
    {
        var path = folder[$"key-{name}"];
        if (!File.Exists(path))
        {
            string[] words = ["-q", "-t", "ed25519", "-N", "", "-C", name, "-f", path];
            _ = Run.Program("ssh-keygen", folder.Path, TestGit.Variables, words).Succeeded;
        }
        return path;
    }
}
