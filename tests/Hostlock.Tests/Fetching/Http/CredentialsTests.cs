using System.Text;
using Hostlock.Fetching.Http;
using Hostlock.Tests.Support;

namespace Hostlock.Tests.Fetching.Http;

/// <summary>Credentials are sent only to the address that they are meant for, wherever a redirect leads.</summary>
public class CredentialsTests
{
    static readonly TokenHeader Token = new("github.com", "Private-token", "secret");

    [Theory]
    [InlineData("https://github.com/x", true)]
    [InlineData("https://api.github.com/x", true)]
    [InlineData("https://github.com:443/x", true)]
    [InlineData("http://github.com/x", false)]
    [InlineData("https://github.com:8443/x", false)]
    [InlineData("https://codeload.github.com/x", false)]
    [InlineData("https://evil.test/x", false)]
    [InlineData("https://github.com@evil.test/x", false)]
    [InlineData("https://github.com.evil.test/x", false)]
    public void A_token_is_bound_to_scheme_host_and_port(string address, bool isSent)
    {
        using var request = Request("https://github.com/first", address, Token, "");

        Assert.Equal(isSent, request.Headers.Contains(Token.Name));
    }

    [Theory]
    [InlineData("https://h.test/a", "https://h.test/b", "me:secret")]
    [InlineData("https://h.test/a", "http://h.test/b", null)]
    [InlineData("https://h.test/a", "https://h.test:8443/b", null)]
    [InlineData("https://other.test/a", "https://h.test/b", "me:secret")]
    [InlineData("http://other.test/a", "http://h.test/b", null)]
    [InlineData("http://h.test:8080/a", "http://h.test:8080/b", "me:secret")]
    [InlineData("http://h.test/a", "https://h.test/b", "me:secret")]
    [InlineData("https://u@h.test/a", "https://h.test/a", "u:")]
    [InlineData("https://second@h.test/a", "https://h.test/a", "second:2")]
    [InlineData("https://u:%C3%A9%3A@h.test/a", "https://h.test/b", "u:é:")]
    [InlineData("https://u:p@h.test/a", "http://h.test/b", null)]
    [InlineData("https://u:p@h.test/a", "https://other.test/b", null)]
    [InlineData("https://unknown.test/a", "https://unknown.test/a", "all:0")]
    [InlineData("https://h.test/a", "https://unknown.test/a", null)]
    public void A_login_is_bound_to_scheme_host_and_port(string first, string address, string? login)
    {
        using var folder = new TempFolder();
        File.WriteAllText(
            folder["netrc"],
            "machine h.test login me password secret\nmachine h.test login second password 2\ndefault login all password 0\n");

        using var request = Request(first, address, null, folder["netrc"]);

        var sent = request.Headers.Authorization is { } header
            ? Encoding.UTF8.GetString(Convert.FromBase64String(header.Parameter!))
            : null;
        Assert.Equal(login, sent);
    }

    static HttpRequestMessage Request(string first, string address, TokenHeader? token, string netrc)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, address);
        new Credentials(new(first), token, netrc).AddTo(request);
        return request;
    }
}
