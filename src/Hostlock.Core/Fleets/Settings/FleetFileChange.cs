using Hostlock.Flakes;

namespace Hostlock.Fleets.Settings;

/// <summary>Changes hostlock.toml for a command. No other hostlock can write to the fleet meanwhile.</summary>
/// <param name="folder">The fleet.</param>
/// <param name="isDryRun">If true, everything is done except the writing.</param>
public sealed class FleetFileChange(FleetFolder folder, bool isDryRun)
{
    /// <summary>Freezes inputs of hosts: all of them, or none.</summary>
    /// <param name="hosts">The hosts.</param>
    /// <param name="inputs">The names of the inputs.</param>
    /// <param name="freeze">The reason, and the last day.</param>
    /// <exception cref="FleetException">The lock of a host does not have an input, so that the freeze would hold nothing.</exception>
    public void Freeze(IReadOnlyList<HostName> hosts, IReadOnlyList<string> inputs, Freeze freeze)
    {
        var pairs = Pairs(hosts, inputs);
        foreach (var (host, input) in pairs)
            RefuseUnknown(folder.PlaceOf(host), input);
        Make(
            Words("freeze", hosts, inputs),
            file => pairs.Aggregate(file, (edited, pair) => FleetFileEdit.SetFreeze(edited, pair.Host, pair.Input, freeze)));
    }

    /// <summary>Holds hosts at the systems that they run, or lets them go.</summary>
    /// <param name="hosts">The hosts.</param>
    /// <param name="hold">The reason, and the last day; null to let them go.</param>
    /// <exception cref="FleetException">The file cannot be edited.</exception>
    public void Hold(IReadOnlyList<HostName> hosts, Freeze? hold) =>
        Make(
            [hold is null ? "unhold" : "hold", .. hosts.Select(host => host.ToString())],
            file => hosts.Aggregate(file, (edited, host) => FleetFileEdit.SetHold(edited, host, hold)));

    /// <summary>Lets frozen inputs of hosts move again.</summary>
    /// <param name="hosts">The hosts.</param>
    /// <param name="inputs">The names of the inputs.</param>
    /// <returns>The undertaking, which ends once the user is told, and null if nothing is written; and the inputs that were frozen. If a
    /// run was broken off after it had removed the freezes, that is no error of this one.</returns>
    /// <exception cref="FleetException">None of the inputs is frozen on any of the hosts.</exception>
    public (Undertaking? Undertaking, IReadOnlySet<(HostName Host, string Input)> Frozen) Unfreeze(
        IReadOnlyList<HostName> hosts, IReadOnlyList<string> inputs)
    {
        var pairs = Pairs(hosts, inputs);
        var words = Words("unfreeze", hosts, inputs);
        if (!isDryRun && Undertaking.Find(folder, words) is { } done)
            return (done, pairs.ToHashSet());
        HashSet<(HostName, string)> frozen = [];
        Undertaking? undertaking = null;
        Make(
            words,
            file =>
            {
                var known = FleetFile.Read(file.Text).Hosts.ToDictionary(host => host.Name, host => host.Frozen);
                frozen = [.. pairs.Where(pair => known.GetValueOrDefault(pair.Host)?.ContainsKey(pair.Input) == true)];
                // If none is frozen, the error is about the first pair, and names the nearest input.
                return (frozen.Count > 0 ? frozen.ToList() : pairs[..1])
                    .Aggregate(file, (edited, pair) => FleetFileEdit.RemoveFreeze(edited, pair.Item1, pair.Item2));
            },
            text =>
            {
                undertaking = Undertaking.Of(folder, words, [(FleetFile.Name, folder.BytesOf(FleetFile.Name, text))], []);
                undertaking.Record();
            });
        return (undertaking, frozen);
    }

    // The words of the command, as a person would type them.
    static string[] Words(string command, IReadOnlyList<HostName> hosts, IReadOnlyList<string> inputs) =>
    [
        command, .. hosts.Select(host => host.ToString()),
        .. inputs is [var only] ? [only] : inputs.SelectMany(input => new[] { "-i", input }),
    ];

    static List<(HostName Host, string Input)> Pairs(IReadOnlyList<HostName> hosts, IReadOnlyList<string> inputs) =>
        [.. from host in hosts from input in inputs select (host, input)];

    void Make(string[] words, Func<SourceText, SourceText> edit, Action<string>? begin = null)
    {
        using var reserved = isDryRun ? null : folder.Reserve();
        // The file is read again, now that nobody else can write it.
        var file = folder.ReadFleetFile();
        var edited = edit(file);
        if (isDryRun || edited.Text == file.Text)
            return;
        ChangeRecord.Begin(folder, words, [(FleetFile.Name, folder.BytesOf(FleetFile.Name, edited.Text))]);
        begin?.Invoke(edited.Text);
        folder.WriteFleetFile(edited.Text);
    }

    // If a host has no lock yet, the name of the input cannot be checked.
    static void RefuseUnknown(LockPlace place, string input)
    {
        if (InputPath.TryParse(input) is { Length: > 1 })
            throw FleetException.FreezesBeneath(place, input);
        if (!InputPath.IsReferable(input))
            throw FleetException.NotAnInputPath(input);
        if (HostLocks.Read(place) is { } file && !file.Root.Inputs.ContainsKey(input))
            throw FleetException.NotAnInput(place, InputPath.Of(input), file.Root.Inputs.Names);
    }
}
