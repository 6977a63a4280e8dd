using System.CommandLine;
using Hostlock.Fleets;
using Hostlock.Fleets.History;
using Hostlock.Locks;

namespace Hostlock.Cli;

/// <summary>Has a person at a terminal pick words that the line does not have.</summary>
/// <param name="run">The run of the command.</param>
/// <param name="mayAsk">False if nobody is asked: then nothing is picked.</param>
sealed class WordPicking(CommandRun run, bool mayAsk)
{
    const int MostCommits = 200;

    readonly Dictionary<Symbol, string[]> _picked = [];

    /// <summary>The words that a person picked for an argument or an option; null if none were picked.</summary>
    /// <param name="symbol">The argument or option.</param>
    public string[]? Of(Symbol symbol) => _picked.GetValueOrDefault(symbol);

    /// <summary>Has a person pick hosts and rings if the line names none.</summary>
    /// <param name="hosts">The argument.</param>
    /// <param name="all">The option that names all of them.</param>
    /// <param name="isRootOne">True if the root lock may be picked too.</param>
    /// <param name="unlessHere">True if a line without hosts means the host that is this machine.</param>
    public async Task HostsAsync(Argument<string[]> hosts, Option<bool> all, bool isRootOne = true, bool unlessHere = false)
    {
        if (run.Words(hosts).Length > 0 || run.Value(all) || !mayAsk || (unlessHere && IsHere))
            return;
        if (await HostWordsAsync(isRootOne) is { Length: > 0 } words)
            _picked[hosts] = words;
    }

    /// <summary>Has a person pick one host if the line names none.</summary>
    /// <param name="host">The argument.</param>
    /// <param name="isRootOne">True if the root lock may be picked too.</param>
    /// <param name="unlessHere">True if a line without a host means the host that is this machine.</param>
    public async Task HostAsync<T>(Argument<T> host, bool isRootOne = true, bool unlessHere = false)
    {
        if (run.IsGiven(host) || !mayAsk || (unlessHere && IsHere))
            return;
        if (await PickAsync("which host", Hosts(isRootOne), takesSeveral: false) is { Length: > 0 } words)
            _picked[host] = words;
    }

    /// <summary>The hosts and rings that a person picks; empty if nobody can be asked.</summary>
    /// <param name="isRootOne">True if the root lock may be picked too.</param>
    public async Task<string[]> HostWordsAsync(bool isRootOne) =>
        mayAsk ? await PickAsync("which hosts", Hosts(isRootOne).Concat(Rings), takesSeveral: true) : [];

    /// <summary>The inputs of a lock that a person picks; empty if nobody can be asked.</summary>
    /// <param name="place">The lock.</param>
    public async Task<string[]> InputsAsync(LockPlace place) =>
        mayAsk && HostLocks.Read(place) is { } file
            ? await PickAsync(
                "which inputs",
                file.Root.Inputs.Select(
                    input => new PickedRow(input.Key, input.Value is LockEdge.Locked(var node) ? node.Original.ToString() : "")),
                takesSeveral: true)
            : [];

    /// <summary>Has a person pick a commit of a lock if the line names none.</summary>
    /// <param name="option">The option that names it.</param>
    /// <param name="owner">The owner of the lock.</param>
    public async Task CommitAsync(CommitOption option, LockOwner owner)
    {
        if (run.Value(option) is not null || !mayAsk)
            return;
        using var history = LockHistory.Open(run.Processes, run.Folder);
        var commits = await history.CommitsAsync(run.Folder.PlaceOf(owner), MostCommits, run.CancellationToken);
        var rows = commits.Select(commit => new PickedRow(commit.Id.Shortened, $"{commit.Time} {commit.Subject}"));
        if (await PickAsync("which version", rows, takesSeveral: false) is { Length: > 0 } words)
            _picked[option] = words;
    }

    async Task<string[]> PickAsync(string question, IEnumerable<PickedRow> rows, bool takesSeveral) =>
        [.. await run.Terminal.PickAsync(question, [.. rows], takesSeveral, run.CancellationToken) ?? []];

    bool IsHere => run.Named.HostHereIn(run.Folder) is not null;

    IEnumerable<PickedRow> Hosts(bool isRootOne) =>
    [
        .. run.Folder.Fleet.Hosts.Select(
            host => new PickedRow(host.Name.ToString(), host.Ring is { } ring ? $"{host.Lock}, in @{ring}" : host.Lock)),
        .. isRootOne ? [new PickedRow(HostName.Root, FleetFolder.RootLock)] : Array.Empty<PickedRow>(),
    ];

    IEnumerable<PickedRow> Rings =>
        from ring in run.Folder.Fleet.Rings
        let hosts = run.Folder.Fleet.Hosts.Where(host => host.Ring == ring.Name).ToList()
        where hosts.Count > 0
        select new PickedRow($"@{ring.Name}", string.Join(' ', hosts.Select(host => host.Name)));
}
