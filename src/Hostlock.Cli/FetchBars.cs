using System.Collections.Concurrent;
using System.Globalization;
using Hostlock.Fetching;
using Hostlock.Flakes;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Hostlock.Cli;

/// <summary>
/// Shows fetches to a person at a terminal: a bar for each that takes a while, under the name of its input, and a line that stays for each
/// that has ended, and for each question that is put again. A fetch that ends at once is not shown.
/// </summary>
/// <param name="terminal">Makes texts fit to be shown.</param>
/// <param name="surroundings">The terminal itself.</param>
sealed class FetchBars(Terminal terminal, Surroundings surroundings) : IFetchWatcher, IDisposable
{
    const int BarWidth = 24, NameWidth = 24;

    static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);
    static readonly TimeSpan Worth = TimeSpan.FromMilliseconds(500);

    readonly ConcurrentDictionary<FlakeRef, InputPath> _inputs = [];
    readonly ConcurrentDictionary<FlakeRef, Fetch> _fetches = [];
    readonly ConcurrentQueue<string> _lines = [];
    readonly Lock _starting = new();
    Task _drawing = Task.CompletedTask;
    bool _isDrawing;
    volatile Task _shown = Task.CompletedTask;

    // Wakes the thread that draws, because the next printed line must not come between the bars.
    volatile TaskCompletionSource _ended = new();

    sealed class Fetch(string name, long began)
    {
        /// <summary>The bytes that have come so far.</summary>
        public long Received;

        /// <summary>All bytes that are to come; 0 if that is not known.</summary>
        public long Expected;

        /// <summary>The name of the input, or the reference.</summary>
        public string Name { get; } = name;

        /// <summary>The time at which the fetch began, as a timestamp of the clock.</summary>
        public long Began { get; } = began;
    }

    public void Asked(FlakeRef reference, InputPath input) => _inputs.TryAdd(reference, input);

    public void Began(FlakeRef reference, FlakeRef asked)
    {
        var name = _inputs.TryGetValue(asked, out var input) ? input.ToString() : $"'{reference}'";
        _fetches.TryAdd(reference, new(terminal.Shown(Visible.Name(name)), surroundings.Time.GetTimestamp()));
        Draw();
    }

    public void Expected(FlakeRef reference, long? bytes)
    {
        if (!_fetches.TryGetValue(reference, out var fetch))
            return;
        Interlocked.Exchange(ref fetch.Received, 0);
        Interlocked.Exchange(ref fetch.Expected, bytes ?? 0);
    }

    public void Received(FlakeRef reference, long bytes)
    {
        if (_fetches.TryGetValue(reference, out var fetch))
            Interlocked.Add(ref fetch.Received, bytes);
    }

    public void Ended(FlakeRef reference, bool isDone)
    {
        if (!_fetches.TryRemove(reference, out var fetch))
            return;
        var time = surroundings.Time.GetElapsedTime(fetch.Began);
        if (isDone && time >= Worth)
            _lines.Enqueue($"fetched {fetch.Name}  {Amount(fetch, time)}");
        if (_fetches.IsEmpty)
            End();
    }

    /// <summary>Says that a server did not answer well, and is asked again.</summary>
    /// <param name="why">The failure.</param>
    /// <param name="pause">The time until then.</param>
    public void Waits(HostlockException why, TimeSpan pause)
    {
        _lines.Enqueue(
            terminal.Shown(
                string.Create(CultureInfo.InvariantCulture, $"{Visible.Line(why.Message)}; asking again in {pause.TotalSeconds:0.##} s")));
        Draw();
    }

    /// <summary>Takes the bars away.</summary>
    public void Dispose()
    {
        _fetches.Clear();
        End();
        _drawing.GetAwaiter().GetResult();
    }

    void Draw()
    {
        lock (_starting)
        {
            if (_isDrawing)
                return;
            _isDrawing = true;
            _drawing = Task.Run(DrawAsync);
        }
    }

    // A fetch that begins now is not shown yet, so the bars go away whatever begins.
    void End()
    {
        _ended.TrySetResult();
        _shown.GetAwaiter().GetResult();
    }

    async Task DrawAsync()
    {
        while (true)
        {
            if (Running().Count > 0)
            {
                // The end of the last fetch waits for this, from the first bar on.
                var shown = new TaskCompletionSource();
                _shown = shown.Task;
                await ShowAsync();
                shown.SetResult();
            }
            while (_lines.TryDequeue(out var line))
                surroundings.Errors.Write($"{line}\n");
            lock (_starting)
            {
                if (_fetches.IsEmpty && _lines.IsEmpty)
                {
                    _isDrawing = false;
                    return;
                }
            }
            await NextAsync();
        }
    }

    async Task ShowAsync()
    {
        var console = DrawnScreen.On(surroundings.Errors, terminal, surroundings);
        var (tasks, amounts) = (new Dictionary<Fetch, ProgressTask>(), new Dictionary<int, string>());
        await console.Progress()
            .AutoClear(true)
            .AutoRefresh(false)
            .HideCompleted(true)
            .Columns(
                new WordsColumn(task => task.Description, NameWidth),
                new ProgressBarColumn { Width = BarWidth },
                new WordsColumn(task => amounts.GetValueOrDefault(task.Id, ""), null))
            .StartAsync(async context =>
            {
                while (Running() is { Count: > 0 } running)
                {
                    Say();
                    foreach (var (fetch, task) in tasks.Where(pair => !running.Contains(pair.Key)))
                        task.StopTask();
                    foreach (var fetch in running)
                        Show(fetch);
                    context.Refresh();
                    await NextAsync();

                    void Show(Fetch fetch)
                    {
                        if (!tasks.TryGetValue(fetch, out var task))
                            tasks.Add(fetch, task = context.AddTask(fetch.Name));
                        var (received, expected) = (Interlocked.Read(ref fetch.Received), Interlocked.Read(ref fetch.Expected));
                        task.IsIndeterminate = expected == 0;
                        task.MaxValue = Math.Max(1, expected);
                        task.Value = expected == 0 ? 0 : Math.Min(received, expected);
                        amounts[task.Id] = Amount(fetch, surroundings.Time.GetElapsedTime(fetch.Began));
                    }
                }
                Say();
            });

        // A line that stays is as wide as the terminal: it takes the place of a bar.
        void Say()
        {
            while (_lines.TryDequeue(out var line))
                console.Write(new Grid { Expand = true }.AddColumn(new GridColumn().PadRight(0)).AddRow(new Text(line)));
        }
    }

    async Task NextAsync()
    {
        await Task.WhenAny(Task.Delay(Pause, surroundings.Time), _ended.Task);
        if (!_fetches.IsEmpty && _ended.Task.IsCompleted)
            _ended = new();
    }

    List<Fetch> Running() =>
        [
            .. _fetches.Values.Where(fetch => surroundings.Time.GetElapsedTime(fetch.Began) >= Worth).OrderBy(fetch => fetch.Began),
        ];

    static string Amount(Fetch fetch, TimeSpan time)
    {
        var (received, expected) = (Interlocked.Read(ref fetch.Received) / 1e6, Interlocked.Read(ref fetch.Expected) / 1e6);
        var rate = received / time.TotalSeconds;
        return received == 0 ? string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0.0} s")
            : received >= expected ? string.Create(CultureInfo.InvariantCulture, $"{received:0.0} MB, {rate:0.0} MB/s")
            : string.Create(
                CultureInfo.InvariantCulture, $"{received / expected,4:0 %}  {received:0.0} of {expected:0.0} MB, {rate:0.0} MB/s");
    }

    /// <summary>A column of texts, which are no markup.</summary>
    /// <param name="words">The text of a task.</param>
    /// <param name="width">The most columns of the terminal that it takes; null if it is not bounded.</param>
    sealed class WordsColumn(Func<ProgressTask, string> words, int? width) : ProgressColumn
    {
        protected override bool NoWrap => true;

        public override int? GetColumnWidth(RenderOptions options) => width;

        public override IRenderable Render(RenderOptions options, ProgressTask task, TimeSpan deltaTime) =>
            new Text(words(task)) { Overflow = Overflow.Ellipsis };
    }
}
