using Hostlock.Rollouts.Steps;

namespace Hostlock.Cli;

/// <summary>Shows a person what happens in a rollout.</summary>
interface IRolloutView : IRolloutWatcher
{
    /// <summary>Prints a line of its own.</summary>
    /// <param name="line">The line, with its end.</param>
    void Say(string line);

    /// <summary>Ends what is half printed, or redrawn, so that others may print.</summary>
    void Break();
}
