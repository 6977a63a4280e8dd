using System.Diagnostics;
using System.Net.Sockets;
using Hostlock.Conformance.Support;
using Hostlock.Tests.Support;

namespace Hostlock.Conformance.Browser;

/// <summary>The server of <c>ui</c>, as the program that is shipped, ends with its terminal.</summary>
public sealed class UiEndsTests : IDisposable
{
    readonly TempFolder _folder = new();

    static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("")]
    [InlineData("trap '' HUP; ")] // as nohup does; then only the terminal itself tells
    public async Task It_ends_when_its_terminal_is_closed(string before)
    {
        Directory.CreateDirectory(_folder["fleet"]);
        MadeUpFleet.Make(_folder["fleet"], 7, 8);
        var start = new ProcessStartInfo("script") { RedirectStandardOutput = true, RedirectStandardInput = true };
        string[] arguments = ["-qfec", $"{before}exec '{HostlockProgram.Path}' -C '{_folder["fleet"]}' ui", "/dev/null"];
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        start.Environment["HOME"] = _folder.Path;
        using var terminal = Process.Start(start)!;
        var address = new Uri((await terminal.StandardOutput.ReadLineAsync(Stop))!.Trim());
        Assert.True(await AnswersAsync(address.Port));

        terminal.Kill();
        await terminal.WaitForExitAsync(Stop);

        while (await AnswersAsync(address.Port))
            await Task.Delay(TimeSpan.FromMilliseconds(50), Stop);
    }

    [Theory]
    [InlineData("INT")]
    [InlineData("TERM")]
    [InlineData("HUP")]
    public async Task A_signal_ends_it_with_its_code(string signal)
    {
        Directory.CreateDirectory(_folder["fleet"]);
        MadeUpFleet.Make(_folder["fleet"], 7, 8);
        var start = new ProcessStartInfo(HostlockProgram.Path) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in (string[])["-C", _folder["fleet"], "ui"])
            start.ArgumentList.Add(argument);
        start.Environment["HOME"] = _folder.Path;
        using var program = Process.Start(start)!;
        await program.StandardOutput.ReadLineAsync(Stop);

        _ = Run.Program("kill", _folder.Path, new Dictionary<string, string>(), $"-{signal}", $"{program.Id}").Succeeded;
        await program.WaitForExitAsync(Stop);

        Assert.Equal((130, "served until Ctrl-C\n"), (program.ExitCode, await program.StandardError.ReadToEndAsync(Stop)));
    }

    static async Task<bool> AnswersAsync(int port)
    {
        using var client = new TcpClient();
        try
        {
            await client.ConnectAsync("127.0.0.1", port, Stop);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
