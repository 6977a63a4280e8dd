using Hostlock.Flakes;
using Hostlock.Platform;

namespace Hostlock.Fleets.Settings;

/// <summary>Changes hostlock.toml for a command. No other hostlock can write to the fleet meanwhile.</summary>
/// <param name="processes">The seam to git, which is not started.</param>
/// <param name="folder">The fleet.</param>
/// <param name="isDryRun">If true, everything is done except the writing.</param>
public sealed class FleetFileChange(IProcessRunner processes, FleetFolder folder, bool isDryRun)
{
    /// <summary>Freezes an input of a host.</summary>
    /// <exception cref="FleetException">The owner is not a host, or its lock does not have the input, so that the freeze would hold
    /// nothing.</exception>
    public void Freeze(LockOwner owner, string input, Freeze freeze)
    {
        var host = HostOf(owner);
        RefuseUnknown(folder.PlaceOf(host), input);
        Make(["freeze", host.ToString(), input], file => FleetFileEdit.SetFreeze(file, host, input, freeze));
    }

    /// <summary>Holds a host at the system that it runs, or lets it go.</summary>
    /// <param name="host">The host.</param>
    /// <param name="hold">Why, and until when; null to let it go.</param>
    /// <exception cref="FleetException">The file cannot be edited.</exception>
    public void Hold(HostName host, Freeze? hold) =>
        Make([hold is null ? "unhold" : "hold", host.ToString()], file => FleetFileEdit.SetHold(file, host, hold));

    /// <summary>Lets a frozen input of a host move again.</summary>
    /// <param name="owner">The host.</param>
    /// <param name="input">The name of the input.</param>
    /// <returns>The undertaking, which ends once the user is told; null if nothing is written. If a run was broken off after it had
    /// removed the freeze, that is no error of this one.</returns>
    /// <exception cref="FleetException">The owner is no host, or the input is not frozen.</exception>
    public Undertaking? Unfreeze(LockOwner owner, string input)
    {
        var host = HostOf(owner);
        string[] words = ["unfreeze", host.ToString(), input];
        if (!isDryRun && Undertaking.Find(processes, folder, words) is { } done)
            return done;
        Undertaking? undertaking = null;
        Make(words, file => FleetFileEdit.RemoveFreeze(file, host, input), text =>
        {
            undertaking = Undertaking.Of(processes, folder, words, [(FleetFile.Name, folder.BytesOf(FleetFile.Name, text))], []);
            undertaking.Record();
        });
        return undertaking;
    }

    static HostName HostOf(LockOwner owner) => owner is LockOwner.Host(var name) ? name : throw FleetException.RootCannotFreeze();

    void Make(string[] words, Func<SourceText, EditedText> edit, Action<string>? begin = null)
    {
        using var reserved = isDryRun ? null : folder.Reserve();
        // The file is read again, now that nobody else can write it.
        var file = folder.ReadFleetFile();
        var edited = edit(file);
        if (isDryRun || edited.Text == file.Text)
            return;
        ChangeRecord.Begin(processes, folder, words, [(FleetFile.Name, folder.BytesOf(FleetFile.Name, edited.Text))]);
        begin?.Invoke(edited.Text);
        folder.WriteFleetFile(edited.Text);
    }

    // If a host has no lock yet, the name of the input cannot be checked.
    static void RefuseUnknown(LockPlace place, string input)
    {
        if (InputPath.TryParse(input) is { Length: > 1 })
            throw FleetException.FreezesBeneath(place.Name, input);
        if (!InputPath.IsReferable(input))
            throw FleetException.NotAnInputPath(input);
        if (HostLocks.Read(place) is { } file && !file.Root.Inputs.ContainsKey(input))
            throw FleetException.NotAnInput(place, InputPath.Of(input), file.Root.Inputs.Names);
    }
}
