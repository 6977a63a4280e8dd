using Hostlock.Releases;

namespace Hostlock.Audits;

/// <summary>A release that this clone has, with the bytes that somebody signed.</summary>
/// <param name="Manifest">The release.</param>
/// <param name="SignedBy">The name of the signer, if the list of hostlock.toml has the key, and the fingerprint of the key.</param>
public sealed record AuditedRelease(ReleaseManifest Manifest, string SignedBy);

/// <summary>A receipt that its machine signed.</summary>
/// <param name="Receipt">The receipt.</param>
/// <param name="Release">The release that it is about, which gave the machine that system; null if this clone does not have it.</param>
public sealed record AuditedReceipt(Receipt Receipt, AuditedRelease? Release);
