using System.Collections.Immutable;
using Hostlock.Fleets.Settings;

namespace Hostlock.Fleets;

/// <summary>A host as hostlock.toml describes it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Lock">The path of its lock, relative to the flake.</param>
/// <param name="FlakeFile">The file that declares its inputs, relative to the flake; <c>flake.nix</c> unless it says otherwise.</param>
/// <param name="Ring">The ring it is in, or null.</param>
/// <param name="Target">Where it is reached, or null.</param>
/// <param name="References">References of its own by input, in place of those declared for all.</param>
/// <param name="Frozen">The inputs that must not move.</param>
public sealed record Host(
    HostName Name, string Lock, string FlakeFile, string? Ring, string? Target, NameMap<string> References, NameMap<Freeze> Frozen)
{
    /// <summary>The outputs that are this host's, as attribute paths, where the file lists them; else <c>nixosConfigurations.NAME</c> is.</summary>
    public ImmutableArray<string>? Configurations { get; init; }

    /// <summary>Its configurations carry their lock.</summary>
    public bool IsStamped { get; init; }
}

/// <summary>Hosts that get a lock together.</summary>
/// <param name="Name">Its name, as <c>@name</c> on the command line.</param>
public sealed record Ring(string Name);

/// <summary>A flake with hosts: what hostlock.toml says. Without that file there are no hosts, only the root lock.</summary>
/// <param name="Hosts">The hosts, by name.</param>
/// <param name="Rings">The rings, by name.</param>
/// <param name="Policies">What holds for an input everywhere.</param>
/// <param name="Outputs">The names of the flake's outputs, where listed.</param>
public sealed record Fleet(ImmutableArray<Host> Hosts, ImmutableArray<Ring> Rings, NameMap<InputPolicy> Policies, ImmutableArray<string>? Outputs)
{
    public static readonly Fleet Empty = new([], [], NameMap<InputPolicy>.Empty, null);

    /// <summary>Where the locks of hosts are that say nothing of it themselves, <c>{host}</c> standing for the name.</summary>
    public string LockPattern { get; init; } = FleetFile.DefaultLock;

    /// <summary>The place of the lock of a host that says nothing of it itself.</summary>
    public string LockOf(HostName host) => FleetFile.LockOf(LockPattern, host);
}
