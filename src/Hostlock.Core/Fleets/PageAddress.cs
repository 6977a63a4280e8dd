using Hostlock.Platform;
using Hostlock.Platform.Programs;

namespace Hostlock.Fleets;

/// <summary>Shows a page to the user, who has a desktop.</summary>
public static class PageAddress
{
    /// <summary>Shows a page by the program that the user shows such pages by.</summary>
    /// <param name="processes">Runs the desktop.</param>
    /// <param name="place">The file, absolute, or the address.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="HostlockException">There is no xdg-open, or it fails.</exception>
    public static async Task ShowAsync(IProcessRunner processes, string place, CancellationToken cancellationToken)
    {
        var finished = await processes.RunAsync(DesktopProgram.Show(place), cancellationToken);
        if (!finished.Succeeded)
            throw FleetException.CannotShow(place, finished.Errors.Trim());
    }
}
