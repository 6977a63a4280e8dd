using System.Text;

namespace Hostlock.Tests.Support;

/// <summary>
/// Git repositories in every state that makes a difference to a lock, with fixed dates, and the references that are locked there. The
/// same bytes, and so the same commits and hashes, on every machine.
/// </summary>
sealed class GitCases : IDisposable
{
    const string Somebody = "somebody <somebody@example.org>";

    public TempFolder Folder { get; } = new();

    /// <summary>The references by name; a query and all, below <c>git+file://ROOT/</c>.</summary>
    public static readonly (string Name, string Reference)[] All =
    [
        ("clean", "clean"),
        ("detached", "detached"),
        ("detached, with a revision", "detached?rev=DEV"),
        ("modified", "modified"),
        ("staged", "staged"),
        ("intent to add", "intent"),
        ("deleted", "deleted"),
        ("mode changed", "mode"),
        ("mode changed where modes do not count", "no-modes"),
        ("untracked files only", "untracked"),
        ("touched", "touched"),
        ("changed within the same second and of the same size", "racy"),
        ("a file where a link was", "unlinked"),
        ("a folder behind a link", "linked-folder"),
        ("conflict", "conflict"),
        ("assumed unchanged", "assumed"),
        ("sparse", "sparse"),
        ("linked work tree", "linked"),
        ("packed", "packed"),
        ("index of version 4", "index4"),
        ("reset without a tree in the index", "reset"),
        ("branch", "clean?ref=dev"),
        ("branch by its full name", "clean?ref=refs/heads/dev"),
        ("branch while dirty", "modified?ref=dev"),
        ("lightweight tag", "clean?ref=light"),
        ("annotated tag", "clean?ref=tags/annotated"),
        ("annotated tag by its full name", "clean?ref=refs/tags/annotated"),
        ("HEAD", "clean?ref=HEAD"),
        ("no such branch", "clean?ref=nope"),
        ("revision", "clean?rev=DEV"),
        ("revision in capitals", "clean?rev=UPPER"),
        ("revision of a tag object", "clean?rev=TAG"),
        ("revision and another branch", "clean?rev=DEV&ref=main"),
        ("revision and no such branch", "clean?rev=DEV&ref=nope"),
        ("unknown revision", "clean?rev=0123456789012345678901234567890123456789"),
        ("short revision", "clean?rev=0123456"),
        ("branch in a linked work tree", "linked?ref=main"),
        ("bare", "bare.git"),
        ("bare, branch", "bare.git?ref=dev"),
        ("bare, lightweight tag by its short name", "bare.git?ref=light"),
        ("bare, annotated tag", "bare.git?ref=refs/tags/annotated"),
        ("bare, HEAD", "bare.git?ref=HEAD"),
        ("bare, revision", "bare.git?rev=DEV"),
        ("bare, revision in capitals", "bare.git?rev=UPPER"),
        ("bare, revision and another branch", "bare.git?rev=DEV&ref=main"),
        ("bare, revision and no such branch", "bare.git?rev=DEV&ref=nope"),
        ("bare, no such branch", "bare.git?ref=nope"),
        ("bare, detached", "bare-detached.git"),
        ("bare, detached, with a branch", "bare-detached.git?ref=dev"),
        ("bare, before the first commit", "bare-empty.git"),
        ("shallow=1", "clean?shallow=1"),
        ("shallow=1 with a branch", "clean?shallow=1&ref=dev"),
        ("shallow=0", "clean?shallow=0"),
        ("submodules=0", "clean?submodules=0"),
        ("submodules=1 without submodules", "clean?submodules=1"),
        ("lfs=1 without LFS", "clean?lfs=1&ref=main"),
        ("allRefs=1", "clean?allRefs=1"),
        ("bare, allRefs=1", "bare.git?allRefs=1"),
        ("bare, shallow=1", "bare.git?shallow=1"),
        ("shallow clone", "shallow"),
        ("shallow clone, branch", "shallow?ref=main"),
        ("shallow clone, branch and shallow=1", "shallow?ref=main&shallow=1"),
        ("staged before the first commit", "unborn"),
        ("the .git folder itself", "clean/.git"),
        ("a slash at the end", "clean/"),
        ("by a link", "by-link"),
        ("a folder within", "clean/dir"),
        ("nothing there", "nothing"),
        ("a folder that is no repository", "plain"),
        ("attributes, work tree", "attributes"),
        ("attributes, work tree, exportIgnore=1", "attributes?exportIgnore=1"),
        ("attributes, commit", "attributes?ref=main"),
        ("attributes, commit, exportIgnore=1", "attributes?ref=main&exportIgnore=1"),
        ("attributes, bare, exportIgnore=1", "attributes.git?exportIgnore=1"),
        ("exportIgnore=1 with submodules=1", "clean?exportIgnore=1&submodules=1"),
        ("line ends converted", "autocrlf"),
        ("submodules, not asked for, work tree", "super"),
        ("submodules, not asked for, commit", "super?ref=main"),
        ("submodules, work tree", "super?submodules=1"),
        ("submodules, commit", "super?submodules=1&ref=main"),
        ("submodules, bare", "super.git?submodules=1"),
        ("submodules, revision", "super?submodules=1&rev=SUPER"),
        ("submodules that are not there", "super-bare-of-modules?submodules=1"),
        ("submodules that are not there, commit", "super-bare-of-modules?submodules=1&ref=main"),
        ("submodule modified", "super-modified?submodules=1"),
        ("submodule modified, not asked for", "super-modified"),
        ("submodule with an untracked file", "super-untracked?submodules=1"),
        ("submodule at another commit", "super-moved?submodules=1"),
        ("remote", "git://HOST/bare.git"),
        ("remote, of a work tree", "git://HOST/modified"),
        ("remote, branch", "git://HOST/bare.git?ref=dev"),
        ("remote, branch by its full name", "git://HOST/bare.git?ref=refs/heads/dev"),
        ("remote, lightweight tag by its short name", "git://HOST/bare.git?ref=light"),
        ("remote, lightweight tag", "git://HOST/bare.git?ref=refs/tags/light"),
        ("remote, annotated tag", "git://HOST/bare.git?ref=refs/tags/annotated"),
        ("remote, HEAD", "git://HOST/bare.git?ref=HEAD"),
        ("remote, no such branch", "git://HOST/bare.git?ref=nope"),
        ("remote, revision", "git://HOST/bare.git?rev=DEV"),
        ("remote, revision in capitals", "git://HOST/bare.git?rev=UPPER"),
        ("remote, revision of a tag object", "git://HOST/bare.git?rev=TAG"),
        ("remote, revision and no such branch", "git://HOST/bare.git?rev=DEV&ref=nope"),
        ("remote, unknown revision", "git://HOST/bare.git?rev=0123456789012345678901234567890123456789"),
        ("remote, detached", "git://HOST/bare-detached.git"),
        ("remote, before the first commit", "git://HOST/bare-empty.git"),
        ("remote, nothing there", "git://HOST/nothing"),
        ("remote, shallow=1", "git://HOST/bare.git?shallow=1"),
        ("remote, shallow=1 with a branch", "git://HOST/bare.git?shallow=1&ref=dev"),
        ("remote, shallow=1 with a revision", "git://HOST/bare.git?shallow=1&rev=DEV"),
        ("remote, allRefs=1", "git://HOST/bare.git?allRefs=1"),
        ("remote, allRefs=1 with a revision", "git://HOST/bare.git?allRefs=1&rev=DEV"),
        ("remote, shallow itself", "git://HOST/shallow"),
        ("remote, exportIgnore=1", "git://HOST/attributes.git?exportIgnore=1"),
        ("remote, submodules", "git://HOST/super.git?submodules=1"),
        ("remote, submodules, revision", "git://HOST/super.git?submodules=1&rev=SUPER"),
        ("remote, submodules, not asked for", "git://HOST/super.git"),
        ("names that are not ASCII", "names"),
        ("names that are not ASCII, commit", "names?ref=main"),
        ("version 1", "version-1"),
        ("version 2", "version-2"),
        ("version 2, branch", "version-2?ref=main"),
        ("an unknown extension", "extension"),
        ("an unknown extension, branch", "extension?ref=main"),
        ("an unknown extension of version 0", "extension-0"),
        ("refs in a table", "reftable"),
        ("objects that are said to have other names", "object-format"),
        ("a partial clone", "partial?ref=main"),
        ("a work tree elsewhere, branch", "elsewhere?ref=main"),
        ("a work tree that its settings name too", "worktree-named"),
        ("a work tree that is declared bare", "declared-bare"),
        ("a work tree that is declared bare, branch", "declared-bare?ref=main"),
        ("a .git file without a blank", "gitfile"),
        ("grafted", "grafted"),
        ("grafted, branch", "grafted?ref=main"),
        ("replaced", "replaced?ref=main"),
        ("a submodule staged", "module-staged"),
        ("a submodule no longer tracked", "module-removed"),
        ("modes that do not count by an included file", "no-modes-included"),
        ("modes that do not count by the settings of the work tree", "no-modes-here"),
        ("settings of the work tree that nobody asked for", "no-modes-unasked"),
        ("line ends changed since the checkout", "autocrlf-later"),
        .. OddCommits.Select(odd => ($"commit: {odd.Name}", $"odd?ref={odd.Name.Replace(' ', '-')}")),
        .. OddModes.Select(mode => ($"an entry of mode {mode}", $"odd?ref=mode-{mode}")),
        ("an empty link", "odd?ref=empty-link"),
        ("a link with a zero byte", "odd?ref=zero-link"),
    ];

