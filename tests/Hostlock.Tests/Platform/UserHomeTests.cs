using Hostlock.Platform;
using Hostlock.Tests.Support;

namespace Hostlock.Tests.Platform;

[Trait("part", "programs")]
public sealed class UserHomeTests : IDisposable
{
    readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(".")]
    [InlineData("not/yet")]
    public void The_environment_says_where_it_is(string home) => Assert.Equal(_folder[home], UserHome.Find(_folder[home]));

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("home/me")]
    public void Otherwise_the_user_database_says_it(string? named) => Assert.Equal(OfDatabase(), UserHome.Find(named));

    [Fact]
    public void The_home_of_somebody_else_is_not_taken()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "only root can give a folder away");
        Directory.CreateDirectory(_folder["home"]);
        _ = Run.Program("chown", _folder.Path, TestGit.Variables, "nobody", "home").Succeeded;

        Assert.Equal(OfDatabase(), UserHome.Find(_folder["home"]));
    }

    // What the shell finds for ~USER, if the folder exists.
    static string? OfDatabase()
    {
        var user = Run.Program("id", "/", TestGit.Variables, "-un").Succeeded.Trim();
        var home = Run.Program("sh", "/", TestGit.Variables, "-c", $"echo ~{user}").Succeeded.Trim();
        return Directory.Exists(home) ? home : null;
    }
}
