using System.Globalization;
using Hostlock.Flakes;
using Hostlock.Fleets;
using Hostlock.Machines;

namespace Hostlock.Releases;

/// <summary>Judges whether a receipt agrees with the present answer of the machine. It is pure.</summary>
public static class ReceiptJudge
{
    // The clock of a machine may be set after it booted, and differ from ours.
    const ulong Skew = 10 * 60;

    // The time since the boot is rounded, and the answer takes a while.
    const ulong Round = 60;

    /// <summary>The reason why a receipt is not believed, as a part of a sentence; null if it is.</summary>
    /// <param name="receipt">The receipt.</param>
    /// <param name="host">The host whose machine handed it over.</param>
    /// <param name="facts">The present answer of the machine.</param>
    /// <param name="now">The present time.</param>
    public static string? Doubt(Receipt receipt, HostName host, MachineFacts facts, Moment now)
    {
        if (receipt.Host != host)
            return $"it is of {receipt.Host}";
        if (receipt.At.Seconds > now.Seconds + Skew)
            return "it is of the future";
        if (facts.Uptime is not { } up)
            return null;
        // The id of the boot, and the time of the boot, have to agree.
        var booted = now.Seconds - Math.Min(now.Seconds, (ulong)up.TotalSeconds);
        var isOfThisBoot = receipt.BootId == facts.BootId;
        if (isOfThisBoot && receipt.At.Seconds + Skew < booted)
            return "it is older than the boot that it names";
        return !isOfThisBoot && receipt.At.Seconds > booted + Round
            ? string.Create(CultureInfo.InvariantCulture, $"it is of another boot than the one that was running at {receipt.At.Date:HH:mm}")
            : null;
    }
}
