using Hostlock.Fetching.Http;
using Hostlock.Tests.Support;

namespace Hostlock.Tests.Fetching.Http;

public class NetrcTests
{
    [Theory]
    [InlineData("machine a.test login me password secret", "me", "secret")]
    [InlineData("machine a.test\n  login me\n  password secret\n", "me", "secret")]
    [InlineData("machine b.test login you password other\nmachine a.test login me password secret", "me", "secret")]
    [InlineData("machine a.test password secret login me\nmachine a.test login second password x", "me", "secret")]
    [InlineData("machine b.test login you password other\ndefault login any password word", "any", "word")]
    [InlineData("machine a.test password secret", "", "secret")]
    [InlineData("machine a.test login machine password login", "machine", "login")]
    public void The_login_is_that_of_the_machine(string text, string login, string password) =>
        Assert.Equal((login, password), Find(text));

    [Theory]
    [InlineData("")]
    [InlineData("machine b.test login me password secret")]
    [InlineData("machine sub.a.test login me password secret")]
    [InlineData("login me password secret")]
    [InlineData("machine")]
    public void A_machine_without_an_entry_has_no_login(string text) => Assert.Null(Find(text));

    [Fact]
    public void No_file_is_no_login() => Assert.Null(Netrc.Find("/nonexistent/netrc", "a.test"));

    static (string Login, string Password)? Find(string text)
    {
        using var folder = new TempFolder();
        return Netrc.Find(folder.Write("netrc", text), "a.test");
    }
}
