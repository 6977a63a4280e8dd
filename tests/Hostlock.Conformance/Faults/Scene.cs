using Hostlock.Conformance.Support;
using Hostlock.Tests.Support;

namespace Hostlock.Conformance.Faults;

/// <summary>A command that writes, and a fleet in which it has something to do.</summary>
/// <param name="Name">The name of the test.</param>
/// <param name="Words">The command.</param>
/// <param name="Prepare">Makes the fleet.</param>
sealed record Scene(string Name, string[] Words, Action<SceneFleet> Prepare)
{
    /// <summary>
    /// False if the command does something else when it is run again after it has said what it did, as a second undo does.
    /// </summary>
    public bool IsRepeatable { get; init; } = true;

    /// <summary>All commands that write.</summary>
    public static readonly Scene[] All =
    [
        new("init", ["init", "--yes"], fleet => fleet.Locked()),
        new("lock", ["lock"], fleet => fleet.Adopted().Without("h1", "h2")),
        new("lock --commit", ["lock", "--commit"], fleet => fleet.Adopted().Without("h1", "h2")),
        new("update", ["update", "--all"], fleet => fleet.Adopted().Move()),
        new("update --commit", ["update", "h1", "h2", "--commit"], fleet => fleet.Adopted().Move()),
        new("update of a shared input --commit", ["update", "h1", "--commit"], fleet => fleet.Adopted().Sharing().Move()),
        new("update in two flakes", ["update", "h1", "root"], fleet => fleet.Adopted().Twofold().Move()),
        new("update in two flakes --commit", ["update", "h1", "root", "--commit"], fleet => fleet.Adopted().Twofold().Move()),
        new("freeze in two flakes", ["freeze", "h1", "a", "--reason", "why"], fleet => fleet.Adopted().Twofold()),
        new("unfreeze in two flakes", ["unfreeze", "h1", "a"], fleet => fleet.Adopted().Frozen().Twofold()) { IsRepeatable = false },
        new("promote", ["promote", "h1", "h2", "h3"], fleet => fleet.Adopted().Updated()),
        new("promote --commit", ["promote", "h1", "h2", "h3", "--commit"], fleet => fleet.Adopted().Updated()),
        new("restore", ["restore", "h1", "--to", "HEAD~1"], fleet => fleet.Adopted().Updated()),
        new("restore --commit", ["restore", "h1", "--to", "HEAD~1", "--commit"], fleet => fleet.Adopted().Updated())
        {
            IsRepeatable = false,
        },
        new("undo", ["undo", "h1"], fleet => fleet.Adopted().Updated()) { IsRepeatable = false },
        new("undo --commit", ["undo", "h1", "--commit"], fleet => fleet.Adopted().Updated()) { IsRepeatable = false },
        new("undo of all", ["undo"], fleet => fleet.Adopted().Move().Done("update", "--all")) { IsRepeatable = false },
        new("undo of all --commit", ["undo", "--commit"], fleet => fleet.Adopted().Move().Done("update", "--all", "--commit"))
        {
            IsRepeatable = false,
        },
        new("undo of init", ["undo"], fleet => fleet.Locked().Initialized()) { IsRepeatable = false },
        new("undo of an input", ["undo"], fleet => fleet.Adopted().WithFolder("c").Done("input", "add", "c", "path:./c"))
        {
            IsRepeatable = false,
        },
        new("undo of a resolve", ["undo"], fleet => fleet.Adopted().Unmerged().Done("resolve", "h1", "--theirs")) { IsRepeatable = false },
        new("redo", ["redo"], fleet => fleet.Adopted().Move().Done("update", "--all").Done("undo")) { IsRepeatable = false },
        new("redo of init", ["redo"], fleet => fleet.Locked().Initialized().Done("undo")) { IsRepeatable = false },
        new("freeze", ["freeze", "h1", "a", "--reason", "why"], fleet => fleet.Adopted()),
        new("unfreeze", ["unfreeze", "h1", "a"], fleet => fleet.Adopted().Frozen()) { IsRepeatable = false },
        new("hold", ["hold", "h1", "--reason", "why"], fleet => fleet.Adopted()),
        new("unhold", ["unhold", "h1"], fleet => fleet.Adopted().Held()),
        new("report", ["report", "--format", "markdown", "-o", "moved.md"], fleet => fleet.Adopted().Updated()),
        new("eject", ["eject", "--yes"], fleet => fleet.Adopted()),
        new("eject before a commit", ["eject", "--yes"], fleet => fleet.Locked().Initialized()),
        new("eject --keep", ["eject", "--keep", "h1", "--yes"], fleet => fleet.Adopted().Updated()),
        new("eject of a host", ["eject", "h1", "--yes"], fleet => fleet.Adopted().Updated()),
        new("input add", ["input", "add", "c", "path:./c"], fleet => fleet.Adopted().WithFolder("c")) { IsRepeatable = false },
        new("input set", ["input", "set", "a", "path:./c"], fleet => fleet.Adopted().WithFolder("c")) { IsRepeatable = false },
        new("init --like", ["init", "h3", "--like", "h1", "--yes"], fleet => fleet.Locked().Done("init", "h1", "h2", "--yes").Updated()),
        new("merge-driver", ["merge-driver", "common", "ours", "theirs", "locks/h1.lock"], fleet => fleet.Adopted().Sides()),
        new("resolve", ["resolve", "h1", "--theirs"], fleet => fleet.Adopted().Unmerged()),
        new("resolve of an input", ["resolve", "h1", "-i", "a", "--theirs"], fleet => fleet.Adopted().Unmerged()) { IsRepeatable = false },
    ];

