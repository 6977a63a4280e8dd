using System.Globalization;
using Hostlock.Fleets;
using Hostlock.Machines;
using Hostlock.Platform;
using Hostlock.Platform.Programs;

namespace Hostlock.Rollouts.Steps;

/// <summary>The program that makes a system boot before it is kept.</summary>
public enum BootEntryWriter
{
    /// <summary>None.</summary>
    None,

    /// <summary>An engine, by way of the profile of the system.</summary>
    Engine,

    /// <summary>
    /// An agent on the machine, which has a profile of its own: that of the system may be older than what ran and booted.
    /// </summary>
    Agent,
}

/// <summary>The words that the script of steps gets on a machine.</summary>
/// <param name="Rollout">The id of the rollout.</param>
/// <param name="MachineId">Which machine it has to be.</param>
/// <param name="Target">The system that the machine is to get.</param>
/// <param name="Running">The system that it ran before anything was done; null if it ran none.</param>
/// <param name="Next">The system of its next boot before anything was done; null if it had no profile.</param>
/// <param name="Trial">The silence after which it goes back by itself.</param>
public sealed record StepWords(string Rollout, string MachineId, StorePath Target, StorePath? Running, StorePath? Next, TimeSpan Trial)
{
    /// <summary>The program that makes the target boot before it is kept, so that going back has to undo that too.</summary>
    public BootEntryWriter Writer { get; init; }

    /// <summary>The words of a host.</summary>
    /// <param name="host">The record of the host; it has answered.</param>
    public static StepWords Of(HostRecord host) =>
        new(host.Rollout, host.Before!.MachineId, host.Plan.Target, host.Before.Running, host.Before.Next, host.Plan.Trial)
        {
            Writer = host.Plan switch
            {
                { Activation: not Activation.Switch } => BootEntryWriter.None,
                { Engine: RolloutSettings.Comin } => BootEntryWriter.Agent,
                _ => BootEntryWriter.Engine,
            },
        };

    /// <summary>The arguments of the script.</summary>
    /// <param name="verb">The step that the script is to take.</param>
    public IEnumerable<string> For(string verb) =>
    [
        verb, Rollout, MachineId, Target.ToString(), Running?.ToString() ?? "", Next?.ToString() ?? "",
        ((long)Trial.TotalSeconds).ToString(CultureInfo.InvariantCulture), Writer switch
        {
            BootEntryWriter.Engine => "switch",
            BootEntryWriter.Agent => "agent",
            _ => "test",
        },
    ];
}

/// <summary>
/// The script that takes a step on a machine, embedded in the program. It first puts itself into a file there, because the silence timer
/// runs it too.
/// </summary>
public static class StepScript
{
    /// <summary>The exit code by which the script says that the machine is not where it should be.</summary>
    public const int Refused = 75;

    const string End = "HOSTLOCK_STEP_ENDS";

    /// <summary>The text of the script.</summary>
    public static string Text => Embedded.Text;

    /// <summary>Builds the command that has a machine take a step, as root.</summary>
    /// <param name="target">The machine as ssh knows it; null for this machine.</param>
    /// <param name="power">The way in which the user of the machine becomes root.</param>
    /// <param name="words">The words of the script.</param>
    /// <param name="verb">The step that the script is to take.</param>
    public static ProcessRequest Request(string? target, RootPower power, StepWords words, string verb) =>
        Ssh.RootScript(target, power == RootPower.BySudo, Sent(Text), words.For(verb)) with { Stop = new ProcessStop.Never() };

    /// <summary>The script as it is sent: written to a file that is replaced whole, and run from there.</summary>
    internal static string Sent(string script) =>
        $"""
        at=/run/hostlock
        [ -d $at ] || (mkdir -p $at && chmod 755 $at) && cat >$at/step.$$ <<'{End}' && mv $at/step.$$ $at/step || exit 1
        {script.TrimEnd('\n')}
        {End}
        exec sh $at/step "$@" </dev/null

        """;

    // Read on first use: most commands switch no machine.
    static class Embedded
    {
        public static readonly string Text = MachineScript.Read("step.sh");
    }
}
