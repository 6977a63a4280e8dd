using Hostlock.Fleets.Changes;
using Hostlock.Platform;

namespace Hostlock.Fleets.Adoption;

/// <summary>
/// A planned change of a flake into hostlock or out of it: its files, git's knowledge of them, and the setting of git's merges. No other
/// hostlock can write to the flake meanwhile.
/// </summary>
/// <param name="processes">Runs git.</param>
/// <param name="folder">The flake.</param>
/// <param name="undertaking">The files.</param>
/// <param name="driver">The change of the setting; null if it stays as it is.</param>
public sealed class FleetTransition(
    IProcessRunner processes, FleetFolder folder, Undertaking undertaking, MergeDriverChange? driver)
{
    /// <summary>Makes the change. If the run is broken off, the same command finishes it.</summary>
    /// <param name="told">Tells the user that all is done, and which files Nix does not see.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="HostlockException">Another hostlock is writing, a file was changed since it was planned or cannot be changed, or
    /// git does not do its part.</exception>
    public Task ApplyAsync(Action<IReadOnlyList<Warning>> told, CancellationToken cancellationToken) =>
        ApplyAsync(told, null, cancellationToken);

    /// <summary>Makes the change, but does not end its record. The caller has reserved the flake, and ends the undertaking.</summary>
    /// <param name="told">Tells the user that the files are written, and what Nix does not see of them.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="HostlockException">As for the other forms.</exception>
    internal async Task GoAsync(Action<IReadOnlyList<Warning>> told, CancellationToken cancellationToken)
    {
        undertaking.Apply();
        var hidden = await GitVisibility.ShowToNixAsync(processes, folder, [.. undertaking.New.Select(folder.Full)], cancellationToken);
        await AdoptedFiles.ForgetAsync(processes, folder, undertaking.Forgotten, cancellationToken);
        if (driver is not null && MergeDriver.Around(folder, processes) is { } setting)
            await setting.ApplyAsync(driver, cancellationToken);
        told(hidden);
    }

    /// <summary>Makes the change. If the run is broken off, the same command finishes it.</summary>
    /// <param name="told">Tells the user that the files are written, and what Nix does not see of them.</param>
    /// <param name="finishAsync">The last step, such as a commit; null if there is none.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="HostlockException">As for the other form.</exception>
    public async Task ApplyAsync(
        Action<IReadOnlyList<Warning>> told, Func<CancellationToken, Task>? finishAsync, CancellationToken cancellationToken)
    {
        using var reserved = folder.Reserve();
        await GoAsync(told, cancellationToken);
        if (finishAsync is not null)
            await finishAsync(cancellationToken);
        undertaking.End();
    }
}
