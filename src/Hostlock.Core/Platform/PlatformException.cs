using System.ComponentModel;
using System.Runtime.InteropServices;

namespace Hostlock.Platform;

/// <summary>The errors of programs and files on this machine.</summary>
public sealed class PlatformException : HostlockException
{
    // errno.h of Linux and of macOS.
    const int NoEntry = 2, NoMemory = 12, Denied = 13, SystemsFilesOpen = 23, TooManyFilesOpen = 24;

    static int TryAgain => OperatingSystem.IsMacOS() ? 35 : 11;

    PlatformException(Sentence message, Exception? inner = null)
        : base(message.ToString(), inner)
    {
    }

    /// <summary>True if this user may not read the file.</summary>
    internal bool IsDenied { get; private init; }

    /// <summary>True if the program is not installed.</summary>
    internal bool IsNoProgram { get; private init; }

    /// <summary>The system does not start a program.</summary>
    /// <param name="program">The program.</param>
    /// <param name="error">The error of the system, as errno.h numbers it.</param>
    /// <param name="why">The failure.</param>
    internal static PlatformException CannotStart(string program, int error, Exception? why = null)
    {
        return new($"cannot run '{program}': {new Win32Exception(error).Message}", why)
        {
            IsOutside = true,
            IsNoProgram = error == NoEntry,
            Hint = HintFor(),
        };

        string? HintFor() => error switch
        {
            NoEntry => $"is {program} installed and on the PATH?",
            TooManyFilesOpen => "'ulimit -n' says how many files may be open; allow more",
            SystemsFilesOpen => "all programs together have too many files open; end some of them",
            NoMemory => "memory is short; end other programs",
            Denied => $"may this user run {program}?",
            _ when error == TryAgain => "too many programs run, or memory is short; 'ulimit -u' says how many programs a user may run",
            _ => null,
        };
    }

    internal static PlatformException NoFolderFor(string program, string folder) =>
        new($"cannot run '{program}' in '{folder}', which does not exist") { IsOutside = true };

    internal static PlatformException NotOnThePath(string program) =>
        new($"cannot run '{program}': it is in no folder of the PATH")
        {
            IsOutside = true,
            IsNoProgram = true,
            Hint = $"install {program}",
        };

    internal static PlatformException SaysTooMuch(string program, long bound) =>
        new($"'{program}' printed more than {bound} bytes and was stopped") { IsOutside = true };

    internal static PlatformException TakesTooLong(string program, TimeSpan limit) =>
        new($"'{program}' took more than {limit.TotalSeconds:0} seconds and was stopped") { IsOutside = true };

    internal static PlatformException CannotWrite(string path, Exception why) =>
        new($"cannot write '{path}': {WordsOf(why)}", why) { IsOutside = true, Hint = "the file is as it was before" };

    /// <summary>A folder does not exist and cannot be made.</summary>
    internal static PlatformException CannotMakeFolder(string path, Exception why) =>
        new($"cannot make the folder '{path}': {WordsOf(why)}", why)
        {
            IsOutside = true,
            Hint = "name a folder that exists, or one that can be made",
        };

    /// <summary>The standard output cannot be written.</summary>
    public static PlatformException CannotPrint(Exception why) => new($"cannot write the output: {why.Message}", why)
    {
        IsOutside = true,
        Hint = "the rest of the output is lost; all files are written",
    };

    /// <summary>The system refused something on a file, and nobody knew more about it.</summary>
    public static PlatformException Refused(Exception why) =>
        why is DeniedException denied ? denied.Told : new($"the system says: {why.Message}", why) { IsOutside = true };

    /// <summary>The system gives no more memory, or no thread more.</summary>
    public static PlatformException NoRoom(Exception why) => new("the system gives no more memory, or no more threads", why)
    {
        IsOutside = true,
        Hint = "'ulimit -v' and 'ulimit -u' say how much memory, and how many programs and threads, are allowed here; allow more",
    };

    internal static PlatformException ForeignFolder(string path, string why) =>
        new($"the cache '{path}' is not used: {why}")
        {
            Hint = "remove it, or give it to this user alone (chown, chmod 700); XDG_CACHE_HOME names another place",
        };

    internal static PlatformException NoTemporaryFolder(Exception why) =>
        new($"cannot make a temporary folder: {why.Message}", why) { IsOutside = true, Hint = "TMPDIR names another place" };

    internal static PlatformException NotFlushed(string folder, Exception why) =>
        new($"cannot be sure that the files in '{folder}' are on the disk: {why.Message}", why)
        {
            IsOutside = true,
            Hint = "the files are replaced; a power cut may undo it",
        };

    internal static PlatformException CannotDelete(string path, Exception why) =>
        new($"cannot delete '{path}': {WordsOf(why)}", why) { IsOutside = true };

    /// <summary>A folder cannot be deleted with all in it. The system names the place of the failure.</summary>
    internal static PlatformException CannotDeleteAll(string folder, Exception why) =>
        new($"cannot delete '{folder}': {why.Message}", why) { IsOutside = true };

    /// <summary>A folder cannot be copied. The system names the place of the failure, in the folder or in its copy.</summary>
    internal static PlatformException CannotCopy(string folder, Exception why) =>
        why is DeniedException denied ? denied.Told : new($"cannot copy '{folder}': {why.Message}", why) { IsOutside = true };

    internal static PlatformException NotAFile(string path) => new($"'{path}' is not a regular file");

    internal static PlatformException NoFile(string path) => new($"there is no file '{path}'");

    internal static PlatformException TooLarge(string path, long bytes, long bound) =>
        new($"'{path}' is too large: {bytes} bytes, at most {bound} are read");

    internal static PlatformException NotText(string path) => new($"'{path}' is not UTF-8 text");

    internal static PlatformException CannotRead(string path, Exception why) =>
        new($"cannot read '{path}': {WordsOf(why)}", why)
        {
            IsOutside = true,
            IsUnread = true,
            IsDenied = why is UnauthorizedAccessException,
            Hint = why is UnauthorizedAccessException ? MayNotRead : null,
        };

    /// <summary>The mend for what this user may not read.</summary>
    internal const string MayNotRead = "let this user read it, or run hostlock as the user who may";

    // The words of the system alone. Its errors name a path as well, which may be that of a file that the user does not know.
    static string WordsOf(Exception why) => (why is UnauthorizedAccessException ? why.InnerException ?? why : why) switch
    {
        IOException { HResult: > 0 and var error } => Marshal.GetPInvokeErrorMessage(error),
        FileNotFoundException or DirectoryNotFoundException => Marshal.GetPInvokeErrorMessage(NoEntry),
        var other => other.Message,
    };
}
