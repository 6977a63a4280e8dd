using System.Threading.Channels;
using Hostlock.Fleets;
using Hostlock.Reporting;
using Hostlock.Rollouts;
using Spectre.Console;

namespace Hostlock.Cli;

/// <summary>
/// Shows a rollout to a person at a terminal: a line that stays for each host that has ended, and below the lines a table of the rings and
/// of the hosts at work, which is redrawn.
/// </summary>
/// <param name="terminal">Makes texts fit to be shown.</param>
/// <param name="surroundings">The terminal itself.</param>
sealed class RolloutTable(Terminal terminal, Surroundings surroundings) : IRolloutView
{
    // Nobody reads faster, and each drawing costs.
    static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    Channel<string?>? _news;
    Task _drawing = Task.CompletedTask;
    NameMap<string> _words = NameMap<string>.Empty;
    volatile Shown? _shown;

    int Height => DrawnScreen.HeightOf(surroundings);

    /// <inheritdoc/>
    public void Happened(RolloutEvent happened, Rollout before, Rollout after)
    {
        string? line = null;
        if (SwitchText.HostOf(happened) is { } host)
        {
            var words = string.Join(
                " · ",
                SwitchText.Words(happened, before.Hosts[host], after.Hosts[host]).Prepend(Of(_words, host))
                    .Where(word => word.Length > 0));
            var hasEnded = after.Hosts[host].Outcome is not null;
            _words = hasEnded ? _words.Without(host.ToString()) : _words.With(host.ToString(), words);
            line = hasEnded && words.Length > 0 ? $"{host}  {words}" : null;
        }
        _shown = new(after, _words);
        Tell(line);
    }

    /// <inheritdoc/>
    public void Say(string line) => Tell(line.TrimEnd('\n'));

    /// <inheritdoc/>
    public void Break()
    {
        _news?.Writer.Complete();
        _drawing.GetAwaiter().GetResult();
        _news = null;
    }

    void Tell(string? line)
    {
        if (_news is null)
        {
            var news = _news = Channel.CreateUnbounded<string?>(new() { SingleReader = true });
            _drawing = Task.Run(() => DrawAsync(news.Reader));
        }
        _news.Writer.TryWrite(line);
    }

    async Task DrawAsync(ChannelReader<string?> news)
    {
        var console = DrawnScreen.On(surroundings.Output, terminal, surroundings);
        await console.Live(Drawn()).AutoClear(true).Overflow(VerticalOverflow.Crop).StartAsync(async live =>
        {
            while (await news.WaitToReadAsync())
            {
                while (news.TryRead(out var line))
                {
                    if (line is not null)
                        console.Write(Whole(line));
                }
                live.UpdateTarget(Drawn());
                await Task.Delay(Pause, surroundings.Time);
            }
        });
        await surroundings.Output.FlushAsync();
    }

    Grid Drawn()
    {
        var grid = new Grid().AddColumn(new GridColumn().NoWrap()).AddColumn(new GridColumn().NoWrap());
        foreach (var (name, words) in _shown is var (rollout, known)
            ? RolloutProgress.Rows(rollout, host => Of(known, host), most: Math.Max(2, Height - 2))
            : [])
            grid.AddRow(Plain(name), Plain(words));
        return grid;
    }

    static string Of(NameMap<string> words, HostName host) => words.TryGetValue(host.ToString(), out var known) ? known : "";

    // A line that stays is as wide as the terminal: it takes the place of a row of the table.
    Grid Whole(string line) => new Grid { Expand = true }.AddColumn(new GridColumn().PadRight(0)).AddRow(Plain(line));

    // Names and the words of machines are text, and no markup.
    Text Plain(string text) => new(terminal.Shown(text)) { Overflow = Overflow.Ellipsis };

    /// <summary>The picture. The thread that draws puts it together, which is less often than events happen.</summary>
    sealed record Shown(Rollout Rollout, NameMap<string> Words);
}
