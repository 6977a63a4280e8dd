using System.CommandLine;
using System.CommandLine.Parsing;
using Hostlock.Cli.Commands;
using Hostlock.Fetching;
using Hostlock.Fleets;
using Hostlock.Fleets.Bisecting;
using Hostlock.Fleets.Changes;
using Hostlock.Fleets.Checks;
using Hostlock.Fleets.History;
using Hostlock.Fleets.Merging;
using Hostlock.Fleets.Undoing;
using Hostlock.Locks;
using Hostlock.Machines;
using Hostlock.Machines.Probing;
using Hostlock.Machines.Systems;
using Hostlock.Platform;
using Hostlock.Releases;
using Hostlock.Reporting;
using Hostlock.Rollouts.Journals;
using Hostlock.Rollouts.Steps;

namespace Hostlock.Cli;

/// <summary>
/// One run of a command: its words, and the objects that they name. Objects that were opened for the run are closed with it.
/// </summary>
/// <param name="surroundings">Everything outside the program.</param>
/// <param name="parsed">The words.</param>
/// <param name="cancellationToken">Stops the run.</param>
sealed class CommandRun(Surroundings surroundings, ParseResult parsed, CancellationToken cancellationToken) : IAsyncDisposable
{
    FlakePart? _part;
    RepositoryFlakes? _flakes;
    FleetFolder? _folder;
    LineFetching? _fetching;
    WordPicking? _picks;
    LineHosts? _named;
    HashSet<string>? _warned;

    /// <summary>A run of a command. If the line asks for it, each program that it runs and each request to a server is announced.</summary>
    /// <param name="surroundings">Everything outside the program.</param>
    /// <param name="parsed">The words.</param>
    /// <param name="cancellationToken">Stops the run.</param>
    public static CommandRun Of(Surroundings surroundings, ParseResult parsed, CancellationToken cancellationToken)
    {
        if (!parsed.GetValue(CommonOptions.Verbose))
            return new(surroundings, parsed, cancellationToken);
        var terminal = Terminal.Of(surroundings, parsed);
        return new(
            surroundings.Telling(
                command => terminal.Detail($"run {Visible.Name(command)}\n"), url => terminal.Detail($"ask {Visible.Name(url)}\n")),
            parsed, cancellationToken);
    }

    /// <summary>Everything outside the program.</summary>
    public Surroundings Surroundings => surroundings;

    /// <summary>The words of the line.</summary>
    public ParseResult Parsed => parsed;

    /// <summary>The command that the line names.</summary>
    public Command Command => parsed.CommandResult.Command;

    /// <summary>The words of the line from the name of the command on, as they are recorded.</summary>
    public IEnumerable<string> Typed => parsed.Tokens.Select(token => token.Value).SkipWhile(word => word != OuterName);

    // The name of the command that the innermost one lies in: 'input' for 'input add'.
    string OuterName
    {
        get
        {
            var outer = parsed.CommandResult;
            while (outer.Parent is CommandResult { Command: not ProgramCommand } above)
                outer = above;
            return outer.Command.Name;
        }
    }

    /// <summary>Stops the run.</summary>
    public CancellationToken CancellationToken => cancellationToken;

    /// <summary>Prints data and talk.</summary>
    public Terminal Terminal { get; private init; } = Terminal.Of(surroundings, parsed);

    /// <summary>Runs programs.</summary>
    public IProcessRunner Processes => surroundings.Processes;

    /// <summary>The reader of the data that the command prints.</summary>
    public Screen Screen => Terminal.ScreenAt(Now);

    /// <summary>The time of day.</summary>
    public DateTimeOffset Now => surroundings.Time.GetUtcNow();

    /// <summary>The present day, in UTC.</summary>
    public DateOnly Today => DateOnly.FromDateTime(Now.UtcDateTime);

    /// <summary>The flake that the command works on.</summary>
    /// <exception cref="HostlockException">There is no flake, or its hostlock.toml makes no sense.</exception>
    public FleetFolder Folder => _folder ??= Open();

    /// <summary>Follows references to trees, and shows the progress to a person at a terminal.</summary>
    public FlakeFetcher Fetcher => Fetching.Fetcher;

