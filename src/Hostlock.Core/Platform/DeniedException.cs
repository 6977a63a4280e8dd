namespace Hostlock.Platform;

/// <summary>The system's answer that this user may not read a path.</summary>
/// <param name="path">The path.</param>
/// <param name="why">The answer.</param>
sealed class DeniedException(string path, IOException why) : UnauthorizedAccessException(why.Message, why)
{
    /// <summary>The error in the words that all commands have for it.</summary>
    public PlatformException Told => PlatformException.CannotRead(path, this);
}
