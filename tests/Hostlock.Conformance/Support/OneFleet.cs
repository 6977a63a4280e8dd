using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Hostlock.Tests.Support;

namespace Hostlock.Conformance.Support;

/// <summary>A flake that a test writes itself, with hostlock.nix in it, and the inputs of nix/tests as git repositories beside
/// it.</summary>
sealed partial class OneFleet : IDisposable
{
    readonly string _place;
    int _day = 1;
    bool _isNew;

    /// <param name="place">The folder of the flake; its repository is <c>fleet</c>.</param>
    public OneFleet(string place = "fleet")
    {
        _place = place;
        var inputs = Directory.EnumerateDirectories(StandIn.Root).Select(folder => System.IO.Path.GetFileName(folder)!);
        foreach (var input in inputs.Where(name => name is not ("fleet" or "frameworks")))
            AddInput(input, input);
        Write("hostlock.nix", File.ReadAllText(System.IO.Path.Combine(Repository.Root, "nix/hostlock.nix")));
        TestGit.Commit(Folder["fleet"], _day);
    }

    /// <summary>A flake of nix/tests/frameworks/fleets, locked but not adopted yet, with what its inputs stand for.</summary>
    OneFleet(string place, string fleet)
    {
        _place = place;
        var added = new HashSet<string>();
        StandIn.Lay($"frameworks/fleets/{fleet}", Folder[place], Folder["inputs"]);
        AddInputsOf(Folder[place]);
        TestGit.Commit(Folder["fleet"], _day);
        Lock("root");
        Commit();

        void AddInputsOf(string folder)
        {
            var flake = File.ReadAllText(System.IO.Path.Combine(folder, "flake.nix"));
            foreach (var input in Inputs().Matches(flake).Select(match => match.Groups[1].Value).Where(added.Add))
            {
                AddInput(input, input switch { "nixpkgs" => "pkgs", "wallpapers" => input, _ => $"frameworks/{input}" });
                if (File.Exists(Folder[$"inputs/{input}/flake.nix"]))
                    AddInputsOf(Folder[$"inputs/{input}"]);
            }
        }
    }

    public static OneFleet Using(string framework) => new("fleet", framework);

    public TempFolder Folder { get; } = new();

    /// <summary>The folder of the flake. git knows all that was written so far.</summary>
    public string Path
    {
        get
        {
            if (_isNew)
                TestGit.In(Folder["fleet"], "add", "-A");
            _isNew = false;
            return Folder[_place];
        }
    }

    /// <summary>The reference of an input.</summary>
    public string Input(string name) => $"git+file://{Folder["inputs"]}/{name}";

    /// <summary>Writes a file of the flake. git is told of it before anybody is told where the flake is.</summary>
    public void Write(string file, string text)
    {
        Folder.Write($"{_place}/{file}", text);
        _isNew = Directory.Exists(Folder["fleet/.git"]);
    }

    public string Read(string file) => Folder.Read($"{_place}/{file}");

    public void Commit()
    {
        TestGit.Commit(Folder["fleet"], ++_day);
        _isNew = false;
    }

    /// <summary>Locks what has no lock yet, by the program itself.</summary>
    public void Lock(params IEnumerable<string> hosts)
    {
        _ = Hostlock(["lock", .. hosts]).Succeeded;
        _isNew = true;
    }

    public Ended Hostlock(params IEnumerable<string> arguments) => HostlockProgram.Run(Path, Folder["home"], arguments);

    /// <summary>A new version of an input.</summary>
    public void Move(string input, string version)
    {
        Folder.Write($"inputs/{input}/version", version + "\n");
        TestGit.Commit(Folder[$"inputs/{input}"], ++_day);
    }

    /// <summary>Makes a lock pin a tree that does not exist, so that a fetch of it fails.</summary>
    public void Break(string file) =>
        Write(
            file,
            NarHashes().Replace(
                Revisions().Replace(Read(file), $"\"rev\": \"{new string('e', 40)}\""), $"\"narHash\": \"sha256-{new string('A', 43)}=\""));

    /// <summary>The same for some of its inputs.</summary>
    public void Break(string file, IEnumerable<string> inputs)
    {
        var text = JsonNode.Parse(Read(file))!;
        foreach (var locked in inputs.Select(input => text["nodes"]![input]!["locked"]!))
        {
            locked["rev"] = new string('e', 40);
            locked["narHash"] = $"sha256-{new string('A', 43)}=";
        }
        Write(file, text.ToJsonString());
    }

    /// <summary>What a function makes of the flake, as text. All releases of Nix go the same way: by getFlake, with no guessing of
    /// attribute paths.</summary>
    public string Eval(RealNix nix, string function) => Run(nix, function).Succeeded;

    /// <summary>The error of a function that has to fail.</summary>
    public string Error(RealNix nix, string function) =>
        Run(nix, function) is { ExitCode: not 0 } failed ? failed.Errors : throw new InvalidOperationException($"{function} did not fail");

    public void Dispose() => Folder.Dispose();

    Ended Run(RealNix nix, string function)
    {
        var dir = _place == "fleet" ? "" : $"?dir={_place["fleet/".Length..]}";
        return nix.Run(
            Path, "eval", "--raw", "--impure", "--expr", $"({function}) (builtins.getFlake \"git+file://{Folder["fleet"]}{dir}\")");
    }

    void AddInput(string name, string standIn) => StandIn.LayRepository(standIn, Folder[$"inputs/{name}"], Folder["inputs"]);

    [GeneratedRegex("/inputs/([a-z-]+)\"")]
    private static partial Regex Inputs();

    [GeneratedRegex("\"rev\": \"[0-9a-f]{40}\"")]
    private static partial Regex Revisions();

    [GeneratedRegex("\"narHash\": \"[^\"]*\"")]
    private static partial Regex NarHashes();
}