    /// <inheritdoc/>
    public override string ToString() => Name;
}

/// <summary>A small fleet of three hosts with two inputs, in a repository, with a home folder beside it.</summary>
sealed class SceneFleet(string folder)
{
    const string FlakeNix = """
        {
          inputs.a.url = "git+file://INPUTS/a";
          inputs.b.url = "git+file://INPUTS/b";
          outputs = { self, a, b }: { nixosConfigurations = { h1 = 1; h2 = 2; h3 = 3; }; };
        }

        """;

    int _day = 1;

    string Inputs => Path.Combine(folder, "inputs");

    string Fleet => Path.Combine(folder, "pristine/fleet");

    string Home => Path.Combine(folder, "pristine/home");

    /// <summary>The flake with its own lock, not adopted.</summary>
    public SceneFleet Locked()
    {
        foreach (var input in new[] { "a", "b" })
            Write(Path.Combine(Inputs, input, "flake.nix"), "{ outputs = _: { }; }\n");
        Move();
        Write(Path.Combine(Fleet, "flake.nix"), FlakeNix.Replace("INPUTS", Inputs, StringComparison.Ordinal));
        Commit();
        return Hostlock("lock", "root").Commit();
    }

    /// <summary>Adopted, and not committed.</summary>
    public SceneFleet Initialized() => Hostlock("init", "--yes");

    /// <summary>Adopted and committed.</summary>
    public SceneFleet Adopted() => Locked().Initialized().Commit();

    /// <summary>Each input has a new commit.</summary>
    public SceneFleet Move()
    {
        _day++;
        foreach (var input in new[] { "a", "b" })
        {
            Write(Path.Combine(Inputs, input, "version"), $"{_day}\n");
            TestGit.Commit(Path.Combine(Inputs, input), _day);
        }
        return this;
    }

    /// <summary>The first host has a newer lock than the others.</summary>
    public SceneFleet Updated() => Move().Hostlock("update", "h1").Commit();

    /// <summary>Some hosts have no lock yet.</summary>
    public SceneFleet Without(params string[] hosts)
    {
        foreach (var host in hosts)
            File.Delete(Path.Combine(Fleet, $"locks/{host}.lock"));
        return Commit();
    }

    /// <summary>A flake lies in a folder of the repository.</summary>
    public SceneFleet WithFolder(string name)
    {
        Write(Path.Combine(Fleet, name, "flake.nix"), "{ outputs = _: { }; }\n");
        return Commit();
    }

    /// <summary>The repository has the flake twice, in two folders, and none at its root.</summary>
    public SceneFleet Twofold()
    {
        string[] names = [".gitattributes", "flake.nix", "flake.lock", "hostlock.nix", "hostlock.toml", "locks"];
        foreach (var flake in new[] { "one", "two" })
        {
            Directory.CreateDirectory(Path.Combine(Fleet, flake));
            _ = Run.Program("cp", Fleet, TestGit.Variables, ["-r", .. names, flake]).Succeeded;
        }
        TestGit.In(Fleet, ["rm", "-qr", .. names]);
        return Commit();
    }

    /// <summary>The first host is held.</summary>
    public SceneFleet Held() => Hostlock("hold", "h1").Commit();

    /// <summary>An input of the first host is frozen.</summary>
    public SceneFleet Frozen() => Hostlock("freeze", "h1", "a").Commit();

    /// <summary>An input is the same in all locks.</summary>
    public SceneFleet Sharing()
    {
        File.AppendAllText(Path.Combine(Fleet, "hostlock.toml"), "\n[inputs.a]\nscope = \"shared\"\n");
        return Commit();
    }

    /// <summary>Three versions of a lock that can be merged.</summary>
    public SceneFleet Sides()
    {
        Copy("common");
        Move().Hostlock("update", "h1", "-i", "a");
        Copy("ours");
        TestGit.In(Fleet, "checkout", "-q", "locks/h1.lock");
        Hostlock("update", "h1", "-i", "b");
        Copy("theirs");
        TestGit.In(Fleet, "checkout", "-q", "locks/h1.lock");
        return this;

        void Copy(string name) => File.Copy(Path.Combine(Fleet, "locks/h1.lock"), Path.Combine(Fleet, name));
    }

    /// <summary>git could not merge the lock of the first host: both inputs moved on both sides.</summary>
    public SceneFleet Unmerged()
    {
        TestGit.In(Fleet, "config", "merge.hostlock.driver", "false");
        TestGit.In(Fleet, "branch", "other");
        Updated();
        TestGit.In(Fleet, "checkout", "-q", "other");
        Updated();
        TestGit.In(Fleet, "checkout", "-q", "main");
        Assert.Equal(1, Run.Program("git", Fleet, TestGit.Variables, "merge", "-q", "other").ExitCode);
        return this;
    }

    /// <summary>A command was run to its end.</summary>
    public SceneFleet Done(params string[] words) => Hostlock(words);

    SceneFleet Hostlock(params string[] words)
    {
        _ = HostlockProgram.Run(Fleet, Home, words).Succeeded;
        return this;
    }

    SceneFleet Commit()
    {
        TestGit.Commit(Fleet, ++_day);
        return this;
    }

    static void Write(string path, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
    }
}
