namespace Hostlock.Platform.Programs;

/// <summary>
/// The one builder of requests for git. Paths and names that come from outside go behind <c>--</c>, as git's own commands take them.
/// </summary>
public static class GitProgram
{
    const string Name = "git";

    /// <summary>Most time that git may take to put its lock files away when it is stopped.</summary>
    public static readonly TimeSpan Grace = TimeSpan.FromSeconds(2);

    // Variables of a hook or an alias that called us would send git to another repository.
    static readonly EnvironmentChanges OfThisRepository = EnvironmentChanges.None.Unset(
        "GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY", "GIT_ALTERNATE_OBJECT_DIRECTORIES",
        "GIT_COMMON_DIR", "GIT_NAMESPACE", "GIT_PREFIX", "GIT_SHALLOW_FILE", "GIT_GRAFT_FILE", "GIT_EXTERNAL_DIFF");

    // Nothing of the user's may be written, not even a refreshed index. Replaced objects are not looked at, as libgit2 does not. Prompts
    // stay as
    // they are: a user may be asked.
    static readonly EnvironmentChanges Reading = OfThisRepository
        .Set("GIT_OPTIONAL_LOCKS", "0").Set("GIT_NO_REPLACE_OBJECTS", "1").Set("GIT_ATTR_NOSYSTEM", "1").Set("LC_ALL", "C");

    // A repository's own settings may name programs; what only reads it starts none of them, and wants nothing beside the answer.
    static readonly string[] ReadingSettings = ["-c", "core.fsmonitor=false", "-c", "log.showSignature=false"];

    /// <summary>
    /// Asks a repository, or fetches into a copy of ours: nothing of the user's is changed, and none of the repository's programs is run.
    /// </summary>
    /// <param name="gitFolder">The git folder of the repository.</param>
    /// <param name="arguments">The command and its arguments.</param>
    public static ProcessRequest Ask(string gitFolder, params IEnumerable<string> arguments) =>
        ProcessRequest.Of(Name, [$"--git-dir={gitFolder}", .. ReadingSettings, .. arguments]) with { Environment = Reading };

    /// <summary>
    /// Runs a command in a work tree on behalf of the user, with the user's own settings, hooks and signing. Once begun it is finished:
    /// what it
    /// changes is never left half-done.
    /// </summary>
    /// <param name="workTree">The folder of the work tree.</param>
    /// <param name="arguments">The command and its arguments.</param>
    public static ProcessRequest InWorkTree(string workTree, params IEnumerable<string> arguments) =>
        ProcessRequest.Of(Name, ["-C", workTree, .. arguments]) with { Environment = OfThisRepository, Stop = new ProcessStop.Never() };
}
