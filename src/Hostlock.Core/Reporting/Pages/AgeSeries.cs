using System.Collections.Immutable;
using Hostlock.Flakes;
using Hostlock.Fleets;
using Hostlock.Fleets.History;

namespace Hostlock.Reporting.Pages;

/// <summary>An input of a lock from one moment on.</summary>
/// <param name="At">The moment.</param>
/// <param name="Dated">The date of its revision; null if the lock had no such input, or nobody knows.</param>
/// <param name="Move">The commit that brought it; null for the beginning of the history, and for what is not committed.</param>
sealed record AgeStep(Moment At, Moment? Dated, LockMove? Move);

/// <summary>The age of one input of one lock over time.</summary>
/// <param name="Place">The lock.</param>
/// <param name="Steps">The steps, in the order of time; at least one.</param>
sealed record AgeSeries(LockPlace Place, ImmutableArray<AgeStep> Steps)
{
    /// <summary>The date of the revision that the lock had at a moment; null if it had none, or nobody knows.</summary>
    /// <param name="moment">The moment.</param>
    public Moment? DatedAt(Moment moment)
    {
        Moment? dated = null;
        foreach (var step in Steps)
        {
            if (step.At > moment)
                break;
            dated = step.Dated;
        }
        return dated;
    }

    /// <summary>Follows an input through the history of each lock, up to the files as they are now.</summary>
    /// <param name="page">The fleet.</param>
    /// <param name="input">The input.</param>
    public static ImmutableArray<AgeSeries> Of(FleetPage page, string input)
    {
        var moves = page.History.Moves.Where(move => move.Commit.Time is not null).OrderBy(move => move.Commit.Time).ToList();
        if (moves.Count == 0)
            return [];
        var (start, now) = (moves[0].Commit.Time!.Value, Moment.Of(page.MadeAt));
        var byPlace = moves.SelectMany(move => move.Places, (move, place) => (move, place))
            .ToLookup(pair => pair.place.FullPath, pair => pair.move);
        return
        [
            .. page.Locks.Where(status => status.Lock is not null).Select(status => Series(status))
                .Where(series => series.Steps.Any(step => step.Dated is not null)),
        ];

        AgeSeries Series(LockStatus status)
        {
            var steps = ImmutableArray.CreateBuilder<AgeStep>();
            var present = PageWords.Pin(status.Lock, input)?.LastModified;
            foreach (var move in byPlace[status.Place.FullPath])
            {
                if (steps.Count == 0 && PageWords.Pin(move.Before, input)?.LastModified is { } before && move.Commit.Time > start)
                    steps.Add(new(start, before, null));
                steps.Add(new(move.Commit.Time!.Value, PageWords.Pin(move.After, input)?.LastModified, move));
            }
            // A lock that none of the commits moved was there before them, or is not committed.
            if (steps.Count == 0)
                steps.Add(new(page.History.IsCut ? start : now, present, null));
            else if (steps[^1].Dated != present)
                steps.Add(new(now, present, null));
            return new(status.Place, steps.ToImmutable());
        }
    }
}
