using System.Collections.Immutable;
using Hostlock.Flakes;
using Hostlock.Machines;
using Hostlock.Releases;

namespace Hostlock.Reporting;

/// <summary>Says in a few words how a machine stands with the releases that it pulls.</summary>
public static class PulledText
{
    // A release that lasts longer than this needs no warning.
    static readonly TimeSpan Soon = TimeSpan.FromDays(3);

    /// <summary>The words for a machine.</summary>
    /// <param name="pulled">The checked receipt.</param>
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
        if (pulled.Expires is { } expires && ExpiryOf(expires, now) is { } said)
        {
            words.Add($"its release {said}");
            needsLook = true;
        }
        if (pulled.Refusal is { } refusal)
        {
            var done = refusal.IsRefusal ? "refused" : "could not pull";
            words.Add(
                $"{done} {Amounts.Ago(Moment.Of(now).SecondsSince(refusal.At))} ({Word(refusal.Rule)}): {Visible.Name(refusal.Why)}");
        }
        return new(words.ToImmutable(), needsLook);
    }

    /// <summary>Warns that the newest release expires soon, or has expired; null if it lasts.</summary>
    /// <param name="newest">The newest release.</param>
    /// <param name="now">The present time.</param>
    public static Warning? Expiry(ReleaseManifest newest, DateTimeOffset now) => ExpiryOf(newest.Expires, now) is not { } said ? null
        : newest.Expires.Date <= now
            ? new($"release {newest.Number} {said}: no machine begins with it, and 'hostlock release' cuts another")
            : new Warning($"release {newest.Number} {said}; 'hostlock release' cuts another");

    /// <summary>The word for a rule in the documents and the JSON.</summary>
    /// <param name="rule">The rule.</param>
    public static string Word(RefusalRule rule) => rule.ToString().ToLowerInvariant();

    // When a release expires, if that is soon, or when it expired; null if it lasts.
    static string? ExpiryOf(Moment expires, DateTimeOffset now)
    {
        if (expires.Date <= now)
            return $"expired on {expires}";
        var left = expires.SecondsSince(Moment.Of(now));
        return left < (ulong)Soon.TotalSeconds ? $"expires in {Amounts.Span(left)}" : null;
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
