namespace Hostlock.Fleets;

/// <summary>The address of the machine of a host: it is this machine, or another one that ssh knows.</summary>
/// <param name="Host">The host.</param>
/// <param name="Target">The machine as ssh knows it, <c>root@plex.lan</c>; null for this machine.</param>
public sealed record MachineAddress(HostName Host, string? Target)
{
    /// <summary>Finds the machine of a host: this one if it has the host's name, else the host's target, else the machine that ssh knows by
    /// the host's name.</summary>
    /// <param name="host">The host.</param>
    /// <param name="machine">The name of this machine.</param>
    public static MachineAddress Of(Host host, string machine) =>
        new(host.Name, host.Name.ToString() == machine ? null : host.Target ?? host.Name.ToString());

    /// <summary>True if the host is this machine.</summary>
    public bool IsHere => Target is null;

    /// <summary>True if ssh is asked for the name of the host, because hostlock.toml gives no target.</summary>
    public bool IsNamedByHost => Target == Host.ToString();

    /// <summary>The user and the machine without a scheme and a port, <c>root@plex.lan</c>; null for this machine.</summary>
    public string? Place => Parts?.Place;

    /// <summary>The port of ssh, in digits; null if ssh knows it by itself.</summary>
    public string? Port => Parts?.Port;

    /// <summary>The machine without a user, a scheme and a port: <c>plex.lan</c>; <c>localhost</c> for this machine.</summary>
    public string Machine => Place is { } place ? place[(place.LastIndexOf('@') + 1)..] : "localhost";

    /// <summary>The same machine with root for its user, as hostlock.toml has it: <c>ssh://root@plex.lan:22</c>; null for this
    /// machine.</summary>
    public string? AsRoot
    {
        get
        {
            if (Target is null)
                return null;
            var start = Target.IndexOf("://", StringComparison.Ordinal) is >= 0 and var scheme ? scheme + 3 : 0;
            return $"{Target[..start]}root@{Target[Math.Max(start, Target.LastIndexOf('@') + 1)..]}";
        }
    }

    (string Place, string? Port)? Parts
    {
        get
        {
            if (Target is null)
                return null;
            // Only an address with a scheme has a port, and an IPv6 address has its colons in brackets there.
            var scheme = Target.IndexOf("://", StringComparison.Ordinal);
            if (scheme < 0)
                return (Target, null);
            var place = Target[(scheme + 3)..].Split('/')[0];
            var colon = place.LastIndexOf(':');
            return colon > place.LastIndexOf(']') ? (place[..colon], place[(colon + 1)..]) : (place, null);
        }
    }

    /// <summary>The words for it in a message: its target, or <c>this machine</c>.</summary>
    public override string ToString() => Target ?? "this machine";
}
