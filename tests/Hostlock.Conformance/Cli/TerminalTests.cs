using System.Formats.Tar;
using System.IO.Compression;
using System.Text;
using Hostlock.Conformance.Support;
using Hostlock.Tests.Support;

namespace Hostlock.Conformance.Cli;

/// <summary>A person at a terminal picks from lists, and sees the bars of downloads. In a pipe there is neither.</summary>
public sealed class TerminalTests : IDisposable
{
    readonly SevenHosts _hosts = new();

    public void Dispose() => _hosts.Dispose();

    [Fact]
    public async Task A_missing_host_is_picked_from_a_list_that_narrows()
    {
        _hosts.Adopted();
        using var terminal = new PseudoTerminal(_hosts.Fleet, _hosts.Home, "before=$(stty -g); hostlock show; echo ended $?; "
            + "[ \"$before\" = \"$(stty -g)\" ] && echo same mode");

        await terminal.HasAsync("which host: ");
        await terminal.HasAsync("matcha");
        terminal.Press("ple");
        await terminal.HasAsync("which host: ple");
        await terminal.HasAsync("type to narrow");
        terminal.Press("\r");
        await terminal.HasAsync("plex");
        await terminal.HasAsync("ended 0");
        await terminal.HasAsync("same mode");

        // The list is gone when the answer is printed.
        var (_, text) = await terminal.EndAsync();
        var answer = text[text.LastIndexOf("\e[J", StringComparison.Ordinal)..];
        Assert.Contains("nixpkgs: ", answer, StringComparison.Ordinal);
        Assert.DoesNotContain("dobro", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Several_hosts_are_marked_and_a_commit_is_picked()
    {
        _hosts.Adopted();
        _hosts.Move("nixpkgs", 10);
        _ = _hosts.Hostlock("update", "plex", "--commit").Succeeded;
        using var terminal = new PseudoTerminal(_hosts.Fleet, _hosts.Home, "hostlock restore; echo ended $?");

        await terminal.HasAsync("which hosts: ");
        terminal.Press("plex\t\r");
        await terminal.HasAsync("which version: ");
        await terminal.HasAsync("locks: plex nixpkgs");
        terminal.Press("\e[B\r");
        await terminal.HasAsync("ended 0");

        Assert.Equal(_hosts.Lock("dobro"), _hosts.Lock("plex"));
    }

    [Theory]
    [InlineData("\e")]
    [InlineData("\u0004")]
    public async Task Whoever_gives_up_is_told_what_is_missing(string key)
    {
        _hosts.Adopted();
        using var terminal = new PseudoTerminal(_hosts.Fleet, _hosts.Home, "hostlock show; echo ended $?");

        await terminal.HasAsync("which host: ");
        terminal.Press(key);
        await terminal.HasAsync("'hostlock show' needs LOCK");
        await terminal.HasAsync("ended 2");
    }

    [Theory]
    [InlineData("hostlock show --no-input")]
    [InlineData("hostlock show | cat; exit 2")]
    [InlineData("CI=1 hostlock show")]
    public async Task Nobody_is_asked_in_a_pipe_or_without_input(string line)
    {
        _hosts.Adopted();
        using var terminal = new PseudoTerminal(_hosts.Fleet, _hosts.Home, line);

        var (code, text) = await terminal.EndAsync();

        Assert.Equal(2, code);
        Assert.Contains("'hostlock show' needs LOCK", text, StringComparison.Ordinal);
        Assert.DoesNotContain("which host", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_download_has_a_bar_and_what_is_asked_again_is_said(bool isLengthKnown)
    {
        await using var server = new SlowServer(Archive()) { IsLengthKnown = isLengthKnown };
        using var terminal = new PseudoTerminal(Flake(server), _hosts.Home, "hostlock lock; echo ended $?");

        await terminal.HasAsync("asking again in ");
        await terminal.HasAsync("dotfiles");
        await terminal.HasAsync("━");
        await terminal.HasAsync(isLengthKnown ? "50 %  " : " MB, ");
        server.GoOn();
        await terminal.HasAsync("fetched dotfiles  ");
        await terminal.HasAsync("ended 0");

        if (!isLengthKnown)
            Assert.DoesNotContain(" %  ", terminal.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_pipe_gets_no_bars()
    {
        await using var server = new SlowServer(Archive());
        server.GoOn();

        var ended = HostlockProgram.Run(Flake(server), _hosts.Home, "lock");

        Assert.Equal((0, ""), (ended.ExitCode, ended.Errors));
        Assert.DoesNotContain("\e", ended.Output, StringComparison.Ordinal);
    }

    // A flake with one input, which the server has.
    string Flake(SlowServer server)
    {
        _hosts.Folder.Write(
            "slow/flake.nix", $"{{ inputs.dotfiles.url = \"{server.Url}/dotfiles.tar.gz\"; outputs = _: {{ }}; }}\n");
        return _hosts.Folder["slow"];
    }

    // Bytes that nothing makes smaller.
    static byte[] Archive()
    {
        var noise = new byte[2_000_000];
        new Random(1).NextBytes(noise);
        using var bytes = new MemoryStream();
        using (var zipped = new GZipStream(bytes, CompressionLevel.Fastest, leaveOpen: true))
        using (var archive = new TarWriter(zipped, TarEntryFormat.Ustar))
        {
            Add("dotfiles/flake.nix", "{ outputs = _: { }; }\n"u8.ToArray());
            Add("dotfiles/noise", noise);

            void Add(string name, byte[] contents) =>
                archive.WriteEntry(new UstarTarEntry(TarEntryType.RegularFile, name) { DataStream = new MemoryStream(contents) });
        }
        return bytes.ToArray();
    }

    /// <summary>A server that is busy at first, and then stops half-way until it is told to go on.</summary>
    sealed class SlowServer(byte[] body) : LoopbackServer(_ => WebAnswer.NotFound)
    {
        readonly TaskCompletionSource _goesOn = new(TaskCreationOptions.RunContinuationsAsynchronously);
        int _asked;

        public bool IsLengthKnown { get; init; } = true;

        public void GoOn() => _goesOn.TrySetResult();

        protected override async Task SpeakAsync(Stream stream, CancellationToken stop)
        {
            if (await ReadAsync(stream, null, stop) is null)
                return;
            if (Interlocked.Increment(ref _asked) == 1 && !_goesOn.Task.IsCompleted)
            {
                await stream.WriteAsync("HTTP/1.1 503 Busy\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"u8.ToArray(), stop);
                return;
            }
            var length = IsLengthKnown ? $"Content-Length: {body.Length}\r\n" : "";
            await stream.WriteAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 200 OK\r\n{length}Connection: close\r\n\r\n"), stop);
            await stream.WriteAsync(body.AsMemory(0, body.Length / 2), stop);
            await _goesOn.Task.WaitAsync(stop);
            await stream.WriteAsync(body.AsMemory(body.Length / 2), stop);
        }
    }
}
