namespace Hostlock.Platform.Programs;

/// <summary>Builds all requests for git. Paths and names from outside go behind <c>--</c>, as git's commands accept them.</summary>
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

    // The settings of a repository may name programs. A command that only reads starts none of them, and prints only its answer.
    static readonly string[] ReadingSettings = ["-c", "core.fsmonitor=false", "-c", "log.showSignature=false"];

    /// <summary>
    /// Builds a command that asks a repository, or fetches into a copy of ours. No file of the user is changed, and no program of the
    /// repository is run.
    /// </summary>
    /// <param name="gitFolder">The git folder of the repository.</param>
    /// <param name="arguments">The command and its arguments.</param>
    public static ProcessRequest Ask(string gitFolder, params IEnumerable<string> arguments) =>
        ProcessRequest.Of(Name, [$"--git-dir={gitFolder}", .. ReadingSettings, .. arguments]) with { Environment = Reading };

    /// <summary>
    /// Builds a command that runs in a work tree for the user, with the user's own settings, hooks and signing. Once begun, it is always
    /// finished, so that no change is left half-done.
    /// </summary>
    /// <param name="workTree">The folder of the work tree.</param>
    /// <param name="arguments">The command and its arguments.</param>
    public static ProcessRequest InWorkTree(string workTree, params IEnumerable<string> arguments) =>
        ProcessRequest.Of(Name, ["-C", workTree, .. arguments]) with { Environment = OfThisRepository, Stop = new ProcessStop.Never() };
}
