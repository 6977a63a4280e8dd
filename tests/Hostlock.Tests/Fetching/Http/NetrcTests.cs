using Hostlock.Fetching.Http;

namespace Hostlock.Tests.Fetching.Http;

/// <summary>The logins that netrc files give for a host are those that curl 8.22 finds (lib/netrc.c).</summary>
public class NetrcTests
{
    [Theory]
    [InlineData("machine h login a password b", "a:b")]
    [InlineData("machine h\n\tlogin a\r\n\tpassword b\r\n", "a:b")]
    [InlineData("MACHINE H LOGIN a PassWord b", "a:b")]
    [InlineData("# machine h login x password y\nmachine h login a password b", "a:b")]
    [InlineData("  # machine h login x password y\nmachine h login a password b", "a:b")]
    [InlineData("machine h login a password b#c", "a:b#c")]
    [InlineData("machine h login a password # b", "a:#")]
    [InlineData("machine h login \"a b\" password \"q\\\"\\\\\\n\\t\\x\"", "a b:q\"\\\n\tx")]
    [InlineData("machine h login \"machine\" password login", "machine:login")]
    [InlineData("machine h login a password \"b", null)]
    [InlineData("machine other login x password y machine h login a password b", "a:b")]
    [InlineData("machine h login a password b machine h login c password d", "a:b")]
    [InlineData("machine h account x login a password b", "a:b")]
    [InlineData("machine h password b", ":b")]
    [InlineData("machine h login a", "a:")]
    [InlineData("machine h machine h login a password b", "a:b")]
    [InlineData("machine other login x password y default login a password b", "a:b")]
    [InlineData("default login a password b machine h login c password d", "a:b")]
    [InlineData("macdef init\nmachine h login x password y\n\nmachine h login a password b", "a:b")]
    [InlineData("macdef init\nmachine h login x password y", null)]
    [InlineData("machine h login a password b\nmacdef init\nmachine h login x", "a:b")]
    [InlineData("login x password y machine h login a password b", "a:b")]
    [InlineData("junk machine h junk login a password b", "a:b")]
    [InlineData("machine h password b login a", "a:b")]
    [InlineData("machine other login x password y", null)]
    [InlineData("machine sub.h login x password y", null)]
    [InlineData("login x password y", null)]
    [InlineData("machine", null)]
    [InlineData("", null)]
    public void A_login_is_found_as_curl_finds_it(string text, string? found) =>
        Assert.Equal(found, Find(text, user: null));

    [Theory]
    [InlineData("machine h login a password b machine h login c password d", "c", "c:d")]
    [InlineData("machine h login a password b", "c", null)]
    [InlineData("machine h login a password b", "A", null)]
    [InlineData("machine h password b", "c", "c:b")]
    [InlineData("machine h login c machine h login c password d", "c", "c:d")]
    [InlineData("machine h login a password b default login c password d", "c", "c:d")]
    public void The_user_in_an_address_chooses_the_entry(string text, string user, string? found) => Assert.Equal(found, Find(text, user));

    [Fact]
    public void What_is_too_long_makes_the_file_one_without_logins()
    {
        Assert.Null(Find($"machine h login a password b\nmachine x login {new string('l', 16 * 1024)}", null));
        Assert.Null(Find($"machine x login {new string('l', 5000)} machine h login a password b", null));
    }

    [Fact]
    public void The_entry_for_all_machines_is_passed_over_on_demand() =>
        Assert.Null(Netrc.Find(["default login a password b"], "h", null, takesDefault: false));

    [Fact]
    public void No_file_is_no_login() => Assert.Null(Netrc.Find("/nonexistent/netrc", "h", null, takesDefault: true));

    static string? Find(string text, string? user) =>
        Netrc.Find(text.Split('\n'), "h", user, takesDefault: true) is var (login, password) ? $"{login}:{password}" : null;
}
