using Hostlock.Tests.Support;

namespace Hostlock.Conformance;

/// <summary>
/// A flake and its inputs of one shape, made on disk, and steps on it. In texts <c>@</c> stands for the folder of the world.
/// </summary>
/// <param name="Name">What is special about it.</param>
/// <param name="Top">The text of the flake to lock.</param>
sealed record Shape(string Name, string Top)
{
    /// <summary>Files of git repositories: <c>lib/flake.nix</c> is in repository <c>lib</c>.</summary>
    public (string Path, string Text)[] Git { get; init; } = [];

    /// <summary>Files of plain folders, for <c>path:</c> inputs.</summary>
    public (string Path, string Text)[] Folders { get; init; } = [];

    /// <summary>More files of the flake itself.</summary>
    public (string Path, string Text)[] Own { get; init; } = [];

    /// <summary>Repositories that are locked by Nix before they are used, so that they bring a lock of their own.</summary>
    public string[] Locked { get; init; } = [];

    /// <summary>Done when the world is made, before anything is locked.</summary>
    public Action<TempFolder>? Prepare { get; init; }

    /// <summary>True if an input has changes that are not committed, so that no lock can be written.</summary>
    public bool IsUnlocked { get; init; }

    /// <summary>The lock that is there at the beginning, or none. In it <c>@REV</c> and <c>@HASH</c> stand for the commit of <c>git/lib</c>
    /// and its hash.</summary>
    public string? Lock { get; init; }

    /// <summary>True if the flake itself is a git repository with all its files staged; false for a plain folder.</summary>
    public bool IsGit { get; init; }

    /// <summary>Done to the folder of the flake itself before the first step.</summary>
    public Action<string>? PrepareTop { get; init; }

    /// <summary>The flake after the first lock; null if it stays the same.</summary>
    public string? Then { get; init; }

    /// <summary>The inputs that a second update names, after the update of all inputs; empty for no second update.</summary>
    public string[] Update { get; init; } = [];

    const string Plain = "{ outputs = _: { }; }";
    const string Lib = "lib/flake.nix";

