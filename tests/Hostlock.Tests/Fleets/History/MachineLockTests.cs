using System.Text;
using Hostlock.Fleets;
using Hostlock.Fleets.History;
using Hostlock.Fleets.Settings;
using Hostlock.Platform;
using Hostlock.Tests.Support;

namespace Hostlock.Tests.Fleets.History;

/// <summary>The question to a machine for the lock that its system carries.</summary>
public class MachineLockTests
{
    static readonly Fleet Fleet = FleetFile.Read("version = 1\n[hosts.plex]\ntarget = \"root@plex.lan\"\n[hosts.web]\n");

    [Theory]
    [InlineData("running", "plex", "sh -s NONCE /run/current-system/hostlock/flake.lock")]
    [InlineData("generation:12", "plex", "sh -s NONCE /nix/var/nix/profiles/system-12-link/hostlock/flake.lock")]
    [InlineData(
        "running", "desk", "ssh -o BatchMode=yes -o ConnectTimeout=8 -- root@plex.lan sh -s NONCE /run/current-system/hostlock/flake.lock")]
    [InlineData(
        "generation:7", "desk",
        "ssh -o BatchMode=yes -o ConnectTimeout=8 -- root@plex.lan sh -s NONCE /nix/var/nix/profiles/system-7-link/hostlock/flake.lock")]
    public async Task A_machine_reads_its_own_file_and_another_is_asked_by_ssh(string word, string machine, string command)
    {
        var processes = new Answering(nonce => $"{nonce}\nthe lock{nonce}\n");

        var bytes = await ReadAsync(processes, "plex", word, machine);

        Assert.Equal("the lock", Encoding.UTF8.GetString(bytes));
        Assert.Equal([command], processes.Asked);
    }

    [Fact]
    public async Task What_a_login_prints_is_no_part_of_the_lock()
    {
        var bytes = await ReadAsync(
            new Answering(nonce => $"Welcome to plex!\n{{ }}\n{nonce}\n{{ \"nodes\": 1 }}\n{nonce}\nbye\n"), "plex", "running", "desk");

        Assert.Equal("{ \"nodes\": 1 }\n", Encoding.UTF8.GetString(bytes));
    }

    [Theory]
    [InlineData("This account is for backups.\n")]
    [InlineData("NONCE\n{ \"nodes\": ")]
    public async Task An_answer_without_both_marks_is_none(string said)
    {
        var processes = new Answering(nonce => said.Replace("NONCE", nonce, StringComparison.Ordinal));

        Assert.StartsWith(
            "cannot ask plex (root@plex.lan)",
            (await Assert.ThrowsAsync<FleetException>(() => ReadAsync(processes, "plex", "running", "desk"))).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    [Trait("part", "programs")]
    public async Task The_script_says_the_bytes_of_the_file_between_two_marks()
    {
        using var folder = new TempFolder();
        var file = folder.Write("a lock", "x\r\n\ty");
        var asking = new Answering(nonce => $"{nonce}\n{nonce}\n");
        await ReadAsync(asking, "plex", "running", "plex");

        var said = await new ProcessRunner().RunAsync(
            ProcessRequest.Of("sh", "-s", "mark", file).WithInput(asking.Input), TestContext.Current.CancellationToken);

        Assert.Equal("mark\nx\r\n\tymark\n", said.Output);
    }

    [Theory]
    [InlineData("running", true)]
    [InlineData("generation:12", true)]
    [InlineData("generation", false)]
    [InlineData("HEAD", false)]
    public void Only_two_words_mean_a_machine(string word, bool isMachine) => Assert.Equal(isMachine, MachineLock.Is(word));

    [Theory]
    [InlineData("plex", "generation:", "'generation:' is no generation")]
    [InlineData("plex", "generation:0", "'generation:0' is no generation")]
    [InlineData("plex", "generation:-1", "'generation:-1' is no generation")]
    [InlineData("plex", "generation:1/../2", "'generation:1/../2' is no generation")]
    public async Task What_names_no_file_of_a_machine_is_asked_of_nobody(string host, string word, string message)
    {
        var processes = new OneAnswer(new(0, "", ""));

        Assert.Equal(message, (await Assert.ThrowsAsync<FleetException>(() => ReadAsync(processes, host, word, "desk"))).Message);
        Assert.Empty(processes.Asked);
    }

    [Theory]
    [InlineData("cat: /run/current-system/hostlock/flake.lock: No such file or directory\n", "plex carries no lock (running)", false)]
    [InlineData(
        "ssh: connect to host plex.lan port 22: No route to host\n",
        "cannot ask plex (root@plex.lan): ssh: connect to host plex.lan port 22: No route to host", true)]
    public async Task A_system_without_a_lock_is_told_from_a_machine_that_is_not_reached(string said, string message, bool isOutside)
    {
        var error = await Assert.ThrowsAsync<FleetException>(() => ReadAsync(new OneAnswer(new(1, "", said)), "plex", "running", "desk"));

        Assert.Equal((message, isOutside), (error.Message, error.IsOutside));
    }

    static Task<byte[]> ReadAsync(IProcessRunner processes, string host, string word, string machine) =>
        MachineLock.ReadAsync(
            processes, Fleet.Hosts.Single(known => known.Name.ToString() == host), word, machine, TestContext.Current.CancellationToken);

    // Answers by the number that stands in the question; in what was asked, NONCE stands for it.
    sealed class Answering(Func<string, string> answer) : IProcessRunner
    {
        public List<string> Asked { get; } = [];

        public string Input { get; private set; } = "";

        public Task<Finished> RunAsync(ProcessRequest request, CancellationToken cancellationToken)
        {
            var nonce = request.Arguments[^2];
            Asked.Add(request.ToString().Replace(nonce, "NONCE", StringComparison.Ordinal));
            Input = Encoding.UTF8.GetString(request.Input.Span);
            return Task.FromResult(new Finished(0, "", "") { OutputBytes = Encoding.UTF8.GetBytes(answer(nonce)) });
        }

        public IRunningProcess Start(ProcessRequest request) => throw new NotSupportedException();
    }
}
