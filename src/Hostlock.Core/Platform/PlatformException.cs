namespace Hostlock.Platform;

/// <summary>What can go wrong with programs and files of this machine.</summary>
public sealed class PlatformException : HostlockException
{
    PlatformException(string message, Exception? inner = null)
        : base(message, inner)
    {
    }

    internal static PlatformException CannotStart(string program, Exception why) =>
        new($"cannot run '{program}': {why.Message}", why) { IsOutside = true, Hint = $"is {program} installed and on the PATH?" };

    internal static PlatformException NotOnThePath(string program) =>
        new($"cannot run '{program}': it is in no folder of the PATH") { IsOutside = true, Hint = $"install {program}" };

    internal static PlatformException SaysTooMuch(string program, long bound) =>
        new($"'{program}' printed more than {bound} bytes and was stopped") { IsOutside = true };

    internal static PlatformException TakesTooLong(string program, TimeSpan limit) =>
        new($"'{program}' took more than {limit.TotalSeconds:0} seconds and was stopped") { IsOutside = true };

    internal static PlatformException CannotWrite(string path, Exception why) =>
        new($"cannot write '{path}': {why.Message}", why) { IsOutside = true, Hint = "the file is as it was before" };

    internal static PlatformException CannotRead(string path, Exception why) =>
        new($"cannot read '{path}': {why.Message}", why);
}
