namespace Hostlock.Tests;

public class SentenceTests
{
    [Fact]
    public void Values_are_on_one_line_and_words_stay() =>
        Assert.Equal("a\nb 'x\\u000a\\u001b[2J' 7", Of($"a\nb '{"x\n\e[2J"}' {7}"));

    [Fact]
    public void A_value_of_lines_keeps_them() => Assert.Equal("git: x\ny\\u001b", Of($"git: {"x\ny\e":lines}"));

    [Fact]
    public void Lines_of_other_programs_may_end_as_those_of_Windows() =>
        Assert.Equal("ssh: x\ny\\u000dz", Of($"{"ssh: x\r\ny\rz":lines}"));

    [Fact]
    public void The_middle_of_a_long_value_is_left_out() =>
        Assert.Equal(Visible.MaximumWord + 1, Of($"{new string('a', 5000)}").Length);

    [Fact]
    public void Passwords_are_hidden_and_null_is_nothing() =>
        Assert.Equal("'https://a:***@h' ", Of($"'{"https://a:b@h"}' {null as string}"));

    [Fact]
    public void Numbers_and_dates_have_their_formats() =>
        Assert.Equal("1.5 2026-01-02", Of($"{1.5} {new DateTime(2026, 1, 2):yyyy-MM-dd}"));

    static string Of(Sentence sentence) => sentence.ToString();
}
