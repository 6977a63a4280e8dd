using System.CommandLine;
using Hostlock.Fleets;
using Hostlock.Fleets.History;

namespace Hostlock.Cli;

/// <summary>The hosts and the locks that the words of a line name.</summary>
/// <param name="run">The run of the line.</param>
sealed class LineHosts(CommandRun run)
{
    /// <summary>The hosts that an argument names; the host that is this machine if it names none.</summary>
    /// <param name="hosts">The argument.</param>
    /// <param name="all">The option that names all hosts.</param>
    /// <exception cref="HostlockException">A word names nothing, or no host has the name of this machine.</exception>
    public IReadOnlyList<Host> HostsOrHere(Argument<string[]> hosts, Option<bool> all) =>
        run.Value(all) || run.Words(hosts).Length > 0 ? Hosts(hosts, all) : [HostHere];

    /// <summary>The host that is this machine, which the person is told, because nobody named it.</summary>
    /// <exception cref="FleetException">No host has the name of this machine.</exception>
    public Host HostHere =>
        HostHereIfAny ?? throw FleetException.NoHostHere(run.Surroundings.Machine, run.Folder.Fleet.Hosts.Select(host => host.Name));

    /// <summary>The host that is this machine, which the person is told, because nobody named it; null if no host has its name.</summary>
    public Host? HostHereIfAny
    {
        get
        {
            if (HostHereIn(run.Folder) is not { } here)
                return null;
            run.Terminal.Talk($"{here.Name}: this machine\n");
            return here;
        }
    }

    /// <summary>The host of a flake that is this machine; null if it has none of that name.</summary>
    /// <param name="folder">The flake.</param>
    public Host? HostHereIn(FleetFolder folder) =>
        folder.Fleet.Hosts.FirstOrDefault(host => host.Name.ToString() == run.Surroundings.Machine);

    /// <summary>The hosts that an argument names; all hosts if it names none.</summary>
    /// <param name="hosts">The argument.</param>
    /// <param name="all">The option that names all hosts.</param>
    /// <exception cref="HostlockException">A word names nothing, or the root lock, which is no machine.</exception>
    public IReadOnlyList<Host> Hosts(Argument<string[]> hosts, Option<bool> all) =>
        Named(hosts, all) is { Length: > 0 } words ? HostsNamed(words) : run.Folder.Fleet.Hosts;

    /// <summary>The hosts that words name, which a command needs; all hosts if the option is given.</summary>
    /// <param name="words">The words.</param>
    /// <param name="all">The option that names all hosts.</param>
    /// <exception cref="HostlockException">No host is named, a word names nothing, or the root lock, which is no machine.</exception>
    public IReadOnlyList<Host> SomeHosts(string[] words, Option<bool> all)
    {
        Check(words, all);
        return run.Value(all) ? run.Folder.Fleet.Hosts : words.Length > 0 ? HostsNamed(words) : throw FleetException.NoMachines();
    }

    /// <summary>The hosts that words name, whose inputs hostlock.toml can freeze; all hosts if the option is given.</summary>
    /// <param name="words">The words.</param>
    /// <param name="all">The option that names all hosts.</param>
    /// <exception cref="HostlockException">No host is named, or a word names nothing, or the root lock, which has no
    /// table there.</exception>
    public IEnumerable<HostName> FreezableHosts(string[] words, Option<bool> all)
    {
        Check(words, all);
        return run.Value(all) ? run.Folder.Fleet.Hosts.Select(host => host.Name)
            : words.Length == 0 ? throw FleetException.NoMachines()
            : run.Folder.OwnersNamed(words).Select(
                owner => owner is LockOwner.Host(var name) ? name : throw FleetException.RootCannotFreeze());
    }

    List<Host> HostsNamed(string[] words) => [.. run.Folder.OwnersNamed(words).Select(HostOf)];

    /// <summary>The host that a word names.</summary>
    /// <exception cref="HostlockException">The word names no host.</exception>
    public Host HostNamed(string word) => HostOf(OwnerNamed(word));

    /// <summary>The root or the host that a word names.</summary>
    /// <exception cref="HostlockException">The word names neither.</exception>
    public LockOwner OwnerNamed(string word)
    {
        Check([word], null);
        return run.Folder.OwnerNamed(word);
    }

    /// <summary>The lock that a word names.</summary>
    /// <exception cref="HostlockException">The word names none.</exception>
    public LockPlace PlaceNamed(string word)
    {
        Check([word], null);
        return run.Folder.PlaceNamed(word);
    }

    Host HostOf(LockOwner owner) =>
        owner is LockOwner.Host(var name) ? run.Folder.HostOf(name) : throw FleetException.RootIsNoMachine();

    /// <summary>The locks that an argument names; all locks if it names none.</summary>
    /// <param name="hosts">The argument.</param>
    /// <param name="all">The option that names all locks.</param>
    /// <exception cref="HostlockException">A word names nothing.</exception>
    public IReadOnlyList<LockPlace> PlacesOrAll(Argument<string[]> hosts, Option<bool> all) =>
        Named(hosts, all) is { Length: > 0 } words ? PlacesOf(words) : run.Folder.AllPlaces();

    /// <summary>The locks that an argument names; all locks if the option is given.</summary>
    /// <param name="hosts">The argument.</param>
    /// <param name="all">The option that names all locks.</param>
    /// <exception cref="HostlockException">A word names nothing; or no host is named and the option is missing. A command that moves inputs
    /// must not move them in all locks only because no host was named.</exception>
    public IReadOnlyList<LockPlace> Places(Argument<string[]> hosts, Option<bool> all) =>
        run.Value(all) || run.Words(hosts).Length > 0 ? PlacesOrAll(hosts, all) : throw FleetException.NoHosts();

