using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using Hostlock.Flakes;
using Hostlock.Locks;
using Hostlock.Platform;

namespace Hostlock.Fleets.Bisecting;

/// <summary>What the revisions of an input say.</summary>
/// <param name="Culprits">The first bad one, and those before it of which nothing could be told; the last is bad for certain.</param>
/// <param name="LastGood">The newest that is known to be good; null where that is the good lock's own.</param>
public sealed record RevisionVerdict(IReadOnlyList<NewestRevision> Culprits, NewestRevision? LastGood);

/// <summary>
/// Looks for the inputs that broke a host, and then for the revision of an input that did: between a lock that is good and one that is bad, locks are made that have some inputs of the one and
/// some of the other, and a command says of each whether it is good. What was tried is kept, so that a search that was broken off goes on.
/// </summary>
/// <param name="place">The host's lock, where each lock to try is written.</param>
/// <param name="good">The lock that is good.</param>
/// <param name="bad">The lock that is bad.</param>
/// <param name="memory">A file for what was tried.</param>
public sealed class Bisection(LockPlace place, LockFile good, LockFile bad, string memory)
{
    readonly Dictionary<string, Verdict> _tried = Remembered(memory);

    /// <summary>The inputs directly beneath the flake that differ, by name.</summary>
    public IReadOnlyList<string> Suspects { get; } =
        [.. LockDiff.Between(good, bad).Changes.Where(change => change.Moves || change.Path.Length == 1).Select(change => change.Path.Names[0]).Distinct()];

    /// <summary>Finds the culprits.</summary>
    /// <param name="runAsync">Says of the lock that was just written whether it is good.</param>
    /// <param name="told">Told of each try: the inputs that are bad's, and the verdict.</param>
    /// <exception cref="FleetException">Good is not good, or bad is not bad.</exception>
    public async Task<ImmutableArray<string>> FindAsync(Func<Task<Verdict>> runAsync, Action<IReadOnlyList<string>, Verdict> told)
    {
        if (await TryAsync([]) != Verdict.Good)
            throw FleetException.GoodIsNotGood();
        return await TryAsync(Suspects) != Verdict.Bad
            ? throw FleetException.BadIsNotBad()
            : await DeltaDebugging.FindAsync(Suspects, TryAsync);

        Task<Verdict> TryAsync(IReadOnlyList<string> inputs) => this.TryAsync(With(inputs), runAsync, verdict => told(inputs, verdict));
    }

    /// <summary>Finds the first bad revision of an input by halving; what cannot be told is gone around.</summary>
    /// <param name="revisions">Those after the good lock's, the oldest first; the last is the bad lock's.</param>
    /// <param name="lockAsync">The good lock with the input at a revision.</param>
    /// <param name="runAsync">Says of the lock that was just written whether it is good.</param>
    /// <param name="told">Told of each try.</param>
    /// <exception cref="HostlockException">A revision cannot be fetched.</exception>
    public async Task<RevisionVerdict> FindRevisionAsync(
        IReadOnlyList<NewestRevision> revisions, Func<NewestRevision, Task<LockFile>> lockAsync, Func<Task<Verdict>> runAsync, Action<NewestRevision, Verdict> told)
    {
        var (good, bad) = (-1, revisions.Count - 1);
        var skipped = new HashSet<int>();
        while (Next() is { } at)
        {
            var verdict = await JudgeAsync(revisions[at]);
            if (verdict == Verdict.Good)
                good = at;
            else if (verdict == Verdict.Bad)
                bad = at;
            else
                skipped.Add(at);
        }
        return new([.. revisions.Skip(good + 1).Take(bad - good)], good < 0 ? null : revisions[good]);

        // The one nearest to the middle of which something may be told.
        int? Next() => Enumerable.Range(good + 1, bad - good - 1)
            .Where(each => !skipped.Contains(each))
            .Select(each => (int?)each)
            .MinBy(each => Math.Abs(2 * each!.Value - (good + bad)));

        async Task<Verdict> JudgeAsync(NewestRevision revision)
        {
            LockFile tried;
            try
            {
                tried = await lockAsync(revision);
            }
            catch (HostlockException why) when (!why.IsOutside)
            {
                return Verdict.Skipped; // no flake, or none that can be locked
            }
            return await TryAsync(tried, runAsync, verdict => told(revision, verdict));
        }
    }

    async Task<Verdict> TryAsync(LockFile tried, Func<Task<Verdict>> runAsync, Action<Verdict> told)
    {
        var key = LockDigest.Of(tried).ToString()!;
        if (_tried.TryGetValue(key, out var known))
            return known;
        // What would follow nothing cannot be built.
        if (LockGraft.Dangling(tried).Count > 0)
            return Verdict.Skipped;
        HostLocks.Write(place, tried);
        var verdict = await runAsync();
        told(verdict);
        _tried[key] = verdict;
        Remember();
        return verdict;
    }

    /// <summary>The good lock with some inputs of the bad one.</summary>
    public LockFile With(IEnumerable<string> inputs) =>
        inputs.Aggregate(good, (lockFile, name) => LockGraft.Into(lockFile, bad, InputPath.Of(name)));

    /// <summary>Forgets what was tried.</summary>
    public void Forget() => File.Delete(memory);

    static Dictionary<string, Verdict> Remembered(string memory)
    {
        try
        {
            using var document = JsonDocument.Parse(File.ReadAllText(memory));
            return document.RootElement.EnumerateObject().ToDictionary(member => member.Name, member => Enum.Parse<Verdict>(member.Value.GetString() ?? ""));
        }
        catch (Exception why) when (why is IOException or UnauthorizedAccessException or JsonException or ArgumentException or InvalidOperationException)
        {
            return []; // nothing was tried, or nothing that can be read
        }
    }

    void Remember()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(memory)!);
        var text = new StringBuilder("{");
        text.AppendJoin(',', _tried.Select(pair => $"\"{pair.Key}\":\"{pair.Value}\""));
        AtomicFile.Replace(memory, Encoding.UTF8.GetBytes(text.Append('}').ToString()), isDurable: false);
    }
}
