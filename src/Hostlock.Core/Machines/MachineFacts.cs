using System.Collections.Immutable;
using Hostlock.Flakes;
using Hostlock.Fleets;
using Hostlock.Locks;

namespace Hostlock.Machines;

/// <summary>The answer of a machine about itself. Nothing is remembered or guessed.</summary>
/// <param name="Running">The system that runs; null if the machine has none, because it is no NixOS.</param>
/// <param name="Next">The system that the next boot takes; null if the machine has no system profile.</param>
/// <param name="Stamp">The stamp of the running system; null if it carries no lock.</param>
public sealed record MachineFacts(StorePath? Running, StorePath? Next, Stamp? Stamp)
{
    /// <summary>The name that the machine has itself.</summary>
    public required string HostName { get; init; }

    /// <summary>The id of the machine, as in <c>/etc/machine-id</c>; empty if it does not say.</summary>
    public required string MachineId { get; init; }

    /// <summary>A word that each boot changes; empty if the machine does not say.</summary>
    public required string BootId { get; init; }

    /// <summary>The time for which it has been up; null if it does not say.</summary>
    public TimeSpan? Uptime { get; init; }

    /// <summary>The system that was booted; null if it does not say.</summary>
    public StorePath? Booted { get; init; }

    /// <summary>The system whose specialisation runs; null if the running system is no specialisation of a generation.</summary>
    public StorePath? Parent { get; init; }

    /// <summary>The parts of the running system that only a reboot brings into use.</summary>
    public ImmutableArray<RebootPart> NeedsReboot { get; init; } = [];

    /// <summary>The generations that are kept, the newest first; at most 64.</summary>
    public ImmutableArray<Generation> Generations { get; init; } = [];

    /// <summary>The units that are failed, by name; null if it is not known, because no systemd answers.</summary>
    public ImmutableArray<string>? FailedUnits { get; init; }

    /// <summary>True if a switch is under way.</summary>
    public bool IsSwitching { get; init; }

    /// <summary>
    /// The parts that must not change in a switch, by name, as the running system says; null if it says nothing. NixOS refuses a switch to
    /// a system that says otherwise; it needs a reboot.
    /// </summary>
    public NameMap<string>? Inhibitors { get; init; }

    /// <summary>The bytes that are left on the disk of a folder, <c>/nix/store</c> and <c>/boot</c>.</summary>
    public NameMap<long> BytesLeft { get; init; } = NameMap<long>.Empty;

    /// <summary>True if the store of the machine has the whole system that was asked about.</summary>
    public bool HasWanted { get; init; }

    /// <summary>True if NixOS refuses to switch to the system that was asked about, so that it has to be booted.</summary>
    public bool IsInhibited { get; init; }

    /// <summary>The way in which the user of the machine becomes root; known only if a system was asked about.</summary>
    public RootPower Power { get; init; }

    /// <summary>The id of the switch whose trial is not over; null if there is none.</summary>
    public string? Trial { get; init; }

    /// <summary>True if the silence timer of a trial runs.</summary>
    public bool IsArmed { get; init; }

    /// <summary>The last receipt of the machine for a release that it pulled, unchanged and with its signature; null if it pulls
    /// none.</summary>
    public string? Receipt { get; init; }

    /// <summary>The note of the machine about a release that it refused since, unchanged; null if it refused none.</summary>
    public ImmutableArray<byte>? Refusal { get; init; }

    /// <summary>The expiry of the release that the machine accepted last; null if it pulls none.</summary>
    public Moment? ReleaseExpires { get; init; }

    /// <summary>The id of the last switch that the silence timer took back; null if there is none.</summary>
    public string? Fired { get; init; }

    /// <summary>The system that the configuration makes: the parent of a specialisation, else the running system. Null if nothing
    /// runs.</summary>
    public StorePath? System => Parent ?? Running;

    /// <summary>The generation that the next boot takes; null if it is none of those that are kept.</summary>
    public Generation? NextGeneration => Generations.FirstOrDefault(generation => generation.System == Next);

    /// <summary>True if the next boot takes another system than the one that runs.</summary>
    public bool IsPending => System is not null && Next is not null && System != Next;
}

/// <summary>The way in which a user of a machine becomes root without a question.</summary>
public enum RootPower
{
    /// <summary>The user cannot, or it is not known.</summary>
    None,

    /// <summary>The user is root.</summary>
    IsRoot,

    /// <summary>By <c>sudo -n</c>.</summary>
    BySudo,
}

/// <summary>The identity of the lock that built a system. The system carries it.</summary>
/// <param name="Sha256">The SHA-256 of the lock's bytes, 64 digits.</param>
/// <param name="Lock">The bytes; null if they are too many to be sent.</param>
/// <param name="Host">The host that the system was built for, as the machine says it. It is no <see cref="HostName"/>: also a text that
/// no host can be called says that the system is another's. Null if the system does not say.</param>
public sealed record Stamp(string Sha256, ImmutableArray<byte>? Lock, string? Host)
{
    /// <summary>The other host, as the system says it, that it was built for; null if it is the host's, or does not say.</summary>
    /// <param name="host">The host.</param>
    public string? OtherThan(HostName host) => Host == host.ToString() ? null : Host;

    /// <summary>The lock; null if its bytes are not known, or are no lock.</summary>
    /// <param name="reading">The memory of locks that are read together; null for a lock alone.</param>
    public LockFile? TryReadLock(LockReading? reading = null) =>
        Lock is { } bytes ? LockFileReader.TryRead(bytes.AsMemory(), reading) : null;

    /// <summary>The SHA-256 of the bytes of a lock, as a stamp has it.</summary>
    /// <param name="bytes">The bytes.</param>
    public static string Hash(ReadOnlySpan<byte> bytes) => ByteDigest.Sha256Hex(bytes);
}

/// <summary>A system that a machine keeps and can boot.</summary>
/// <param name="Number">Its number.</param>
/// <param name="Made">When it was made, in seconds since the epoch.</param>
/// <param name="System">The system.</param>
/// <param name="LockSha256">The SHA-256 of the lock that it carries; null if it carries none.</param>
public sealed record Generation(int Number, long Made, StorePath System, string? LockSha256);

/// <summary>A part of a system that only a boot brings into use.</summary>
/// <param name="Name">The part: <c>kernel</c>, <c>initrd</c> or <c>kernel-modules</c>.</param>
/// <param name="Booted">The store path that was booted; null if there is none.</param>
/// <param name="Running">The store path that the running system has; null if there is none.</param>
public sealed record RebootPart(string Name, StorePath? Booted, StorePath? Running);
