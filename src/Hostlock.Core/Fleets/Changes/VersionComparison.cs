using Hostlock.Fleets.History;
using Hostlock.Locks;

namespace Hostlock.Fleets.Changes;

/// <summary>The inputs in which the locks of two hosts would still differ after a promotion from one to the other.</summary>
/// <param name="From">The lock that is promoted.</param>
/// <param name="To">The lock that gets it.</param>
/// <param name="Inputs">The inputs, and the rules that keep them.</param>
public sealed record PromotionRest(NamedLock From, NamedLock To, IReadOnlyList<HeldInput> Inputs);

/// <summary>Two versions of locks, compared.</summary>
/// <param name="Before">The older one.</param>
/// <param name="After">The newer one.</param>
/// <param name="Diff">The inputs in which they differ, of those that are asked about.</param>
/// <param name="Rest">The inputs that a promotion would leave as they are; null if the two are not the present locks of two hosts.</param>
public sealed record VersionComparison(NamedLock Before, NamedLock After, LockDiff Diff, PromotionRest? Rest)
{
    /// <summary>Compares two versions. The older one comes first, in whichever order they were named.</summary>
    /// <param name="folder">The fleet.</param>
    /// <param name="declarations">Reads what is declared for hosts.</param>
    /// <param name="first">The first one that was named.</param>
    /// <param name="second">The other.</param>
    /// <param name="isDirected">True if a promotion is from the first to the second, because a person named both; otherwise it is from the
    /// older to the newer.</param>
    /// <param name="asked">The inputs that are asked about.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="HostlockException">Neither lock has an input that is asked about, or the declarations of a host cannot be
    /// read.</exception>
    public static async Task<VersionComparison> OfAsync(
        FleetFolder folder, HostDeclarations declarations, NamedLock first, NamedLock second, bool isDirected, InputSelection asked,
        CancellationToken cancellationToken)
    {
        AskedInputs.Require(asked, [(first.Version.Place, first.Lock), (second.Version.Place, second.Lock)]);
        var diff = asked.Of(LockDiff.Between(first.Lock, second.Lock));
        var goesBack = Downgrade.IsMostly(diff);
        var (before, after) = goesBack ? (second, first) : (first, second);
        var (from, to) = isDirected ? (first, second) : (before, after);
        var rest = await RestAsync(folder, declarations, from, to, asked, cancellationToken);
        return new(before, after, goesBack ? asked.Of(LockDiff.Between(before.Lock, after.Lock)) : diff, rest);
    }

    static async Task<PromotionRest?> RestAsync(
        FleetFolder folder, HostDeclarations declarations, NamedLock from, NamedLock to, InputSelection asked,
        CancellationToken cancellationToken)
    {
        if (from.Version is not LockVersion.Current(var source, not null)
            || to.Version is not LockVersion.Current(var target, not null)
            || source.FullPath == target.FullPath)
            return null;
        var promotion = await Promotion.OfAsync(folder, declarations, source, from.Lock, new(), [target], cancellationToken);
        return new(from, to, [.. promotion.Held(target, to.Lock).Where(input => asked.Includes(input.Path))]);
    }
}
