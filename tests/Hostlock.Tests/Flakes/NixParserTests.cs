using Hostlock.Flakes;
using Hostlock.Flakes.Nix;
using Hostlock.Tests.Support;

namespace Hostlock.Tests.Flakes;

public class NixParserTests
{
    // Of the first three lines those that start with "# " say what the file is; a text may start with '#' too.
    public static IEnumerable<TheoryDataRow<string, string, string>> Recorded() =>
        NixVectors.Rows("language.tsv").Select(row => new TheoryDataRow<string, string, string>(row[0], row[1], row[2]));

    [Theory]
    [MemberData(nameof(Recorded))]
    public void A_text_means_what_it_means_to_Nix_2_34_8(string field, string verdict, string answer)
    {
        var source = new SourceText("f.nix", NixVectors.Plain(field));

        var ours = Read(source, spell: true);

        Assert.Equal((verdict, Comparable(NixVectors.Plain(answer))), (ours.Verdict, Comparable(ours.Answer)));
    }

    [Fact]
    public void An_error_points_at_the_token_that_is_wrong()
    {
        var error = Refused("{\n  a = 1;\n  b = ];\n}");

        Assert.Equal(("f.nix:3:7", "]"), (error.Span!.ToString(), error.Span.Text));
    }

    [Fact]
    public void What_is_not_closed_is_named_with_its_place()
    {
        var error = Refused("{\n  a = [ 1 2;\n  b = (3;\n");

        Assert.Equal("syntax error, unexpected ';', expecting ']'", error.Message);
        Assert.Equal("'[' at f.nix:1:7 is not closed", Refused("{ a = [ 1 2").Hint);
    }

    [Fact]
    public void An_unknown_name_near_a_known_one_gets_a_hint()
    {
        Assert.Equal("did you mean 'builtins'?", Refused("{ a = builtin.map; }").Hint);
        Assert.Equal("did you mean 'nixpkgs'?", Refused("{ nixpkgs }: nixpks").Hint);
    }

    [Fact]
    public void A_byte_order_mark_is_refused_by_name()
    {
        Assert.Contains("byte order mark", Refused("\ufeff{ }").Hint, StringComparison.Ordinal);
    }

    [Fact]
    public void The_place_of_an_expression_leaves_its_parentheses_out_and_knows_them()
    {
        var file = NixParser.Parse(new SourceText("f.nix", " ((x: x)) "));

        Assert.Equal("x: x", file.SpanOf(file.Expression).Text);
        Assert.Equal((1, 9), (file.Expression.OuterStart, file.Expression.OuterEnd));
    }

    [Theory]
    [InlineData("(", "1", ")")]
    [InlineData("[ ", "1", " ]")]
    [InlineData("{ a = ", "1", "; }")]
    [InlineData("rec { a = ", "1", "; }")]
    [InlineData("(x: ", "1", ")")]
    [InlineData("let a = ", "1", "; in 1")]
    [InlineData("let { a = ", "1", "; }")]
    [InlineData("\"${", "\"\"", "}\"")]
    [InlineData("''${", "\"\"", "}''")]
    [InlineData("./a${", "\"\"", "}")]
    [InlineData("{ }.${", "\"\"", "}")]
    [InlineData("{ } ? ${", "\"\"", "}")]
    [InlineData("{ a ? ", "1", " }: 1")]
    [InlineData("if ", "true", " then 1 else 1")]
    [InlineData("{ inherit (", "{ }", ") a; }")]
    public void Nesting_is_read_up_to_a_bound_and_never_overflows_a_stack_of_a_megabyte(string open, string core, string close)
    {
        string Nested(int depth) => string.Concat(Enumerable.Repeat(open, depth)) + core + string.Concat(Enumerable.Repeat(close, depth));

        var (fits, tooDeep) = SmallStack.Run(
            () => (Read(new SourceText("f.nix", Nested(490))), Read(new SourceText("f.nix", Nested(10_000)))));

        Assert.Equal("ok", fits.Verdict);
        Assert.Contains("levels deep", tooDeep.Answer, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "1 + ", "1")]
    [InlineData("", "1 ++ ", "1")]
    [InlineData("", "1 // ", "1")]
    [InlineData("", "1 -> ", "1")]
    [InlineData("", "- ", "1")]
    [InlineData("", "!", "1")]
    [InlineData("1", " 1", "")]
    [InlineData("", "x: ", "1")]
    [InlineData("", "{ x }: ", "1")]
    [InlineData("", "with { }; ", "1")]
    [InlineData("", "assert true; ", "1")]
    [InlineData("", "let in ", "1")]
    [InlineData("", "if true then 1 else ", "1")]
    [InlineData("", "{ }.a or ", "1")]
    [InlineData("[", " 1", " ]")]
    [InlineData("{ }", " ? a", "")]
    [InlineData("{ ", "${\"a\" + \"\"} = 1; ", "}")]
    [InlineData("\"", "${\"\"}", "\"")]
    [InlineData("[ 1", ".1", " ]")]
    [InlineData("[ a", "+++", " ]")]
    [InlineData("/*", "/*", "")]
    public void Long_chains_take_no_stack(string start, string link, string end)
    {
        var text = start + string.Concat(Enumerable.Repeat(link, 10_000)) + end;

        var (verdict, answer) = SmallStack.Run(() => Read(new SourceText("f.nix", text)));

        Assert.True(verdict == "ok" || answer.StartsWith("syntax error", StringComparison.Ordinal), answer);
    }

    [Fact]
    public void Merging_sets_along_very_long_paths_is_bounded()
    {
        var path = string.Join('.', Enumerable.Repeat("a", 450));
        var deep = string.Concat(Enumerable.Repeat($"{{ {path} = ", 100)) + "{ }" + string.Concat(Enumerable.Repeat("; }", 100));

        var (verdict, answer) = SmallStack.Run(() => Read(new SourceText("f.nix", $"{{ x = {deep}; x = {deep}; }}")));

        Assert.Equal("error", verdict);
        Assert.Contains("levels deep", answer, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_of_absurd_length_is_refused_unread()
    {
        Assert.Contains("too long", Refused(new string(' ', 1024 * 1024) + "1").Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_unknown_name_of_absurd_length_is_refused_quickly()
    {
        var name = new string('a', 400_000);

        Assert.Null(Refused($"{name}: {name}b").Hint);
    }

    static FlakeException Refused(string text) => Assert.Throws<FlakeException>(() => NixParser.Parse(new SourceText("f.nix", text)));

    static (string Verdict, string Answer) Read(SourceText source, bool spell = false)
    {
        try
        {
            var file = NixParser.Parse(source);
            return ("ok", spell ? NixSpelling.Of(file.Expression, "/parent/folder") : "");
        }
        catch (FlakeException error)
        {
            return ("error", error.Message);
        }
    }

    // Nix lists more of what it expected, and tells how to switch features on.
    static string Comparable(string answer) =>
        answer.Contains("contains null bytes", StringComparison.Ordinal)
            ? "null bytes"
            : answer.Split(", expecting ")[0]
                .Split("; add '--")[0]
                .Split(" already defined at ")[0]
                .Replace(" already defined", "", StringComparison.Ordinal);
}
