using Hostlock.Platform;
using Hostlock.Platform.Programs;

namespace Hostlock.Tests.Platform.Programs;

public class ProgramsTests
{
    [Fact]
    public void Git_is_told_the_repository_and_nothing_of_ours_tells_it_another()
    {
        var asked = GitProgram.Ask("/r/.git", "log", "--", "x");
        var done = GitProgram.InWorkTree("/r", "add", "--", "x");

        Assert.Equal("--git-dir=/r/.git", asked.Arguments[0]);
        Assert.Equal(["log", "--", "x"], asked.Arguments[^3..]);
        Assert.Equal(["-C", "/r", "add", "--", "x"], done.Arguments);
        Assert.All(
            new[] { asked, done },
            request => Assert.True(request.Environment.Variables.TryGetValue("GIT_DIR", out var value) && value is null));
    }

    [Fact]
    public void Git_that_is_only_asked_refreshes_no_index_and_runs_no_program_of_the_repository()
    {
        var request = GitProgram.Ask("/r/.git", "ls-files");

        Assert.Equal("0", request.Environment.Variables["GIT_OPTIONAL_LOCKS"]);
        Assert.Contains("core.fsmonitor=false", request.Arguments);
    }

    [Fact]
    public void What_git_does_for_the_user_is_finished_and_speaks_the_language_of_the_user()
    {
        var request = GitProgram.InWorkTree("/r", "commit");

        Assert.IsType<ProcessStop.Never>(request.Stop);
        Assert.DoesNotContain("LC_ALL", request.Environment.Variables.Keys);
    }

    [Fact]
    public void Words_for_another_machine_are_quoted_for_the_shell_there() =>
        Assert.Equal(["-o", "BatchMode=yes", "--", "root@plex.lan", "cat", "'a b'"], Ssh.Command("root@plex.lan", "cat", "a b").Arguments);

    [Fact]
    public void On_this_machine_a_program_runs_as_it_is() =>
        Assert.Equal(("cat", "'a b'"), (Ssh.Command(null, "cat", "a b").Program, Ssh.Command(null, "cat", "a b").ToString()[4..]));
}
