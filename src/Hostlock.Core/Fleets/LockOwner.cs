namespace Hostlock.Fleets;

/// <summary>The owner of a lock; its text is the word that names the lock on the command line.</summary>
public abstract record LockOwner
{
    LockOwner()
    {
    }

    /// <summary>The flake itself, whose lock is flake.lock.</summary>
    public sealed record Root : LockOwner
    {
        /// <inheritdoc/>
        public override string ToString() => HostName.Root;
    }

    /// <summary>A host of the fleet.</summary>
    /// <param name="Name">The name of the host.</param>
    public sealed record Host(HostName Name) : LockOwner
    {
        /// <inheritdoc/>
        public override string ToString() => Name.ToString();
    }

    /// <summary>Nobody: a lock file that need not belong to a fleet.</summary>
    /// <param name="Path">The path as the user wrote it.</param>
    public sealed record File(string Path) : LockOwner
    {
        /// <inheritdoc/>
        public override string ToString() => Path;
    }
}
