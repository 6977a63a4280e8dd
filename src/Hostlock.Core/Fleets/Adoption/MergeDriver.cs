using Hostlock.Fetching.Git.WorkTrees;
using Hostlock.Platform;
using Hostlock.Platform.Programs;

namespace Hostlock.Fleets.Adoption;

/// <summary>A change of the setting that makes git merge locks by input.</summary>
/// <param name="Line">The command for git that comes or goes.</param>
public abstract record MergeDriverChange(string Line)
{
    /// <summary>The setting comes, in place of one that an earlier hostlock made.</summary>
    public sealed record Install() : MergeDriverChange(MergeDriver.Line);

    /// <summary>The setting goes.</summary>
    public sealed record Remove(string Line) : MergeDriverChange(Line);
}

/// <summary>The setting that makes git merge locks by input. It is in no file of the repository, so each clone needs it.</summary>
public sealed class MergeDriver
{
    /// <summary>The command that git runs.</summary>
    public const string Line = "hostlock merge-driver %O %A %B %P";

    /// <summary>The name of the setting.</summary>
    public const string Setting = $"{Section}.driver";

    // The line of earlier versions. It does not tell which lock is merged.
    const string EarlierLine = "hostlock merge-driver %O %A %B";

    const string Section = "merge.hostlock", Title = $"{Section}.name";

    readonly IProcessRunner _processes;
    readonly string _root;
    readonly string _flake;

    MergeDriver(IProcessRunner processes, string root, string flake) => (_processes, _root, _flake) = (processes, root, flake);

    /// <summary>The setting of the repository around a flake; null if the flake is in no repository.</summary>
    public static MergeDriver? Around(FleetFolder folder, IProcessRunner processes) =>
        GitWorkTreeFiles.Around(processes, folder.Path) is { } tree ? new(processes, tree.Root, folder.Path) : null;

    /// <summary>The change that <c>init</c> makes; null if git has a driver of this name already, set by this hostlock or by the
    /// user.</summary>
    public async Task<MergeDriverChange?> PlanInstallAsync(CancellationToken cancellationToken) =>
        await LineAsync([], cancellationToken) is null or EarlierLine ? new MergeDriverChange.Install() : null;

    /// <summary>The change that <c>eject</c> makes; null if the repository's config has no driver of this name, or one of the user's own,
    /// or if another flake of the repository still needs it.</summary>
    public async Task<MergeDriverChange?> PlanRemovalAsync(CancellationToken cancellationToken) =>
        RepositoryFlakes.Beside(_flake).Any() ? null
        : await LineAsync(["--local"], cancellationToken) is { } line and (Line or EarlierLine) ? new MergeDriverChange.Remove(line) : null;

    /// <summary>Changes the repository's config.</summary>
    /// <exception cref="FleetException">git does not do it.</exception>
    public async Task ApplyAsync(MergeDriverChange change, CancellationToken cancellationToken)
    {
        if (change is MergeDriverChange.Remove)
        {
            await SetAsync(cancellationToken, "--remove-section", Section);
            return;
        }
        await SetAsync(cancellationToken, Title, "locks, input by input");
        await SetAsync(cancellationToken, Setting, change.Line);
    }

    async Task SetAsync(CancellationToken cancellationToken, params IEnumerable<string> words)
    {
        var finished = await GitTurn.RunAsync(_processes, GitProgram.Change(_root, ["config", .. words]), cancellationToken);
        if (!finished.Succeeded)
            throw FleetException.NotConfigured(finished.Errors.Trim());
    }

    // Null if git has no such setting.
    async Task<string?> LineAsync(string[] scope, CancellationToken cancellationToken)
    {
        var asked = await _processes.RunAsync(GitProgram.AskAround(_root, ["config", .. scope, "--get", Setting]), cancellationToken);
        return asked.Succeeded ? asked.Output.Trim() : null;
    }
}
