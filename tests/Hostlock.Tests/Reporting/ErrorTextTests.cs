using Hostlock.Reporting;

namespace Hostlock.Tests.Reporting;

public class ErrorTextTests
{
    [Fact]
    public void An_error_is_shown_on_its_line_with_what_to_do()
    {
        var source = new SourceText("flake.nix", new string('\n', 11) + "      inputs.nixpkg.follows = \"nixpkgs\";\n");
        var error = new SomeException("input 'nixpkg' is not an input of this flake")
        {
            Span = source.Span(24, 6),
            Hint = "did you mean 'nixpkgs'?",
        };

        Assert.Equal(
            """
            error: input 'nixpkg' is not an input of this flake
              --> flake.nix:12:14
               |
            12 |       inputs.nixpkg.follows = "nixpkgs";
               |              ^^^^^^
              while updating the flake input 'a/b'
            hint: did you mean 'nixpkgs'?

            """,
            ErrorText.Render(error.While("while updating the flake input 'a/b'"), Ink.Plain));
    }

    [Fact]
    public void Of_hundreds_of_steps_the_innermost_are_shown()
    {
        HostlockException error = new SomeException("oops");
        for (var i = 0; i < 256; i++)
            error = error.While($"while {i}");

        var lines = ErrorText.Render(error, Ink.Plain).Split('\n', StringSplitOptions.RemoveEmptyEntries);

        Assert.Equal(("  while 0", "  … and 244 steps more", 14), (lines[1], lines[^1], lines.Length));
    }

    [Theory]
    [InlineData("\tx = oops", 5, 4, "\tx = oops", "\t    ^^^^")]
    [InlineData("x = oops", 99, 1, "x = oops", "        ^")]
    [InlineData("", 0, 0, "", "^")]
    [InlineData("a\nb", 0, 3, "a", "^")]
    [InlineData("\e[2Jx = 1", 4, 1, "\\u001b[2Jx = 1", "         ^")]
    public void The_mark_stands_beneath_what_it_marks(string text, int start, int length, string line, string mark)
    {
        var rendered = ErrorText.Render(new SomeException("x") { Span = new SourceText("f", text).Span(start, length) }, Ink.Plain);

        Assert.EndsWith($"1 | {line}\n  | {mark}\n", rendered, StringComparison.Ordinal);
    }

    [Fact]
    public void Of_a_line_without_end_only_the_part_around_the_mark_is_shown()
    {
        var text = new string('a', 1_000_000) + "HERE" + new string('b', 1_000_000);

        var rendered = ErrorText.Render(new SomeException("x") { Span = new SourceText("f", text).Span(1_000_000, 4) }, Ink.Plain);

        Assert.Contains("aHEREb", rendered, StringComparison.Ordinal);
        Assert.InRange(rendered.Length, 0, 1000);
    }

    [Fact]
    public void What_comes_from_outside_cannot_act_on_the_terminal() =>
        Assert.Equal(
            "error: a\\u001b[2J\\u202eb\nhint: \\u0007\n", ErrorText.Render(new SomeException("a\e[2J\u202eb") { Hint = "\a" }, Ink.Plain));

    sealed class SomeException(string message) : HostlockException(message);
}
