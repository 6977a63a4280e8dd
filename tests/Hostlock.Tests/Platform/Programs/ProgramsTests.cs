using Hostlock.Platform;
using Hostlock.Platform.Programs;

namespace Hostlock.Tests.Platform.Programs;

public class ProgramsTests
{
    static readonly string[] Options = ["-o", "BatchMode=yes", "-o", "ConnectTimeout=8"];
    static readonly string[] EndsInSilence = ["-o", "ServerAliveInterval=5", "-o", "ServerAliveCountMax=4"];

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

    [Theory]
    [InlineData("core.sshCommand")]
    [InlineData("core.pager")]
    [InlineData("core.editor")]
    [InlineData("core.askPass")]
    [InlineData("core.gitProxy")]
    [InlineData("core.hooksPath")]
    [InlineData("core.alternateRefsCommand")]
    [InlineData("credential.helper")]
    [InlineData("diff.external")]
    [InlineData("gpg.program")]
    [InlineData("gpg.ssh.program")]
    [InlineData("gpg.x509.program")]
    [InlineData("log.showSignature")]
    [InlineData("protocol.ext.allow")]
    [InlineData("uploadpack.packObjectsHook")]
    public void A_question_overrides_every_setting_that_names_a_program(string setting) =>
        Assert.All(
            new[] { GitProgram.Ask("/r/.git", "ls-tree"), GitProgram.AskAround("/r", "ls-tree") },
            request => Assert.Contains(request.Arguments, word => word.StartsWith($"{setting}=", StringComparison.Ordinal)));

    [Fact]
    public void A_question_fetches_nothing_and_a_fetch_uses_the_users_ssh()
    {
        var (asked, reached) = (GitProgram.Ask("/r/.git", "cat-file"), GitProgram.Reach("/cache/r", "fetch"));

        Assert.Equal(("1", "none"), (asked.Environment.Variables["GIT_NO_LAZY_FETCH"], asked.Environment.Variables["GIT_ALLOW_PROTOCOL"]));
        Assert.DoesNotContain("GIT_ALLOW_PROTOCOL", reached.Environment.Variables.Keys);
        Assert.DoesNotContain(reached.Arguments, word => word.StartsWith("core.sshCommand", StringComparison.Ordinal));
        Assert.Contains("protocol.ext.allow=never", reached.Arguments);
    }

    [Fact]
    public void A_change_of_the_index_is_finished_and_calls_no_hook()
    {
        var request = GitProgram.Change("/r", "add", "--", "x");

        Assert.IsType<ProcessStop.Never>(request.Stop);
        Assert.Contains("core.hooksPath=/dev/null", request.Arguments);
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
        Assert.Equal(
            [.. Options, "--", "root@plex.lan", "cat", "'a b'"], Ssh.Command("root@plex.lan", "cat", "a b").Arguments);

    [Fact]
    public void A_script_is_run_as_root_by_sudo_where_the_user_is_not_root()
    {
        Assert.Equal(
            ["--", "plex", "sudo", "-n", "--", "sh", "-s", "'a b'"],
            Root("plex", bySudo: true).Arguments[(EndsInSilence.Length + Options.Length)..]);
        Assert.Equal([.. EndsInSilence, .. Ssh.Script("plex", "echo", "a b").Arguments], Root("plex", bySudo: false).Arguments);
        Assert.Equal(("sudo", "-n -- sh -s 'a b'"), (Root(null, bySudo: true).Program, Root(null, bySudo: true).ToString()[5..]));

        static ProcessRequest Root(string? target, bool bySudo) => Ssh.RootScript(target, bySudo, "echo", "a b");
    }

    [Fact]
    public void A_new_connection_shares_none()
    {
        var there = Ssh.Command("plex", "true");
        var here = Ssh.Command(null, "true");

        Assert.Equal(["-o", "ControlMaster=no", "-o", "ControlPath=none", .. there.Arguments], Ssh.OnNewConnection(there).Arguments);
        Assert.Equal(here, Ssh.OnNewConnection(here));
    }

    [Fact]
    public void A_script_goes_to_the_input_of_a_shell_and_its_arguments_are_words_of_it()
    {
        var there = Ssh.Script("plex", "echo $1", "a b");
        var here = Ssh.Script(null, "echo $1", "a b");

        Assert.Equal(["--", "plex", "sh", "-s", "'a b'"], there.Arguments[Options.Length..]);
        Assert.Equal(("sh", "echo $1"), (here.Program, System.Text.Encoding.UTF8.GetString(here.Input.Span)));
        Assert.Equal(["-s", "a b"], here.Arguments);
    }

    [Fact]
    public void Nix_of_another_machine_gets_the_same_words() =>
        Assert.Equal(
            [.. Ssh.Command("plex", "nix").Arguments, .. NixProgram.Command("path-info", "/x").Arguments.Select(ShellWord.Quote)],
            NixProgram.On("plex", "path-info", "/x").Arguments);

    [Fact]
    public void On_this_machine_a_program_runs_as_it_is() =>
        Assert.Equal(("cat", "'a b'"), (Ssh.Command(null, "cat", "a b").Program, Ssh.Command(null, "cat", "a b").ToString()[4..]));
}
