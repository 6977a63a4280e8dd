using System.Text.RegularExpressions;
using Hostlock.Cli;
using Hostlock.Releases;
using Hostlock.Rollouts;
using Hostlock.Tests.Support;
using static Hostlock.Tests.Rollouts.FakeHostFacts;

namespace Hostlock.Tests.Cli;

/// <summary>The exit codes of what came of machines, and the table of all codes in docs/files.md.</summary>
public partial class ExitCodesTests
{
    static readonly ReleaseNumber Number = ReleaseNumber.TryOf(7)!.Value;

    public static TheoryData<string> Outcomes => [.. Enum.GetNames<HostOutcome>()];

    [Theory]
    [MemberData(nameof(Outcomes))]
    public void Each_end_of_a_host_has_one_code_however_it_was_reached(string name)
    {
        var ended = Ended(Enum.Parse<HostOutcome>(name));
        var expected = ended.Hosts[Plex] switch
        {
            { Outcome: HostOutcome.Kept } => ExitCode.Done,
            { IsFailure: true } => ExitCode.No,
            _ => ExitCode.Partly,
        };

        Assert.Equal(expected, ExitCodes.OfSwitch(ended, Start, isInterrupted: false));
        Assert.Equal(expected, ExitCodes.OfRollout(ended, Start, isInterrupted: false));
        Assert.Equal(expected, ExitCodes.OfPull(new PullOutcome.Tried(Number, ended.Hosts[Plex]), isInterrupted: false));
    }

    [Fact]
    public void A_person_who_stops_it_is_told_so_unless_a_system_failed_that_the_person_asked_for()
    {
        var (kept, failed) = (Ended(HostOutcome.Kept), Ended(HostOutcome.Returned));

        Assert.Equal(ExitCode.Interrupted, ExitCodes.OfSwitch(kept, Start, isInterrupted: true));
        Assert.Equal(ExitCode.No, ExitCodes.OfSwitch(failed, Start, isInterrupted: true));
        Assert.Equal(ExitCode.Interrupted, ExitCodes.OfRollout(failed, Start, isInterrupted: true));
        Assert.Equal(ExitCode.Interrupted, ExitCodes.OfPull(new PullOutcome.UpToDate(Number), isInterrupted: true));
    }

    [Fact]
    public void A_no_of_the_person_is_no_failure_of_a_switch_and_halts_a_rollout()
    {
        var stopped = Opened.After(new RolloutEvent.Stopped("not confirmed", Start));

        Assert.Equal(ExitCode.Done, ExitCodes.OfSwitch(stopped, Start, isInterrupted: false));
        Assert.Equal(ExitCode.No, ExitCodes.OfRollout(stopped, Start, isInterrupted: false));
    }

    [Fact]
    public void What_is_not_over_waits()
    {
        var unclear = Story(
            Ends(Step.Probe, Facts(Old)), Ends(Step.Activate, Facts(New, Old, Id)), Ends(Step.Check, Facts(New, Old, Id), Verdict.Unclear));

        Assert.Equal(ExitCode.Waiting, ExitCodes.OfSwitch(unclear, Start, isInterrupted: false));
        Assert.Equal(ExitCode.Waiting, ExitCodes.OfRollout(unclear, Start, isInterrupted: false));
        Assert.Equal(ExitCode.Waiting, ExitCodes.OfPull(new PullOutcome.Tried(Number, unclear.Hosts[Plex]), isInterrupted: false));
    }

    [Fact]
    public void The_table_of_the_documents_has_each_code_and_its_meaning()
    {
        var table = from row in Row().Matches(File.ReadAllText(Path.Combine(Repository.Root, "docs/files.md")))
                    select $"{row.Groups[1]}: {row.Groups[2]}";

        Assert.Equal(
            Enum.GetValues<ExitCode>().Select(code => $"{(int)code}: {LowerFirst(ExitCodes.Meaning(code))}"), table);

        static string LowerFirst(string text) => char.ToLowerInvariant(text[0]) + text[1..];
    }

    [Fact]
    public void No_other_page_has_a_table_of_them()
    {
        var others = from file in Directory.EnumerateFiles(Path.Combine(Repository.Root, "docs"), "*.md")
                     where OtherTable().IsMatch(File.ReadAllText(file))
                     select Path.GetFileName(file);

        Assert.Empty(others);
    }

    static Rollout Opened => Rollout.Of(new(new(Id, RolloutAction.Switch, [Plan()]), Start));

    static Rollout Story(params IEnumerable<RolloutEvent> happened) =>
        happened.Aggregate(Opened.After(new RolloutEvent.Approved(Start)), (rollout, each) => rollout.After(each));

    static RolloutEvent.Ended Ends(Step step, HostFacts? facts, Verdict? verdict = null) =>
        new(Plex, step, new() { Facts = facts, Verdict = verdict }, Start);

    static Rollout Ended(HostOutcome outcome)
    {
        var (old, tried) = (Ends(Step.Probe, Facts(Old)), Ends(Step.Activate, Facts(New, Old, Id)));
        var began = new RolloutEvent.Began(Plex, Step.Activate, Start);
        var copies = Enumerable.Repeat<RolloutEvent[]>(
            [new RolloutEvent.Began(Plex, Step.Copy, Start), Ends(Step.Copy, Facts(Old) with { HasTarget = false })],
            HostRecord.MostCopies);
        var ended = outcome switch
        {
            HostOutcome.Kept => Story(Ends(Step.Probe, Facts(New))),
            HostOutcome.Returned => Story(
                old, began, tried, Ends(Step.Check, Facts(New, Old, Id), Verdict.Fail), new RolloutEvent.Began(Plex, Step.Return, Start),
                Ends(Step.Return, Facts(Old))),
            HostOutcome.Stranded => Story(
                old, began, Ends(Step.Activate, null),
                new RolloutEvent.Ended(Plex, Step.Probe, new(), Start + Plan().Trial + HostRecord.Margin + TimeSpan.FromSeconds(1))),
            HostOutcome.NotCopied => Story([old, .. copies.SelectMany(copy => copy)]),
            HostOutcome.NotBegun => Story(
                old, began, Ends(Step.Activate, Facts(Old)), began, Ends(Step.Activate, Facts(Old))),
            HostOutcome.Absent => Story(Enumerable.Repeat(Ends(Step.Probe, null), HostRecord.Patience)),
            HostOutcome.WrongMachine => Story(new RolloutEvent.Ended(Plex, Step.Probe, new() { IsWrongMachine = true }, Start)),
            HostOutcome.Superseded => Story(old, Ends(Step.Probe, Facts(Other))),
            HostOutcome.Held => Story(new RolloutEvent.Held(Plex, "a fair", Start)),
            _ => throw new System.Diagnostics.UnreachableException(),
        };
        Assert.Equal(outcome, ended.Hosts[Plex].Outcome);
        return ended;
    }

    [GeneratedRegex(@"^\| (\d+) \| ([^|]+) \|", RegexOptions.Multiline)]
    private static partial Regex Row();

    [GeneratedRegex(@"^\|.*\bexit codes? \|", RegexOptions.Multiline | RegexOptions.IgnoreCase)]
    private static partial Regex OtherTable();
}
