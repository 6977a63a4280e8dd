using System.Diagnostics;
using System.Text;
using Hostlock.Fleets;
using Hostlock.Fleets.Settings;
using Hostlock.Machines.Probing;
using Hostlock.Platform;
using Hostlock.Platform.Programs;
using Hostlock.Tests.Support;

namespace Hostlock.Tests.Machines.Probing;

/// <summary>Many machines asked at once, by an ssh that answers for each as the test says.</summary>
public sealed class MachineProbesTests : IDisposable
{
    static readonly Fleet Fleet = FleetFile.Read("version = 1\n[hosts.plex]\ntarget = \"root@plex.lan\"\n[hosts.web]\n[hosts.zeeba]\n");

    readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Each_machine_is_asked_by_one_ssh_with_a_number_of_its_own_and_this_one_by_none()
    {
        var ssh = new Answering(_ => "m");

        var outcomes = await AskAsync(ssh, machine: "web");

        Assert.Equal([null, "root@plex.lan", "zeeba"], ssh.Asked.Select(asked => asked.Target).Order());
        Assert.Equal(3, ssh.Asked.Select(asked => asked.Nonce).Distinct().Count());
        Assert.Equal(["plex", "web", "zeeba"], outcomes.Select(outcome => outcome.Address.Host.ToString()));
        Assert.All(outcomes, outcome => Assert.IsType<ProbeOutcome.Answered>(outcome));
    }

    [Theory]
    [InlineData(255, "Welcome!\nssh: connect to host plex.lan port 22: No route to host\n",
        "cannot reach plex (root@plex.lan): ssh: connect to host plex.lan port 22: No route to host")]
    [InlineData(255, "", "cannot reach plex (root@plex.lan): it says nothing")]
    [InlineData(1, "This account is not available.\n", "plex does not answer the probe: This account is not available.")]
    [InlineData(0, "", "plex does not answer the probe")]
    public async Task A_machine_that_does_not_answer_is_told_with_the_words_of_ssh(int exit, string said, string message)
    {
        var outcome = (await AskAsync(new OneAnswer(new(exit, "", said))))[0];

        Assert.Equal(message, Assert.IsType<ProbeOutcome.Unreachable>(outcome).Why.Message);
        Assert.Null(outcome.Before);
    }

    [Fact]
    public async Task A_machine_that_is_gone_is_remembered_as_it_was()
    {
        await AskAsync(new Answering(_ => "m"));

        var outcome = (await AskAsync(new OneAnswer(new(255, "", "No route to host"))))[0];

        Assert.Equal(new("m", new(1772366400), "-"), Assert.IsType<ProbeOutcome.Unreachable>(outcome).Before);
    }

    [Fact]
    public async Task Another_machine_at_the_same_address_is_not_the_host()
    {
        await AskAsync(new Answering(_ => "m"));
        var other = new Answering(host => host == "root@plex.lan" ? "other" : "m");

        var first = await AskAsync(other);
        var second = await AskAsync(other);
        var accepted = Probes(other).Accept(second[0]);
        var third = await AskAsync(other);

        Assert.IsType<ProbeOutcome.WrongMachine>(first[0]);
        Assert.IsType<ProbeOutcome.Answered>(first[1]);
        Assert.IsType<ProbeOutcome.WrongMachine>(second[0]);
        Assert.IsType<ProbeOutcome.Answered>(accepted);
        Assert.IsType<ProbeOutcome.Answered>(third[0]);
    }

    [Fact]
    public async Task A_machine_with_the_name_of_another_host_is_that_host_s_until_somebody_says_otherwise()
    {
        var ssh = new Answering(_ => "m") { Name = "zeeba" };

        var first = await AskAsync(ssh);
        var second = await AskAsync(ssh);
        var accepted = Probes(ssh).Accept(second[0]);
        var third = await AskAsync(ssh);

        Assert.Equal(["zeeba", "zeeba", null], first.Cast<ProbeOutcome.Answered>().Select(answer => answer.Other?.ToString()));
        // What runs there is not remembered as the host's.
        Assert.Null(second[0].Before);
        Assert.Equal("m", second[2].Before?.MachineId);
        Assert.IsType<ProbeOutcome.Answered>(accepted);
        Assert.Equal([null, "zeeba", null], third.Cast<ProbeOutcome.Answered>().Select(answer => answer.Other?.ToString()));
        Assert.True(third[0].Before?.IsAccepted);
    }

    [Fact]
    public async Task A_machine_that_hangs_delays_no_other()
    {
        var waiting = new TaskCompletionSource();
        var ssh = new Answering(_ => "m") { Before = target => target == "zeeba" ? waiting.Task : Task.CompletedTask };
        ssh.Answered = count =>
        {
            if (count == 2)
                waiting.SetException(new UnreachableException());
        };

        // The third answers only when the two others have.
        await Assert.ThrowsAsync<UnreachableException>(() => AskAsync(ssh));
        Assert.Equal(3, ssh.Asked.Count);
    }

    [Fact]
    public async Task A_real_program_that_never_answers_is_ended_in_its_time()
    {
        var request = Ssh.Script(null, "sleep 1000 & sleep 1000") with { TimeLimit = TimeSpan.FromMilliseconds(200) };

        await Assert.ThrowsAsync<PlatformException>(() => new ProcessRunner().RunAsync(request, TestContext.Current.CancellationToken));
    }

    Task<IReadOnlyList<ProbeOutcome>> AskAsync(IProcessRunner processes, string machine = "desk") =>
        Probes(processes, machine).AskAsync(Fleet.Hosts, TestContext.Current.CancellationToken);

    MachineProbes Probes(IProcessRunner processes, string machine = "desk") =>
        new(processes, machine, new(new(_folder.Path), "/f"), name => Fleet.Hosts.Any(host => host.Name == name), new Noon());

    sealed class Noon : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);
    }

    /// <summary>Answers as a machine without a system, whose machine id the test gives.</summary>
    sealed class Answering(Func<string?, string> machineOf) : IProcessRunner
    {
        readonly Lock _gate = new();
        int _answered;

        public List<(string? Target, string Nonce)> Asked { get; } = [];

        /// <summary>The name that each machine has itself.</summary>
        public string Name { get; init; } = "machine";

        public Func<string?, Task> Before { get; init; } = _ => Task.CompletedTask;

        public Action<int> Answered { get; set; } = _ => { };

        public async Task<Finished> RunAsync(ProcessRequest request, CancellationToken cancellationToken)
        {
            var target = request.Program == "ssh" ? request.Arguments[^4] : null;
            var nonce = request.Arguments[^1];
            Assert.Equal(ProbeScript.Text, Encoding.UTF8.GetString(request.Input.Span));
            Assert.Equal(MachineProbe.Patience, request.TimeLimit);
            lock (_gate)
                Asked.Add((target, nonce));
            await Before(target);
            lock (_gate)
                Answered(++_answered);
            return new(
                0,
                $"hostlock-probe\t1 {nonce}\nhost\t{Name}\nmachine\t{machineOf(target)}\nboot\tb\nup\t1\n"
                    + "running\t\nbooted\t\nnext\t\nstamp\t-\n"
                    + $"hostlock-end\t{nonce}\n",
                "");
        }

        public IRunningProcess Start(ProcessRequest request) => throw new NotSupportedException();
    }
}
