using Hostlock.Rollouts.Steps;

namespace Hostlock.Cli;

/// <summary>Shows a person what happens in a rollout.</summary>
interface IRolloutView : IRolloutWatcher
{
    /// <summary>Prints a line of its own.</summary>
    /// <param name="line">The line, with its end.</param>
    void Say(string line);

    /// <summary>Ends a half-printed line, or a redrawn table, so that others may print.</summary>
    void Break();
}