    static string Uses(params string[] inputs) =>
        $"{{ {string.Concat(inputs.Select(input => $"inputs.{input}.url = \"git+file://@/git/{input}\"; "))}outputs = _: {{ }}; }}";

    // An input that takes lib, and lets its own input take the same.
    static readonly (string, string)[] OneLib =
    [
        (
            "a/flake.nix",
            "{ inputs.lib.url = \"git+file://@/git/lib\"; inputs.b.url = \"git+file://@/git/b\"; inputs.b.inputs.lib.follows = \"lib\"; "
                + "outputs = _: { }; }"),
        ("b/flake.nix", Uses("lib")),
        (Lib, Plain),
    ];

    // A lock of a flake with one input, lib, as Nix writes it, to be put out of shape.
    const string LibLock = """
        {
          "nodes": {
            "lib": {
              "locked": {
                "lastModified": 1577923200,
                "narHash": "@HASH",
                "ref": "refs/heads/main",
                "rev": "@REV",
                "revCount": 1,
                "type": "git",
                "url": "file://@/git/lib"
              },
              "original": {
                "type": "git",
                "url": "file://@/git/lib"
              }
            },
            "root": {
              "inputs": {
                "lib": "lib"
              }
            }
          },
          "root": "root",
          "version": 7
        }

        """;

    /// <summary>A flake that uses lib, and a lock of it that is odd.</summary>
    static Shape OddLock(string name, Func<string, string> change, string? then = null) =>
        new(name, Uses("lib")) { Git = [(Lib, Plain)], Lock = change(LibLock), Then = then };

    /// <summary>A flake with these inputs, and git/lib beside it.</summary>
    static Shape Inputs(string name, string inputs, string outputs = "_") => new(name, $"{{ {inputs} outputs = {outputs}: {{ }}; }}")
    {
        Git = [(Lib, Plain)],
    };

    static string Swap(string text, string old, string now) =>
        text.Contains(old, StringComparison.Ordinal)
            ? text.Replace(old, now, StringComparison.Ordinal)
            : throw new ArgumentException($"'{old}' is not in the text");

    public static readonly Shape[] All =
    [
        new("no inputs", Plain),
        new("one input", Uses("lib")) { Git = [(Lib, Plain)] },
        new("an input with an input", Uses("a")) { Git = [("a/flake.nix", Uses("lib")), (Lib, Plain)], Update = ["a"] },
        new("three deep", Uses("a")) { Git = [("a/flake.nix", Uses("b")), ("b/flake.nix", Uses("lib")), (Lib, Plain)], Update = ["a/b"] },
        new("a diamond", Uses("a", "b"))
        {
            Git = [("a/flake.nix", Uses("lib")), ("b/flake.nix", Uses("lib")), (Lib, Plain)],
            Update = ["b"],
        },
        new("names that collide", Uses("a", "b", "lib", "lib_2").Replace("git/lib_2", "git/lib", StringComparison.Ordinal))
        {
            Git = [("a/flake.nix", Uses("lib")), ("b/flake.nix", Uses("lib")), (Lib, Plain)],
            Update = ["lib"],
        },
        new("an input named root", Uses("root").Replace("git/root", "git/lib", StringComparison.Ordinal)) { Git = [(Lib, Plain)] },
        new(
            "follows",
            "{ inputs.lib.url = \"git+file://@/git/lib\"; inputs.a.url = \"git+file://@/git/a\"; inputs.a.inputs.lib.follows = \"lib\"; "
                + "outputs = _: { }; }")
        {
            Git = [("a/flake.nix", Uses("lib")), (Lib, Plain)],
            Update = ["lib"],
        },
        new(
            "follows at two depths",
            "{ inputs.lib.url = \"git+file://@/git/lib\"; inputs.a.url = \"git+file://@/git/a\"; inputs.a.inputs.lib.follows = \"lib\"; "
                + "inputs.a.inputs.b.inputs.lib.follows = \"lib\"; outputs = _: { }; }")
        {
            Git = [("a/flake.nix", Uses("b", "lib")), ("b/flake.nix", Uses("lib")), (Lib, Plain)],
            Update = ["a"],
        },
        new("follows into an input", "{ inputs.a.url = \"git+file://@/git/a\"; inputs.lib.follows = \"a/lib\"; outputs = _: { }; }")
        {
            Git = [("a/flake.nix", Uses("lib")), (Lib, Plain)],
            Update = ["a/lib"],
        },
        new("follows the root", "{ inputs.a.url = \"git+file://@/git/a\"; inputs.a.inputs.lib.follows = \"\"; outputs = _: { }; }")
        {
            Git = [("a/flake.nix", Uses("lib")), (Lib, Plain)],
        },
        new("follows of its own", Uses("a"))
        {
            Git = OneLib,
            Update = ["a/lib"],
        },
        new("follows nothing", "{ inputs.a.follows = \"b\"; outputs = _: { }; }"),
        new("follows in a circle", "{ inputs.a.follows = \"b\"; inputs.b.follows = \"a\"; outputs = _: { }; }"),
        new("follows added later", Uses("a", "lib"))
        {
            Git = [("a/flake.nix", Uses("lib")), (Lib, Plain)],
            Then = "{ inputs.lib.url = \"git+file://@/git/lib\"; inputs.a.url = \"git+file://@/git/a\"; inputs.a.inputs.lib.follows = "
                + "\"lib\"; outputs = _: { }; }",
        },
        new(
            "follows removed later",
            "{ inputs.lib.url = \"git+file://@/git/lib\"; inputs.a.url = \"git+file://@/git/a\"; inputs.a.inputs.lib.follows = \"lib\"; "
                + "outputs = _: { }; }")
        {
            Git = [("a/flake.nix", Uses("lib")), (Lib, Plain)],
            Then = Uses("a", "lib"),
        },
        new(
            "an override by url",
            "{ inputs.a.url = \"git+file://@/git/a\"; inputs.a.inputs.lib.url = \"git+file://@/git/other\"; outputs = _: { }; }")
        {
            Git = [("a/flake.nix", Uses("lib")), (Lib, Plain), ("other/flake.nix", Plain)],
            Then = Uses("a"),
            Update = ["a"],
        },
        new(
            "a deep override",
            "{ inputs.a.url = \"git+file://@/git/a\"; inputs.a.inputs.b.inputs.lib.url = \"git+file://@/git/other\"; outputs = _: { }; }")
        {
            Git = [("a/flake.nix", Uses("b")), ("b/flake.nix", Uses("lib")), (Lib, Plain), ("other/flake.nix", Plain)],
        },
        new(
            "an override of nothing",
            "{ inputs.a.url = \"git+file://@/git/a\"; inputs.a.inputs.nope.url = \"git+file://@/git/lib\"; outputs = _: { }; }")
        {
            Git = [("a/flake.nix", Plain), (Lib, Plain)],
        },
        new("no flake", "{ inputs.a = { url = \"git+file://@/git/a\"; flake = false; }; outputs = _: { }; }")
        {
            Git = [("a/file", "text")],
        },
        new("no flake that is none", Uses("a")) { Git = [("a/file", "text")] },
        new("flake = false taken away", "{ inputs.a = { url = \"git+file://@/git/a\"; flake = false; }; outputs = _: { }; }")
        {
            Git = [("a/flake.nix", Uses("lib")), (Lib, Plain)],
            Then = Uses("a"),
            Update = ["a"],
        },
        new("a path input", "{ inputs.a.url = \"path:@/folders/a\"; outputs = _: { }; }")
        {
            Folders = [("a/flake.nix", Plain), ("a/sub/file", "x")],
            Prepare = OldFolders,
        },
        new("a path that is no flake", "{ inputs.a = { url = \"path:@/folders/a\"; flake = false; }; outputs = _: { }; }")
        {
            Folders = [("a/file", "text")],
            Prepare = OldFolders,
        },
        new("a path with links and programs", "{ inputs.a = { url = \"path:@/folders/a\"; flake = false; }; outputs = _: { }; }")
        {
            Folders = [("a/b.txt", "b"), ("a/b/c", "c"), ("a/b-c", "d"), ("a/B", "B")],
            Prepare = world =>
            {
                File.CreateSymbolicLink(world["folders/a/link"], "b/c");
                File.SetUnixFileMode(world["folders/a/B"], (UnixFileMode)0b111_101_101);
                Directory.CreateDirectory(world["folders/a/empty"]);
                File.WriteAllText(world["folders/a/é ü"], "name");
                OldFolders(world);
            },
        },
        new("a relative path", "{ inputs.sub.url = \"path:./sub\"; outputs = _: { }; }")
        {
            Own = [("sub/flake.nix", Uses("lib"))],
            Git = [(Lib, Plain)],
            Update = ["sub/lib"],
        },
        new("a path literal", "{ inputs.sub.url = ./sub; outputs = _: { }; }") { Own = [("sub/flake.nix", Plain)] },
        new("relative paths of relative paths", "{ inputs.sub.url = \"path:./sub\"; outputs = _: { }; }")
        {
            Own =
            [
                ("sub/flake.nix", "{ inputs.deep.url = \"path:./deep\"; inputs.side.url = \"path:../side\"; outputs = _: { }; }"),
                ("sub/deep/flake.nix", Plain),
                ("side/flake.nix", Uses("lib")),
            ],
            Git = [(Lib, Plain)],
        },
        new("a relative path out of the tree", "{ inputs.sub.url = \"path:../elsewhere\"; outputs = _: { }; }"),
        new("a relative path that is not there", "{ inputs.sub.url = \"path:./nope\"; outputs = _: { }; }"),
        new("a relative path in an input", Uses("a"))
        {
            Git =
            [
                ("a/flake.nix", "{ inputs.sub.url = \"path:./sub\"; outputs = _: { }; }"),
                ("a/sub/flake.nix", Uses("lib")),
                (Lib, Plain),
            ],
            Update = ["a"],
        },
        new("a lock of its own", Uses("a")) { Git = [("a/flake.nix", Uses("lib")), (Lib, Plain)], Locked = ["a"], Update = ["a"] },
        new("a lock of its own that is behind", Uses("a"))
        {
            Git = [("a/flake.nix", Uses("lib")), (Lib, Plain), ("other/flake.nix", Plain)],
            Locked = ["a"],
            Prepare = world =>
            {
                world.Write("git/a/flake.nix", Uses("lib", "other").Replace("@", world.Path, StringComparison.Ordinal));
                TestGit.Commit(world["git/a"], 5);
            },
        },
        new("locks of their own two deep", Uses("a"))
        {
            Git = [("a/flake.nix", Uses("b")), ("b/flake.nix", Uses("lib")), (Lib, Plain)],
            Locked = ["b", "a"],
            Update = ["a/b"],
        },
        new("a folder in a repository", "{ inputs.a.url = \"git+file://@/git/a?dir=nix/flake\"; outputs = _: { }; }")
        {
            Git = [("a/nix/flake/flake.nix", Uses("lib")), (Lib, Plain)],
            Update = ["a"],
        },
        new("a folder of a relative input", "{ inputs.a.url = \"path:./sub?dir=x\"; outputs = _: { }; }")
        {
            Own = [("sub/x/flake.nix", Plain)],
        },
        new(
            "attributes in place of a url",
            "{ inputs.a = { type = \"git\"; url = \"file://@/git/a\"; dir = \"sub\"; }; outputs = _: { }; }")
        {
            Git = [("a/sub/flake.nix", Plain)],
        },
        new("a branch", "{ inputs.a.url = \"git+file://@/git/a?ref=dev\"; outputs = _: { }; }")
        {
            Git = [("a/flake.nix", Plain)],
            Prepare = world => TestGit.In(world["git/a"], "branch", "dev"),
        },
        new("a tag", "{ inputs.a.url = \"git+file://@/git/a?ref=refs/tags/v1\"; outputs = _: { }; }")
        {
            Git = [("a/flake.nix", Plain)],
            Prepare = world => TestGit.In(world["git/a"], "tag", "-a", "v1", "-m", "v1"),
        },
        new("a branch that is not there", "{ inputs.a.url = \"git+file://@/git/a?ref=nope\"; outputs = _: { }; }")
        {
            Git = [("a/flake.nix", Plain)],
        },
        new("a bare repository", "{ inputs.a.url = \"git+file://@/bare\"; outputs = _: { }; }")
        {
            Git = [("a/flake.nix", Uses("lib")), (Lib, Plain)],
            Prepare = Bare,
        },
        new("a bare repository, shallow", "{ inputs.a.url = \"git+file://@/bare?shallow=1\"; outputs = _: { }; }")
        {
            Git = [("a/flake.nix", Plain)],
            Prepare = Bare,
        },
        new("a detached head", Uses("a"))
        {
            Git = [("a/flake.nix", Plain)],
            Prepare = world => TestGit.In(world["git/a"], "checkout", "-q", "--detach"),
        },
        new("a dirty repository", Uses("a"))
        {
            IsUnlocked = true,
            Git = [("a/flake.nix", Plain)],
            Prepare = world => world.Write("git/a/flake.nix", "{ outputs = _: { x = 1; }; }"),
        },
        new("an untracked file beside", Uses("a")) { Git = [("a/flake.nix", Plain)], Prepare = world => world.Write("git/a/new", "x") },
        new("a file that is intended to be added", Uses("a"))
        {
            IsUnlocked = true,
            Git = [("a/flake.nix", Plain)],
            Prepare = world =>
            {
                world.Write("git/a/new", "x");
                TestGit.In(world["git/a"], "add", "-N", "new");
            },
        },
        new("links, programs and names in git", Uses("a"))
        {
            Git = [("a/flake.nix", Plain), ("a/b.txt", "b"), ("a/b/c", "c"), ("a/b-c", "d"), ("a/é", "e")],
            Prepare = world =>
            {
                File.CreateSymbolicLink(world["git/a/link"], "b/c");
                File.SetUnixFileMode(world["git/a/b-c"], (UnixFileMode)0b111_101_101);
                TestGit.Commit(world["git/a"], 5);
            },
        },
        new("explicit false", "{ inputs.a.url = \"git+file://@/git/a?submodules=0\"; outputs = _: { }; }")
        {
            Git = [("a/flake.nix", Plain)],
        },
        new("an archive", "{ inputs.a.url = \"file://@/a.tar.gz\"; outputs = _: { }; }")
        {
            Folders = [("a/flake.nix", Uses("lib")), ("a/sub/file", "x")],
            Git = [(Lib, Plain)],
            Prepare = Archive,
        },
        new("a file", "{ inputs.a = { url = \"file://@/folders/a\"; flake = false; }; outputs = _: { }; }")
        {
            Folders = [("a", "just a file")],
        },
        new("an input from the formals alone", "{ outputs = { self, nope }: { }; }"),
        new("an input added later", Uses("a")) { Git = [("a/flake.nix", Plain), (Lib, Plain)], Then = Uses("a", "lib") },
        new("an input removed later", Uses("a", "lib")) { Git = [("a/flake.nix", Plain), (Lib, Plain)], Then = Uses("a") },
        new("all inputs removed later", Uses("a")) { Git = [("a/flake.nix", Plain)], Then = Plain },
        new("another url later", Uses("a"))
        {
            Git = [("a/flake.nix", Plain), (Lib, Plain)],
            Then = Uses("a").Replace("git/a", "git/lib", StringComparison.Ordinal),
        },
        new("each the other", Uses("a")) { Git = [("a/flake.nix", Uses("b")), ("b/flake.nix", Uses("a"))] },
        new("url and follows", "{ inputs.a = { url = \"git+file://@/git/a\"; follows = \"b\"; }; outputs = _: { }; }")
        {
            Git = [("a/flake.nix", Plain)],
        },
        new("a computed url", "{ inputs.a.url = \"git+file://\" + \"@/git/a\"; outputs = _: { }; }") { Git = [("a/flake.nix", Plain)] },
        new("a syntax error", "{ inputs.a.url = ; outputs = _: { }; }"),
        new("a syntax error in an input", Uses("a")) { Git = [("a/flake.nix", "{ outputs = _: ")] },
        new("flake.nix is a link", Uses("a"))
        {
            Git = [("a/nix/real.nix", Plain)],
            Prepare = world =>
            {
                File.CreateSymbolicLink(world["git/a/flake.nix"], "nix/real.nix");
                TestGit.Commit(world["git/a"], 5);
            },
        },
        new("a merge counts all its parents", Uses("a"))
        {
            Git = [("a/flake.nix", Plain)],
            Prepare = world =>
            {
                TestGit.In(world["git/a"], "checkout", "-q", "-b", "side");
                TestGit.Commit(world["git/a"], 5);
                TestGit.In(world["git/a"], "checkout", "-q", "main");
                TestGit.Commit(world["git/a"], 6);
                TestGit.In(world["git/a"], "merge", "-q", "--no-ff", "-m", "merge", "side");
            },
        },
        // Locks that people, and older programs, have left.
        OddLock("a lock with other keys", text => Swap(Swap(text, "\"lib\": {", "\"x\": {"), "\"lib\": \"lib\"", "\"lib\": \"x\"")),
        OddLock("a lock in one line", text => string.Concat(text.Split('\n').Select(line => line.Trim()))),
        OddLock("a lock with carriage returns", text => Swap(text, "\n", "\r\n")),
        OddLock("a lock with a byte order mark", text => "\uFEFF" + text),
        OddLock(
            "a lock with more than is needed",
            text =>
                Swap(
                    Swap(text, "\"locked\": {", "\"flake\": true, \"inputs\": {}, \"locked\": {"),
                    "\"version\": 7",
                    "\"more\": [1], \"version\": 7")),
        OddLock(
            "a lock with a node nobody reaches",
            text => Swap(text, "\"root\": {\n", "\"other\": { \"locked\": 5 },\n    \"root\": {\n"),
            Plain),
        OddLock(
            "a lock of version 5",
            text =>
                Swap(
                    Swap(text, "\"version\": 7", "\"version\": 5"),
                    "\"original\"",
                    "\"info\": { \"lastModified\": 1577923200 },\n      \"original\"")),
        OddLock("a lock of version 6 that changes", text => Swap(text, "\"version\": 7", "\"version\": 6"), Plain),
        OddLock("a lock of version 7.0", text => Swap(text, "\"version\": 7", "\"version\": 7.0")),
        OddLock("a lock of version 4", text => Swap(text, "\"version\": 7", "\"version\": 4")),
        OddLock("a lock of version 8", text => Swap(text, "\"version\": 7", "\"version\": 8")),
        OddLock("a lock of version \"7\"", text => Swap(text, "\"version\": 7", "\"version\": \"7\"")),
        OddLock("a lock without a version", text => Swap(text, ",\n  \"version\": 7", "")),
        OddLock("a lock that is empty", _ => ""),
        OddLock("a lock that is null", _ => "null"),
        OddLock("a lock with text behind it", text => text + "x"),
        OddLock("a lock with a comment", text => "// no\n" + text),
        OddLock("a lock with a comma too many", text => Swap(text, "\"version\": 7", "\"version\": 7,")),
        OddLock("a lock without a root", text => Swap(text, "\"root\": \"root\",\n", "")),
        OddLock("a lock whose root is not there", text => Swap(text, "\"root\": \"root\",\n", "\"root\": \"nobody\",\n")),
        OddLock("a lock without nodes", _ => "{ \"root\": \"root\", \"version\": 7 }"),
        OddLock("a lock with a node missing", text => Swap(text, "\"lib\": \"lib\"", "\"lib\": \"nobody\"")),
        OddLock("a lock with a cycle to its root", text => Swap(text, "\"lib\": \"lib\"", "\"lib\": \"root\"")),
        OddLock("a lock without locked", text => Swap(text, "\"locked\": {", "\"unlocked\": {")),
        OddLock("a lock without original", text => Swap(text, "\"original\": {", "\"said\": {")),
        OddLock("a lock with a null in it", text => Swap(text, "\"revCount\": 1", "\"revCount\": null")),
        OddLock("a lock with a list in it", text => Swap(text, "\"revCount\": 1", "\"revCount\": [1]")),
        OddLock("a lock with a fraction", text => Swap(text, "\"revCount\": 1", "\"revCount\": 1.5")),
        OddLock("a lock with a negative number", text => Swap(text, "\"revCount\": 1", "\"revCount\": -1")),
        OddLock("a lock with an attribute of another type", text => Swap(text, "\"revCount\": 1", "\"owner\": \"x\"")),
        OddLock(
            "a lock with an original of no known type",
            text => Swap(text, "\"original\": {\n        \"type\": \"git\"", "\"original\": {\n        \"type\": \"fossil\"")),
        OddLock("a lock whose hash has no padding", text => Swap(text, "@HASH", "@UNPADDED")),
        OddLock("a lock whose hash is none", text => Swap(text, "@HASH", "sha1-xyz")),
        OddLock("a lock without a date", text => Swap(text, "\"lastModified\": 1577923200,\n        ", "")),
        OddLock("a lock that pins nothing", text => Swap(text, "\"rev\": \"@REV\",\n        \"revCount\": 1,", "")),
        OddLock(
            "a lock that pins a hash alone",
            text => Swap(Swap(text, "\"rev\": \"@REV\",\n        \"revCount\": 1,", ""), "\"narHash\": \"@HASH\",\n        ", "")),
        OddLock("a lock that says no flake", text => Swap(text, "\"locked\": {", "\"flake\": false,\n      \"locked\": {")),
        OddLock("a lock with an input too many", text => Swap(text, "\"lib\": \"lib\"", "\"gone\": \"lib\",\n        \"lib\": \"lib\"")),
        OddLock("a lock with an input too few", text => Swap(text, "\"lib\": \"lib\"", "")),
        OddLock(
            "a lock with the dir in the url",
            text =>
                Swap(
                    Swap(text, "\"file://@/git/lib\"", "\"file://@/git/lib?dir=sub\""),
                    "\"lastModified\"",
                    "\"dir\": \"sub\",\n        \"lastModified\"")),
        OddLock(
            "a lock with another spelling of the url",
            text =>
                Swap(
                    text,
                    "\"original\": {\n        \"type\": \"git\",\n        \"url\": \"file://@/git/lib\"",
                    "\"original\": {\n        \"type\": \"git\",\n        \"url\": \"file://@/git/%6Cib\"")),
        new("a lock that is a link", Uses("lib"))
        {
            Git = [(Lib, Plain)],
            PrepareTop = top => File.CreateSymbolicLink(Path.Combine(top, "flake.lock"), "elsewhere"),
        },
        new("two inputs that share a node", Uses("a", "lib"))
        {
            Git = [("a/flake.nix", Uses("lib")), (Lib, Plain)],
            Lock = Swap(
                Swap(
                    LibLock,
                    "\"lib\": {",
                    "\"a\": { \"inputs\": { \"lib\": \"lib\" }, \"locked\": { \"lastModified\": 1, \"narHash\": \"@HASH\", \"ref\": "
                        + "\"refs/heads/main\", \"rev\": \"@REV\", \"revCount\": 1, \"type\": \"git\", \"url\": \"file://@/git/a\" }, "
                            + "\"original\": { \"type\": \"git\", \"url\": \"file://@/git/a\" } },\n    \"lib\": {"),
                "\"lib\": \"lib\"\n",
                "\"a\": \"a\", \"lib\": \"lib\"\n"),
        },

        // Locks in repositories.
        new("a repository", Uses("lib")) { Git = [(Lib, Plain)], IsGit = true, Update = ["lib"] },
        new("a repository that does not know its flake", Uses("lib"))
        {
            Git = [(Lib, Plain)],
            IsGit = true,
            PrepareTop = top => TestGit.In(top, "rm", "-q", "--cached", "flake.nix"),
        },
        new("a repository with a relative input it does not know", "{ inputs.sub.url = \"path:./sub\"; outputs = _: { }; }")
        {
            IsGit = true,
            Own = [("sub/flake.nix", Plain)],
            PrepareTop = top => TestGit.In(top, "rm", "-q", "--cached", "sub/flake.nix"),
        },

        // Ways to declare an input.
        Inputs(
            "sugar in several places",
            "inputs = { a.url = \"git+file://@/git/lib\"; }; inputs.b = { url = \"git+file://@/git/lib\"; flake = false; }; "
                + "inputs.\"c\".url = ''git+file://@/git/lib'';"),
        Inputs("a url without quotes", "inputs.a.url = git+file://@/git/lib;"),
        Inputs("an indented url that ends in a line of its own", "inputs.a.url = ''\n  git+file://@/git/lib\n'';"),
        Inputs("an attribute twice", "inputs.a.url = \"git+file://@/git/lib\"; inputs.a.url = \"git+file://@/git/lib\";"),
        Inputs("inputs that are computed", "inputs = builtins.listToAttrs [ ];"),
        Inputs("an input without anything", "inputs.a = { };"),
        Inputs("an attribute that is not supported", "nope = 1; inputs.a.url = \"git+file://@/git/lib\";"),
        Inputs("a member that is no attribute of an input", "inputs.a = { url = \"git+file://@/git/lib\"; zoo = 1; boo = 2; };"),
        Inputs("a negative number", "inputs.a = { type = \"git\"; url = \"file://@/git/lib\"; revCount = -1; };"),
        Inputs("an attribute that is a list", "inputs.a = { type = \"git\"; url = \"file://@/git/lib\"; ref = [ ]; };"),
        Inputs("an attribute that is null", "inputs.a = { type = \"git\"; url = \"file://@/git/lib\"; ref = null; };"),
        Inputs("an attribute that is not its type's", "inputs.a = { type = \"git\"; url = \"file://@/git/lib\"; owner = \"x\"; };"),
        Inputs("a type that is not known", "inputs.a = { type = \"fossil\"; url = \"file://@/git/lib\"; };"),
        Inputs("a formal that is no name", "inputs.a.url = \"git+file://@/git/lib\";", "{ self, a, _b ? 1 }"),
        Inputs("a formal with a default", "inputs.a.url = \"git+file://@/git/lib\";", "{ self, a ? null, ... }@all"),
        Inputs("outputs that are no function", "inputs.a.url = \"git+file://@/git/lib\";", "let x = 1; in x"),
        new("no outputs", "{ inputs.a.url = \"git+file://@/git/lib\"; }") { Git = [(Lib, Plain)] },
        new("a flake that is a function", "_: { outputs = _: { }; }"),
        Inputs("a description that is no text", "description = 1; inputs.a.url = \"git+file://@/git/lib\";"),
        Inputs(
            "settings",
            "nixConfig = { bash-prompt = \"x\"; extra-substituters = [ \"a\" \"b\" ]; }; inputs.a.url = \"git+file://@/git/lib\";"),
        new(
            "a registry of the flake's own",
            "{ nixConfig.flake-registry = \"@/registry.json\"; inputs.a.url = \"reg\"; inputs.b.url = \"git+file://@/git/b\"; outputs = { "
                + "self, a, b, reg }: { }; }")
        {
            Git = [(Lib, Plain), ("b/flake.nix", "{ nixConfig.flake-registry = \"\"; inputs.c.url = \"reg/main\"; outputs = _: { }; }")],
            Prepare = world =>
                world.Write(
                    "registry.json",
                    $$"""
                    {
                      "version": 2,
                      "flakes": [
                        {
                          "from": { "type": "indirect", "id": "reg" },
                          "to": { "type": "git", "url": "file://{{world["git/lib"]}}" }
                        }
                      ]
                    }
                    """),
            Update = ["a"],
        },
        Inputs("self with submodules", "inputs.self.submodules = true; inputs.a.url = \"git+file://@/git/lib\";"),
        Inputs("self with something else", "inputs.self.nope = true; inputs.a.url = \"git+file://@/git/lib\";"),
        new("self in an input", Uses("a")) { Git = [("a/flake.nix", "{ inputs.self.submodules = true; outputs = _: { }; }")] },
        Inputs("follows with a slash", "inputs.a.url = \"git+file://@/git/lib\"; inputs.b.follows = \"a/\"; inputs.c.follows = \"/\";"),
        Inputs("follows that is no path", "inputs.a.url = \"git+file://@/git/lib\"; inputs.b.follows = \"a b\";"),
        Inputs("follows itself", "inputs.a.follows = \"a\";"),
        Inputs("the flake itself", "inputs.a.url = \"path:.\";"),
        Inputs("a path of nothing", "inputs.a.url = \"path:\";"),
        Inputs("an absolute path literal", "inputs.a.url = /tmp;"),
        Inputs("a path out of the tree that is no flake", "inputs.a = { url = \"path:../folders\"; flake = false; };"),
        Inputs("a path that is missing and no flake", "inputs.a = { url = \"path:./missing\"; flake = false; };"),
        Inputs("a fragment", "inputs.a.url = \"git+file://@/git/lib#x\";"),
        Inputs("an empty fragment", "inputs.a.url = \"git+file://@/git/lib#\";"),
        Inputs("a name that is no reference", "inputs.a.url = \"foo.bar\";"),
        Inputs("a reference with one part", "inputs.a.url = \"github:foo\";"),
        Inputs("a scheme in capitals", "inputs.a.url = \"GIT+FILE://@/git/lib\";"),
        Inputs("a scheme that is not known", "inputs.a.url = \"fossil+file://@/git/lib\";"),
        Inputs("a query without a value", "inputs.a.url = \"git+file://@/git/lib?shallow&ref=main\";"),
        Inputs("a query with one name twice", "inputs.a.url = \"git+file://@/git/lib?ref=main&ref=nope\";"),
        Inputs("a query in another order", "inputs.a.url = \"git+file://@/git/lib?shallow=0&ref=main&b=2&a=1\";"),
        Inputs("signs in a url", "inputs.a = { url = \"file://@/git/lib/flake.nix?x=a+b,(c)&y=%2F\"; flake = false; };"),
        Inputs("a folder as an archive", "inputs.a.url = \"file://@/git/lib\";"),
        Inputs("an archive that is not there", "inputs.a.url = \"file://@/nothing.tar.gz\";"),
        Inputs("a subfolder of a repository", "inputs.a.url = \"git+file://@/git/lib/sub\";"),
        Inputs("a slash behind the repository", "inputs.a.url = \"git+file://@/git/lib/\";"),
        Inputs("the repository's own folder", "inputs.a.url = \"git+file://@/git/lib/.git\";"),
        Inputs("git by ssh in the old way", "inputs.a = { type = \"git\"; url = \"nobody:lib\"; };"),
        Inputs("a date that is not right", "inputs.a = { type = \"git\"; url = \"file://@/git/lib\"; lastModified = 7; };"),
        Inputs("an empty dir", "inputs.a.url = \"git+file://@/git/lib?dir=\";"),
        Inputs("a dir with dots", "inputs.a.url = \"git+file://@/git/lib?dir=./\"; inputs.b.url = \"git+file://@/git/lib?dir=../..\";"),
        Inputs(
            "the same by two references",
            "inputs.a.url = \"git+file://@/git/lib\"; inputs.b.url = \"git+file://@/git/lib?ref=main\"; inputs.c.url = "
                + "\"git+file://@/git/lib?ref=refs/heads/main\";"),
        Inputs("verified fetches", "inputs.a.url = \"git+file://@/git/lib?verifyCommit=1&publicKey=x\";"),
        new(
            "names in their order",
            "{ inputs.nixpkgs.url = \"git+file://@/git/lib\"; inputs.nixpkgs-stable.url = \"git+file://@/git/lib\"; " + string.Concat(
                Enumerable.Range(1, 11).Select(i => $"inputs.a{i}.url = \"git+file://@/git/a\"; ")) + "outputs = _: { }; }")
        {
            Git = [("a/flake.nix", "{ inputs.nixpkgs.url = \"git+file://@/git/lib\"; outputs = _: { }; }"), (Lib, Plain)],
        },
        new(
            "odd signs",
            "{ inputs.a = { url = \"path:./é \\\"\\\\<+>&'\"; flake = false; }; inputs.b = { url = "
                + "\"git+file://@/git/lib?dir=\u2028\\t\"; flake = false; }; outputs = _: { }; }")
        {
            Git = [(Lib, Plain)],
        },
        new(
            "a store path",
            "{ inputs.a.url = \"path:@/folders/a/\"; inputs.b = { url = \"path:@/folders/../folders/a\"; flake = false; }; outputs = _: { "
                + "}; }")
        {
            Folders = [("a/flake.nix", Plain)],
            Prepare = OldFolders,
        },
        new("a folder by a link", "{ inputs.a.url = \"path:./link\"; outputs = _: { }; }")
        {
            Own = [("sub/flake.nix", Plain)],
            PrepareTop = top => File.CreateSymbolicLink(Path.Combine(top, "link"), "sub"),
        },
        new("follows of an input that is kept", Uses("a", "other"))
        {
            Git = [.. OneLib, ("other/flake.nix", Plain)],
            Then = Uses("a"),
            Update = ["a/lib", "a/b"],
        },
        new(
            "a follows that an override takes away",
            "{ inputs.other.url = \"git+file://@/git/other\"; inputs.a.url = \"git+file://@/git/a\"; inputs.a.inputs.b.inputs.lib.url = "
                + "\"git+file://@/git/other\"; outputs = _: { }; }")
        {
            Git = [.. OneLib, ("other/flake.nix", Plain)],
        },
        new(
            "the outer override wins",
            "{ inputs.a.url = \"git+file://@/git/a\"; inputs.a.inputs.b.inputs.lib.url = \"git+file://@/git/other\"; outputs = _: { }; }")
        {
            Git =
            [
                (
                    "a/flake.nix",
                    "{ inputs.b.url = \"git+file://@/git/b\"; inputs.b.inputs.lib.url = \"git+file://@/git/b\"; outputs = _: { }; }"),
                ("b/flake.nix", Uses("lib")),
                (Lib, Plain),
                ("other/flake.nix", Plain),
            ],
        },
        new("a circle through the flake itself", "{ inputs.a.url = \"git+file://@/git/a\"; outputs = _: { }; }")
        {
            Git =
            [
                ("a/flake.nix", "{ inputs.b.url = \"git+file://@/git/b\"; outputs = _: { }; }"),
                ("b/flake.nix", "{ inputs.a.url = \"git+file://@/git/a?ref=main\"; outputs = _: { }; }"),
            ],
        },
        new("no commit yet", Uses("a"))
        {
            IsUnlocked = true,
            Git = [(Lib, Plain)],
            Prepare = world =>
            {
                Directory.CreateDirectory(world["git/a"]);
                TestGit.In(world["git/a"], "init", "-q", "-b", "main");
                world.Write("git/a/flake.nix", Plain);
                TestGit.In(world["git/a"], "add", "-A");
            },
        },
        new(
            "a shallow clone",
            "{ inputs.a.url = \"git+file://@/shallow\"; inputs.b.url = \"git+file://@/shallow?ref=main&shallow=1\"; outputs = _: { }; }")
        {
            Git = [("a/flake.nix", Plain)],
            Prepare = Shallow,
        },
        new("a shallow clone by ref", "{ inputs.a.url = \"git+file://@/shallow?ref=main\"; outputs = _: { }; }")
        {
            Git = [("a/flake.nix", Plain)],
            Prepare = Shallow,
        },
    ];

    static void OldFolders(TempFolder world)
    {
        // What a folder is last modified at must not be the moment of the test.
        var time = new DateTime(2021, 1, 1, 0, 0, 0, DateTimeKind.Utc);
        foreach (var path in Directory.EnumerateFileSystemEntries(world["folders"], "*", SearchOption.AllDirectories))
        {
            if (new FileInfo(path).LinkTarget is not null)
                Run.Program("touch", world.Path, new Dictionary<string, string>(), "-h", "-d", "2021-01-01T00:00:00Z", path);
            else if (Directory.Exists(path))
                Directory.SetLastWriteTimeUtc(path, time);
            else
                File.SetLastWriteTimeUtc(path, time);
        }
    }

    static void Bare(TempFolder world) => TestGit.In(world.Path, "clone", "-q", "--bare", world["git/a"], world["bare"]);

    static void Shallow(TempFolder world)
    {
        TestGit.Commit(world["git/a"], 5);
        TestGit.In(world.Path, "clone", "-q", "--depth", "1", $"file://{world["git/a"]}", world["shallow"]);
    }

    static void Archive(TempFolder world)
    {
        OldFolders(world);
        _ = Run.Program(
            "tar",
            world["folders"],
            new Dictionary<string,
            string>(),
            "--sort=name",
            "--owner=0",
            "--group=0",
            "--mtime=@1609459200",
            "-czf",
            world["a.tar.gz"],
            "a").Succeeded;
    }
}
