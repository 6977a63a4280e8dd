using Hostlock.Fetching.Git.WorkTrees;
using Hostlock.Platform;
using Hostlock.Platform.Programs;

namespace Hostlock.Fleets.Adoption;

/// <summary>The setting that makes git merge locks by input. It is in no file of the repository, so each clone needs it.</summary>
public sealed class MergeDriver
{
    /// <summary>The command that git runs.</summary>
    public const string Line = "hostlock merge-driver %O %A %B %P";

    // It does not tell which lock is merged.
    const string EarlierLine = "hostlock merge-driver %O %A %B";

    const string Section = "merge.hostlock", Setting = $"{Section}.driver", Title = $"{Section}.name";

    readonly IProcessRunner _processes;
    readonly string _root;

    MergeDriver(IProcessRunner processes, string root) => (_processes, _root) = (processes, root);

    /// <summary>The setting of the repository around a flake; null if the flake is in no repository.</summary>
    public static MergeDriver? Around(FleetFolder folder, IProcessRunner processes) =>
        GitWorkTreeFiles.Around(processes, folder.Path) is { } tree ? new(processes, tree.Root) : null;

    /// <summary>True if git has a driver of this name.</summary>
    public async Task<bool> IsSetAsync(CancellationToken cancellationToken) =>
        (await AskAsync(cancellationToken)).Succeeded;

    /// <summary>True if git has a driver of this name that no hostlock would set any more.</summary>
    public async Task<bool> IsOutdatedAsync(CancellationToken cancellationToken) =>
        (await AskAsync(cancellationToken)).Output.Trim() == EarlierLine;

    /// <summary>Adds the setting to the repository's config.</summary>
    /// <exception cref="FleetException">git does not take it.</exception>
    public async Task InstallAsync(CancellationToken cancellationToken)
    {
        await SetAsync(cancellationToken, Title, "locks, input by input");
        await SetAsync(cancellationToken, Setting, Line);
    }

    /// <summary>Removes the setting from the repository's config.</summary>
    /// <exception cref="FleetException">git does not do it.</exception>
    public Task UninstallAsync(CancellationToken cancellationToken) => SetAsync(cancellationToken, "--remove-section", Section);

    async Task SetAsync(CancellationToken cancellationToken, params IEnumerable<string> words)
    {
        var finished = await GitTurn.RunAsync(_processes, GitProgram.Change(_root, ["config", .. words]), cancellationToken);
        if (!finished.Succeeded)
            throw FleetException.NotConfigured(finished.Errors.Trim());
    }

    Task<Finished> AskAsync(CancellationToken cancellationToken) =>
        _processes.RunAsync(GitProgram.AskAround(_root, "config", "--get", Setting), cancellationToken);

    Task<Finished> ConfigAsync(CancellationToken cancellationToken, params IEnumerable<string> words) =>
        _processes.RunAsync(GitProgram.Change(_root, ["config", .. words]), cancellationToken);
}
