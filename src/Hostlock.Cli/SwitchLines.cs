using Hostlock.Fleets;
using Hostlock.Reporting;
using Hostlock.Rollouts;

namespace Hostlock.Cli;

/// <summary>
/// Prints the events of hosts: one line for each host, whose words come as they are known. Words about another host begin a line of their
/// own.
/// </summary>
/// <param name="print">Prints at once.</param>
/// <param name="onlyFailures">True if only hosts that fail are printed.</param>
sealed class SwitchLines(Action<string> print, bool onlyFailures) : IRolloutView
{
    readonly Dictionary<HostName, List<string>> _waiting = [];
    HostName? _open;

    /// <summary>Keeps a word for the next line of a host.</summary>
    /// <param name="host">The host.</param>
    /// <param name="word">The word.</param>
    public void Say(HostName host, string word)
    {
        if (!_waiting.TryGetValue(host, out var words))
            _waiting.Add(host, words = []);
        words.Add(word);
    }

    /// <inheritdoc/>
    public void Happened(RolloutEvent happened, Rollout before, Rollout after)
    {
        if (SwitchText.HostOf(happened) is not { } host)
            return;
        foreach (var word in SwitchText.Words(happened, before.Hosts[host], after.Hosts[host]))
            Say(host, word);
        // Before a person is asked, nothing is printed: the plan comes first.
        if (!_waiting.TryGetValue(host, out var words) || (!after.IsApproved && after.Hosts[host].Outcome is null)
            || (onlyFailures && !after.Hosts[host].IsFailure))
            return;
        if (_open != host)
            Break();
        print($"{(_open == host ? " · " : $"{host}  ")}{string.Join(" · ", words)}");
        _waiting.Remove(host);
        _open = host;
        if (after.Hosts[host].Outcome is not null)
            Break();
    }

    /// <inheritdoc/>
    public void Say(string line)
    {
        Break();
        print(line);
    }

    /// <inheritdoc/>
    public void Break()
    {
        if (_open is null)
            return;
        print("\n");
        _open = null;
    }
}
