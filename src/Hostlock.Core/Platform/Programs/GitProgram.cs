namespace Hostlock.Platform.Programs;

/// <summary>
/// Builds all requests for git. A repository may come from anybody, and its settings may name programs. So a question starts none of them,
/// and only a commit that the user asked for runs the user's hooks. Paths and names from outside go behind <c>--</c>, as git's commands
/// accept them.
/// </summary>
public static class GitProgram
{
    const string Name = "git";

    /// <summary>The longest time that git may take to remove its lock files when it is stopped.</summary>
    public static readonly TimeSpan Grace = TimeSpan.FromSeconds(2);

    // If a hook or an alias called us, its variables would send git to another repository.
    static readonly EnvironmentChanges OfThisRepository = EnvironmentChanges.None.Unset(
        "GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY", "GIT_ALTERNATE_OBJECT_DIRECTORIES",
        "GIT_COMMON_DIR", "GIT_NAMESPACE", "GIT_PREFIX", "GIT_SHALLOW_FILE", "GIT_GRAFT_FILE", "GIT_EXTERNAL_DIFF");

    // No file of the user may be written, not even a refreshed index. Replacement objects are ignored, as in libgit2. Prompts stay as they
    // are, because a user may be asked.
    static readonly EnvironmentChanges Reading = OfThisRepository
        .Set("GIT_OPTIONAL_LOCKS", "0").Set("GIT_NO_REPLACE_OBJECTS", "1").Set("GIT_ATTR_NOSYSTEM", "1").Set("LC_ALL", "C");

    // A question is answered from what is on this machine. An object that is missing stays missing: git would fetch it by a program that
    // the repository names. A git that does not know the variable for this may use no protocol either.
    static readonly EnvironmentChanges Offline = Reading.Set("GIT_NO_LAZY_FETCH", "1").Set("GIT_ALLOW_PROTOCOL", "none");

    // Settings that would start a program in any command, and have no place outside of a commit. 'git add' calls a hook too.
    static readonly string[] WithoutHooks = ["core.fsmonitor=false", "core.hooksPath=/dev/null", "gc.auto=0", "maintenance.auto=false"];

    // Every other setting of a repository that names a program. Most are of commands that are not run here; if one were, it would fail
    // and not run the program. Filters stay: they are asked for by name, and only in a repository that git trusts.
    static readonly string[] WithoutPrograms =
    [
        "core.alternateRefsCommand=false", "core.askPass=false", "core.editor=false", "core.gitProxy=false", "core.pager=cat",
        "core.sshCommand=false", "credential.helper=", "diff.external=false", "gpg.program=false", "gpg.ssh.defaultKeyCommand=false",
        "gpg.ssh.program=false", "gpg.x509.program=false", "log.showSignature=false", "protocol.ext.allow=never",
        "uploadpack.packObjectsHook=false",
    ];

    // A copy has no settings of its own, so the user's ssh, proxies and credentials are used. No address makes git run a program. A pack is
    // written whole or not at all: with single objects, a fetch that is killed would leave a commit without its files.
    static readonly string[] ForCopies =
        [.. WithoutHooks, "fetch.unpackLimit=1", "protocol.ext.allow=never", "http.lowSpeedLimit=1", "http.lowSpeedTime=300"];

    /// <summary>
    /// Builds a question to a repository by its git folder. No file of the user is changed, nothing is fetched, and no program that the
    /// repository names is run. The caller has made sure that git trusts the repository, because git does not check a folder that it is
    /// told.
    /// </summary>
    /// <param name="gitFolder">The git folder of the repository.</param>
    /// <param name="arguments">The command, one of git's plumbing, and its arguments.</param>
    public static ProcessRequest Ask(string gitFolder, params IEnumerable<string> arguments) =>
        Request([$"--git-dir={gitFolder}"], [.. WithoutHooks, .. WithoutPrograms], arguments) with { Environment = Offline };

