using Hostlock.Fleets;

namespace Hostlock.Tests.Fleets;

public class NixComplaintTests
{
    [Fact]
    public void The_error_is_told_without_the_trace_before_it()
    {
        const string Said = """
            error:
                   … while evaluating the attribute 'result'
                     at /fleet/hostlock.nix:94:47:
                       93|           in

                   (stack trace truncated; use '--show-trace' to show the full, detailed trace)

                   error: syntax error, unexpected '('
                   at /fleet/hosts/web.nix:5:6:
                        5|   boo(t = true;
                         |      ^
            """;

        Assert.Equal(
            """
            error: syntax error, unexpected '('
            at /fleet/hosts/web.nix:5:6:
                 5|   boo(t = true;
                  |      ^
            """,
            NixComplaint.Of(Said));
    }

    [Fact]
    public void Without_a_trace_the_last_lines_are_told()
    {
        var said = string.Join('\n', Enumerable.Range(1, 20).Select(number => $"line {number}"))
            + "\nerror: builder for 'x' failed\nerror: 1 dependency of 'y' failed";

        var told = NixComplaint.Of(said).Split('\n');

        Assert.Equal(("line 11", "error: 1 dependency of 'y' failed", 12), (told[0], told[^1], told.Length));
    }
}