    // Commits that git would not make: the lines that replace those of a usual commit.
    static (string Name, string Author, string Committer)[] OddCommits =>
    [
        ("before the epoch", $"author {Somebody} 0 +0000", $"committer {Somebody} -5 +0000"),
        ("a plus before the time", $"author {Somebody} 0 +0000", $"committer {Somebody} +5 +0000"),
        ("zeros before the time", $"author {Somebody} 0 +0000", $"committer {Somebody} 007 +0000"),
        ("an empty time", $"author {Somebody} 0 +0000", $"committer {Somebody}  +0000"),
        ("no time", $"author {Somebody} 0 +0000", $"committer {Somebody}"),
        ("no zone", $"author {Somebody} 0 +0000", $"committer {Somebody} 5"),
        ("an odd zone", $"author {Somebody} 0 +0000", $"committer {Somebody} 5 +99999"),
        ("a time of letters", $"author {Somebody} 0 +0000", $"committer {Somebody} abc +0000"),
        ("a time beyond all bounds", $"author {Somebody} 0 +0000", $"committer {Somebody} 18446744073709551615 +0000"),
        ("an author with a time of letters", $"author {Somebody} abc +0000", $"committer {Somebody} 5 +0000"),
        ("brackets in a name", $"author {Somebody} 0 +0000", "committer a > x <b> 7 <a@example.org> 5 +0000"),
        ("an address without brackets", $"author {Somebody} 0 +0000", "committer a a@example.org 5 +0000"),
        ("two authors", $"author {Somebody} 0 +0000\nauthor {Somebody} 1 +0000", $"committer {Somebody} 5 +0000"),
        ("no author", "", $"committer {Somebody} 5 +0000"),
        ("no committer", $"author {Somebody} 0 +0000", ""),
    ];