    /// <summary>
    /// Builds a question to the repository around a folder, as <see cref="Ask"/>. git itself refuses a repository of another owner that
    /// the user does not call safe.
    /// </summary>
    /// <param name="folder">The folder, in a work tree or a repository.</param>
    /// <param name="arguments">The command, one of git's plumbing, and its arguments.</param>
    public static ProcessRequest AskAround(string folder, params IEnumerable<string> arguments) =>
        Request(["-C", folder], [.. WithoutHooks, .. WithoutPrograms], arguments) with { Environment = Offline };

    /// <summary>
    /// Builds a command that fetches into a copy of ours, or asks a server. The settings of the copy are known
    /// (<c>GitCopies</c>), and those of the user apply.
    /// </summary>
    /// <param name="gitFolder">The git folder of the copy.</param>
    /// <param name="arguments">The command and its arguments.</param>
    public static ProcessRequest Reach(string gitFolder, params IEnumerable<string> arguments) =>
        Request([$"--git-dir={gitFolder}"], ForCopies, arguments) with { Environment = Reading };

    /// <summary>Builds a command as <see cref="Reach"/>, to a server that nobody trusts: no file that it makes may exceed a size.</summary>
    /// <param name="gitFolder">The git folder of the copy.</param>
    /// <param name="mebibytes">The most MiB that a file may have.</param>
    /// <param name="arguments">The command and its arguments.</param>
    public static ProcessRequest ReachWithin(string gitFolder, int mebibytes, params IEnumerable<string> arguments)
    {
        var request = Reach(gitFolder, arguments);
        // ulimit counts blocks of 512 bytes (POSIX).
        return ProcessRequest.Of(
            "sh", ["-c", $"ulimit -f {mebibytes * 2048} && exec \"$@\"", "sh", request.Program, .. request.Arguments]) with
        {
            Environment = request.Environment,
        };
    }

    /// <summary>
    /// Builds a command that changes the index or a setting of the repository around a folder, without its hooks. Once begun, it is always
    /// finished. git itself refuses a repository of another owner that the user does not call safe.
    /// </summary>
    /// <param name="folder">The folder, in a work tree.</param>
    /// <param name="arguments">The command and its arguments.</param>
    public static ProcessRequest Change(string folder, params IEnumerable<string> arguments) =>
        Request(["-C", folder], WithoutHooks, arguments) with
        {
            Environment = OfThisRepository,
            Stop = new ProcessStop.Never(),
        };

    /// <summary>
    /// Builds a command that runs in a work tree for the user, with the user's own settings, hooks and signing. Once begun, it is always
    /// finished, so that no change is left half-done. git itself refuses a repository of another owner that the user does not call safe.
    /// </summary>
    /// <param name="workTree">The folder of the work tree.</param>
    /// <param name="arguments">The command and its arguments.</param>
    public static ProcessRequest InWorkTree(string workTree, params IEnumerable<string> arguments) =>
        Request(["-C", workTree], [], arguments) with { Environment = OfThisRepository, Stop = new ProcessStop.Never() };

    /// <summary>
    /// Builds a command that fetches from another repository into the one of a work tree, asks it, or pushes to it, with the user's own
    /// settings and hooks. Each does all or nothing, so it ends if it is stopped: the other one may never answer.
    /// </summary>
    /// <param name="workTree">The folder of the work tree.</param>
    /// <param name="arguments">The command and its arguments.</param>
    public static ProcessRequest Exchange(string workTree, params IEnumerable<string> arguments) =>
        InWorkTree(workTree, arguments) with { Stop = new ProcessStop.Gently(Grace) };

    // The settings are the same each time, and longer than the rest: a person who wants to see the commands does not need them.
    static ProcessRequest Request(ReadOnlySpan<string> place, IEnumerable<string> settings, IEnumerable<string> arguments) =>
        ProcessRequest.Of(Name, [.. place, .. settings.SelectMany(setting => new[] { "-c", setting }), .. arguments]) with
        {
            Told = [.. place, .. arguments],
        };
}
