using System.Net;
using System.Net.Sockets;
using Hostlock.Fleets;
using Hostlock.Platform;
using Hostlock.Rollouts;
using Hostlock.Rollouts.Gates;
using Hostlock.Tests.Support;
using static Hostlock.Tests.Rollouts.FakeHostFacts;

namespace Hostlock.Tests.Rollouts.Gates;

[Trait("part", "programs")]
public sealed class GateRunTests : IDisposable
{
    // Longer than a test may take: a gate whose time is this long never runs out of it here.
    static readonly TimeSpan Long = TimeSpan.FromMinutes(10);

    readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("exit 0", Verdict.Pass, "")]
    [InlineData("echo fine", Verdict.Pass, "fine")]
    [InlineData("echo first; echo broken >&2; exit 1", Verdict.Fail, "broken")]
    [InlineData("exit 3", Verdict.Fail, "exit code 3")]
    [InlineData("exit 75", Verdict.Unclear, "")]
    [InlineData("exec /no/such/program", Verdict.Unclear, null)]
    public async Task An_exit_code_is_an_answer(string line, Verdict verdict, string? said)
    {
        var answer = await OnceAsync(line);

        Assert.Equal(verdict, answer.Verdict);
        if (said is not null)
            Assert.Equal(said, answer.Said);
    }

    [Fact]
    public async Task A_program_that_does_not_exist_says_nothing() =>
        Assert.Equal(Verdict.Unclear, (await OnceAsync(Gate(new GateQuestion.Run(["no-such-program-anywhere"]), Long))).Verdict);

    [Fact]
    public async Task The_words_of_a_gate_name_the_host_and_its_machine()
    {
        var answer = await OnceAsync(Gate(new GateQuestion.Run(["echo", "{host} {target} $HOME"]), Long));

        Assert.Equal("plex plex.lan $HOME", answer.Said);
    }

    [Fact]
    public async Task A_gate_that_ignores_TERM_and_leaves_the_session_is_ended_with_its_children()
    {
        var (file, clock) = (_folder["children"], new Clock());
        var line = $"trap '' TERM; (setsid sh -c 'trap \"\" TERM; echo $$ >>{file}; sleep 600' &) ; echo $$ >>{file}; "
            + "while :; do sleep 600; done";
        var asked = Run(time: clock).AskOnceAsync(
            [Gate(new GateQuestion.Run(["sh", "-c", line]), Long)], Address, TestContext.Current.CancellationToken);
        while (!File.Exists(file) || File.ReadAllLines(file).Length < 2)
            await Task.Delay(10, TestContext.Current.CancellationToken);

        clock.Ring();

        Assert.Equal(Verdict.Unclear, Assert.Single(await asked).Verdict);
        await AllGoneAsync(file, 2);
    }

    [Fact]
    public async Task Children_that_a_gate_leaves_behind_are_ended_and_not_waited_for()
    {
        var file = _folder["children"];

        var answer = await OnceAsync($"(setsid sh -c 'echo $$ >>{file}; sleep 600' &); until [ -s {file} ]; do sleep 0.01; done");

        Assert.Equal(Verdict.Pass, answer.Verdict);
        await AllGoneAsync(file, 1);
    }

    [Fact]
    public async Task A_gate_that_prints_without_end_is_ended_and_its_words_are_bounded()
    {
        // Its time is over once it has printed far more than is kept, and it goes on printing.
        var (file, clock) = (_folder["printed"], new Clock());
        var line = $"yes {new string('y', 500)} | head -c 1000000; echo >{file}; exec yes {new string('y', 500)}";
        var asked = Run(time: clock).AskOnceAsync(
            [Gate(new GateQuestion.Run(["sh", "-c", line]), Long)], Address, TestContext.Current.CancellationToken);
        while (!File.Exists(file))
            await Task.Delay(10, TestContext.Current.CancellationToken);

        clock.Ring();

        var answer = Assert.Single(await asked);
        Assert.Equal(Verdict.Unclear, answer.Verdict);
        Assert.InRange(answer.Said.Length, 0, 200);
    }

    [Theory]
    [InlineData(HttpStatusCode.OK, Verdict.Pass)]
    [InlineData(HttpStatusCode.Found, Verdict.Pass)]
    [InlineData(HttpStatusCode.NotFound, Verdict.Fail)]
    [InlineData(HttpStatusCode.InternalServerError, Verdict.Fail)]
    public async Task A_status_is_an_answer(HttpStatusCode status, Verdict verdict)
    {
        var gate = Gate(new GateQuestion.Http("http://{target}/health"), Long);

        var answer = await OnceAsync(gate, () => new Answering(request =>
        {
            Assert.Equal("http://plex.lan/health", request.RequestUri!.ToString());
            return new(status);
        }));

        Assert.Equal(verdict, answer.Verdict);
    }

    [Fact]
    public async Task A_port_that_refuses_answers_and_one_that_listens_passes()
    {
        // A port that is bound refuses until somebody listens, and nobody else can have it meanwhile.
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        var gate = Gate(new GateQuestion.Tcp($"{socket.LocalEndPoint}"), Long);

        var closed = await OnceAsync(gate);
        socket.Listen();
        var open = await OnceAsync(gate);

        Assert.Equal((Verdict.Pass, Verdict.Fail), (open.Verdict, closed.Verdict));
    }

    [Fact]
    public async Task A_gate_passes_as_often_in_a_row_as_it_must()
    {
        var file = _folder["count"];
        // It passes, fails, passes, passes, …
        var line = $"echo x >>{file}; [ $(wc -l <{file}) != 2 ]";

        var answer = Assert.Single(await Run().AskAsync(
            [Gate(new GateQuestion.Run(["sh", "-c", line]), Long) with { Passes = 2 }], Address, TestContext.Current.CancellationToken));

        Assert.Equal(Verdict.Pass, answer.Verdict);
        Assert.Equal(4, File.ReadAllLines(file).Length);
    }

    [Theory]
    [InlineData("exit 1", Verdict.Fail)]
    [InlineData("exit 75", Verdict.Unclear)]
    [InlineData("true", Verdict.Fail)]
    public async Task At_the_end_of_its_time_what_answered_has_failed_and_what_never_did_is_unclear(string line, Verdict verdict)
    {
        var gate = Gate(new GateQuestion.Run(["sh", "-c", line]), Long) with { Passes = 1000 };

        // The time for the gate is over when its answer comes.
        var answer = Assert.Single(
            await Run(time: new Clock { Hours = [0, 0, 1] }).AskAsync([gate], Address, TestContext.Current.CancellationToken));

        Assert.Equal(verdict, answer.Verdict);
    }

    [Fact]
    public void One_failure_outweighs_what_says_nothing()
    {
        Assert.Equal(Verdict.Fail, GateRun.Of([Answer(Verdict.Unclear), Answer(Verdict.Fail), Answer(Verdict.Pass)]));
        Assert.Equal(Verdict.Unclear, GateRun.Of([Answer(Verdict.Pass), Answer(Verdict.Unclear)]));
        Assert.Equal(Verdict.Pass, GateRun.Of([]));

        static GateAnswer Answer(Verdict verdict) => new("x", verdict, "");
    }

    static MachineAddress Address => new(Plex, "root@plex.lan");

    static Gate Gate(GateQuestion question, TimeSpan within) => new("web", question, [], within, 1);

    static GateRun Run(Func<HttpMessageHandler>? http = null, TimeProvider? time = null) =>
        new(
            new ProcessRunner(), http ?? (() => new Answering(_ => throw new NotSupportedException())), time ?? TimeProvider.System);

    static Task<GateAnswer> OnceAsync(string line) => OnceAsync(Gate(new GateQuestion.Run(["sh", "-c", line]), Long));

    static async Task<GateAnswer> OnceAsync(Gate gate, Func<HttpMessageHandler>? http = null) =>
        Assert.Single(await Run(http).AskOnceAsync([gate], Address, TestContext.Current.CancellationToken));

    // A kill is not done when it is sent. The limit of the test ends this.
    static async Task AllGoneAsync(string file, int count)
    {
        var ids = File.ReadAllLines(file);
        Assert.Equal(count, ids.Length);
        while (ids.Any(Runs))
            await Task.Delay(10, TestContext.Current.CancellationToken);
    }

    static bool Runs(string id)
    {
        try
        {
            return !File.ReadAllText($"/proc/{id}/stat").Contains(") Z", StringComparison.Ordinal);
        }
        catch (IOException)
        {
            return false;
        }
    }

    /// <summary>A clock that goes as the test says.</summary>
    sealed class Clock : TimeProvider
    {
        readonly List<Action> _alarms = [];
        int _looks;

        /// <summary>The hours that those see who look at it, one after the other; the last stays.</summary>
        public int[] Hours { get; init; } = [0];

        public override DateTimeOffset GetUtcNow() => Start.AddHours(Hours[Math.Min(_looks++, Hours.Length - 1)]);

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            _alarms.Add(() => callback(state));
            return new Alarm();
        }

        /// <summary>All alarms go off.</summary>
        public void Ring() => _alarms.ForEach(alarm => alarm());

        sealed class Alarm : ITimer
        {
            public bool Change(TimeSpan dueTime, TimeSpan period) => true;

            public void Dispose()
            {
            }

            public ValueTask DisposeAsync() => ValueTask.CompletedTask;
        }
    }

    sealed class Answering(Func<HttpRequestMessage, HttpResponseMessage> answer) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            Task.FromResult(answer(request));
    }
}
