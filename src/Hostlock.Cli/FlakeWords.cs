using System.CommandLine;
using System.CommandLine.Parsing;
using Hostlock.Flakes;
using Hostlock.Fleets;
using Hostlock.Fleets.History;
using Hostlock.Fleets.Layouts;
using Hostlock.Machines.Systems;

namespace Hostlock.Cli;

/// <summary>An argument or an option whose words name hosts.</summary>
interface INamesHosts
{
    /// <summary>True if the hosts are meant as machines, so that <c>root</c>, which is only a lock, is none of the words.</summary>
    bool AreMachines => false;
}

/// <summary>An option or an argument whose words name inputs.</summary>
interface INamesInputs
{
    /// <summary>True if the command is about these inputs, so that a flake that has none of them is not meant.</summary>
    bool AreMeant { get; }
}

/// <summary>An argument whose words name hosts.</summary>
/// <param name="name">Its name.</param>
/// <param name="areMachines">As for <see cref="INamesHosts.AreMachines"/>.</param>
sealed class HostArgument<T>(string name, bool areMachines) : Argument<T>(name), INamesHosts
{
    public bool AreMachines => areMachines;
}

/// <summary>An argument that names an input.</summary>
/// <param name="name">Its name.</param>
sealed class InputArgument(string name) : Argument<string>(name), INamesInputs
{
    public bool AreMeant => true;
}

/// <summary>An option whose words name inputs.</summary>
/// <param name="name">Its name.</param>
/// <param name="areMeant">As for <see cref="INamesInputs.AreMeant"/>.</param>
/// <param name="aliases">Its other names.</param>
sealed class InputOption(string name, bool areMeant, params string[] aliases) : Option<string[]>(name, aliases), INamesInputs
{
    public bool AreMeant => areMeant;
}

/// <summary>The words of a line that name hosts and inputs, shared out to several flakes.</summary>
sealed class FlakeWords
{
    readonly string _currentFolder;
    readonly IReadOnlyList<(Symbol Symbol, string[] Words)> _hosts;
    readonly IReadOnlyList<(Symbol Symbol, string[] Words)> _inputs;

    // The input behind the hosts of an argument; null if there is none.
    readonly string? _last;
    readonly bool _ignoresInputs;

    /// <summary>Takes the words out of a line.</summary>
    /// <param name="parsed">The line.</param>
    /// <param name="command">The command, which the line need not name.</param>
    /// <param name="currentFolder">The folder that relative paths start in.</param>
    public FlakeWords(ParseResult parsed, Command command, string currentFolder)
    {
        _currentFolder = currentFolder;
        (Symbol Symbol, string[] Words)[] all =
        [
            .. command.Arguments.Select(argument => ((Symbol)argument, WordsOf(parsed.GetResult(argument)))),
            .. command.Options.Select(option => ((Symbol)option, WordsOf(parsed.GetResult(option)))),
        ];
        _hosts = [.. all.Where(each => each.Symbol is INamesHosts && each.Words.Length > 0)];
        _inputs = [.. all.Where(each => each.Symbol is INamesInputs && each.Words.Length > 0)];
        if (_inputs.Count == 0 && _hosts is [(FrozenArgument argument, [.., var last] words)])
        {
            _last = last;
            _hosts = words.Length > 1 ? [(argument, words[..^1])] : [];
        }

        static string[] WordsOf(SymbolResult? result) => [.. (result?.Tokens ?? []).Select(token => token.Value)];
    }

    /// <summary>True if the line names a host.</summary>
    public bool NameHosts => _hosts.Count > 0;

    /// <summary>All words that name hosts.</summary>
    public IEnumerable<string> Hosts => _hosts.SelectMany(each => each.Words);

    /// <summary>True if the words name files alone, which belong to no flake.</summary>
    public bool AreFiles => NameHosts && Hosts.All(IsFile);