    /// <summary>The folder of the files that are kept between runs.</summary>
    /// <exception cref="PlatformException">It is not this user's alone.</exception>
    public CacheFolder Cache => Fetching.Cache;

    /// <summary>Makes a fetcher that keeps its answers in a folder. The caller disposes of it.</summary>
    /// <param name="cacheFolder">The folder.</param>
    public FlakeFetcher NewFetcher(string cacheFolder) => Fetching.NewFetcher(cacheFolder);

    // The parts of a run that are about one flake each fetch together.
    LineFetching Fetching => _part?.Whole.Fetching ?? (_fetching ??= new(surroundings, parsed, Terminal));

    /// <summary>Reads versions of locks.</summary>
    public LockVersions Versions => new(surroundings.Processes, Folder, surroundings.Machine);

    /// <summary>Compares the systems that locks make, or that machines have.</summary>
    public SystemComparison Systems => new(surroundings.Processes, Folder, surroundings.Machine, MachineCache);

    /// <summary>Finds the hosts whose systems differ from those of a commit.</summary>
    public AffectedHosts AffectedHosts => new(surroundings.Processes, Folder, MachineCache);

    /// <summary>Keeps what is known of machines.</summary>
    public MachineCache MachineCache => new(Cache.Path);

    /// <summary>Gives the machine of a host as it was when it last answered any command; null if that is not known. No folder is made for
    /// the cache.</summary>
    public Func<HostName, SeenMachine?> LastAnswers =>
        CacheFolder.Find(surroundings.CachePath) is { } cache ? new SeenMachines(new(cache), Folder.Path).Find : _ => null;

    /// <summary>Asks the machines of hosts.</summary>
    public MachineProbes Probes => new(
        surroundings.Processes, surroundings.Machine, new(MachineCache, Folder.Path), name => Folder.TryHostOf(name) is not null,
        surroundings.Time);

    /// <summary>Asks the machines of hosts, and compares what they run with the repository.</summary>
    public MachineSurvey Survey => new(surroundings.Processes, Folder, Probes);

    /// <summary>Checks the receipts of machines for the releases that they pull, by host; a machine that pulls nothing is not in
    /// it.</summary>
    /// <param name="statuses">The machines.</param>
    public Task<IReadOnlyDictionary<HostName, PulledState>> PulledAsync(IReadOnlyList<MachineStatus> statuses) =>
        new PulledStates(surroundings.Processes).AllAsync(statuses, Now, cancellationToken);

    /// <summary>The words for a machine and the releases that it pulls; null if it pulls none.</summary>
    /// <param name="pulled">The checked receipts.</param>
    /// <param name="status">The machine.</param>
    public PulledWords? WordsOf(IReadOnlyDictionary<HostName, PulledState> pulled, MachineStatus status) =>
        pulled.TryGetValue(status.Host.Name, out var shown) ? PulledText.Words(shown, Now) : null;

    // The warning that the newest release expires, or that this is not known; null if it lasts, or there is none.
    async Task<Warning?> ReleaseExpiryAsync()
    {
        try
        {
            return await NewestReleaseAsync() is { } newest ? PulledText.Expiry(newest, Now) : null;
        }
        catch (HostlockException why)
        {
            return new($"it is not known when the newest release expires: {why.Message}");
        }
    }

    /// <summary>Warns if the newest release expires soon, or if that is not known: once, also if the line is about several flakes of the
    /// repository that has it.</summary>
    public async Task WarnOfExpiryAsync()
    {
        if (await ReleaseExpiryAsync() is { } expiry && ((_part?.Whole ?? this)._warned ??= []).Add(expiry.Message))
            Terminal.Warn(expiry);
    }

    /// <summary>Reads the evidence for the rules of a check.</summary>
    /// <exception cref="HostlockException">The declarations of a host cannot be read, or make no sense.</exception>
    public async Task<CheckedFleet> CheckedAsync() =>
        await CheckedFleet.ReadAsync(Folder, Declarations, Processes, Now, cancellationToken) with
        {
            Expiry = (await ReleaseExpiryAsync())?.Message,
        };

