using Hostlock.Fleets;
using Hostlock.Releases;

namespace Hostlock.Audits;

/// <summary>The errors of an audit: an event in a record is not proved. Each gives exit code 1.</summary>
public sealed class AuditException : HostlockException
{
    AuditException(Sentence message)
        : base(message.ToString())
    {
    }

    internal static AuditException Broken(string message) => new($"{message:lines}");

    internal static AuditException NoRollout(string name) => new($"line 1 of '{name}' begins no rollout");

    internal static AuditException JournalsPart(string path, string other, int line) =>
        new($"line {line} of '{path}' differs from the same line of '{other}'")
        {
            Hint = "one of the two was altered: compare them with those of another clone",
        };

    internal static AuditException NotApproved(string path, int line, string ring, string why) =>
        new($"the commit or tag that line {line} of '{path}' names does not approve ring '{ring}': {why}");

    internal static AuditException AfterNow(string path, int line) => new($"line {line} of '{path}' is of a time that has not come yet");

    internal static AuditException TornOff(string path, int line) =>
        new($"line {line} of '{path}' is torn off") { Hint = "copy the file from the machine once more" };

    internal static AuditException OfAnotherHost(string path, int line, HostName host, HostName first) =>
        new($"line {line} of '{path}' is a receipt of {host}, and those before it are of {first}");

    internal static AuditException ReceiptsPart(string path, int line, HostName host) =>
        new($"line {line} of '{path}' differs from the same line of another log of {host}");

    internal static AuditException BadRelease(string name, string why) =>
        new($"{name} of refs/hostlock/releases is not as it was cut: {why}");

    internal static AuditException ReceiptDiffers(string path, int line, HostName host, ReleaseNumber release, string what) =>
        new($"line {line} of '{path}' does not agree with release {release} about {host}: {what}");

    internal static AuditException BadSignature(string path, int line, HostName host, string why) =>
        new($"the signature of line {line} of '{path}' is not one of {host}: {why}");

    internal static AuditException NoKey(HostName host, string file) =>
        new($"the key of {host} is not known, so its receipts cannot be checked: '{file}' has none")
        {
            Hint = "pass --known-hosts with a file that has a line for it, such as: "
                + $"{host} ssh-ed25519 AAAA…",
        };
}