    /// <summary>The words that a flake gets, by argument and option; null if it lacks what the line names.</summary>
    /// <param name="folder">The flake.</param>
    public IReadOnlyDictionary<Symbol, string[]>? For(FleetFolder folder)
    {
        var mine = new Dictionary<Symbol, string[]>();
        foreach (var (symbol, words) in _hosts)
        {
            string[] known = [.. words.Where(word => IsIn(folder, word))];
            if (known.Length == 0)
                return null;
            mine[symbol] = _last is null ? known : [.. known, _last];
        }
        if (_inputs.Count == 0 && (_last is null || _ignoresInputs))
            return mine;
        var inputs = InputsOf(folder);
        if (_last is not null && !_ignoresInputs && !Has(folder, inputs, _last))
            return null;
        foreach (var (symbol, words) in _inputs)
        {
            string[] known = [.. words.Where(word => Has(folder, inputs, word))];
            if (known.Length == 0 && ((INamesInputs)symbol).AreMeant)
                return null;
            mine[symbol] = known;
        }
        return mine;
    }

    /// <summary>The same words, without regard to inputs that no flake has: a flake then says what is wrong with them.</summary>
    /// <param name="folders">The flakes.</param>
    public FlakeWords KnownTo(IReadOnlyList<FleetFolder> folders)
    {
        if (_inputs.Count == 0 && _last is null)
            return this;
        var known = folders.Select(folder => (Folder: folder, Inputs: InputsOf(folder))).ToList();
        var named = _inputs.SelectMany(each => each.Words).Concat(_last is null ? [] : [_last]);
        return named.All(word => known.Any(each => Has(each.Folder, each.Inputs, word))) ? this : new(this, []);
    }

    FlakeWords(FlakeWords words, IReadOnlyList<(Symbol, string[])> inputs) =>
        (_currentFolder, _hosts, _inputs, _last, _ignoresInputs) = (words._currentFolder, words._hosts, inputs, words._last, true);

    /// <summary>True if a flake has what a word names.</summary>
    /// <param name="folder">The flake.</param>
    /// <param name="word">A host, a ring, <c>root</c>, a version of a lock, or a file.</param>
    public bool IsIn(FleetFolder folder, string word) =>
        word.StartsWith('@') ? folder.Fleet.Hosts.Any(host => host.Ring == word[1..])
        : folder.TryOwnerNamed(word) is not null || IsFile(word) || folder.IsBuiltByRootAlone(word) ? true
        : word.IndexOf('@', StringComparison.Ordinal) is > 0 and var at && folder.TryOwnerNamed(word[..at]) is not null;

    /// <summary>True if each host that the line names is a machine's system in a flake, and not a home alone; true for a line that names
    /// none, if the flake has any system.</summary>
    /// <param name="folder">The flake.</param>
    public bool AreSystems(FleetFolder folder) => NameHosts
        ? Hosts.All(word => folder.TryOwnerNamed(word) is not LockOwner.Host(var name) || SystemEvaluation.IsSystem(folder.HostOf(name)))
        : folder.Fleet.Hosts.Any(SystemEvaluation.IsSystem);

    bool IsFile(string word) => LockVersion.IsPath(word) || LockVersion.OfFile(word, _currentFolder) is not null;

    // Of an input of an input, a flake that has the first alone is not meant.
    static bool Has(FleetFolder folder, HashSet<string> inputs, string word) =>
        word.Split('/') is var names && inputs.Contains(names[0])
        && (names.Length == 1 || InputPath.TryParse(word) is not { } path
            || FleetStatus.Read(folder.AllPlaces()).Any(status => status.Lock?.EdgeAt(path) is not null));

    static HashSet<string> InputsOf(FleetFolder folder) =>
    [
        .. new LocalFlakes(folder).RootInputs.Keys,
        .. FleetStatus.Read(folder.AllPlaces()).SelectMany(status => status.Inputs).Select(input => input.Name),
    ];
}