    static string[] OddModes =>
        ["100664", "100600", "100777", "0100644", "644", "120755", "140000", "160755", "170000", "20000", "0", "200000", "1100644"];

    readonly Lazy<GitServer> _server;

    public GitCases()
    {
        _server = new(() => new(Folder.Path));
        Base();
        States();
        Bare();
        Attributes();
        Submodules();
        Names();
        Formats();
        Settings();
        OddObjects();
    }

    /// <summary>A reference with what only the repositories know filled in.</summary>
    public string Url(string reference) =>
        (reference.StartsWith("git://", StringComparison.Ordinal) ? "" : $"git+file://{Folder.Path}/") + reference
            .Replace("HOST", reference.Contains("HOST", StringComparison.Ordinal) ? _server.Value.Host : "", StringComparison.Ordinal)
            .Replace("DEV", Id("clean", "dev"), StringComparison.Ordinal)
            .Replace("UPPER", Id("clean", "dev").ToUpperInvariant(), StringComparison.Ordinal)
            .Replace("TAG", Id("clean", "refs/tags/annotated"), StringComparison.Ordinal)
            .Replace("SUPER", Id("super", "HEAD"), StringComparison.Ordinal);

    /// <summary>A text without what is another one in each run.</summary>
    public string Nameless(string text)
    {
        // Of a path that lacks a slash, Nix takes the first folder for a host.
        text = text.Replace(Folder.Path, "ROOT", StringComparison.Ordinal)
            .Replace($"authority '{Folder.Path.Split('/')[1]}'", "authority 'tmp'", StringComparison.Ordinal);
        return _server.IsValueCreated ? text.Replace(_server.Value.Host, "HOST", StringComparison.Ordinal) : text;
    }

