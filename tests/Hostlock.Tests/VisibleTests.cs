using Hostlock.Reporting;

namespace Hostlock.Tests;

public class VisibleTests
{
    [Theory]
    [InlineData("nixpkgs", "nixpkgs")]
    [InlineData("é 日本", "é 日本")]
    [InlineData("a\nb\tc", "a\\u000ab\\u0009c")]
    [InlineData("\e[2J\u202e\u2066\u200f\u2028\u009b", "\\u001b[2J\\u202e\\u2066\\u200f\\u2028\\u009b")]
    public void A_name_is_one_line_that_moves_nothing(string name, string shown) => Assert.Equal(shown, Visible.Name(name));

    [Fact]
    public void The_middle_of_a_long_name_is_left_out()
    {
        var shown = Visible.Name(new string('a', 1000) + "end");

        Assert.Equal(Visible.MaximumName + 1, shown.Length);
        Assert.EndsWith("aend", shown);
        Assert.Equal(new string('a', Visible.MaximumName), Visible.Name(new string('a', Visible.MaximumName)));
    }

    [Fact]
    public void The_middle_of_a_long_word_is_left_out_and_a_long_list_stays()
    {
        var list = string.Join(' ', Enumerable.Repeat("plex", 1000));

        Assert.Equal(list, Visible.Line(list));
        Assert.Equal($"say {new string('a', 500)}…{new string('a', 500)}\n", Visible.Text($"say {new string('a', 5000)}\n"));
    }

    [Theory]
    [InlineData("::error file=x::y\na::b", "\\u003a:error file=x::y\na::b")]
    [InlineData("a\n \t\u00a0::error::", "a\n \t\u00a0\\u003a:error::")]
    [InlineData("a ##[error]b", "a \\u0023#[error]b")]
    [InlineData("a ##vso[task]b ## c", "a \\u0023#vso[task]b ## c")]
    public void What_commands_a_CI_is_no_command(string text, string rendered) => Assert.Equal(rendered, Visible.Rendered(text, []));

    [Fact]
    public void Lines_of_a_text_stay() => Assert.Equal("a\n\tb\\u000dc", Visible.Text("a\n\tb\rc"));

    [Theory]
    [InlineData("https://ada:secret@example.org/x", "https://ada:***@example.org/x")]
    [InlineData("git+https://ada:a@b@example.org", "git+https://ada:***@example.org")]
    [InlineData("fetching 'https://:p@h/x' and 'ssh://git@h/y'", "fetching 'https://:***@h/x' and 'ssh://git@h/y'")]
    [InlineData("https://ghp_0123456789@github.com/a/b", "https://***@github.com/a/b")]
    [InlineData("https://glpat-0:x-oauth-basic@gitlab.com/a", "https://***:***@gitlab.com/a")]
    [InlineData("https://h/x?a=1&Access_Token=abc&b=2#c", "https://h/x?a=1&Access_Token=***&b=2#c")]
    [InlineData("https://h/x?token=abc' failed", "https://h/x?token=***' failed")]
    [InlineData("https://h/x?Private-Token=a&my%5Fsecret=b&key=c", "https://h/x?Private-Token=***&my%5Fsecret=***&key=***")]
    [InlineData("https://h/x?publicKey=a&keytype=b&ref=c?token=d", "https://h/x?publicKey=a&keytype=b&ref=c?token=***")]
    [InlineData("https://h/a@b?ref=x:y@z&keys=5", "https://h/a@b?ref=x:y@z&keys=5")]
    [InlineData("git:https://h/%1B%3Ftoken%3Da%26x%3Db?ref=c", "git:https://h/%1B%3Ftoken%3D***%26x%3Db?ref=c")]
    [InlineData("https://h/x?token=a%26b%3Fc&d=e%", "https://h/x?token=***&d=e%")]
    [InlineData("path '/srv/https:/ada:secret@h/x'", "path '/srv/https:/ada:***@h/x'")]
    [InlineData("https://h:8080/x", "https://h:8080/x")]
    [InlineData("ada@example.org", "ada@example.org")]
    public void Passwords_and_tokens_of_addresses_are_hidden(string text, string shown)
    {
        Assert.Equal(shown, Visible.Text(text));
        Assert.Equal(shown, Visible.Name(text));
    }

    [Fact]
    public void An_address_alone_hides_what_no_address_may_have() =>
        Assert.Equal("https://ada:***@h/x?token=***#c", Visible.Address("https://ada:my \"word'@h/x?token=a b'c#c"));

    [Fact]
    public void Of_what_is_rendered_only_our_own_colours_stay()
    {
        var ink = new Ink(true);

        Assert.Equal($"{ink.Bad("x")}\\u001b[2J\\u001b[35m\n", Visible.Rendered($"{ink.Bad("x")}\e[2J\e[35m\n", ink.Marks));
        Assert.Equal("\\u001b[31mx", Visible.Rendered("\e[31mx", Ink.Plain.Marks));
    }

    [Fact]
    public void Json_that_is_rendered_says_the_same()
    {
        const string Text = "a\u007f\u202eb\u2028##[error]";
        var json = $"\"{Text}\"";

        Assert.Equal(Text, System.Text.Json.JsonDocument.Parse(Visible.Rendered(json, [])).RootElement.GetString());
    }
}
