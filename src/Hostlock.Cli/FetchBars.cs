using System.Collections.Concurrent;
using System.Globalization;
using Hostlock.Fetching;
using Hostlock.Flakes;

namespace Hostlock.Cli;

/// <summary>
/// Shows fetches to a person at a terminal: one line with bytes and rate, which is redrawn, and a line that stays for each finished
/// download. A fetch that ends at once gets no line.
/// </summary>
sealed class FetchLines : IFetchWatcher, IDisposable
{
    const string Clear = "\r\u001b[K";

    static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);
    static readonly TimeSpan Worth = TimeSpan.FromMilliseconds(500);

    readonly Surroundings _surroundings;
    readonly ConcurrentDictionary<FlakeRef, Fetch> _fetches = [];
    readonly Lock _drawing = new();
    readonly ITimer _timer;
    bool _isDrawn;

    sealed class Fetch(long began)
    {
        /// <summary>The bytes that have come so far.</summary>
        public long Bytes;

        /// <summary>When the fetch began, as a timestamp of the clock.</summary>
        public long Began { get; } = began;
    }

    /// <summary>Begins to draw.</summary>
    public FetchLines(Surroundings surroundings)
    {
        _surroundings = surroundings;
        _timer = surroundings.Time.CreateTimer(_ => Draw(), null, Pause, Pause);
    }

    public void Began(FlakeRef reference) => _fetches.TryAdd(reference, new(_surroundings.Time.GetTimestamp()));

    public void Received(FlakeRef reference, long bytes)
    {
        if (_fetches.TryGetValue(reference, out var fetch))
            Interlocked.Add(ref fetch.Bytes, bytes);
    }

    public void Ended(FlakeRef reference, bool isDone)
    {
        if (!_fetches.TryRemove(reference, out var fetch) || !isDone)
            return;
        var time = _surroundings.Time.GetElapsedTime(fetch.Began);
        if (time < Worth)
            return;
        lock (_drawing)
            _surroundings.Errors.Write($"{Clear}fetched {Line(reference, fetch, time)}\n");
    }

    public void Dispose()
    {
        _timer.Dispose();
        lock (_drawing)
        {
            if (_isDrawn)
                _surroundings.Errors.Write(Clear);
        }
    }

    void Draw()
    {
        lock (_drawing)
        {
            var running = _fetches.Select(pair => (pair.Key, pair.Value, Time: _surroundings.Time.GetElapsedTime(pair.Value.Began)))
                .Where(each => each.Time >= Worth).OrderBy(each => each.Value.Began).ToList();
            if (running.Count == 0)
            {
                if (_isDrawn)
                    _surroundings.Errors.Write(Clear);
                _isDrawn = false;
                return;
            }
            var (reference, fetch, time) = running[0];
            var others = running.Count > 1 ? $" and {running.Count - 1} more" : "";
            var line = $"fetching {Line(reference, fetch, time)}{others}";
            // A terminal that does not know its width says 0.
            var width = _surroundings.Width >= 20 ? _surroundings.Width : 80;
            _surroundings.Errors.Write(Clear + (line.Length < width ? line : line[..(width - 1)]));
            _isDrawn = true;
        }
    }

    static string Line(FlakeRef reference, Fetch fetch, TimeSpan time) =>
        fetch.Bytes == 0
            ? string.Create(CultureInfo.InvariantCulture, $"'{Visible.Name(reference.ToString())}' {time.TotalSeconds:0.0} s")
            : string.Create(
                CultureInfo.InvariantCulture,
                $"'{Visible.Name(reference.ToString())}' {fetch.Bytes / 1e6:0.0} MB, {fetch.Bytes / 1e6 / time.TotalSeconds:0.0} MB/s");
}
