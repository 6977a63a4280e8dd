using Hostlock.Fetching.Git;
using Hostlock.Locks;

namespace Hostlock.Audits;

/// <summary>The lock that made a system.</summary>
/// <param name="Sha256">The SHA-256 of its bytes, 64 digits.</param>
/// <param name="Lock">The lock; null if this clone does not have it, or it cannot be read.</param>
/// <param name="Commit">The commit that brought it to the branch; null if none did, or it is too far back.</param>
/// <param name="Author">The author of that commit, as git has it; null if there is no commit.</param>
public sealed record AuditedLock(string Sha256, LockFile? Lock, FileCommit? Commit, string? Author);

/// <summary>A system that a machine ran for a while, with all that is known of it.</summary>
/// <param name="Stay">The system.</param>
/// <param name="Lock">The lock that made it; null if it is not known.</param>
public sealed record AuditedStay(HostStay Stay, AuditedLock? Lock);
