using System.Collections.Immutable;
using Hostlock.Fleets;

namespace Hostlock.Reporting;

/// <summary>Locks in which every input that is not the same everywhere has the same cell.</summary>
/// <param name="Hosts">The hosts whose locks they are, in the order of the locks.</param>
/// <param name="Cells">The state of each input in these locks; an input that the locks do not have is not in it.</param>
public sealed record DriftRow(ImmutableArray<LockOwner> Hosts, IReadOnlyDictionary<string, string> Cells);

/// <summary>
/// Hosts × inputs as a value: which inputs differ from lock to lock, and which locks are alike in them. What a cell says is up to the view;
/// locks whose cells read the same share a row, so that a thousand hosts are a page.
/// </summary>
/// <param name="Rows">The rows, in the order of the first lock of each; the locks that cannot be read are in none.</param>
/// <param name="Differing">The inputs that are not the same in every lock, in the order of their bytes.</param>
/// <param name="Same">The inputs that are, each with its cell.</param>
public sealed record DriftMatrix(
    ImmutableArray<DriftRow> Rows, ImmutableArray<string> Differing, ImmutableArray<(string Input, string Cell)> Same)
{
    /// <summary>Compares locks.</summary>
    /// <param name="locks">The state of the locks.</param>
    /// <param name="cell">What a view says of an input.</param>
    public static DriftMatrix Of(IReadOnlyList<LockStatus> locks, Func<InputStatus, string> cell)
    {
        var read = locks.Where(status => status.Lock is not null).ToList();
        var cells = read.ConvertAll(status => status.Inputs.ToDictionary(input => input.Name, cell, StringComparer.Ordinal));
        var names = cells.SelectMany(row => row.Keys).Distinct(StringComparer.Ordinal).Order(Utf8Order.Instance).ToList();
        var differing = names.Where(name => cells.Any(row => row.GetValueOrDefault(name) != cells[0].GetValueOrDefault(name)))
            .ToImmutableArray();
        var rows = Enumerable.Range(0, read.Count)
            .GroupBy(i => string.Join('\0', differing.Select(name => cells[i].GetValueOrDefault(name, ""))))
            .Select(alike => new DriftRow([.. alike.SelectMany(i => read[i].Place.Sharers)], cells[alike.First()]));
        return new([.. rows], differing, [.. names.Except(differing).Select(name => (name, cells[0][name]))]);
    }
}