    /// <summary>The locks that an argument names; all locks if the option is given; the lock of the host that is this machine if nothing is
    /// named.</summary>
    /// <param name="hosts">The argument.</param>
    /// <param name="all">The option that names all locks.</param>
    /// <exception cref="HostlockException">A word names nothing; or nothing is named, and no host has the name of this machine.</exception>
    public IReadOnlyList<LockPlace> PlacesOrHere(Argument<string[]> hosts, Option<bool> all) =>
        PlaceHere(hosts, all) ?? Places(hosts, all);

    /// <summary>As <see cref="PlacesOrHere"/>; all locks if nothing is named, and no host has the name of this machine.</summary>
    /// <param name="hosts">The argument.</param>
    /// <param name="all">The option that names all locks.</param>
    /// <exception cref="HostlockException">A word names nothing.</exception>
    public IReadOnlyList<LockPlace> PlacesHereOrAll(Argument<string[]> hosts, Option<bool> all) =>
        PlaceHere(hosts, all) ?? PlacesOrAll(hosts, all);

    /// <summary>The flakes of several that have the host that is this machine, if the line names no host; otherwise all.</summary>
    /// <param name="hosts">The argument.</param>
    /// <param name="all">The option that names all hosts; null if the command has none.</param>
    /// <param name="flakes">The flakes.</param>
    public IEnumerable<FleetFolder> WithHostHere<T>(Argument<T> hosts, Option<bool>? all, IReadOnlyList<FleetFolder> flakes) =>
        run.Parsed.GetResult(hosts) is { Tokens.Count: > 0 } || (all is not null && run.Value(all))
            ? flakes
            : flakes.Where(flake => HostHereIn(flake) is not null);

    LockPlace[]? PlaceHere(Argument<string[]> hosts, Option<bool> all) =>
        !run.Value(all) && run.Words(hosts).Length == 0 && HostHereIfAny is { } here ? [run.Folder.PlaceOf(here.Name)] : null;

    /// <summary>The root and the hosts that an argument names; all of them if the option is given.</summary>
    /// <param name="hosts">The argument.</param>
    /// <param name="all">The option that names all of them.</param>
    /// <exception cref="HostlockException">No host is named, or a word names nothing.</exception>
    public IReadOnlyList<LockOwner> Owners(Argument<string[]> hosts, Option<bool> all)
    {
        var words = Named(hosts, all);
        return run.Value(all) ? [new LockOwner.Root(), .. run.Folder.Fleet.Hosts.Select(host => new LockOwner.Host(host.Name))]
            : words.Length > 0 ? run.Folder.OwnersNamed(words)
            : throw FleetException.NoHosts();
    }

    // The words of an argument for hosts.
    string[] Named(Argument<string[]> hosts, Option<bool> all)
    {
        var words = run.Words(hosts);
        Check(words, all);
        return words;
    }

    // Refuses words that stand in the place of hosts and mean something else, with the command that was meant.
    void Check(string[] words, Option<bool>? all)
    {
        if (all is not null && run.Value(all) && words is [var word, ..])
            throw UsageException.AllAndMore(word);
        var inputs = words.Distinct().Select(each => (Word: each, Found: run.Folder.InputNamed(each))).Where(each => each.Found is not null)
            .ToDictionary(each => each.Word, each => each.Found!.Value);
        if (inputs.Count > 0)
        {
            string[] named = [.. inputs.Values.Select(each => each.Input)];
            // A line with a word that names nothing gives no meant line.
            string[] unknown = [.. words.Distinct().Where(each => !inputs.ContainsKey(each) && NamesNothing(each))];
            throw unknown.Length == 0
                ? UsageException.InputForHost(
                    named, MeantLine.Of(run.Parsed, inputs, HostNames, run.Surroundings.Machine),
                    [.. HostNames.Select(host => host.ToString()), .. AreMachines ? Array.Empty<string>() : [HostName.Root]])
                : UsageException.InputForHostAndMore(
                    [.. words.Distinct().Where(each => inputs.ContainsKey(each) || unknown.Contains(each))], named,
                    unknown.Select(each => FleetException.UnknownHost(each, HostNames).Hint)
                        .OfType<string>().Distinct());
        }
        if (words.Contains("help") && run.Folder.TryOwnerNamed("help") is null)
            throw UsageException.NoHelpHere(HelpPage.Path(run.Command));
    }

    // True for a word that is no host, no ring, no version of a lock and no file.
    bool NamesNothing(string word) =>
        !word.Contains('@', StringComparison.Ordinal) && !LockVersion.IsPath(word) && run.Folder.TryOwnerNamed(word) is null
            && !run.Folder.IsBuiltByRootAlone(word);

    // True if the line names machines, of which the root lock is none.
    bool AreMachines => run.Command.Arguments.OfType<INamesHosts>().Any(argument => argument.AreMachines);

    IEnumerable<HostName> HostNames => run.Folder.Fleet.Hosts.Select(host => host.Name);

    IReadOnlyList<LockPlace> PlacesOf(string[] words)
    {
        var places = run.Folder.Places(words);
        foreach (var word in words.Where(run.Folder.IsBuiltByRootAlone))
            run.Terminal.Warn(FleetException.BuiltByRootAlone(word));
        return places;
    }
}
