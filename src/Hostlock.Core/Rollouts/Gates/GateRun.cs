using System.Collections.Immutable;
using System.Globalization;
using System.Net.Sockets;
using Hostlock.Fleets;
using Hostlock.Platform;
using Hostlock.Platform.Programs;

namespace Hostlock.Rollouts.Gates;

/// <summary>Asks gates, and judges their answers.</summary>
/// <param name="processes">Runs programs and ssh.</param>
/// <param name="http">Makes the connection to the network.</param>
/// <param name="time">The clock.</param>
public sealed class GateRun(IProcessRunner processes, Func<HttpMessageHandler> http, TimeProvider time)
{
    /// <summary>The exit code of a gate that cannot tell.</summary>
    /// <remarks>sysexits.h, EX_TEMPFAIL.</remarks>
    const int CannotTell = 75;

    /// <summary>The exit code by which ssh says that it could not run anything.</summary>
    const int NotConnected = 255;

    /// <summary>The exit code of timeout(1).</summary>
    const int TimedOut = 124;

    /// <summary>The exit codes by which a shell says that there is no such program.</summary>
    static readonly int[] NotRun = [126, 127];

    const int MostSaid = 200;

    // A single question lasts no longer, however long the gate may take to pass.
    static readonly TimeSpan LongestQuestion = TimeSpan.FromMinutes(5);

