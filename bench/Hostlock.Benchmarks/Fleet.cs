using System.Diagnostics;

namespace Hostlock.Benchmarks;

/// <summary>A fleet to measure on: so many hosts with a lock each, so many inputs in git repositories on this disk.</summary>
sealed class Fleet
{
    readonly string _inputs;
    readonly int _count;
    int _day;

    Fleet(string folder, string inputs, int count, IReadOnlyList<string> hosts) =>
        (Folder, _inputs, _count, Hosts) = (folder, inputs, count, hosts);

    /// <summary>True if git packs the objects of each input after each commit, as it does in a repository that is fetched.</summary>
    public bool IsPacked { get; set; }

    public string Folder { get; }

    public IReadOnlyList<string> Hosts { get; }

    public static Fleet Make(string work, int hosts, int inputs, IReadOnlyDictionary<string, string> variables, string hostlock)
    {
        var (folder, upstream) = (Path.Combine(work, "fleet"), Path.Combine(work, "inputs"));
        Directory.CreateDirectory(Path.Combine(folder, "locks"));
        for (var i = 0; i < inputs; i++)
        {
            var repository = Path.Combine(upstream, $"input{i}");
            Directory.CreateDirectory(repository);
            // Every third follows the first, as inputs follow nixpkgs.
            var own = i % 3 == 1 ? $"inputs.input0.url = \"git+file://{upstream}/input0\"; " : "";
            File.WriteAllText(Path.Combine(repository, "flake.nix"), $"{{ {own}outputs = _: {{ }}; }}\n");
            for (var file = 0; file < 20; file++)
                File.WriteAllText(Path.Combine(repository, $"file{file}.nix"), string.Concat(Enumerable.Repeat($"# {file}\n", 200)));
            Git(repository, "init", "-q", "-b", "main");
        }
        var declared = string.Concat(Enumerable.Range(0, inputs).Select(i =>
            $"    input{i}.url = \"git+file://{upstream}/input{i}\";\n"
            + (i % 3 == 1 ? $"    input{i}.inputs.input0.follows = \"input0\";\n" : "")));
        var names = Enumerable.Range(1, hosts).Select(i => $"host{i}").ToList();
        var configurations = string.Concat(names.Select(name => $"    nixosConfigurations.{name} = {{ }};\n"));
        File.WriteAllText(
            Path.Combine(folder, "flake.nix"), $"{{\n  inputs = {{\n{declared}  }};\n  outputs = _: {{\n{configurations}  }};\n}}\n");
        File.WriteAllText(
            Path.Combine(folder, "hostlock.toml"), $"version = 1\n{string.Concat(names.Select(name => $"[hosts.{name}]\n"))}");
        var fleet = new Fleet(folder, upstream, inputs, names);
        fleet.MoveUpstream();
        Git(folder, "init", "-q", "-b", "main");
        Git(folder, "add", "-A");
        var start = new ProcessStartInfo(hostlock) { RedirectStandardOutput = true };
        foreach (var word in (string[])["-C", folder, "lock"])
            start.ArgumentList.Add(word);
        foreach (var (name, value) in variables)
            start.Environment[name] = value;
        using var process = Process.Start(start)!;
        process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        if (process.ExitCode != 0)
            throw new InvalidOperationException("the fleet cannot be locked");
        Commit(folder, "all");
        return fleet;
    }

    /// <summary>A new commit in every input.</summary>
    public void MoveUpstream()
    {
        _day++;
        for (var i = 0; i < _count; i++)
        {
            var repository = Path.Combine(_inputs, $"input{i}");
            File.WriteAllText(Path.Combine(repository, "day"), $"{_day}\n");
            Commit(repository, $"day {_day}");
            if (IsPacked)
                Git(repository, "repack", "-adq");
        }
    }

    static void Commit(string repository, string subject)
    {
        Git(repository, "add", "-A");
        Git(repository, "-c", "user.name=bench", "-c", "user.email=bench@example.org", "commit", "-q", "-m", subject);
    }

    static void Git(string folder, params string[] arguments)
    {
        using var process = Process.Start("git", ["-C", folder, .. arguments]);
        process.WaitForExit();
        if (process.ExitCode != 0)
            throw new InvalidOperationException($"git {string.Join(' ', arguments)}");
    }
}
