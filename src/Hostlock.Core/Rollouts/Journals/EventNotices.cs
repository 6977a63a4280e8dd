using System.Collections.Immutable;
using System.Threading.Channels;
using Hostlock.Platform;
using Hostlock.Platform.Programs;

namespace Hostlock.Rollouts.Journals;

/// <summary>
/// Tells a program of the user each event of a rollout, as the journal has it, on its input: one after the other, while the rollout goes
/// on. The result of the program decides nothing.
/// </summary>
public sealed class EventNotices : IAsyncDisposable
{
    static readonly TimeSpan LongestNotice = TimeSpan.FromMinutes(1);

    readonly Channel<string> _events = Channel.CreateUnbounded<string>(new() { SingleReader = true });
    readonly Task _telling;

    /// <summary>Begins to tell.</summary>
    /// <param name="processes">Runs the program.</param>
    /// <param name="words">The program and its arguments; none tells nobody.</param>
    /// <param name="folder">The folder that it runs in, and that a program such as <c>./notify.sh</c> is looked for in.</param>
    /// <param name="warned">Is told once that the program fails.</param>
    public EventNotices(IProcessRunner processes, ImmutableArray<string> words, string folder, Action<Warning> warned) =>
        _telling = words.IsEmpty ? Task.CompletedTask : TellAsync(processes, words, folder, warned);

    /// <summary>Has the program told of an event, in its turn.</summary>
    /// <param name="happened">The event.</param>
    public void Tell(RolloutEvent happened)
    {
        if (!_telling.IsCompleted)
            _events.Writer.TryWrite(RolloutJson.Write(happened));
    }

    /// <summary>Waits until the program has been told everything.</summary>
    public async ValueTask DisposeAsync()
    {
        _events.Writer.Complete();
        await _telling;
    }

    async Task TellAsync(IProcessRunner processes, ImmutableArray<string> words, string folder, Action<Warning> warned)
    {
        var hasFailed = false;
        await foreach (var json in _events.Reader.ReadAllAsync())
        {
            try
            {
                var request = UserProgram.Alone(words, folder, LongestNotice);
                var finished = await processes.RunAsync(request.WithInput($"{json}\n"), CancellationToken.None);
                if (!finished.Succeeded && !hasFailed)
                    Warn(Complaint.Of(finished));
            }
            catch (PlatformException why)
            {
                // If the program cannot be run, or hangs, each further event would take as long, so it gets no more of them.
                Warn(why.Message);
                return;
            }
        }

        void Warn(string why)
        {
            hasFailed = true;
            warned(new($"'{words[0]}' of [rollout] notify fails: {why}"));
        }
    }
}
