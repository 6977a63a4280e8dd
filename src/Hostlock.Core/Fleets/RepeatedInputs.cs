using Hostlock.Fleets.Layouts;
using Hostlock.Locks;

namespace Hostlock.Fleets;

/// <summary>The inputs that a lock has more than once.</summary>
/// <param name="Place">The lock.</param>
/// <param name="Repetitions">The inputs, each with its places in the lock.</param>
public sealed record RepeatedInputs(LockPlace Place, IReadOnlyList<Repetition> Repetitions)
{
    /// <summary>Finds them in each lock that exists.</summary>
    /// <param name="folder">The flake.</param>
    /// <param name="places">The locks.</param>
    /// <param name="asked">The inputs that are asked about.</param>
    /// <exception cref="HostlockException">A lock cannot be read, or no lock has an input that is asked about.</exception>
    public static IReadOnlyList<RepeatedInputs> In(FleetFolder folder, IReadOnlyList<LockPlace> places, InputSelection asked)
    {
        var reading = new LockReading();
        // Lines that join the inputs of a host's own flake with those of the root would take the host its own lock.
        var ofHosts = new LocalFlakes(folder).RootInputsOfHosts();
        var locks = places.Select(place => (Place: place, Lock: HostLocks.Read(place, reading))).ToList();
        AskedInputs.Require(asked, locks);
        return
        [
            .. from each in locks
               where each.Lock is not null
               select new RepeatedInputs(
                   each.Place,
                   [.. Repetition.In(each.Lock, ofHosts).Select(repetition => repetition.About(asked)).OfType<Repetition>()]),
        ];
    }

    /// <summary>The locks in which the lines of one file can join inputs: those of flake.nix, unless all named locks have another file in
    /// common.</summary>
    /// <param name="places">The locks that are meant, at least one.</param>
    /// <param name="areNamed">True if the user named them; false if all locks of the flake are meant.</param>
    /// <exception cref="FleetException">The named locks are declared in several files.</exception>
    public static IReadOnlyList<LockPlace> OfOneFile(IReadOnlyList<LockPlace> places, bool areNamed)
    {
        var files = places.Select(place => place.DeclaredIn).Distinct().ToList();
        var file = files is [var only] ? only
            : !areNamed ? FleetFolder.FlakeFile
            : throw FleetException.SeveralFlakes(files);
        return [.. places.Where(place => place.DeclaredIn == file)];
    }
}
