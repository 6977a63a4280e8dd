namespace Hostlock.Fleets.Undoing;

/// <summary>Finds in which of several flakes the last thing was done. A command about all of them is one thing.</summary>
public static class LastDone
{
    // A run records what it does in one flake after the other.
    static readonly TimeSpan LongestRecording = TimeSpan.FromSeconds(10);

    sealed record Done(FleetFolder Flake, RecordedChange Change, DateTimeOffset When);

    /// <summary>The flakes whose files were changed by the last command that was not taken back, or was taken back in part; none if nothing
    /// is recorded in any.</summary>
    /// <param name="flakes">The flakes.</param>
    /// <param name="line">The words of the undo, as an undertaking records them.</param>
    /// <param name="words">The hosts, <c>root</c> and rings whose locks are meant; none for all files.</param>
    /// <exception cref="HostlockException">A file cannot be read.</exception>
    public static IEnumerable<FleetFolder> FlakesToUndo(
        IReadOnlyList<FleetFolder> flakes, IReadOnlyList<string> line, IReadOnlyCollection<string> words) =>
        Together(
            from flake in flakes
            let paths = words.Count == 0 ? null : PathsOf(flake, words)
            let unfinished = Undertaking.Find(flake, line)?.Step is UndoStep.TakeBack(var number, _) ? number : (int?)null
            let change = ChangeRecord.Of(flake)?.Changes().FirstOrDefault(change => change.Number == unfinished || change.Standing.Any(
                file => (paths is null || paths.Contains(file.Path))
                    && (file.Merge is not null || !RecordedChange.IsSame(flake.TryReadBytes(file.Path), file.Before))))
            where change is not null
            select new Done(flake, change, change.When));

    /// <summary>The flakes in which the last undo took something back; none if nothing can be put back.</summary>
    /// <param name="flakes">The flakes.</param>
    public static IEnumerable<FleetFolder> FlakesToRedo(IReadOnlyList<FleetFolder> flakes) =>
        Together(
            from flake in flakes
            let record = ChangeRecord.Of(flake)
            let taken = record?.Undone() is [var last, ..] ? last : null
            where taken is not null
            let change = record.Changes().FirstOrDefault(change => change.Number == taken.Change)
            where change is not null
            select new Done(flake, change, record.TakenBackAt));

    static IEnumerable<FleetFolder> Together(IEnumerable<Done> done)
    {
        var all = done.ToList();
        return all.MaxBy(each => each.When) is { } last
            ? all.Where(each => each.Change.Words.SequenceEqual(last.Change.Words) && last.When - each.When <= LongestRecording)
                .Select(each => each.Flake)
            : [];
    }

    // A word that names nothing in this flake may name something in another, so it is no error.
    static HashSet<string> PathsOf(FleetFolder flake, IEnumerable<string> words) =>
    [
        .. flake.AllPlaces()
            .Where(
                place => place.Sharers.Any(
                    owner => words.Contains(owner.ToString())
                        || (owner is LockOwner.Host(var host) && words.Contains($"@{flake.HostOf(host).Ring}"))))
            .Select(place => place.RelativePath),
    ];
}