    public void Dispose()
    {
        if (_server.IsValueCreated)
            _server.Value.Dispose();
        Folder.Dispose();
    }

    // main: one, two, merge of side, five commits in all; dev: three.
    void Base()
    {
        Folder.Write("clean/file", "one\n");
        Folder.Write("clean/dir/nested/deep", "deep\n");
        Folder.Write("clean/tool", "#!/bin/sh\n");
        File.SetUnixFileMode(Folder["clean/tool"], (UnixFileMode)0b111_101_101);
        File.CreateSymbolicLink(Folder["clean/link"], "dir/nested/deep");
        File.CreateSymbolicLink(Folder["clean/dangling"], "/nowhere/at all");
        foreach (var name in (string[])["a", "a-b", "a.txt", "B"])
            Folder.Write($"clean/order/{name}", name);
        Folder.Write("clean/order/a_/x", "x");
        TestGit.Commit(Folder["clean"], 1);
        Folder.Write("clean/file", "two\n");
        TestGit.Commit(Folder["clean"], 2);
        Git("clean", "checkout", "-q", "-b", "dev");
        Folder.Write("clean/dev", "dev\n");
        TestGit.Commit(Folder["clean"], 3);
        Git("clean", "checkout", "-q", "-b", "side", "main");
        Folder.Write("clean/side", "side\n");
        TestGit.Commit(Folder["clean"], 4);
        Git("clean", "checkout", "-q", "main");
        Folder.Write("clean/file", "three\n");
        TestGit.Commit(Folder["clean"], 5);
        Git("clean", "merge", "-q", "--no-ff", "-m", "merge", "side");
        Git("clean", "tag", "light");
        Git("clean", "tag", "-a", "-m", "annotated", "annotated");
    }