    /// <summary>The newest release of the flake; null if none was cut.</summary>
    public async Task<ReleaseManifest?> NewestReleaseAsync() =>
        !ReleaseRepository.IsEmpty(Folder) && ReleaseRepository.TryOpen(surroundings.Processes, Folder) is { } repository
            ? await repository.NewestManifestAsync(cancellationToken)
            : null;

    /// <summary>Finds out what would change on machines.</summary>
    public HostPreviews Previews => new(surroundings.Processes, Folder, surroundings.Machine, Probes, MachineCache);

    /// <summary>Builds the systems of hosts.</summary>
    public SystemBuild SystemBuild => new(surroundings.Processes, StepSurroundings, MachineCache, surroundings.Time);

    /// <summary>The journals of the flake.</summary>
    public RolloutJournals Journals => RolloutJournals.Of(Folder, () => Cache.Path);

    /// <summary>The surroundings of steps on machines.</summary>
    public StepSurroundings StepSurroundings => new(
        Folder, surroundings.Machine, surroundings.Variables.GetValueOrDefault("NIX_SSHOPTS", ""));

    /// <summary>True if this program runs as root.</summary>
    public bool IsRoot => surroundings.IsRoot;

    /// <summary>The person who runs it, as the environment names them: <c>ada@ctl</c>; null if it does not.</summary>
    public string? Person =>
        (NameIn("SUDO_USER") ?? NameIn("USER") ?? NameIn("LOGNAME")) is { } name ? $"{name}@{surroundings.Machine}" : null;

    string? NameIn(string variable) =>
        surroundings.Variables.GetValueOrDefault(variable) is { Length: > 0 } name ? name : null;

    /// <summary>Makes a connection to the network, for gates.</summary>
    public HttpMessageHandler NewHttpHandler() => surroundings.Http(NixSettings.Read(surroundings.Variables));

    /// <summary>The machine of a host as ssh knows it; null if it is this machine, or the host is gone.</summary>
    /// <param name="host">The host.</param>
    public string? TargetOf(HostName host) =>
        Folder.TryHostOf(host) is { } found ? MachineAddress.Of(found, surroundings.Machine).Target : null;

    /// <summary>The address of the machine of a host.</summary>
    /// <param name="host">The host.</param>
    public MachineAddress AddressOf(HostName host) => MachineAddress.Of(Folder.HostOf(host), surroundings.Machine);

    /// <summary>True if the result is printed as JSON.</summary>
    public bool IsJson => parsed.GetValue(CommonOptions.Json);

    /// <summary>The hosts and the locks that the line names.</summary>
    public LineHosts Named => _named ??= new(this);

    /// <summary>Has a person pick words that the line does not have. Of several flakes, each would ask.</summary>
    public WordPicking Picks => _picks ??= new(this, mayAsk: Terminal.CanPick && _part is null);

    /// <summary>The value of an option; the default if the line does not have the option.</summary>
    public T? Value<T>(Option<T> option) => parsed.GetValue(option);

    /// <summary>The value of an argument, or the one that a person picked for it.</summary>
    /// <exception cref="UsageException">It must be given, and is not.</exception>
    public T Value<T>(Argument<T> argument) =>
        Picks.Of(argument) is [var word, ..] ? (T)(object)word
        : argument is NeededArgument && !IsGiven(argument)
            ? throw UsageException.Needs(HelpPage.Path(Command), [HelpContents.Name(argument)], HelpPage.Usage(Command))
        : parsed.GetValue(argument)!;

    /// <summary>True if the line has words for an argument.</summary>
    /// <param name="argument">The argument.</param>
    public bool IsGiven(Argument argument) => parsed.GetResult(argument) is { Tokens.Count: > 0 };

    /// <summary>The value of an option that must be given, or the one that a person picked for it.</summary>
    /// <exception cref="UsageException">It is not given.</exception>
    public string Needed(Option<string?> option) =>
        (Picks.Of(option) is [var word, ..] ? word : Value(option))
            ?? throw UsageException.Needs(
                HelpPage.Path(Command), [$"{option.Name} {HelpContents.ValueOf(option)}"], HelpPage.Usage(Command));

    /// <summary>The words of an argument that may be missing. A line without the name of a command has no arguments.</summary>
    public string[] Words(Argument<string[]> argument) =>
        PartOf(argument) ?? Picks.Of(argument)
        ?? (parsed.GetResult(argument) is null ? [] : parsed.GetValue(argument) ?? []);

