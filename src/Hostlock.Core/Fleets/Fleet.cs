using System.Collections.Immutable;
using Hostlock.Flakes;
using Hostlock.Fleets.Settings;

namespace Hostlock.Fleets;

/// <summary>A host as hostlock.toml describes it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Lock">The path of its lock, relative to the flake.</param>
/// <param name="FlakeFile">The file that declares its inputs, relative to the flake; <c>flake.nix</c> unless it says otherwise.</param>
/// <param name="Ring">The ring of the host; null if it is in none.</param>
/// <param name="Target">The ssh address of the host; null if none is given.</param>
/// <param name="References">The references that the host tracks for itself, by input, in place of the declared ones.</param>
/// <param name="Frozen">The inputs that must not move.</param>
public sealed record Host(
    HostName Name, string Lock, string FlakeFile, string? Ring, string? Target, NameMap<string> References, NameMap<Freeze> Frozen)
{
    /// <summary>
    /// The attribute paths of the host's configurations; null if the file lists none, which means <c>nixosConfigurations.NAME</c>.
    /// </summary>
    public ImmutableArray<string>? Configurations { get; init; }

    /// <summary>The attribute paths of its configurations, whether the file lists them or not, spelt as <see cref="ConfigurationPath"/>
    /// does.</summary>
    public ImmutableArray<string> ConfigurationPaths =>
        Configurations is { } listed
            ? [.. listed.Select(path => path.Split('.', 2) is [var output, var name] ? ConfigurationPath(output, name.Trim('"')) : path)]
            : [ConfigurationPath("nixosConfigurations", Name.ToString())];

    /// <summary>The attribute path of a configuration, as hostlock.toml writes it.</summary>
    /// <param name="output">The output, such as <c>nixosConfigurations</c>.</param>
    /// <param name="name">The name beneath it, which is quoted if Nix wants that.</param>
    /// <remarks>Such paths know no escapes, unlike strings of the language (Nix 2.34.8, libexpr/attr-path.cc, parseAttrPath).</remarks>
    public static string ConfigurationPath(string output, string name) =>
        $"{output}.{(InputPath.IsReferable(name) ? name : $"\"{name}\"")}";

    /// <summary>The reason why its machine stays at the system that it runs, and the last day of it; null if it may be changed.</summary>
    public Freeze? Hold { get; init; }

    /// <summary>The hosts that are settled before this one begins, if they are in the same rollout.</summary>
    public ImmutableArray<HostName> After { get; init; } = [];

    /// <summary>True if the host's configurations carry their lock.</summary>
    public bool IsStamped { get; init; }

    /// <summary>The way in which its machine gets its systems.</summary>
    public RolloutSettings Rollout { get; init; } = RolloutSettings.Default;
}

/// <summary>A flake with hosts, as hostlock.toml describes it. Without that file, a flake has no hosts, only the root lock.</summary>
/// <param name="Hosts">The hosts, by name.</param>
/// <param name="Rings">The rings, by name.</param>
/// <param name="Policies">The policies for inputs, which hold in all locks.</param>
/// <param name="Outputs">The names of the flake's outputs; null if the file does not list them.</param>
public sealed record Fleet(
    ImmutableArray<Host> Hosts, ImmutableArray<Ring> Rings, NameMap<InputPolicy> Policies, ImmutableArray<string>? Outputs)
{
    /// <summary>A flake without hosts.</summary>
    public static readonly Fleet Empty = new([], [], NameMap<InputPolicy>.Empty, null);

    /// <summary>The path of a host's lock if the host does not give one; <c>{host}</c> stands for the name of the host.</summary>
    public string LockPattern { get; init; } = FleetFile.DefaultLock;

    /// <summary>The beginnings of references that only an access token can fetch. hostlock.nix obeys them.</summary>
    public ImmutableArray<string> Private { get; init; } = [];

    /// <summary>The way in which machines get their systems, unless their hosts say otherwise.</summary>
    public RolloutSettings Rollout { get; init; } = RolloutSettings.Default;

    /// <summary>The engines that the file describes, by name.</summary>
    public ImmutableArray<EngineSettings> Engines { get; init; } = [];

    /// <summary>The questions that are put to hosts after they were switched, by name.</summary>
    public ImmutableArray<Gate> Gates { get; init; } = [];

    /// <summary>The groups of hosts that must not be at risk together, by name.</summary>
    public ImmutableArray<HostGroup> Groups { get; init; } = [];

    /// <summary>True if a merge takes the newer of two pins of one reference; false if it asks.</summary>
    public bool MergesNewer { get; init; }

    /// <summary>The names that a template of subjects may have in braces.</summary>
    internal static readonly string[] SubjectNames = ["action", "hosts", "inputs", "moves"];

    /// <summary>The template of the subjects of commits, with <c>{action}</c>, <c>{hosts}</c>, <c>{inputs}</c> and <c>{moves}</c> in it;
    /// null for the form that hostlock gives them.</summary>
    public string? CommitSubject { get; init; }

    /// <summary>The path of the lock for a host that does not give one, relative to the flake.</summary>
    public string LockOf(HostName host) => FleetFile.LockOf(LockPattern, host);
}