    void States()
    {
        Copy("clean", "detached");
        Git("detached", "checkout", "-q", "--detach");
        Copy("clean", "modified");
        Folder.Write("modified/file", "changed\n");
        Copy("clean", "staged");
        Folder.Write("staged/new", "new\n");
        Git("staged", "add", "new");
        Copy("clean", "intent");
        Folder.Write("intent/new", "new\n");
        Git("intent", "add", "-N", "new");
        Copy("clean", "deleted");
        File.Delete(Folder["deleted/file"]);
        Copy("clean", "mode");
        File.SetUnixFileMode(Folder["mode/file"], (UnixFileMode)0b111_101_101);
        Copy("clean", "no-modes");
        File.SetUnixFileMode(Folder["no-modes/file"], (UnixFileMode)0b111_101_101);
        Git("no-modes", "config", "core.fileMode", "false");
        Copy("clean", "untracked");
        Folder.Write("untracked/dir/new", "new\n");
        Copy("clean", "touched");
        File.SetLastWriteTimeUtc(Folder["touched/file"], new DateTime(2021, 1, 1, 0, 0, 0, DateTimeKind.Utc));
        Copy("clean", "racy");
        Folder.Write("racy/file", "three\n");
        Git("racy", "update-index", "--refresh");
        Folder.Write("racy/file", "THREE\n");
        Copy("clean", "unlinked");
        File.Delete(Folder["unlinked/link"]);
        Folder.Write("unlinked/link", "dir/nested/deep");
        Copy("clean", "linked-folder");
        Directory.Move(Folder["linked-folder/dir"], Folder["linked-folder/elsewhere"]);
        File.CreateSymbolicLink(Folder["linked-folder/dir"], "elsewhere");
        Copy("clean", "assumed");
        Git("assumed", "update-index", "--assume-unchanged", "file");
        Folder.Write("assumed/file", "changed\n");
        Copy("clean", "sparse");
        Git("sparse", "update-index", "--skip-worktree", "file");
        File.Delete(Folder["sparse/file"]);
        Copy("clean", "conflict");
        Git("conflict", "checkout", "-q", "-b", "other", "main~1");
        Folder.Write("conflict/file", "other\n");
        TestGit.Commit(Folder["conflict"], 6);
        Git("conflict", "checkout", "-q", "dev");
        Folder.Write("conflict/file", "ours\n");
        TestGit.Commit(Folder["conflict"], 7);
        Run.Program("git", Folder["conflict"], TestGit.Variables, "merge", "other");
        Copy("clean", "owner");
        Git("owner", "worktree", "add", "-q", Folder["linked"], "dev");
        Copy("clean", "packed");
        Git("packed", "gc", "-q");
        Git("packed", "pack-refs", "--all");
        Copy("clean", "index4");
        Git("index4", "update-index", "--index-version", "4");
        Copy("clean", "reset");
        Folder.Write("reset/new", "new\n");
        Git("reset", "add", "new");
        Git("reset", "rm", "-q", "--cached", "new");
        Directory.CreateDirectory(Folder["unborn"]);
        Git("unborn", "init", "-q", "-b", "main");
        Folder.Write("unborn/new", "new\n");
        Git("unborn", "add", "new");
        Git(".", "clone", "-q", "--depth", "1", $"file://{Folder["clean"]}", "shallow");
        File.CreateSymbolicLink(Folder["by-link"], "clean");
        Folder.Write("plain/file", "");
    }

    void Bare()
    {
        Git(".", "clone", "-q", "--bare", Folder["clean"], "bare.git");
        Git(".", "clone", "-q", "--bare", Folder["clean"], "bare-detached.git");
        Git("bare-detached.git", "update-ref", "--no-deref", "HEAD", "dev");
        Git(".", "init", "-q", "--bare", "-b", "main", "bare-empty.git");
    }

    void Attributes()
    {
        Folder.Write(
            "attributes/.gitattributes",
            "crlf.txt text eol=crlf\nid.txt ident\nsubst.txt export-subst\nno.txt export-ignore\ndocs export-ignore\ntests/ "
                + "export-ignore\n*.bak export-ignore\nkept.bak -export-ignore\nvalue.txt export-ignore=x\n");
        Folder.Write("attributes/crlf.txt", "a\nb\n");
        Folder.Write("attributes/id.txt", "$Id$\n");
        Folder.Write("attributes/subst.txt", "$Format:%H$\n");
        string[] names =
        [
            "no.txt", "docs/page", "tests/case", "deep/x.bak", "deep/kept.bak", "deep/only/y.bak", "deep/docs/z", "deep/tests/z",
            "value.txt", "sub/file", "sub/hidden",
        ];
        foreach (var name in names)
            Folder.Write($"attributes/{name}", name);
        Folder.Write("attributes/sub/.gitattributes", "hidden export-ignore\n");
        TestGit.Commit(Folder["attributes"], 1);
        File.Delete(Folder["attributes/crlf.txt"]);
        File.Delete(Folder["attributes/id.txt"]);
        Git("attributes", "checkout", "-q", "--", ".");
        Git(".", "clone", "-q", "--bare", Folder["attributes"], "attributes.git");
        Folder.Write("autocrlf/text", "a\nb\n");
        TestGit.Commit(Folder["autocrlf"], 1);
        Git("autocrlf", "config", "core.autocrlf", "true");
        File.Delete(Folder["autocrlf/text"]);
        Git("autocrlf", "checkout", "-q", "--", ".");
        File.SetLastWriteTimeUtc(Folder["autocrlf/text"], new DateTime(2021, 1, 1, 0, 0, 0, DateTimeKind.Utc));
    }

