using Hostlock.Fetching.Git.WorkTrees;
using Hostlock.Fleets;
using Hostlock.Platform;

namespace Hostlock.Rollouts.Steps;

/// <summary>Tells whether machines that deploy pushed commits can get the systems of the files.</summary>
/// <param name="processes">The seam to git.</param>
/// <param name="folder">The fleet.</param>
public sealed class PushedFlake(IProcessRunner processes, FleetFolder folder)
{
    /// <summary>Refuses if a host deploys pushed commits, and the files are not pushed.</summary>
    /// <param name="hosts">The hosts that are to be switched.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="HostlockException">Files are changed, the commit is not pushed, or git fails.</exception>
    public async Task RequireAsync(IEnumerable<Host> hosts, CancellationToken cancellationToken)
    {
        if (hosts.FirstOrDefault(host => host.Rollout.Engine == RolloutSettings.Comin) is not { } host)
            return;
        if (GitWorkTreeFiles.Around(processes, folder.Path)?.Root is not { } root)
            throw RolloutException.NotPushed(host.Name, "the flake is in no repository", "git init");
        if (await CommittedTree.OfAsync(processes, root, cancellationToken) is not { } committed)
            throw RolloutException.NotPushed(host.Name, "files are changed", "git commit --all && git push");
        if (!await committed.IsPushedAsync(processes, root, cancellationToken))
            throw RolloutException.NotPushed(host.Name, "the commit is not", "git push");
    }
}
