using Hostlock.Fetching.Git;
using Hostlock.Nar;
using Hostlock.Tests.Support;

namespace Hostlock.Tests.Fetching.Git;

[Trait("part", "programs")]
public sealed class GitConfigTests : IDisposable
{
    const string Text = """
        # a comment
        [core]
        	fileMode = false ; not
        	bare
        	autocrlf = input
        [submodule "a b \"c\" \\"]
        	path = "with # sign ; and \" quote"
        	url = ../x   # trailing
        	Branch = a \
        b
        [submodule "Second"] path = two
        	url = one "two  three"  four
        [Branch.old]
        	remote = up\tstream
        [remote "origin"]
        	url = first
        	url = second
        """;

    readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("core.filemode")]
    [InlineData("core.autocrlf")]
    [InlineData("submodule.a b \"c\" \\.path")]
    [InlineData("submodule.a b \"c\" \\.url")]
    [InlineData("submodule.a b \"c\" \\.branch")]
    [InlineData("submodule.Second.path")]
    [InlineData("submodule.Second.url")]
    [InlineData("branch.old.remote")]
    [InlineData("remote.origin.url")]
    [InlineData("no.such")]
    public void A_setting_reads_as_git_reads_it(string name)
    {
        var file = _folder.Write("config", Text);
        var git = Run.Program("git", _folder.Path, TestGit.Variables, "config", "--file", file, "-z", "--get", name);

        Assert.Equal(git.ExitCode == 0 ? git.Output.TrimEnd('\0') : null, GitConfig.Parse(Text).Text(name));
    }

    [Fact]
    public void A_key_alone_is_true()
    {
        Assert.True(GitConfig.Parse(Text).IsTrue("core.bare"));
        Assert.False(GitConfig.Parse(Text).IsTrue("core.filemode"));
        Assert.Contains("filemode", GitConfig.Parse(Text).Keys("core"));
    }

    [Theory]
    [InlineData("../x", "https://h/p/super", "https://h/p/x")]
    [InlineData("./x", "https://h/p/super/", "https://h/p/super/x")]
    [InlineData("../../x", "git@h:p/q/super", "git@h:p/x")]
    [InlineData("../x", "git@h:super", "git@h:x")]
    [InlineData("../x", "/srv/super", "/srv/x")]
    [InlineData("ssh://h/x", "https://h/super", "ssh://h/x")]
    [InlineData("x", "https://h/super", null)]
    public void The_address_of_a_submodule_is_relative_to_that_of_its_superproject(string url, string superproject, string? expected) =>
        Assert.Equal(expected, new GitSubmodule(TreePath.Parse("x"), url, null).Resolve(superproject));
}
