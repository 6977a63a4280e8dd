using System.Text;
using Hostlock.Cli;
using Hostlock.Flakes;
using Hostlock.Platform;
using Hostlock.Reporting;

namespace Hostlock.Tests.Cli;

/// <summary>The bars of fetches that are drawn at a terminal.</summary>
public sealed class FetchBarsTests : IDisposable
{
    static readonly FlakeRef Branch = Reference("github:NixOS/nixpkgs/nixos-unstable"), Secret = Reference("git+https://me:pw@x.org/r");

    readonly Drawn _errors = new();

    public void Dispose() => _errors.Dispose();

    [Fact]
    public async Task A_download_has_a_bar_under_the_name_of_its_input_and_a_line_that_stays()
    {
        using (var bars = Bars(new Leaping()))
        {
            bars.Asked(Branch, InputPath.Of("home-manager", "nixpkgs"));
            bars.Began(Branch, Branch);
            bars.Expected(Branch, 40_000_000);
            bars.Received(Branch, 10_000_000);
            await _errors.HasAsync("25 %  10.0 of 40.0 MB, ");
            bars.Received(Branch, 30_000_000);
            bars.Ended(Branch, isDone: true);
            // What is printed next comes behind what stays.
            Assert.Contains("fetched home-manager/nixpkgs  40.0 MB, ", _errors.Text, StringComparison.Ordinal);
        }

        Assert.Contains("home-manager/nixpkgs", _errors.Text, StringComparison.Ordinal);
        Assert.Contains("━", _errors.Text, StringComparison.Ordinal);
        Assert.EndsWith("\e[?25h", _errors.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Bytes_whose_number_is_not_known_have_no_percent_and_a_broken_download_begins_anew()
    {
        using (var bars = Bars(new Leaping()))
        {
            bars.Began(Secret, Secret);
            bars.Expected(Secret, 2_000_000);
            bars.Received(Secret, 1_000_000);
            await _errors.HasAsync("50 %  1.0 of 2.0 MB, ");
            bars.Expected(Secret, null);
            bars.Received(Secret, 3_000_000);
            await _errors.HasAsync(" 3.0 MB, ");
            bars.Ended(Secret, isDone: false);
        }

        Assert.DoesNotContain("4.0 MB", _errors.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("fetched", _errors.Text, StringComparison.Ordinal);
        // This fetch is for no input, so its reference names it.
        Assert.Contains("'git+https://me:***@x", _errors.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_question_that_is_put_again_is_said_and_what_others_say_is_text()
    {
        using (var bars = Bars(TimeProvider.System))
        {
            bars.Began(Branch, Branch);
            bars.Waits(new Failure("no answer [red]\e[2J"), TimeSpan.FromSeconds(0.25));
        }

        Assert.Equal("no answer [red]\\u001b[2J; asking again in 0.25 s\n", _errors.Text);
    }

    static FlakeRef Reference(string text) => FlakeRef.ParseInput(text, wantsTree: true, null, null);

    FetchBars Bars(TimeProvider time)
    {
        var surroundings = new Surroundings(
            TextWriter.Null, _errors, null, "/", new Dictionary<string, string>(), _ => throw new NotSupportedException(),
            new ProcessRunner(), time, IsTerminal: true, 100);
        return new(new(surroundings, "never", TypedCommands.InFlake, Loudness.Usual), surroundings);
    }

    sealed class Failure(string message) : HostlockException(message);

    /// <summary>A clock by which every fetch takes a while.</summary>
    sealed class Leaping : TimeProvider
    {
        long _seconds;

        public override long TimestampFrequency => 1;

        public override long GetTimestamp() => Interlocked.Increment(ref _seconds);
    }

    /// <summary>An output that can be waited for.</summary>
    sealed class Drawn : StringWriter
    {
        readonly StringBuilder _text = new();
        readonly Lock _writing = new();
        TaskCompletionSource _more = new();

        public string Text
        {
            get
            {
                lock (_writing)
                    return _text.ToString();
            }
        }

        public override void Write(char value) => Write(value.ToString());

        public override void Write(char[] buffer, int index, int count) => Write(new string(buffer, index, count));

        public override void Write(string? value)
        {
            TaskCompletionSource more;
            lock (_writing)
            {
                _text.Append(value);
                (more, _more) = (_more, new(TaskCreationOptions.RunContinuationsAsynchronously));
            }
            more.TrySetResult();
        }

        public async Task HasAsync(string text)
        {
            while (true)
            {
                Task more;
                lock (_writing)
                {
                    if (_text.ToString().Contains(text, StringComparison.Ordinal))
                        return;
                    more = _more.Task;
                }
                await more.WaitAsync(TestContext.Current.CancellationToken);
            }
        }
    }
}