    /// <summary>The values of an option that may be repeated.</summary>
    public string[] Words(Option<string[]> option) =>
        // If the line does not have the option, the library would make an empty array by reflection.
        PartOf(option) ?? (parsed.GetResult(option) is null ? [] : parsed.GetValue(option) ?? []);

    /// <summary>The inputs that an option names; all inputs if it names none.</summary>
    /// <param name="inputs">The option.</param>
    /// <exception cref="FleetException">A word is no path of an input.</exception>
    public InputSelection Asked(Option<string[]> inputs) =>
        Words(inputs) is { Length: > 0 } words ? new(CommonOptions.InputPaths(words)) : InputSelection.All;

    // The words that the flake of this part gets; null if it gets all.
    string[]? PartOf(Symbol symbol) => _part?.Words.GetValueOrDefault(symbol);

    /// <summary>Warns of each lock that git could not merge: it is not what either side wanted.</summary>
    /// <param name="places">The locks that the command is about.</param>
    public async Task WarnOfUnmergedAsync(params IReadOnlyList<LockPlace> places)
    {
        foreach (var unmerged in await UnmergedLock.ReadAsync(Folder, places, Processes, cancellationToken))
            Terminal.Warn(new(Terminal.Quoted(unmerged.Message)));
    }

    /// <summary>Plans and writes locks: those of this flake, or those of all flakes that the line is about.</summary>
    /// <param name="words">The words of the command, as they are recorded.</param>
    /// <param name="watcher">Is told the steps.</param>
    /// <param name="planAsync">Makes the plan for this flake.</param>
    /// <param name="mode">How the plan is written.</param>
    /// <exception cref="HostlockException">As for <see cref="LockWriting"/>.</exception>
    public Task<LockReport> WriteLocksAsync(
        IEnumerable<string> words, ILockWritingWatcher watcher, Func<CancellationToken, Task<LockPlan>> planAsync, WritingMode mode) =>
        _part?.Together is { } together
            ? together.WriteAsync(new(Folder, words, watcher, planAsync, mode) { Name = _part.Flake.Name })
            : new LockWriting(surroundings.Processes, Folder, words, watcher).RunAsync(planAsync, mode, cancellationToken);

    /// <summary>Does an undo or a redo, in this flake or in all flakes that the line is about.</summary>
    /// <param name="undo">The undo or redo of this flake.</param>
    /// <exception cref="HostlockException">As for <see cref="ChangeUndo.ApplyAsync"/>.</exception>
    public Task UndoAsync(FlakeUndo undo) =>
        _part?.Together is { } together
            ? together.UndoAsync(undo with { Name = _part.Flake.Name })
            : ChangeUndo.ApplyAsync(surroundings.Processes, [undo], cancellationToken);

    /// <summary>Waits until the line is known to make sense in all flakes that it is about. Nothing is written before.</summary>
    public Task ReadyAsync() => _part?.Together?.ReadyAsync() ?? Task.CompletedTask;

    /// <summary>The part of this run that is about one flake.</summary>
    /// <param name="part">The flake, its words, and where it is printed.</param>
    public CommandRun For(FlakePart part)
    {
        var way = WayTo(part.Flake);
        return new(part.Outside, parsed, cancellationToken)
        {
            _part = part,
            Terminal = Terminal.Of(part.Outside, parsed, new(way, way)),
        };
    }

    /// <summary>A run of the same line that reads the flake anew, and says nothing. The caller disposes of it.</summary>
    public CommandRun Anew() => new(surroundings.Silent, parsed, cancellationToken) { _part = _part };

    /// <summary>The flakes of the repository, if the user is in none; null otherwise.</summary>
    /// <exception cref="HostlockException">The flakes cannot be found.</exception>
    public RepositoryFlakes? FindFlakes() => _flakes = RepositoryFlakes.Around(TypedLine.FolderOf(surroundings, parsed));

