using System.Text.RegularExpressions;
using Hostlock.Conformance.Support;
using Hostlock.Fetching.Folders;
using Hostlock.Nar;
using Hostlock.Tests.Support;

namespace Hostlock.Conformance;

/// <summary>
/// Each shape is locked, changed upstream and updated, by hostlock and by Nix 2.34, and the bytes are compared after every step.
/// What Nix wrote is recorded under vectors/shapes, so that the comparison runs without Nix too, and the usual run asks Nix itself about a
/// part of the shapes; HOSTLOCK_BLESS=1 records all anew.
/// </summary>
public class ShapesTests
{
    const string Nothing = "no lock\n";

    // The usual run asks Nix about one of so many shapes.
    const int UsualShare = 3;

    public static TheoryData<string> Names() => [.. Shape.All.Select(shape => shape.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Locks_are_the_bytes_of_Nix(string name)
    {
        var shape = Shape.All.Single(each => each.Name == name);
        using var world = new TempFolder();
        var recorded = Path.Combine(Repository.Vectors("shapes"), $"{Regex.Replace(name, "[^a-zA-Z0-9,.=]+", "-")}.txt");
        var isBlessing = Environment.GetEnvironmentVariable("HOSTLOCK_BLESS") == "1";
        var isAsked = isBlessing || Sample.Has(Array.IndexOf(Shape.All, shape), UsualShare);
        var nix = !isAsked || RealNix.Find("2.34") is null ? null : RealNix.Get("2.34", world);

        Make(shape, world, isKept: nix is not null);
        var ours = Steps(shape, world, "ours", (folder, arguments) => HostlockProgram.Run(folder, world["home"], AsHostlock(arguments)));
        if (nix is not null)
        {
            Rewind(shape, world);
            var theirs = Steps(shape, world, "theirs", (folder, arguments) => nix.Run(folder, AsNix(arguments)));
            if (isBlessing)
                File.WriteAllText(recorded, Numbered(theirs));
            Assert.Equal(theirs, ours);
        }
        Assert.Equal(File.ReadAllText(recorded), Numbered(ours));
    }

    // The repositories are kept as they are at first, if they are to be put back.
    static void Make(Shape shape, TempFolder world, bool isKept)
    {
        Directory.CreateDirectory(world["folders"]);
        foreach (var (path, text) in shape.Git)
            world.Write($"git/{path}", In(world, text));
        foreach (var (path, text) in shape.Folders)
            world.Write($"folders/{path}", In(world, text));
        foreach (var repository in shape.Git.Select(file => file.Path.Split('/')[0]).Distinct())
            TestGit.Commit(world[$"git/{repository}"], 1);
        foreach (var repository in shape.Locked)
        {
            // hostlock makes the lock of a dependency itself. The other shapes show that it is the one that Nix makes.
            _ = HostlockProgram.Run(world[$"git/{repository}"], world["home"], "lock", "root").Succeeded;
            TestGit.Commit(world[$"git/{repository}"], 2);
            MoveUpstream(shape, world, 3, except: [repository, .. shape.Locked]);
        }
        shape.Prepare?.Invoke(world);
        if (isKept && shape.Git.Length > 0)
            _ = Run.Program("cp", world.Path, new Dictionary<string, string>(), "-a", "git", "git.start").Succeeded;
    }

    // Puts the repositories back where the first program found them.
    static void Rewind(Shape shape, TempFolder world)
    {
        if (shape.Git.Length == 0)
            return;
        Directory.Delete(world["git"], recursive: true);
        Directory.Move(world["git.start"], world["git"]);
    }

    static string Steps(Shape shape, TempFolder world, string name, Func<string, string[], Ended> run)
    {
        var said = new System.Text.StringBuilder();
        var top = world[name];
        world.Write($"{name}/flake.nix", In(world, shape.Top));
        foreach (var (path, text) in shape.Own)
            world.Write($"{name}/{path}", In(world, text));
        if (shape.Lock is { } odd)
            world.Write($"{name}/flake.lock", WithLib(world, odd));
        if (shape.IsGit)
            TestGit.Commit(top, 1);
        shape.PrepareTop?.Invoke(top);
        Step("lock", "lock");
        Step("lock again", "lock");
        if (shape.Then is { } then)
        {
            world.Write($"{name}/flake.nix", In(world, then));
            Step("lock after a change", "lock");
        }
        MoveUpstream(shape, world, 20, except: []);
        Step("lock after upstream moved", "lock");
        foreach (var input in shape.Update)
            Step($"update {input}", "update", input);
        MoveUpstream(shape, world, 30, except: []);
        Step("update", "update");
        return said.ToString().Replace(world.Path, "@", StringComparison.Ordinal).Replace($"@/{name}", "@/top", StringComparison.Ordinal);

        void Step(string what, params string[] arguments)
        {
            var ended = run(top, arguments);
            var file = Path.Combine(top, "flake.lock");
            // Nix only warns when an update cannot be written because an input is dirty; hostlock says that it failed.
            var isDone = ended.ExitCode == 0 && !shape.IsUnlocked;
            said.Append(System.Globalization.CultureInfo.InvariantCulture, $"== {what}: {(isDone ? "done" : "failed")}\n");
            said.Append(new FileInfo(file).LinkTarget is not null ? "a link\n" : File.Exists(file) ? File.ReadAllText(file) : Nothing);
            if (shape.IsGit)
                said.Append(TestGit.In(top, "status", "--short"));
        }
    }

    static string WithLib(TempFolder world, string text)
    {
        world.Write("plain/flake.nix", world.Read("git/lib/flake.nix"));
        var hash = NarHash.Of(new FolderTree(world["plain"]), CancellationToken.None).ToString();
        var revision = TestGit.In(world["git/lib"], "rev-parse", "HEAD").Trim();
        return In(world, text
            .Replace("@REV", revision, StringComparison.Ordinal)
            .Replace("@HASH", hash, StringComparison.Ordinal)
            .Replace("@UNPADDED", hash.TrimEnd('='), StringComparison.Ordinal));
    }

    static void MoveUpstream(Shape shape, TempFolder world, int day, string[] except)
    {
        foreach (var repository in shape.Git.Select(file => file.Path.Split('/')[0]).Distinct().Except(except))
        {
            if (shape.IsUnlocked)
                continue; // a commit would clean it
            world.Write($"git/{repository}/moved", $"{day}\n");
            TestGit.Commit(world[$"git/{repository}"], day);
        }
    }

    // The folder of the world is in its files, so revisions and hashes differ from run to run; which are alike does not.
    static string Numbered(string text)
    {
        var numbers = new Dictionary<string, int>();
        return Regex.Replace(text, "[0-9a-f]{40}|sha256-[A-Za-z0-9+/]{43}=", match =>
        {
            if (!numbers.TryGetValue(match.Value, out var number))
                numbers[match.Value] = number = numbers.Count + 1;
            return $"#{number}";
        });
    }

    static string[] AsHostlock(string[] arguments) => arguments switch
    {
        [var verb] => [verb, "root"],
        [var verb, var input] => [verb, "root", "-i", input],
        _ => throw new ArgumentException("not a step", nameof(arguments)),
    };

    static string[] AsNix(string[] arguments) => arguments switch
    {
        ["lock"] => ["flake", "lock"],
        ["update"] => ["flake", "update"],
        ["update", var input] => ["flake", "update", input],
        _ => throw new ArgumentException("not a step", nameof(arguments)),
    };

    static string In(TempFolder world, string text) => text.Replace("@", world.Path, StringComparison.Ordinal);
}
