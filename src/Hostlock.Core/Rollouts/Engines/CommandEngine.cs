using Hostlock.Fleets;
using Hostlock.Platform;
using Hostlock.Platform.Programs;

namespace Hostlock.Rollouts.Engines;

/// <summary>
/// Any program that activates systems, as <c>[engines.NAME]</c> words it: deploy-rs, colmena, clan, nh, lollypops or the user's own. Each
/// word stays one argument, whatever is filled in.
/// </summary>
/// <param name="settings">The words.</param>
sealed class CommandEngine(EngineSettings settings) : IDeployEngine
{
    public string Name => settings.Name;

    public Activation Activation => settings.HasTrial ? Activation.Test : Activation.Switch;

    public ProcessRequest? Command(Deployment deployment) => UserProgram.Alone(
        [.. settings.Words.Select(word => Placeholders.Fill(word, name => Value(name, deployment)))],
        deployment.Folder,
        HostRecord.LongestSwitch);

    string Value(string name, Deployment deployment) => name switch
    {
        "host" => deployment.Address.Host.ToString(),
        "target" => deployment.Address.Machine,
        "ssh" => deployment.Address.Place ?? deployment.Address.Machine,
        "system" => deployment.System.ToString(),
        "flake" => deployment.Flake,
        "action" => settings.HasTrial ? "test" : "switch",
        _ => throw new System.Diagnostics.UnreachableException(),
    };
}
