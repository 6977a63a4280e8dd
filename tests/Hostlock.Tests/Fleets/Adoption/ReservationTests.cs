using System.Collections.Immutable;
using Hostlock.Fleets;
using Hostlock.Fleets.Adoption;
using Hostlock.Tests.Support;

namespace Hostlock.Tests.Fleets.Adoption;

/// <summary>Nothing is adopted or ejected while another hostlock writes.</summary>
public sealed class ReservationTests : IDisposable
{
    readonly TempFolder _folder = new();

    public ReservationTests() => _folder.Write("flake.nix", "{ }");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task What_was_planned_is_not_written_while_another_writes()
    {
        var folder = FleetFolder.Open(_folder.Path);
        ImmutableArray<PlannedFile> files = [new("flake.nix", "{ a = 1; }"u8.ToArray(), false, "")];
        var init = new InitPlan(ImmutableSortedDictionary<HostName, ImmutableArray<string>>.Empty, files, []);
        var eject = new EjectPlan(files, [], [], [], true);
        var processes = new CountingProcesses();
        var adopted = await AdoptedFiles.ReadAsync(folder, processes, TestContext.Current.CancellationToken);

        using (FleetFolder.Open(_folder.Path).Reserve())
        {
            foreach (var undertaking in new[]
            {
                FleetInit.Undertake(folder, ["init"], init),
                FleetEject.Undertake(folder, ["eject"], eject, adopted),
            })
                Assert.True(
                    (await Assert.ThrowsAsync<FleetException>(
                        () => new FleetTransition(processes, folder, undertaking, null)
                            .ApplyAsync(_ => { }, TestContext.Current.CancellationToken))).IsBusy);
        }

        Assert.Equal("{ }", _folder.Read("flake.nix"));
    }
}
