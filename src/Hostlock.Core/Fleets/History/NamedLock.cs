using Hostlock.Locks;

namespace Hostlock.Fleets.History;

/// <summary>A version of a lock that a person named.</summary>
/// <param name="Word">The word of the person for it.</param>
/// <param name="Version">The version.</param>
/// <param name="Lock">The lock as that version has it.</param>
public sealed record NamedLock(string Word, LockVersion Version, LockFile Lock);
