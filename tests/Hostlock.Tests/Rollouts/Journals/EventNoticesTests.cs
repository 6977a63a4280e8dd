using System.Text;
using Hostlock.Platform;
using Hostlock.Rollouts;
using Hostlock.Rollouts.Journals;
using static Hostlock.Tests.Rollouts.FakeHostFacts;

namespace Hostlock.Tests.Rollouts.Journals;

/// <summary>A program of the user is told each event.</summary>
public sealed class EventNoticesTests
{
    static readonly RolloutEvent[] Events =
        [new RolloutEvent.Approved(Start), new RolloutEvent.Began(Plex, Step.Probe, Start), new RolloutEvent.Stopped("enough", Start)];

    readonly List<string> _warnings = [];

    [Fact]
    public async Task Each_event_is_told_as_the_journal_has_it_in_its_order()
    {
        var program = new Told(_ => new(0, "", ""));

        await TellAsync(program, "./notify.sh", "--all");

        Assert.Equal(Events.Select(happened => $"{RolloutJson.Write(happened)}\n"), program.Inputs);
        Assert.Empty(_warnings);
    }

    [Fact]
    public async Task A_program_that_fails_is_told_the_rest_and_warned_of_once()
    {
        var program = new Told(_ => new(1, "", "no network\n"));

        await TellAsync(program, "notify");

        Assert.Equal(3, program.Inputs.Count);
        Assert.Equal(["'notify' of [rollout] notify fails: no network"], _warnings);
    }

    [Fact]
    public async Task A_program_that_cannot_be_run_is_not_tried_again()
    {
        var program = new Told(request => throw PlatformException.NoFile(request.Program));

        await TellAsync(program, "notify");

        Assert.Single(program.Inputs);
        Assert.Single(_warnings);
    }

    [Fact]
    public async Task Nobody_is_told_if_no_program_is_named()
    {
        var program = new Told(_ => new(0, "", ""));

        await TellAsync(program);

        Assert.Empty(program.Inputs);
    }

    async Task TellAsync(Told program, params string[] words)
    {
        await using var notices = new EventNotices(program, [.. words], "/", warning => _warnings.Add(warning.Message));
        foreach (var happened in Events)
            notices.Tell(happened);
    }

    sealed class Told(Func<ProcessRequest, Finished> answer) : IProcessRunner
    {
        public List<string> Inputs { get; } = [];

        public Task<Finished> RunAsync(ProcessRequest request, CancellationToken cancellationToken)
        {
            Inputs.Add(Encoding.UTF8.GetString(request.Input.Span));
            return Task.FromResult(answer(request));
        }

        public IRunningProcess Start(ProcessRequest request) => throw new NotSupportedException();
    }
}
