using Hostlock.Tests.Support;

namespace Hostlock.Conformance.Support;

/// <summary>
/// The flake of this repository in a repository of its own, with the stand-in of nix/tests/pkgs for nixpkgs. Only what git knows is
/// there, as for whoever uses it. It is not written to, and serves all tests of a class.
/// </summary>
public sealed class OwnFlake : IDisposable
{
    const string Nixpkgs = "github:NixOS/nixpkgs/nixos-unstable";
    const string Template = "nix/template/";

    public OwnFlake()
    {
        foreach (var file in Tracked())
            Copy(Path.Combine(Repository.Root, file), $"own/{file}");
        foreach (var file in Directory.EnumerateFiles(Path.Combine(Repository.Root, "nix/tests/pkgs")))
            Copy(file, $"pkgs/{Path.GetFileName(file)}");
        UseStandIn("own");
        TestGit.Commit(Folder["own"], 1);
    }

    readonly Lock _gate = new();

    internal TempFolder Folder { get; } = new();

    public string Reference => $"git+file://{Folder["own"]}";

    /// <summary>The files of the flake that git knows.</summary>
    public static string[] Tracked() =>
        TestGit.In(Repository.Root, "ls-files", "-z", "flake.nix", "nix", "ci", "src", ":(glob)*.props", "BannedSymbols.txt", "global.json")
            .Split('\0', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>A release of Nix with a store of its own, once the flake is locked.</summary>
    internal RealNix Nix(string release)
    {
        // Several tests come at once; the first makes the lock, and the store of the release.
        lock (_gate)
        {
            var isNew = !Directory.Exists(Folder[$"nix-{release}"]);
            var nix = RealNix.Get(release, Folder, $"nix-{release}");
            if (isNew)
                _ = nix.RunOther("nix-store", Folder.Path, "--query", "--hash", "/nowhere");
            if (!File.Exists(Folder["own/flake.lock"]))
            {
                _ = Hostlock("own", "lock", "root").Succeeded;
                TestGit.Commit(Folder["own"], 2);
            }
            return nix;
        }
    }

    /// <summary>A fleet as the template makes it, known to git, with its nixpkgs being the stand-in.</summary>
    internal void NewFleet(RealNix nix, string name)
    {
        Directory.CreateDirectory(Folder[name]);
        _ = nix.Run(Folder[name], "flake", "init", "--template", Reference).Succeeded;
        UseStandIn(name);
        TestGit.Commit(Folder[name], 3);
    }

    /// <summary>The fleet of the template, with this flake as an input of it and the module in both hosts, used by laptop.</summary>
    /// <param name="name">A name of its own for the folder, which is returned.</param>
    /// <param name="settings">What laptop sets, in the language of Nix.</param>
    internal string FleetWithModule(string name, string settings)
    {
        foreach (var file in Tracked().Where(file => file.StartsWith(Template, StringComparison.Ordinal)))
            Copy(Path.Combine(Repository.Root, file), $"{name}/{file[Template.Length..]}");
        UseStandIn(name);
        Folder.Write($"{name}/flake.nix", Folder.Read($"{name}/flake.nix").Replace(
            "\n  outputs", $"  inputs.hostlock.url = \"{Reference}\";\n  inputs.hostlock.inputs.nixpkgs.follows = \"nixpkgs\";\n\n  "
                + $"outputs", StringComparison.Ordinal));
        Folder.Write($"{name}/modules/common.nix", "{ inputs, ... }: { imports = [ inputs.hostlock.nixosModules.default ]; }\n");
        Folder.Write($"{name}/hosts/laptop.nix", $$"""
            { ... }: {
              networking.hostName = "laptop";
              programs.hostlock.enable = true;
              programs.hostlock.stamp.enable = true;
              programs.hostlock.stamp.lock = ../locks/laptop.lock;
              {{settings}}
            }
            """);
        TestGit.Commit(Folder[name], 4);
        _ = Hostlock(name, "lock").Succeeded;
        TestGit.Commit(Folder[name], 5);
        return Folder[name];
    }

    internal Ended Hostlock(string folder, params IEnumerable<string> arguments) =>
        HostlockProgram.Run(Folder[folder], Folder["home"], arguments);

    /// <summary>The value of a function of the flake, as JSON.</summary>
    internal string Eval(RealNix nix, string function) =>
        nix.Run(Folder.Path, "eval", "--json", "--impure", "--expr", $"({function}) (builtins.getFlake \"{Reference}\")").Succeeded.Trim();

    public void Dispose() => Folder.Dispose();

    void UseStandIn(string folder)
    {
        var text = Folder.Read($"{folder}/flake.nix");
        Assert.Contains(Nixpkgs, text, StringComparison.Ordinal);
        Folder.Write($"{folder}/flake.nix", text.Replace(Nixpkgs, $"path:{Folder["pkgs"]}", StringComparison.Ordinal));
    }

    void Copy(string from, string to)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Folder[to])!);
        File.Copy(from, Folder[to]);
    }
}