    static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    /// <summary>Asks each gate once, before anything is changed.</summary>
    /// <param name="gates">The gates.</param>
    /// <param name="address">The machine.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public async Task<ImmutableArray<GateAnswer>> AskOnceAsync(
        IReadOnlyList<Gate> gates, MachineAddress address, CancellationToken cancellationToken) =>
        [.. await Task.WhenAll(gates.Select(gate => OnceAsync(gate, address, gate.Within, cancellationToken)))];

    /// <summary>Asks each gate until it has passed as often as it must, or its time is over.</summary>
    /// <param name="gates">The gates.</param>
    /// <param name="address">The machine.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public async Task<ImmutableArray<GateAnswer>> AskAsync(
        IReadOnlyList<Gate> gates, MachineAddress address, CancellationToken cancellationToken) =>
        [.. await Task.WhenAll(gates.Select(gate => UntilAsync(gate, address, cancellationToken)))];

    /// <summary>The verdict of several answers: a failure outweighs an unclear answer.</summary>
    /// <param name="answers">The answers.</param>
    public static Verdict Of(IEnumerable<GateAnswer> answers)
    {
        var verdicts = answers.Select(answer => answer.Verdict).ToList();
        return verdicts.Contains(Verdict.Fail) ? Verdict.Fail : verdicts.Contains(Verdict.Unclear) ? Verdict.Unclear : Verdict.Pass;
    }

    async Task<GateAnswer> UntilAsync(Gate gate, MachineAddress address, CancellationToken cancellationToken)
    {
        var end = time.GetUtcNow() + gate.Within;
        var (passes, hasAnswered) = (0, false);
        while (true)
        {
            var left = end - time.GetUtcNow();
            var answer = await OnceAsync(gate, address, left < Interval ? Interval : left, cancellationToken);
            hasAnswered |= answer.Verdict != Verdict.Unclear;
            passes = answer.Verdict == Verdict.Pass ? passes + 1 : 0;
            if (passes >= gate.Passes)
                return answer;
            if (time.GetUtcNow() + Interval >= end)
            {
                // A gate that passed, but not often enough in a row, has not passed.
                return answer with
                {
                    Verdict = hasAnswered ? Verdict.Fail : Verdict.Unclear,
                    Said = answer.Verdict == Verdict.Pass ? $"passed {passes} of {gate.Passes} times in a row" : answer.Said,
                };
            }
            await Task.Delay(Interval, time, cancellationToken);
        }
    }

    async Task<GateAnswer> OnceAsync(Gate gate, MachineAddress address, TimeSpan limit, CancellationToken cancellationToken)
    {
        if (limit > LongestQuestion)
            limit = LongestQuestion;
        using var bound = new CancellationTokenSource(limit, time);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(bound.Token, cancellationToken);
        try
        {
            var (verdict, said) = gate.Question switch
            {
                GateQuestion.Http(var text) => await HttpAsync(Filled(text, address), stop.Token),
                GateQuestion.Tcp(var text) => await TcpAsync(Filled(text, address), stop.Token),
                GateQuestion.Run(var words) => await RunAsync(
                    told =>
                        UserProgram.Bounded([.. words.Select(word => Filled(word, address))], limit) with { Output = told }, stop.Token),
                GateQuestion.OnHost(var words) => await RunAsync(
                    told => GateScript.Request(address.Target, limit, words.Select(word => Filled(word, address))) with { Output = told },
                    stop.Token),
                _ => throw new System.Diagnostics.UnreachableException(),
            };
            return new(gate.Name, verdict, Short(said));
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return new(gate.Name, Verdict.Unclear, "no answer in time");
        }
    }

    async Task<(Verdict Verdict, string Said)> HttpAsync(string address, CancellationToken cancellationToken)
    {
        if (!Uri.TryCreate(address, UriKind.Absolute, out var uri))
            return (Verdict.Unclear, "this is no address");
        using var client = new HttpClient(http(), disposeHandler: true) { Timeout = Timeout.InfiniteTimeSpan };
        try
        {
            using var response = await client.GetAsync(uri, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
            var status = (int)response.StatusCode;
            return (status < 400 ? Verdict.Pass : Verdict.Fail, string.Create(CultureInfo.InvariantCulture, $"status {status}"));
        }
        catch (HttpRequestException why)
        {
            // A refused connection or a wrong certificate is an answer of the machine. A name that cannot be resolved is not.
            var isAnswer = why.HttpRequestError is HttpRequestError.SecureConnectionError or HttpRequestError.InvalidResponse
                or HttpRequestError.ResponseEnded || IsRefusal(why.InnerException as SocketException);
            return (isAnswer ? Verdict.Fail : Verdict.Unclear, why.Message);
        }
    }

    static async Task<(Verdict Verdict, string Said)> TcpAsync(string address, CancellationToken cancellationToken)
    {
        var colon = address.LastIndexOf(':');
        using var client = new TcpClient();
        try
        {
            var port = int.Parse(address.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture);
            await client.ConnectAsync(address[..colon].Trim('[', ']'), port, cancellationToken);
            return (Verdict.Pass, "");
        }
        catch (SocketException why)
        {
            return (IsRefusal(why) ? Verdict.Fail : Verdict.Unclear, why.Message);
        }
    }

    static bool IsRefusal(SocketException? why) =>
        why?.SocketErrorCode is SocketError.ConnectionRefused or SocketError.ConnectionReset;

    async Task<(Verdict Verdict, string Said)> RunAsync(Func<ProcessOutput, ProcessRequest> request, CancellationToken cancellationToken)
    {
        var last = "";
        try
        {
            var finished = await processes.RunAsync(request(new ProcessOutput.Lines(Take)), cancellationToken);
            var said = Complaint.LastLine(finished.Errors) ?? last;
            return finished.ExitCode switch
            {
                0 => (Verdict.Pass, last),
                CannotTell or NotConnected or TimedOut => (Verdict.Unclear, said),
                var code when NotRun.Contains(code) => (Verdict.Unclear, said),
                var code => (Verdict.Fail, said.Length > 0 ? said : string.Create(CultureInfo.InvariantCulture, $"exit code {code}")),
            };
        }
        catch (PlatformException why)
        {
            return (Verdict.Unclear, why.Message);
        }

        void Take(string line)
        {
            if (line.Trim().Length > 0)
                last = line.Length > MostSaid ? line[..MostSaid] : line;
        }
    }

    static string Short(string said) => Visible.Name(said.Length > MostSaid ? said[..MostSaid] : said.Trim());

    static string Filled(string text, MachineAddress address) => text
        .Replace("{host}", address.Host.ToString(), StringComparison.Ordinal)
        .Replace("{target}", address.Machine, StringComparison.Ordinal);
}
