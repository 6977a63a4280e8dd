using Hostlock.Tests.Support;

namespace Hostlock.Tests.Conformance;

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

    /// <summary>True where an input has changes that are not committed, so that no lock can be written.</summary>
    public bool IsUnlocked { get; init; }

    /// <summary>The flake after the first lock, where it changes.</summary>
    public string? Then { get; init; }

    /// <summary>The inputs of an update by name after the one of all; none where empty.</summary>
    public string[] Update { get; init; } = [];

    const string Plain = "{ outputs = _: { }; }";
    const string Lib = "lib/flake.nix";

    static string Uses(params string[] inputs) =>
        $"{{ {string.Concat(inputs.Select(input => $"inputs.{input}.url = \"git+file://@/git/{input}\"; "))}outputs = _: {{ }}; }}";

    public static readonly Shape[] All =
    [
        new("no inputs", Plain),
        new("one input", Uses("lib")) { Git = [(Lib, Plain)] },
        new("an input with an input", Uses("a")) { Git = [("a/flake.nix", Uses("lib")), (Lib, Plain)], Update = ["a"] },
        new("three deep", Uses("a")) { Git = [("a/flake.nix", Uses("b")), ("b/flake.nix", Uses("lib")), (Lib, Plain)], Update = ["a/b"] },
        new("a diamond", Uses("a", "b")) { Git = [("a/flake.nix", Uses("lib")), ("b/flake.nix", Uses("lib")), (Lib, Plain)], Update = ["b"] },
        new("names that collide", Uses("a", "b", "lib", "lib_2").Replace("git/lib_2", "git/lib", StringComparison.Ordinal))
        {
            Git = [("a/flake.nix", Uses("lib")), ("b/flake.nix", Uses("lib")), (Lib, Plain)],
            Update = ["lib"],
        },
        new("an input named root", Uses("root").Replace("git/root", "git/lib", StringComparison.Ordinal)) { Git = [(Lib, Plain)] },
        new("follows", "{ inputs.lib.url = \"git+file://@/git/lib\"; inputs.a.url = \"git+file://@/git/a\"; inputs.a.inputs.lib.follows = \"lib\"; outputs = _: { }; }")
        {
            Git = [("a/flake.nix", Uses("lib")), (Lib, Plain)],
            Update = ["lib"],
        },
        new("follows at two depths", "{ inputs.lib.url = \"git+file://@/git/lib\"; inputs.a.url = \"git+file://@/git/a\"; inputs.a.inputs.lib.follows = \"lib\"; inputs.a.inputs.b.inputs.lib.follows = \"lib\"; outputs = _: { }; }")
        {
            Git = [("a/flake.nix", Uses("b", "lib")), ("b/flake.nix", Uses("lib")), (Lib, Plain)],
            Update = ["a"],
        },
        new("follows into an input", "{ inputs.a.url = \"git+file://@/git/a\"; inputs.lib.follows = \"a/lib\"; outputs = _: { }; }")
        {
            Git = [("a/flake.nix", Uses("lib")), (Lib, Plain)],
            Update = ["a/lib"],
        },
        new("follows the root", "{ inputs.a.url = \"git+file://@/git/a\"; inputs.a.inputs.lib.follows = \"\"; outputs = _: { }; }") { Git = [("a/flake.nix", Uses("lib")), (Lib, Plain)] },
        new("follows of its own", Uses("a"))
        {
            Git = [("a/flake.nix", "{ inputs.lib.url = \"git+file://@/git/lib\"; inputs.b.url = \"git+file://@/git/b\"; inputs.b.inputs.lib.follows = \"lib\"; outputs = _: { }; }"), ("b/flake.nix", Uses("lib")), (Lib, Plain)],
            Update = ["a/lib"],
        },
        new("follows nothing", "{ inputs.a.follows = \"b\"; outputs = _: { }; }"),
        new("follows in a circle", "{ inputs.a.follows = \"b\"; inputs.b.follows = \"a\"; outputs = _: { }; }"),
        new("follows added later", Uses("a", "lib"))
        {
            Git = [("a/flake.nix", Uses("lib")), (Lib, Plain)],
            Then = "{ inputs.lib.url = \"git+file://@/git/lib\"; inputs.a.url = \"git+file://@/git/a\"; inputs.a.inputs.lib.follows = \"lib\"; outputs = _: { }; }",
        },
        new("follows removed later", "{ inputs.lib.url = \"git+file://@/git/lib\"; inputs.a.url = \"git+file://@/git/a\"; inputs.a.inputs.lib.follows = \"lib\"; outputs = _: { }; }")
        {
            Git = [("a/flake.nix", Uses("lib")), (Lib, Plain)],
            Then = Uses("a", "lib"),
        },
        new("an override by url", "{ inputs.a.url = \"git+file://@/git/a\"; inputs.a.inputs.lib.url = \"git+file://@/git/other\"; outputs = _: { }; }")
        {
            Git = [("a/flake.nix", Uses("lib")), (Lib, Plain), ("other/flake.nix", Plain)],
            Then = Uses("a"),
            Update = ["a"],
        },
        new("a deep override", "{ inputs.a.url = \"git+file://@/git/a\"; inputs.a.inputs.b.inputs.lib.url = \"git+file://@/git/other\"; outputs = _: { }; }")
        {
            Git = [("a/flake.nix", Uses("b")), ("b/flake.nix", Uses("lib")), (Lib, Plain), ("other/flake.nix", Plain)],
        },
        new("an override of nothing", "{ inputs.a.url = \"git+file://@/git/a\"; inputs.a.inputs.nope.url = \"git+file://@/git/lib\"; outputs = _: { }; }") { Git = [("a/flake.nix", Plain), (Lib, Plain)] },
        new("no flake", "{ inputs.a = { url = \"git+file://@/git/a\"; flake = false; }; outputs = _: { }; }") { Git = [("a/file", "text")] },
        new("no flake that is none", Uses("a")) { Git = [("a/file", "text")] },
        new("flake = false taken away", "{ inputs.a = { url = \"git+file://@/git/a\"; flake = false; }; outputs = _: { }; }") { Git = [("a/flake.nix", Uses("lib")), (Lib, Plain)], Then = Uses("a"), Update = ["a"] },
        new("a path input", "{ inputs.a.url = \"path:@/folders/a\"; outputs = _: { }; }") { Folders = [("a/flake.nix", Plain), ("a/sub/file", "x")], Prepare = OldFolders },
        new("a path that is no flake", "{ inputs.a = { url = \"path:@/folders/a\"; flake = false; }; outputs = _: { }; }") { Folders = [("a/file", "text")], Prepare = OldFolders },
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
        new("a relative path", "{ inputs.sub.url = \"path:./sub\"; outputs = _: { }; }") { Own = [("sub/flake.nix", Uses("lib"))], Git = [(Lib, Plain)], Update = ["sub/lib"] },
        new("a path literal", "{ inputs.sub.url = ./sub; outputs = _: { }; }") { Own = [("sub/flake.nix", Plain)] },
        new("relative paths of relative paths", "{ inputs.sub.url = \"path:./sub\"; outputs = _: { }; }")
        {
            Own = [("sub/flake.nix", "{ inputs.deep.url = \"path:./deep\"; inputs.side.url = \"path:../side\"; outputs = _: { }; }"), ("sub/deep/flake.nix", Plain), ("side/flake.nix", Uses("lib"))],
            Git = [(Lib, Plain)],
        },
        new("a relative path out of the tree", "{ inputs.sub.url = \"path:../elsewhere\"; outputs = _: { }; }"),
        new("a relative path that is not there", "{ inputs.sub.url = \"path:./nope\"; outputs = _: { }; }"),
        new("a relative path in an input", Uses("a")) { Git = [("a/flake.nix", "{ inputs.sub.url = \"path:./sub\"; outputs = _: { }; }"), ("a/sub/flake.nix", Uses("lib")), (Lib, Plain)], Update = ["a"] },
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
        new("locks of their own two deep", Uses("a")) { Git = [("a/flake.nix", Uses("b")), ("b/flake.nix", Uses("lib")), (Lib, Plain)], Locked = ["b", "a"], Update = ["a/b"] },
        new("a folder in a repository", "{ inputs.a.url = \"git+file://@/git/a?dir=nix/flake\"; outputs = _: { }; }") { Git = [("a/nix/flake/flake.nix", Uses("lib")), (Lib, Plain)], Update = ["a"] },
        new("a folder of a relative input", "{ inputs.a.url = \"path:./sub?dir=x\"; outputs = _: { }; }") { Own = [("sub/x/flake.nix", Plain)] },
        new("attributes in place of a url", "{ inputs.a = { type = \"git\"; url = \"file://@/git/a\"; dir = \"sub\"; }; outputs = _: { }; }") { Git = [("a/sub/flake.nix", Plain)] },
        new("a branch", "{ inputs.a.url = \"git+file://@/git/a?ref=dev\"; outputs = _: { }; }") { Git = [("a/flake.nix", Plain)], Prepare = world => TestGit.In(world["git/a"], "branch", "dev") },
        new("a tag", "{ inputs.a.url = \"git+file://@/git/a?ref=refs/tags/v1\"; outputs = _: { }; }") { Git = [("a/flake.nix", Plain)], Prepare = world => TestGit.In(world["git/a"], "tag", "-a", "v1", "-m", "v1") },
        new("a branch that is not there", "{ inputs.a.url = \"git+file://@/git/a?ref=nope\"; outputs = _: { }; }") { Git = [("a/flake.nix", Plain)] },
        new("a bare repository", "{ inputs.a.url = \"git+file://@/bare\"; outputs = _: { }; }") { Git = [("a/flake.nix", Uses("lib")), (Lib, Plain)], Prepare = Bare },
        new("a bare repository, shallow", "{ inputs.a.url = \"git+file://@/bare?shallow=1\"; outputs = _: { }; }") { Git = [("a/flake.nix", Plain)], Prepare = Bare },
        new("a detached head", Uses("a")) { Git = [("a/flake.nix", Plain)], Prepare = world => TestGit.In(world["git/a"], "checkout", "-q", "--detach") },
        new("a dirty repository", Uses("a")) { IsUnlocked = true, Git = [("a/flake.nix", Plain)], Prepare = world => world.Write("git/a/flake.nix", "{ outputs = _: { x = 1; }; }") },
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
        new("explicit false", "{ inputs.a.url = \"git+file://@/git/a?submodules=0\"; outputs = _: { }; }") { Git = [("a/flake.nix", Plain)] },
        new("an archive", "{ inputs.a.url = \"file://@/a.tar.gz\"; outputs = _: { }; }") { Folders = [("a/flake.nix", Uses("lib")), ("a/sub/file", "x")], Git = [(Lib, Plain)], Prepare = Archive },
        new("a file", "{ inputs.a = { url = \"file://@/folders/a\"; flake = false; }; outputs = _: { }; }") { Folders = [("a", "just a file")] },
        new("an input from the formals alone", "{ outputs = { self, nope }: { }; }"),
        new("an input added later", Uses("a")) { Git = [("a/flake.nix", Plain), (Lib, Plain)], Then = Uses("a", "lib") },
        new("an input removed later", Uses("a", "lib")) { Git = [("a/flake.nix", Plain), (Lib, Plain)], Then = Uses("a") },
        new("all inputs removed later", Uses("a")) { Git = [("a/flake.nix", Plain)], Then = Plain },
        new("another url later", Uses("a")) { Git = [("a/flake.nix", Plain), (Lib, Plain)], Then = Uses("a").Replace("git/a", "git/lib", StringComparison.Ordinal) },
        new("each the other", Uses("a")) { Git = [("a/flake.nix", Uses("b")), ("b/flake.nix", Uses("a"))] },
        new("url and follows", "{ inputs.a = { url = \"git+file://@/git/a\"; follows = \"b\"; }; outputs = _: { }; }") { Git = [("a/flake.nix", Plain)] },
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

    static void Archive(TempFolder world)
    {
        OldFolders(world);
        _ = Run.Program("tar", world["folders"], new Dictionary<string, string>(), "--sort=name", "--owner=0", "--group=0", "--mtime=@1609459200", "-czf", world["a.tar.gz"], "a").Succeeded;
    }
}
