using System.Text.Json;
using Hostlock.Fleets;
using Hostlock.Machines;
using Hostlock.Reporting;
using Hostlock.Reporting.Pages;
using Hostlock.Rollouts;

namespace Hostlock.Cli.Serving;

/// <summary>The page of a fleet as a server shows it: made anew when a file changes, and with a command that runs.</summary>
sealed class FleetSite : IDisposable
{
    const int WidthOnPage = 100;
    const string Terminal = "TERM";

    // Making pages takes a fourth of the time at most, however often files change.
    const int Pauses = 3;

    // Ages on the page are right to the minute.
    static readonly TimeSpan LongestKept = TimeSpan.FromMinutes(1);
    static readonly TimeSpan BetweenSurveys = TimeSpan.FromMinutes(1);

    readonly CommandRun _run;
    readonly FleetWatch _watch;
    readonly bool _mayAct;
    readonly CancellationToken _ended;
    readonly SemaphoreSlim _turn = new(1, 1);
    (string Text, long State, DateTimeOffset At) _made = ("", -1, default);
    (FleetFolder Folder, Rollout? Rollout) _known;
    IReadOnlyList<MachineStatus>? _machines;
    TimeSpan _took;
    long _state;

    /// <summary>Opens the fleet.</summary>
    /// <param name="run">The run of the command.</param>
    /// <param name="secrets">The secrets of this run.</param>
    /// <param name="mayAct">If true, the page can give commands.</param>
    /// <param name="ended">Stops it.</param>
    /// <exception cref="HostlockException">There is no flake, or its hostlock.toml makes no sense.</exception>
    public FleetSite(CommandRun run, PageSecrets secrets, bool mayAct, CancellationToken ended)
    {
        (_run, Secrets, _mayAct, _ended) = (run, secrets, mayAct, ended);
        _known = (run.Folder, null);
        _watch = new(run.Processes, run.Folder, run.Journals.Path, run.Surroundings.Time);
        Seat = new(RunAsync, _watch.PlanState, Changed, ended);
    }

    /// <summary>The secrets of this run.</summary>
    public PageSecrets Secrets { get; }

    /// <summary>The commands of the page.</summary>
    public CommandSeat Seat { get; }

    /// <summary>Wakes those who show the page.</summary>
    public Pulse Changed { get; } = new();

    /// <summary>The number of the state of the fleet; a page of a lower one is old.</summary>
    public long State => Interlocked.Read(ref _state);

    /// <summary>Raises the number of the state whenever a file changes, until it is stopped.</summary>
    public async Task WatchAsync()
    {
        var known = _watch.State();
        while (true)
        {
            known = await _watch.ChangedAsync(known, _ended);
            Raise();
            await Task.Delay(_took * Pauses, _run.Surroundings.Time, _ended);
        }
    }

    /// <summary>Asks the machines what they run, again and again, until it is stopped.</summary>
    public async Task SurveyAsync()
    {
        while (true)
        {
            try
            {
                await using var run = _run.Anew();
                _machines = await new FleetPageReading(run).AskMachinesAsync();
                Raise();
            }
            catch (HostlockException)
            {
                // The page says if a fleet cannot be read.
            }
            await Task.Delay(BetweenSurveys, _run.Surroundings.Time, _ended);
        }
    }

    void Raise()
    {
        Interlocked.Increment(ref _state);
        Changed.Beat();
    }

    /// <summary>The page as it is now.</summary>
    public async Task<string> PageAsync()
    {
        await _turn.WaitAsync(_ended);
        try
        {
            var state = State;
            var begun = _run.Now;
            if (_made.State != state || begun - _made.At > LongestKept)
            {
                _made = (await MakeAsync(state), state, begun);
                _took = _run.Now - begun;
            }
            return _made.Text;
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>The command that a page asks for.</summary>
    /// <param name="body">The request.</param>
    /// <exception cref="HostlockException">The page offers no such command.</exception>
    public PageCommand Parse(JsonElement body) => PageCommand.Parse(body, _known.Folder, _known.Rollout);

    /// <summary>An error, as it is printed.</summary>
    public string Rendered(HostlockException why) => _run.Terminal.Shown(ErrorText.Render(why, Ink.Plain));

    /// <summary>Says that a request met a bug.</summary>
    /// <param name="bug">The bug.</param>
    public void Tell(Exception bug) => _run.Terminal.Problem($"hostlock: this is a bug; please report it with what you did\n{bug}\n");

    /// <summary>Ends the watching.</summary>
    public void Dispose()
    {
        _watch.Dispose();
        _turn.Dispose();
    }

    // If a fleet cannot be read at the moment, because a file is being edited, the page says so, and goes on once it can be.
    async Task<string> MakeAsync(long state)
    {
        await using var run = _run.Anew();
        var served = new ServedPage(Secrets.Key, state);
        try
        {
            var page = await new FleetPageReading(run).ReadAsync(_machines);
            _known = (run.Folder, page.Rollout?.Rollout);
            _watch.Follow(run.Folder);
            return HtmlPage.Render(page, served with { Actions = _mayAct ? PageAction.All(page.Rollout is not null) : [] });
        }
        catch (HostlockException why)
        {
            return HtmlPage.RenderProblem(Path.GetFileName(_known.Folder.Path), Rendered(why), served);
        }
    }

    // The line is typed in the folder of the flake, and nobody is asked anything.
    Task<ExitCode> RunAsync(string[] words, TextWriter text, CancellationToken stop) => App.RunAsync(
        words,
        _run.Surroundings.Alone(text) with
        {
            Folder = _known.Folder.Path,
            // The text is for a person, on a terminal without colours.
            Variables = _run.Surroundings.Variables.Where(variable => variable.Key is not (Surroundings.FlakeVariable or Terminal))
                .Append(KeyValuePair.Create(Terminal, "dumb")).ToDictionary(variable => variable.Key, variable => variable.Value),
            IsTerminal = true,
            Width = WidthOnPage,
        },
        stop);
}