    // super holds modules/sub, which holds inner; all addresses are relative, so that no commit depends on where this lies.
    void Submodules()
    {
        Folder.Write("inner/file", "inner\n");
        TestGit.Commit(Folder["inner"], 1);
        Folder.Write("sub/file", "sub\n");
        TestGit.Commit(Folder["sub"], 1);
        Link("sub", "inner", "../inner");
        TestGit.Commit(Folder["sub"], 2);
        Folder.Write("super/file", "super\n");
        TestGit.Commit(Folder["super"], 1);
        Link("super", "modules/sub", "../sub", "sub");
        // One that .gitmodules does not know.
        Git("super", "update-index", "--add", "--cacheinfo", $"160000,{Id("inner", "HEAD")},unknown");
        Commit("super", 2);
        Git(".", "clone", "-q", "--bare", Folder["super"], "super.git");
        Git(".", "clone", "-q", Folder["super"], "super-bare-of-modules");
        // As a user has them: relative to where the superproject was cloned from.
        Git("super", "remote", "add", "origin", $"file://{Folder["super"]}");
        UpdateModules("super");
        foreach (var copy in (string[])["super-modified", "super-untracked", "super-moved"])
        {
            Git(".", "clone", "-q", $"file://{Folder["super"]}", copy);
            UpdateModules(copy);
        }
        Folder.Write("super-modified/modules/sub/file", "changed\n");
        Folder.Write("super-untracked/modules/sub/new", "new\n");
        Git("super-moved/modules/sub", "checkout", "-q", "HEAD~1");
    }

    // Only the superproject's own clone of unknown is missing, which git does not look for.
    void UpdateModules(string folder)
    {
        Git(folder, "-c", "protocol.file.allow=always", "submodule", "-q", "update", "--init", "--", "modules/sub");
        Git($"{folder}/modules/sub", "-c", "protocol.file.allow=always", "submodule", "-q", "update", "--init");
    }

    void Names()
    {
        Folder.Write("names/é ü/日本.txt", "x\n");
        Folder.Write("names/with \"quotes\" and \\", "x\n");
        Folder.Write("names/-dash", "x\n");
        Folder.Write("names/new\nline", "x\n");
        Folder.Write("names/empty", "");
        TestGit.Commit(Folder["names"], 1);
    }

    void Formats()
    {
        foreach (var (name, settings) in (ReadOnlySpan<(string, string)>)
        [
            ("version-1", "[core]\n\trepositoryformatversion = 1\n"),
            ("version-2", "[core]\n\trepositoryformatversion = 2\n"),
            ("extension", "[core]\n\trepositoryformatversion = 1\n[extensions]\n\tunheardOf = true\n"),
            ("extension-0", "[extensions]\n\tunheardOf = true\n"),
            ("reftable", "[core]\n\trepositoryformatversion = 1\n[extensions]\n\trefStorage = reftable\n"),
            ("object-format", "[core]\n\trepositoryformatversion = 1\n[extensions]\n\tobjectFormat = sha256\n"),
            ("partial", "[core]\n\trepositoryformatversion = 1\n[extensions]\n\tpartialClone = origin\n"),
            ("elsewhere", "[core]\n\tworktree = ../../clean\n"),
            ("worktree-named", "[core]\n\tworktree = ../../worktree-named\n"),
            ("declared-bare", "[core]\n\tbare = true\n"),
        ])
        {
            Copy("clean", name);
            File.AppendAllText(Folder[$"{name}/.git/config"], settings);
        }
        Copy("clean", "gitfile");
        Directory.Move(Folder["gitfile/.git"], Folder["gitfile.git"]);
        Folder.Write("gitfile/.git", "gitdir:../gitfile.git");
        foreach (var name in (string[])["grafted", "replaced"])
            Copy("clean", name);
        Directory.CreateDirectory(Folder["grafted/.git/info"]);
        Folder.Write("grafted/.git/info/grafts", $"{Id("grafted", "HEAD")}\n");
        Git("replaced", "replace", Id("replaced", "HEAD:file"), Id("replaced", "HEAD:tool"));
        foreach (var name in (string[])["module-staged", "module-removed"])
        {
            Copy("clean", name);
            Git(name, "update-index", "--add", "--cacheinfo", $"160000,{Id("inner", "HEAD")},module");
        }
        Commit("module-removed", 8);
        Git("module-removed", "update-index", "--force-remove", "module");
    }

