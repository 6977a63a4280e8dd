using Hostlock.Releases;

namespace Hostlock.Audits;

/// <summary>A release that this clone has, with the bytes that somebody signed.</summary>
/// <param name="Manifest">The release.</param>
/// <param name="SignedBy">The name of who signed it, if hostlock.toml has a list of who may sign and the key is in it, and the fingerprint
/// of the key.</param>
public sealed record AuditedRelease(ReleaseManifest Manifest, string SignedBy);

/// <summary>A receipt that its machine signed.</summary>
/// <param name="Receipt">The receipt.</param>
/// <param name="Release">The release that it is about, which gave to the machine what the receipt says; null if this clone does not have
/// it.</param>
public sealed record AuditedReceipt(Receipt Receipt, AuditedRelease? Release);
