using Hostlock.Releases;
using Hostlock.Rollouts;

namespace Hostlock.Reporting;

/// <summary>Renders the result of a pull.</summary>
public static class PullText
{
    /// <summary>Renders the result in a line.</summary>
    /// <param name="settings">The settings of the machine.</param>
    /// <param name="outcome">The result.</param>
    public static string Render(PullSettings settings, PullOutcome outcome) => outcome switch
    {
        PullOutcome.UpToDate(var number) => $"{settings.Host} has release {number}\n",
        PullOutcome.NotNamed(var number) => $"release {number} gives nothing to {settings.Host}\n",
        PullOutcome.Held(var number, var why) =>
            $"{settings.Host} does not take release {number}, because it is held: {Visible.Name(why)}\n",
        PullOutcome.Planned(var number, var system) => $"{settings.Host} would try {system.Name} of release {number}\n",
        PullOutcome.Tried(var number, { Outcome: HostOutcome.Kept }) => $"{settings.Host} has release {number}\n",
        PullOutcome.Tried(var number, { Outcome: HostOutcome.Returned }) => $"{settings.Host} gave release {number} back\n",
        PullOutcome.Tried(var number, { Outcome: HostOutcome.Stranded }) =>
            $"release {number} failed on {settings.Host}, which did not go back: look at it\n",
        PullOutcome.Tried(var number, { Outcome: null, IsAtRisk: true, Verdict: not Verdict.Unclear }) =>
            $"release {number} is on trial on {settings.Host}; the next pull goes on with it, or it goes back by itself\n",
        PullOutcome.Tried(var number, { Outcome: null, IsAtRisk: false }) => $"{settings.Host} does not have release {number} yet\n",
        PullOutcome.Tried(var number, { Outcome: null }) =>
            $"release {number} is on trial on {settings.Host}, and its gates give no clear answer; it goes back by itself\n",
        PullOutcome.Tried(var number, { Outcome: { } other }) =>
            $"{settings.Host} does not have release {number}: {RolloutText.Word(other)}\n",
        PullOutcome.Refused(var refusal) => $"{Visible.Text(refusal.Why)}\n",
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    /// <summary>Renders the refusal of a release, as an error.</summary>
    /// <param name="refusal">The refusal.</param>
    /// <param name="ink">The colours.</param>
    public static string Render(Judgement.Refused refusal, Ink ink) =>
        $"{ink.Bad("refused")} ({PulledText.Word(refusal.Rule)}): {Visible.Text(refusal.Why)}\n";
}
