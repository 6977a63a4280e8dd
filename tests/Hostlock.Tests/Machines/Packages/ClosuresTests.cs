using Hostlock.Fleets;
using Hostlock.Machines;
using Hostlock.Machines.Packages;
using Hostlock.Platform;
using Hostlock.Tests.Support;

namespace Hostlock.Tests.Machines.Packages;

public sealed class ClosuresTests : IDisposable
{
    static readonly StorePath System = StorePath.TryParse($"/nix/store/{new string('0', 32)}-system")!;

    static readonly MachineAddress Plex = new(HostName.Parse("plex"), "root@plex.lan");

    readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_closure_is_asked_for_once()
    {
        var processes = new OneAnswer(new(0, $"{System} 280\n", ""));

        var first = await OfAsync(processes, Plex);
        var second = await OfAsync(processes, null);

        Assert.Equal([280L, 280L], [first.Bytes, second.Bytes]);
        Assert.Equal(
            [
                "ssh -o BatchMode=yes -o ConnectTimeout=8 -- root@plex.lan nix --extra-experimental-features "
                    + $"''\\''nix-command flakes'\\''' path-info --recursive --size -- {System}",
            ],
            processes.Asked);
    }

    [Fact]
    public async Task A_closure_that_was_kept_and_damaged_is_asked_for_again()
    {
        var processes = new OneAnswer(new(0, $"{System} 280\n", ""));
        await OfAsync(processes, null);
        var file = Assert.Single(Directory.EnumerateFiles(_folder.Path, "*", SearchOption.AllDirectories));
        File.WriteAllText(file, File.ReadAllText(file).Replace("280", "281", StringComparison.Ordinal));

        Assert.Equal(280, (await OfAsync(processes, null)).Bytes);
        Assert.Equal(2, processes.Asked.Count);
    }

    [Theory]
    [InlineData(1, "", "Welcome!\nerror: path is not valid\n", "cannot ask root@plex.lan what '*' needs: error: path is not valid")]
    [InlineData(255, "", "", "cannot ask root@plex.lan what '*' needs: it says nothing")]
    [InlineData(0, "hello\n", "", "the answer of root@plex.lan about '*' is not in the form of 'nix path-info --size'")]
    public async Task What_is_no_answer_is_an_error_and_not_kept(int exit, string output, string errors, string message)
    {
        var error = await Assert.ThrowsAsync<MachineException>(() => OfAsync(new OneAnswer(new(exit, output, errors)), Plex));

        Assert.Equal((message.Replace("*", System.ToString(), StringComparison.Ordinal), true), (error.Message, error.IsOutside));
        Assert.Empty(Directory.EnumerateFileSystemEntries(_folder.Path));
    }

    Task<Closure> OfAsync(IProcessRunner processes, MachineAddress? machine) =>
        new Closures(processes, new(_folder.Path)).OfAsync(machine, System, TestContext.Current.CancellationToken);
}
