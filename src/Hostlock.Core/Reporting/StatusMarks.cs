using Hostlock.Fleets;

namespace Hostlock.Reporting;

/// <summary>The marks that <c>status</c> puts on hosts: a letter in the table, a word in a pipe. <see cref="StatusNotes"/> says what each
/// means, with the command.</summary>
static class StatusMarks
{
    /// <summary>The letters: git could not merge the lock, or it cannot be read or does not exist; it is not in line with flake.nix; it is
    /// not committed; an input is frozen; a host is not adopted.</summary>
    public const char Broken = 'x', Stale = '!', Uncommitted = '*', Frozen = '#', New = '+';

    /// <summary>The letters of a row, the worst first.</summary>
    /// <param name="locks">The locks that share the row.</param>
    /// <param name="today">The present day, in UTC.</param>
    public static string Of(IEnumerable<LockStatus> locks, DateOnly today) =>
        string.Concat(locks.SelectMany(status => All(status, today)).Select(mark => mark.Letter).Distinct().OrderBy("x!*#".IndexOf));

    /// <summary>The words of a lock, the worst first; <c>ok</c> if there is nothing to say.</summary>
    /// <param name="status">The lock.</param>
    /// <param name="today">The present day, in UTC.</param>
    public static string Words(LockStatus status, DateOnly today) =>
        All(status, today) is { Count: > 0 } marks ? string.Join(',', marks.ConvertAll(mark => mark.Word)) : "ok";

    /// <summary>Colours letters.</summary>
    public static string Paint(string letters, Ink ink) => string.Concat(letters.Select(letter => Paint(letter, ink)));

    /// <summary>Colours a letter.</summary>
    public static string Paint(char letter, Ink ink) => letter switch
    {
        Broken or Stale => ink.Bad(letter.ToString()),
        Uncommitted or New => ink.Warn(letter.ToString()),
        _ => ink.Bold(letter.ToString()),
    };

    static List<(char Letter, string Word)> All(LockStatus status, DateOnly today)
    {
        var marks = new List<(char, string)>();
        if (status.Problem is not null)
            marks.Add((Broken, "unreadable"));
        else if (status.Lock is null)
            marks.Add((Broken, "no-lock"));
        if (status.IsUnmerged)
            marks.Add((Broken, "unmerged"));
        if (status.Stale is not null)
            marks.Add((Stale, "stale"));
        if (status.IsUncommitted)
            marks.Add((Uncommitted, "uncommitted"));
        if (status.Inputs.Any(input => input.Freeze is { } freeze && !freeze.IsOver(today)))
            marks.Add((Frozen, "frozen"));
        return marks;
    }
}
