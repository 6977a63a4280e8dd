using Hostlock.Fleets;
using Hostlock.Machines;

namespace Hostlock.Audits;

/// <summary>A system that a machine ran for a while, or tried.</summary>
/// <param name="Host">The host.</param>
/// <param name="System">The system.</param>
/// <param name="From">When the machine was first seen to run it; if it was never seen to run, when it was tried.</param>
public sealed record HostStay(HostName Host, StorePath System, DateTimeOffset From)
{
    /// <summary>The time at which the machine was last seen to run it; null if it was tried, and never seen to run.</summary>
    public DateTimeOffset? SeenLast { get; init; }

    /// <summary>The time at which the machine was first seen to run another one; null if it was not.</summary>
    public DateTimeOffset? Until { get; init; }

    /// <summary>The rollout or release that brought it; null if nothing that was recorded did.</summary>
    public HostDelivery? Delivery { get; init; }

    /// <summary>The delivery that failed, if the machine went back to this system; else null.</summary>
    public HostDelivery? WentBackFrom { get; init; }

    /// <summary>True if the machine may have run it, or tried it, at some time of a span.</summary>
    /// <param name="span">The span.</param>
    public bool IsWithin(AuditSpan span) =>
        From < span.To && (SeenLast is null ? From >= span.From : Until is null || Until > span.From);
}
