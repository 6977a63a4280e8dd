using Hostlock.Machines;
using Hostlock.Rollouts;
using static Hostlock.Tests.Rollouts.FakeHostFacts;

namespace Hostlock.Tests.Rollouts;

public class HostPhaseTests
{
    /// <summary>The system that runs, the system that boots next, whether our trial is open, the activation, and the phase. Before, the old
    /// system ran and booted.</summary>
    public static TheoryData<char, char, bool, Activation, HostPhase> Phases => new()
    {
        { 'o', 'o', false, Activation.Test, HostPhase.Before },
        { 'o', 'o', true, Activation.Test, HostPhase.Tried },
        { 'n', 'o', true, Activation.Test, HostPhase.OnTrial },
        { 'n', 'o', false, Activation.Test, HostPhase.OnTrial },
        { 'n', 'n', true, Activation.Test, HostPhase.Unconfirmed },
        { 'n', 'n', false, Activation.Test, HostPhase.Kept },
        { 'o', 'n', true, Activation.Test, HostPhase.Pending },
        { 'o', 'n', false, Activation.Test, HostPhase.Pending },
        { 'x', 'o', true, Activation.Test, HostPhase.Elsewhere },
        { 'o', 'x', false, Activation.Test, HostPhase.Elsewhere },
        { 'n', 'x', true, Activation.Test, HostPhase.Elsewhere },
        { 'x', 'n', false, Activation.Test, HostPhase.Elsewhere },
        { 'o', 'o', false, Activation.Boot, HostPhase.Before },
        { 'o', 'n', true, Activation.Boot, HostPhase.Pending },
        { 'o', 'n', false, Activation.Boot, HostPhase.Kept },
        { 'n', 'n', false, Activation.Boot, HostPhase.Kept },
    };

    [Theory]
    [MemberData(nameof(Phases))]
    public void What_runs_and_what_boots_tell_the_phase(char runs, char boots, bool isOnTrial, Activation activation, HostPhase phase) =>
        Assert.Equal(
            phase, HostPhases.Of(Facts(Of(runs), Of(boots), isOnTrial ? Id : "another"), Facts(Old), New, activation, Id));

    [Fact]
    public void A_switch_under_way_hides_all_else() =>
        Assert.Equal(
            HostPhase.Switching, HostPhases.Of(Facts(New) with { IsSwitching = true }, Facts(Old), New, Activation.Test, Id));

    [Fact]
    public void After_a_power_cut_a_host_runs_what_it_booted()
    {
        var before = Facts(Old, Other);

        Assert.Equal(HostPhase.Before, HostPhases.Of(Facts(Other, boot: "b2"), before, New, Activation.Test, Id));
    }

    [Fact]
    public void A_system_that_boots_already_is_tried_and_not_taken_for_a_half_switch()
    {
        var before = Facts(Old, New);

        Assert.Equal(HostPhase.Before, HostPhases.Of(before, before, New, Activation.Test, Id));
        Assert.Equal(HostPhase.Kept, HostPhases.Of(before, before, New, Activation.Boot, Id));
    }

    [Fact]
    public void A_system_that_runs_and_does_not_boot_is_to_be_tried() =>
        Assert.Equal(HostPhase.Before, HostPhases.Of(Facts(New, Old), Facts(New, Old), New, Activation.Test, Id));

    [Fact]
    public void A_specialisation_is_its_system()
    {
        var now = new HostFacts(Other, New, New, "m1", "b1");

        Assert.Equal(HostPhase.Kept, HostPhases.Of(now, Facts(Old), New, Activation.Test, Id));
    }

    static StorePath Of(char letter) => letter switch { 'o' => Old, 'n' => New, _ => Other };
}
