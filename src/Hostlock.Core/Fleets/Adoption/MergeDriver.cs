using Hostlock.Fetching.Git.WorkTrees;
using Hostlock.Platform;
using Hostlock.Platform.Programs;

namespace Hostlock.Fleets.Adoption;

/// <summary>The setting of git that has locks merged by input. It is in no file of the repository: each clone needs it.</summary>
public sealed class MergeDriver
{
    /// <summary>What git is told to run.</summary>
    public const string Line = "hostlock merge-driver %O %A %B";

    const string Section = "merge.hostlock", Setting = $"{Section}.driver", Title = $"{Section}.name";

    readonly IProcessRunner _processes;
    readonly string _root;

    MergeDriver(IProcessRunner processes, string root) => (_processes, _root) = (processes, root);

    /// <summary>The setting of the repository around a flake; null if it is in none.</summary>
    public static MergeDriver? Around(FleetFolder folder, IProcessRunner processes) =>
        GitWorkTreeFiles.Around(processes, folder.Path) is { } tree ? new(processes, tree.Root) : null;

    /// <summary>True if git has a driver of this name.</summary>
    public async Task<bool> IsSetAsync(CancellationToken cancellationToken) => (await ConfigAsync(cancellationToken, "--get", Setting)).Succeeded;

    /// <summary>Sets it.</summary>
    public async Task InstallAsync(CancellationToken cancellationToken)
    {
        await ConfigAsync(cancellationToken, Title, "locks, input by input");
        await ConfigAsync(cancellationToken, Setting, Line);
    }

    /// <summary>Takes it out again.</summary>
    public Task UninstallAsync(CancellationToken cancellationToken) => ConfigAsync(cancellationToken, "--remove-section", Section);

    Task<Finished> ConfigAsync(CancellationToken cancellationToken, params IEnumerable<string> words) =>
        _processes.RunAsync(GitProgram.InWorkTree(_root, ["config", .. words]), cancellationToken);
}
