using Hostlock.Platform;
using Hostlock.Platform.Programs;

namespace Hostlock.Tests.Platform.Programs;

public class GitTurnTests
{
    [Theory]
    [InlineData(128, "fatal: Unable to create '/f/.git/index.lock': File exists.")]
    [InlineData(128, "fatal: cannot lock ref 'HEAD': Unable to create '/f/.git/refs/heads/main.lock': File exists.")]
    [InlineData(255, "error: could not lock config file .git/config: File exists")]
    public async Task While_another_git_is_at_work_a_command_waits_for_its_turn(int code, string errors)
    {
        var git = new Git(new(code, "", errors), new(code, "", errors), new(0, "done", ""), new(1, "", "too often"));

        var finished = await GitTurn.RunAsync(git, GitProgram.InWorkTree("/f", "add", "x"), TestContext.Current.CancellationToken);

        Assert.Equal(("done", 3), (finished.Output, git.Runs));
    }

    [Theory]
    [InlineData(1, "the hook says no to '/f/flake.lock'")]
    [InlineData(128, "fatal: not a git repository")]
    public async Task Any_other_failure_is_the_answer(int code, string errors)
    {
        var git = new Git(new Finished(code, "", errors), new Finished(0, "too often", ""));

        var finished = await GitTurn.RunAsync(git, GitProgram.InWorkTree("/f", "add", "x"), TestContext.Current.CancellationToken);

        Assert.Equal((code, 1), (finished.ExitCode, git.Runs));
    }

    sealed class Git(params Finished[] answers) : IProcessRunner
    {
        public int Runs { get; private set; }

        public Task<Finished> RunAsync(ProcessRequest request, CancellationToken cancellationToken) => Task.FromResult(answers[Runs++]);

        public IRunningProcess Start(ProcessRequest request) => throw new NotSupportedException();
    }
}
