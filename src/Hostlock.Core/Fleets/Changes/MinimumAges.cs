using Hostlock.Flakes;

namespace Hostlock.Fleets.Changes;

/// <summary>The ages that revisions must have to be locked.</summary>
/// <param name="Default">The age for inputs without one of their own; null if they may be of any age.</param>
/// <param name="ByInput">The ages of the inputs that have one of their own, by path.</param>
/// <param name="Now">The moment that ages are counted back from.</param>
public sealed record MinimumAges(TimeSpan? Default, NameMap<TimeSpan> ByInput, DateTimeOffset Now)
{
    /// <summary>Any revision may be locked.</summary>
    public static readonly MinimumAges None = new(null, NameMap<TimeSpan>.Empty, default);

    /// <summary>True if any revision may be locked.</summary>
    public bool IsEmpty => Default is null && ByInput.Count == 0;

    /// <summary>Combines the ages in hostlock.toml with one age for all inputs. The larger age of an input counts.</summary>
    /// <param name="policies">The policies in hostlock.toml.</param>
    /// <param name="asked">The age for all inputs; null if none was asked for.</param>
    /// <param name="now">The moment that ages are counted back from.</param>
    public static MinimumAges Of(NameMap<InputPolicy> policies, TimeSpan? asked, DateTimeOffset now)
    {
        var ages = new List<KeyValuePair<string, TimeSpan>>();
        foreach (var (input, policy) in policies)
        {
            if (policy.MinimumAge is { } age)
                ages.Add(KeyValuePair.Create(input, asked > age ? asked.Value : age));
        }
        return new(asked, NameMap<TimeSpan>.Of(ages), now);
    }

    /// <summary>The moment after which no revision of an input is locked; null if any may be.</summary>
    public DateTimeOffset? NotAfter(InputPath input) => ByInput.TryGetValue(input.ToString(), out var age) ? Now - age : Now - Default;
}