    void Settings()
    {
        foreach (var name in (string[])["no-modes-included", "no-modes-here", "no-modes-unasked"])
        {
            Copy("clean", name);
            Git(name, "config", "--unset", "core.fileMode");
            File.SetUnixFileMode(Folder[$"{name}/file"], (UnixFileMode)0b111_101_101);
        }
        Git("no-modes-included", "config", "include.path", "more");
        Git("no-modes-here", "config", "extensions.worktreeConfig", "true");
        string[] settings =
            ["no-modes-included/.git/more", "no-modes-here/.git/config.worktree", "no-modes-unasked/.git/config.worktree"];
        foreach (var file in settings)
            Folder.Write(file, "[core]\n\tfileMode = false\n");
        Folder.Write("autocrlf-later/text", "a\nb\n");
        TestGit.Commit(Folder["autocrlf-later"], 1);
        Git("autocrlf-later", "config", "core.autocrlf", "true");
        Folder.Write("autocrlf-later/text", "a\r\nb\r\n");
    }

    // Objects that git reads and would not write, each at a branch of its own.
    void OddObjects()
    {
        Folder.Write("odd/file", "odd\n");
        TestGit.Commit(Folder["odd"], 1);
        var (tree, blob) = (Id("odd", "HEAD^{tree}"), Id("odd", "HEAD:file"));
        foreach (var (name, author, committer) in OddCommits)
        {
            var lines = new[] { $"tree {tree}", author, committer, "", name, "" }.Where((line, i) => line.Length > 0 || i > 2);
            Git(
                "odd",
                "update-ref",
                $"refs/heads/{name.Replace(' ', '-')}",
                Object("commit", Encoding.ASCII.GetBytes(string.Join('\n', lines))));
        }
        foreach (var mode in OddModes)
            Entry($"mode-{mode}", mode, blob);
        Entry("empty-link", "120000", Object("blob", []));
        Entry("zero-link", "120000", Object("blob", "a\0b"u8.ToArray()));

        void Entry(string branch, string mode, string id)
        {
            var entry = Object("tree", [.. Encoding.ASCII.GetBytes($"{mode} entry\0"), .. Convert.FromHexString(id)]);
            Git(
                "odd",
                "update-ref",
                $"refs/heads/{branch}",
                Object("commit", Encoding.ASCII.GetBytes($"tree {entry}\nauthor {Somebody} 0 +0000\ncommitter {Somebody} 5 +0000\n\nx\n")));
        }

        string Object(string type, byte[] contents)
        {
            File.WriteAllBytes(Folder["object"], contents);
            return Git("odd", "hash-object", "-t", type, "-w", "--literally", Folder["object"]).Trim();
        }
    }

    void Link(string folder, string path, string url, string? source = null)
    {
        File.AppendAllText(Folder[$"{folder}/.gitmodules"], $"[submodule \"{path}\"]\n\tpath = {path}\n\turl = {url}\n");
        Git(folder, "add", ".gitmodules");
        Git(folder, "update-index", "--add", "--cacheinfo", $"160000,{Id(source ?? path, "HEAD")},{path}");
        Directory.CreateDirectory(Folder[$"{folder}/{path}"]);
    }

    void Commit(string folder, int day) => TestGit.CommitStaged(Folder[folder], day);

    string Id(string folder, string name) => TestGit.Id(Folder[folder], name);

    string Git(string folder, params IEnumerable<string> arguments) => TestGit.In(Folder[folder], arguments);

    void Copy(string from, string to) => _ = Run.Program("cp", Folder.Path, TestGit.Variables, "-a", from, to).Succeeded;
}
