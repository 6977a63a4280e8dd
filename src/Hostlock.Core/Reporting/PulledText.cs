using System.Collections.Immutable;
using Hostlock.Flakes;
using Hostlock.Machines;
using Hostlock.Releases;

namespace Hostlock.Reporting;

/// <summary>Says in a few words what a machine shows of the releases that it pulls.</summary>
public static class PulledText
{
    // A release that has so long yet is nothing to speak of.
    static readonly TimeSpan Soon = TimeSpan.FromDays(3);

    /// <summary>What is to be said of a machine.</summary>
    /// <param name="pulled">What it shows.</param>
    /// <param name="now">The present time.</param>
    public static PulledWords Words(PulledState pulled, DateTimeOffset now)
    {
        var words = ImmutableArray.CreateBuilder<string>();
        var needsLook = pulled.Refusal is not null;
        switch (pulled.Receipt)
        {
            case ReceiptState.Proved(var receipt, var runsAnother):
                words.Add($"{Word(receipt)} {Amounts.Ago(Moment.Of(now).SecondsSince(receipt.At))}");
                if (runsAnother)
                    words.Add("runs another system since");
                needsLook |= runsAnother || receipt.Verdict is ReceiptVerdict.Returned or ReceiptVerdict.Stranded;
                break;
            case ReceiptState.Doubted(var why):
                words.Add($"receipt not believed: {Visible.Name(why)}");
                needsLook = true;
                break;
            default:
                break;
        }
        if (pulled.Refusal is { } refusal)
            words.Add($"refused {Amounts.Ago(Moment.Of(now).SecondsSince(refusal.At))}: {Visible.Name(refusal.Why)}");
        return new(words.ToImmutable(), needsLook);
    }

    /// <summary>Warns that machines will soon begin with the newest release no more, or do so no more; null if it lasts.</summary>
    /// <param name="newest">The newest release.</param>
    /// <param name="now">The present time.</param>
    public static Warning? Expiry(ReleaseManifest newest, DateTimeOffset now)
    {
        if (newest.Expires.Date <= now)
        {
            return new(
                $"release {newest.Number} expired on {newest.Expires}: no machine begins with it, and 'hostlock release' cuts another");
        }
        var left = newest.Expires.SecondsSince(Moment.Of(now));
        return left < (ulong)Soon.TotalSeconds
            ? new($"release {newest.Number} expires in {Amounts.Span(left)}; 'hostlock release' cuts another")
            : null;
    }

    static string Word(Receipt receipt) => receipt.Verdict switch
    {
        ReceiptVerdict.Kept => $"release {receipt.Release} kept",
        ReceiptVerdict.Boots => $"release {receipt.Release} put in place for the next boot",
        ReceiptVerdict.Returned => $"release {receipt.Release} given back",
        ReceiptVerdict.Stranded => $"release {receipt.Release} failed, and not given back,",
        _ => throw new System.Diagnostics.UnreachableException(),
    };
}
