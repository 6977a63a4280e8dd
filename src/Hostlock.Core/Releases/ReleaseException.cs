namespace Hostlock.Releases;

/// <summary>The errors of releases: of cutting them, of fetching them, and of what machines say of them.</summary>
public sealed class ReleaseException : HostlockException
{
    ReleaseException(Sentence message)
        : base(message.ToString())
    {
    }

    // The form of releases.
    internal static ReleaseException NotAFleetName(string text) =>
        new($"'{text}' is no name of a fleet")
        {
            Hint = "a name has letters, digits, '-', '_' and '.', and begins with a letter or a digit",
        };

    internal static ReleaseException NoNumberLeft() => new("no number is left for another release");

    internal static ReleaseException NotARelease() => new("this is no release") { IsOutside = true };

    internal static ReleaseException NotCanonical() =>
        new("this release is not written in the one form that a release has") { IsOutside = true };

    internal static ReleaseException OfAnotherVersion(int version) =>
        new($"this release has version {version} of the format, and this hostlock reads version 1") { IsOutside = true };

    internal static ReleaseException TooLarge(long most) =>
        new($"a release has at most {most} bytes, and this one has more") { IsOutside = true };

    internal static ReleaseException NoLatest() => new("'latest' is no number of a release") { IsOutside = true };

    // Receipts.
    internal static ReleaseException NoReceipt(string path, int line) => new($"line {line} of '{path}' is no receipt");

    internal static ReleaseException ChainBroken(string path, int line) =>
        new($"line {line} of '{path}' does not follow the line before it: a receipt was altered, taken out or put in");
}