    /// <summary>This line, as it would be typed about one flake.</summary>
    /// <param name="flake">The flake.</param>
    public string LineFor(RepositoryFlake flake)
    {
        var words = parsed.Tokens.Select(token => token.Value).ToList();
        // Another folder was named, which the flake lies beneath.
        if (words.FindIndex(word => CommonOptions.Flake.Name == word || CommonOptions.Flake.Aliases.Contains(word)) is >= 0 and var at)
            words.RemoveRange(at, 2);
        return ShellWord.Join(["hostlock", "-C", WayTo(flake), .. words]);
    }

    /// <summary>Names the flakes of the repository that are not adopted, unless the result is JSON.</summary>
    /// <param name="flakes">The flakes of the repository.</param>
    public void TellUnadopted(RepositoryFlakes flakes)
    {
        if (!IsJson)
            Terminal.Talk(FlakeHeading.NotAdopted(flakes.Others.Select(flake => (flake.Name, WayTo(flake)))));
    }

    /// <summary>The way from the current folder to a flake.</summary>
    /// <param name="flake">The flake.</param>
    public string WayTo(RepositoryFlake flake) =>
        Path.GetRelativePath(surroundings.Folder, flake.Path) is var way && way.StartsWith('-') ? $"./{way}" : way;

    /// <summary>Reads the declarations for the hosts. Nothing is fetched.</summary>
    public HostDeclarations Declarations => HostDeclarations.Of(Folder, Processes);

    /// <summary>The way in which a plan is written, by the usual options.</summary>
    public WritingMode Mode(Option<bool> dryRun, Option<bool> commit, CommitNote note) =>
        Value(dryRun) ? new WritingMode.PlanOnly() : Value(commit) ? new WritingMode.WriteAndCommit(note) : new WritingMode.Write();

    /// <summary>A line of hostlock's about the same flake, as it is typed here.</summary>
    /// <param name="words">The command and its words.</param>
    public string Line(params IEnumerable<string> words) => Terminal.Typed(ShellWord.Join(["hostlock", .. words]));

    /// <summary>Prints the result as text or as JSON.</summary>
    public void Print(Func<string> text, Func<string> json) => Terminal.Data(IsJson ? json() : text());

    /// <summary>Prints the result of a change, as text or as JSON. Text is left out if only errors are printed.</summary>
    /// <param name="isDone">False for a plan, which was asked for.</param>
    /// <param name="text">The text.</param>
    /// <param name="json">The JSON.</param>
    public void Report(bool isDone, Func<string> text, Func<string> json)
    {
        if (IsJson || !isDone || !Terminal.IsQuiet)
            Print(text, json);
    }

    /// <summary>Prints the result of a change, only for people; nothing if only errors are printed.</summary>
    /// <param name="isDone">False for a plan, which was asked for.</param>
    /// <param name="text">The text.</param>
    public void ReportText(bool isDone, string text)
    {
        if (!isDone || !Terminal.IsQuiet)
            Terminal.Data(text);
    }

    // Every command names the one that was broken off in the flake, except that one itself.
    FleetFolder Open()
    {
        var start = TypedLine.FolderOf(surroundings, parsed);
        if (_part is null && _flakes is { } flakes)
            throw FleetException.NoFlakeHere(start, [.. flakes.Others.Select(WayTo)]);
        var folder = FleetFolder.Open(_part?.Flake.Path ?? start);
        if (Command.Name != BisectCommand.Name)
        {
            foreach (var name in surroundings.CachePath is { } cache ? OpenSearch.NamesOf(cache, folder.Path) : [])
                Terminal.Warn(
                    new(
                        $"the bisect of {name} is open; '{Line(BisectCommand.Name, name, "--resume")}' goes on with it, "
                        + "and '--abandon' ends it"));
        }
        Terminal.Detail($"in {Visible.Name(folder.Path)}{(folder.HasFleetFile ? "" : ", without hostlock.toml")}\n");
        // A single file is always whole, so it needs no word.
        if (Undertaking.Find(folder, null) is { Files.Length: > 1 } undertaking
            && undertaking.Words[0] != OuterName)
            Terminal.Warn(new($"a command was broken off half-way; to finish it: {Line(undertaking.Words)}"));
        return folder;
    }

    /// <summary>Closes the objects that were opened.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_fetching is not null)
            await _fetching.DisposeAsync();
    }
}
