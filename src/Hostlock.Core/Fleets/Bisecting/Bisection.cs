using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using Hostlock.Flakes;
using Hostlock.Locks;
using Hostlock.Platform;

namespace Hostlock.Fleets.Bisecting;

/// <summary>The verdict about the revisions of an input.</summary>
/// <param name="Culprits">The first revision that is certainly bad, last in the list, after the revisions just before it that could not be
/// tested.</param>
/// <param name="LastGood">The newest revision that is known to be good; null if that is the good lock's own.</param>
public sealed record RevisionVerdict(IReadOnlyList<NewestRevision> Culprits, NewestRevision? LastGood);

/// <summary>
/// Finds the inputs that broke a host, and then the revision of the input that did. It makes locks with some inputs of a good lock and the
/// rest of a bad one, and a command tests each of them. The verdicts are kept, so that an interrupted search goes on.
/// </summary>
/// <param name="place">The host's lock in a copy of the flake, where each lock to try is written.</param>
/// <param name="good">The lock that is good.</param>
/// <param name="bad">The lock that is bad.</param>
/// <param name="memory">The file that keeps the verdicts.</param>
public sealed class Bisection(LockPlace place, LockFile good, LockFile bad, string memory)
{
    const int MaximumMemory = 16 * 1024 * 1024;

    readonly Dictionary<string, Verdict> _tried = Remembered(memory);

    /// <summary>The inputs directly beneath the flake that differ, by name.</summary>
    public IReadOnlyList<string> Suspects { get; } =
        [
            .. LockDiff.Between(good, bad).Changes.Where(change => change.Moves || change.Path.Length == 1)
            .Select(change => change.Path.Names[0])
            .Distinct(),
        ];

    /// <summary>Finds the culprits.</summary>
    /// <param name="runAsync">Says of the lock that was just written whether it is good.</param>
    /// <param name="told">Is told each try: the inputs that are the bad lock's, and the verdict.</param>
    /// <exception cref="FleetException">The good lock is not good, or the bad lock is not bad.</exception>
    public async Task<ImmutableArray<string>> FindAsync(Func<Task<Verdict>> runAsync, Action<IReadOnlyList<string>, Verdict> told)
    {
        if (await TryAsync([]) != Verdict.Good)
            throw FleetException.GoodIsNotGood();
        return await TryAsync(Suspects) != Verdict.Bad
            ? throw FleetException.BadIsNotBad()
            : await DeltaDebugging.FindAsync(Suspects, TryAsync);

        Task<Verdict> TryAsync(IReadOnlyList<string> inputs) => this.TryAsync(With(inputs), runAsync, verdict => told(inputs, verdict));
    }

    /// <summary>Finds the first bad revision of an input by halving. Revisions that cannot be tested are skipped.</summary>
    /// <param name="revisions">The revisions after the good lock's, the oldest first; the last is the bad lock's.</param>
    /// <param name="lockAsync">Makes the good lock with the input at a revision.</param>
    /// <param name="runAsync">Says of the lock that was just written whether it is good.</param>
    /// <param name="told">Told of each try.</param>
    /// <exception cref="HostlockException">A revision cannot be fetched.</exception>
    public async Task<RevisionVerdict> FindRevisionAsync(
        IReadOnlyList<NewestRevision> revisions, Func<NewestRevision, Task<LockFile>> lockAsync, Func<Task<Verdict>> runAsync,
        Action<NewestRevision, Verdict> told)
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

        // The revision nearest to the middle that may still be tested.
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
                return Verdict.Skipped; // the revision is not a flake, or cannot be locked
            }
            return await TryAsync(tried, runAsync, verdict => told(revision, verdict));
        }
    }

    async Task<Verdict> TryAsync(LockFile tried, Func<Task<Verdict>> runAsync, Action<Verdict> told)
    {
        var key = LockDigest.Of(tried).ToString();
        if (_tried.TryGetValue(key, out var known))
            return known;
        // A lock with a follows that leads nowhere cannot be built.
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

    static Dictionary<string, Verdict> Remembered(string memory)
    {
        if (RegularFile.TextIfReadable(memory, MaximumMemory) is not { } text)
            return [];
        try
        {
            using var document = JsonDocument.Parse(text);
            return document.RootElement.EnumerateObject()
                .ToDictionary(member => member.Name, member => Enum.Parse<Verdict>(member.Value.GetString() ?? ""));
        }
        catch (Exception why) when (why is JsonException or ArgumentException or InvalidOperationException)
        {
            return []; // another release wrote it, or a disk lost it
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
