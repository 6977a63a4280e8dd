using Hostlock.Fetching;
using Hostlock.Fetching.Git;

namespace Hostlock.Tests.Fetching.Git;

public class GitRemoteTests
{
    [Theory]
    [InlineData("https://ada:a%20b@h.test:8443/x?y=z", "https://h.test:8443/x?y=z", "credential.https://h.test:8443", "ada", "a b")]
    [InlineData("http://:p@[::1]/x", "http://[::1]/x", "credential.http://[::1]", "", "p")]
    [InlineData("https://ghp_0123@github.com/x", "https://github.com/x", "credential.https://github.com", "ghp_0123", null)]
    public void A_login_is_in_the_environment_and_bound_to_its_server(
        string url, string address, string scope, string user, string? password)
    {
        var remote = GitRemote.Of(url);

        Assert.Equal(address, remote.Address);
        Assert.All(
            remote.Options.Where(option => option != "-c"), option => Assert.Contains($"{scope}.", option, StringComparison.Ordinal));
        Assert.Equal(user, remote.Environment.Variables["HOSTLOCK_GIT_USER"]);
        Assert.Equal(password, remote.Environment.Variables.GetValueOrDefault("HOSTLOCK_GIT_PASSWORD"));
    }

    [Theory]
    [InlineData("https://h.test/x", "https://h.test/x")]
    [InlineData("https://ada@h.test/x", "https://ada@h.test/x")]
    [InlineData("ssh://git@h.test/x", "ssh://git@h.test/x")]
    [InlineData("ssh://git:secret@h.test/x", "ssh://git@h.test/x")]
    [InlineData("file:///x", "file:///x")]
    public void Without_a_secret_there_is_nothing_to_hide(string url, string address)
    {
        var remote = GitRemote.Of(url);

        Assert.Equal(address, remote.Address);
        Assert.Empty(remote.Options);
        Assert.Empty(remote.Environment.Variables);
    }

    [Fact]
    public void A_password_that_says_more_to_git_than_a_password_is_refused() =>
        Assert.Throws<FetchException>(() => GitRemote.Of("https://ada:a%0Ahost=evil.test@h.test/x"));
}
