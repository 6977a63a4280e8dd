using Hostlock.Tests.Support;

namespace Hostlock.Conformance.Support;

/// <summary>The fleet of nix/tests in a folder of its own, its inputs served as git repositories, locked but not adopted yet.</summary>
sealed class SevenHosts : IDisposable
{
    public static readonly string[] Names = ["dobro", "zeeba", "plex", "orc", "imbp", "nixahi", "matcha"];

    static readonly string[] Inputs = ["nixpkgs", "home-manager", "hardware", "wallpapers"];

    public TempFolder Folder { get; } = new();

    public string Fleet => Folder["fleet"];

    public string Home => Folder["home"];

    public SevenHosts()
    {
        foreach (var input in Inputs)
            StandIn.LayRepository(input, Folder[$"inputs/{input}"], Folder["inputs"]);
        StandIn.Lay("fleet", Fleet, Folder["inputs"]);
        TestGit.Commit(Fleet, 2);
    }

    public Ended Hostlock(params IEnumerable<string> arguments) => HostlockProgram.Run(Fleet, Home, arguments);

    /// <summary>Locks the flake and gives each host its lock.</summary>
    public SevenHosts Adopted()
    {
        _ = Hostlock("lock", "root").Succeeded;
        _ = Hostlock("init", "--yes").Succeeded;
        TestGit.Commit(Fleet, 3);
        return this;
    }

    /// <summary>A new commit in an input.</summary>
    public void Move(string input, int day, string file = "version", string text = "25.11-b\n")
    {
        Folder.Write($"inputs/{input}/{file}", text);
        TestGit.Commit(Folder[$"inputs/{input}"], day);
    }

    public byte[] Lock(string host) => File.ReadAllBytes(Path.Combine(Fleet, host == "root" ? "flake.lock" : $"locks/{host}.lock"));

    public void Dispose() => Folder.Dispose();
}
