using System.CommandLine;
using Hostlock.Fetching;
using Hostlock.Fleets;
using Hostlock.Fleets.Changes;
using Hostlock.Fleets.History;
using Hostlock.Platform;

namespace Hostlock.Cli;

/// <summary>One run of a command: its words, and what they are about. What is opened for it is closed with it.</summary>
/// <param name="surroundings">All that is outside the program.</param>
/// <param name="parsed">The words.</param>
/// <param name="cancellationToken">Stops the run.</param>
sealed class CommandRun(Surroundings surroundings, ParseResult parsed, CancellationToken cancellationToken) : IAsyncDisposable
{
    FleetFolder? _folder;
    FlakeFetcher? _fetcher;
    FetchLines? _lines;

    /// <summary>All that is outside the program.</summary>
    public Surroundings Surroundings => surroundings;

    /// <summary>The command as the command line has it.</summary>
    public Command Command => parsed.CommandResult.Command;

    /// <summary>Stops the run.</summary>
    public CancellationToken CancellationToken => cancellationToken;

    /// <summary>Where data and talk go.</summary>
    public Terminal Terminal { get; } = new(surroundings, parsed.GetValue(CommonOptions.Color) ?? "auto");

    /// <summary>The seam to programs.</summary>
    public IProcessRunner Processes => surroundings.Processes;

    /// <summary>The time of day.</summary>
    public DateTimeOffset Now => surroundings.Time.GetUtcNow();

    /// <summary>The flake that the words are about.</summary>
    /// <exception cref="HostlockException">There is none, or its hostlock.toml makes no sense.</exception>
    public FleetFolder Folder =>
        _folder ??= FleetFolder.Open(Path.GetFullPath(parsed.GetValue(CommonOptions.Flake) ?? surroundings.FlakeFolder, surroundings.Folder));

    /// <summary>Follows references to trees, and shows a person at a terminal how that goes.</summary>
    public FlakeFetcher Fetcher => _fetcher ??= NewFetcher(surroundings.CacheFolder);

    /// <summary>Reads versions of locks.</summary>
    public LockVersions Versions => new(surroundings.Processes, Folder, surroundings.Machine);

    /// <summary>True if the result is wanted as JSON.</summary>
    public bool IsJson => parsed.GetValue(CommonOptions.Json);

    /// <summary>A fetcher that keeps its answers in a folder, for the caller to dispose of.</summary>
    public FlakeFetcher NewFetcher(string cacheFolder)
    {
        _lines ??= surroundings.IsErrorsTerminal ? new(surroundings) : null;
        var settings = NixSettings.Read(surroundings.Variables);
        return new(surroundings.Processes, new(() => surroundings.Http(settings), settings, surroundings.Time), settings, cacheFolder, _lines);
    }

    /// <summary>The value of an option; its default if the line does not have it.</summary>
    public T? Value<T>(Option<T> option) => parsed.GetValue(option);

    /// <summary>The value of an argument that every line has.</summary>
    public T Value<T>(Argument<T> argument) => parsed.GetValue(argument)!;

    /// <summary>The words of an argument that may have none. A line without the command's name does not know its arguments.</summary>
    public string[] Words(Argument<string[]> argument) => parsed.GetResult(argument) is null ? [] : parsed.GetValue(argument) ?? [];

    /// <summary>The values of an option that may be there several times.</summary>
    public string[] Words(Option<string[]> option) => parsed.GetValue(option) ?? [];

    /// <summary>The locks that an argument names; every lock if it names none.</summary>
    public IReadOnlyList<LockPlace> Places(Argument<string[]> hosts) => Words(hosts) is { Length: > 0 } words ? Folder.Places(words) : Folder.AllPlaces();

    /// <summary>The locks that an argument names, or with an option every lock.</summary>
    /// <exception cref="FleetException">Neither is there: a command that moves inputs does not move all of them for want of a word.</exception>
    public IReadOnlyList<LockPlace> Places(Argument<string[]> hosts, Option<bool> all) =>
        Value(all) ? Folder.AllPlaces() : Words(hosts) is { Length: > 0 } words ? Folder.Places(words) : throw FleetException.NoHosts();

    /// <summary>What is done with a plan, by the usual options.</summary>
    public WritingMode Mode(Option<bool> dryRun, Option<bool> commit, CommitNote note) =>
        Value(dryRun) ? new WritingMode.PlanOnly() : Value(commit) ? new WritingMode.WriteAndCommit(note) : new WritingMode.Write();

    /// <summary>Prints the result, in the form that is wanted.</summary>
    public void Print(Func<string> text, Func<string> json) => Terminal.Data(IsJson ? json() : text());

    /// <summary>Closes what was opened.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_fetcher is not null)
            await _fetcher.DisposeAsync();
        _lines?.Dispose();
    }
}
