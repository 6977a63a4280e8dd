using Hostlock.Cli.Serving;

namespace Hostlock.Tests.Cli.Serving;

public class PageGateTests
{
    const string Here = "127.0.0.1:4000";

    readonly PageSecrets _secrets = new();

    PageRequest Own(string path, string query = "") => new("GET", path, query) { Host = Here, Cookies = Cookie };

    PageRequest Order(string path) => Own(path) with
    {
        Method = "POST",
        Origin = $"http://{Here}",
        Site = "same-origin",
        Key = _secrets.Key,
        Type = "application/json",
    };

    string Cookie => _secrets.SetCookie.Split(';')[0];

    PageAnswer Decide(PageRequest request, bool mayAct = true) => new PageGate([Here, "localhost:4000"], _secrets, mayAct).Decide(request);

    [Fact]
    public void The_token_brings_the_cookie_and_leads_to_the_clean_address()
    {
        var answer = Decide(new("GET", "/", $"?token={_secrets.Token}") { Host = Here, Site = "none" });

        Assert.Equal(new PageAnswer.Enter(IsRedirect: true), answer);
        Assert.EndsWith("; Path=/; HttpOnly; SameSite=Strict", _secrets.SetCookie, StringComparison.Ordinal);
        Assert.DoesNotContain(_secrets.Token, _secrets.SetCookie, StringComparison.Ordinal);
    }

    [Fact]
    public void A_link_in_a_page_of_somebody_else_is_taken_on_by_a_page_of_ours() =>
        Assert.Equal(
            new PageAnswer.Enter(IsRedirect: false),
            Decide(new("GET", "/", $"?token={_secrets.Token}") { Host = Here, Site = "cross-site" }));

    [Fact]
    public void A_pass_lets_in_once()
    {
        var request = new PageRequest("GET", "/", $"?token={_secrets.NewPass()}") { Host = Here };

        Assert.IsType<PageAnswer.Enter>(Decide(request));
        Assert.IsType<PageAnswer.Refused>(Decide(request));
    }

    [Fact]
    public void Whoever_has_the_cookie_gets_the_page_and_what_changes()
    {
        Assert.IsType<PageAnswer.Page>(Decide(Own("/")));
        Assert.IsType<PageAnswer.Events>(Decide(Own("/events")));
        Assert.IsType<PageAnswer.Page>(Decide(Own("/") with { Host = "localhost:4000", Cookies = $"a=b; {Cookie}; c=d" }));
        Assert.IsType<PageAnswer.Missing>(Decide(Own("/other")));
        Assert.Equal(new PageAnswer.WrongMethod("GET"), Decide(Own("/") with { Method = "POST" }));
    }

    [Fact]
    public void A_command_of_our_page_is_taken()
    {
        Assert.Equal(new PageAnswer.Command(PageOrder.Plan), Decide(Order("/plan")));
        Assert.Equal(new PageAnswer.Command(PageOrder.Do), Decide(Order("/do")));
        Assert.Equal(new PageAnswer.Command(PageOrder.Stop), Decide(Order("/stop")));
        Assert.Equal(new PageAnswer.WrongMethod("POST"), Decide(Own("/do")));
    }

    public static TheoryData<string> Wrongs =>
    [
        "no cookie", "another cookie", "half a cookie", "the token for the cookie", "another token", "an empty token", "half a token",
        "another host", "no host", "another port", "a port behind another name", "another origin", "no origin", "the origin null",
        "another key", "no key", "another type", "a form", "another site", "another port's page", "a token for another path", "a HEAD",
    ];

    [Theory]
    [MemberData(nameof(Wrongs))]
    public void All_else_is_refused_in_the_same_way(string wrong)
    {
        var order = Order("/do");
        var request = wrong switch
        {
            "no cookie" => Own("/") with { Cookies = "" },
            "another cookie" => Own("/") with { Cookies = new PageSecrets().SetCookie.Split(';')[0] },
            "half a cookie" => Own("/") with { Cookies = Cookie[..^1] },
            "the token for the cookie" => Own("/") with { Cookies = $"{Cookie.Split('=')[0]}={_secrets.Token}" },
            "another token" => new("GET", "/", $"?token={new PageSecrets().Token}") { Host = Here, Cookies = Cookie },
            "an empty token" => new("GET", "/", "?token=") { Host = Here },
            "half a token" => new("GET", "/", $"?token={_secrets.Token[..^1]}") { Host = Here },
            "another host" => Own("/") with { Host = "example.org" },
            "no host" => Own("/") with { Host = "" },
            "another port" => Own("/") with { Host = "127.0.0.1:4001" },
            "a port behind another name" => Own("/") with { Host = "127.0.0.1.example.org:4000" },
            "another origin" => order with { Origin = "http://example.org" },
            "no origin" => order with { Origin = null },
            "the origin null" => order with { Origin = "null" },
            "another key" => order with { Key = new PageSecrets().Key },
            "no key" => order with { Key = "" },
            "another type" => order with { Type = "text/plain" },
            "a form" => order with { Type = "application/x-www-form-urlencoded" },
            "another site" => Own("/") with { Site = "cross-site" },
            "another port's page" => order with { Site = "same-site" },
            "a token for another path" => new("GET", "/events", $"?token={_secrets.Token}") { Host = Here },
            _ => Own("/") with { Method = "HEAD", Cookies = "" },
        };

        Assert.Equal(new PageAnswer.Refused(), Decide(request));
    }

    [Theory]
    [InlineData("/plan")]
    [InlineData("/do")]
    [InlineData("/stop")]
    public void A_page_that_only_looks_has_no_commands(string path) =>
        Assert.IsType<PageAnswer.Missing>(Decide(Order(path), mayAct: false));

    [Theory]
    [InlineData("localhost", true)]
    [InlineData("localhost:8080", true)]
    [InlineData("127.0.0.1:1", true)]
    [InlineData("[::1]:8080", true)]
    [InlineData("localhost:", false)]
    [InlineData("localhost:80a", false)]
    [InlineData("localhost.example.org", false)]
    [InlineData("example.org", false)]
    public void At_a_socket_any_port_of_this_machine_may_lead_to_it(string host, bool isTaken)
    {
        var answer = new PageGate(null, _secrets, mayAct: true).Decide(Own("/") with { Host = host });

        Assert.Equal(isTaken, answer is PageAnswer.Page);
    }
}
