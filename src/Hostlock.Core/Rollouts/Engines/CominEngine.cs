using Hostlock.Fleets;
using Hostlock.Machines;
using Hostlock.Platform;
using Hostlock.Platform.Programs;

namespace Hostlock.Rollouts.Engines;

/// <summary>
/// comin, an agent on the machine that deploys pushed commits. The commit must be pushed already: comin is told to look for commits, and
/// the machine is looked at until it has the system.
/// </summary>
/// <remarks>comin 0.13: <c>fetch</c>, <c>status --json</c>, <c>confirmation accept</c>. Its profile is a profile of its own.</remarks>
sealed class CominEngine : IDeployEngine
{
    // The agent may be busy for a moment, and is asked again.
    static readonly TimeSpan LongestAnswer = TimeSpan.FromMinutes(1);

    public string Name => RolloutSettings.Comin;

    public Activation Activation => Activation.Switch;

    public ProcessRequest? Command(Deployment deployment) => Request(deployment, "fetch");

    public ProcessRequest? Attendance(Deployment deployment) => Request(deployment, "attend");

    static ProcessRequest Request(Deployment deployment, string verb) => Ssh.RootScript(
        deployment.Address.Target, deployment.Power == RootPower.BySudo, Embedded.Text, verb, deployment.System.ToString()) with
    {
        HasOwnSession = true,
        TimeLimit = LongestAnswer,
    };

    // Read on first use: most commands switch no machine.
    static class Embedded
    {
        public static readonly string Text = MachineScript.Read("comin.sh");
    }
}
