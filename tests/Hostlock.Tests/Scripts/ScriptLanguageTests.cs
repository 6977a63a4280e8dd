using Hostlock.Tests.Support;

namespace Hostlock.Tests.Scripts;

/// <summary>A script that says what is not so must fail, or all the others prove nothing.</summary>
public class ScriptLanguageTests
{
    [Theory]
    [InlineData("! hostlock --version")]
    [InlineData("hostlock --no-such-option")]
    [InlineData("hostlock --version\nexit 1")]
    [InlineData("hostlock --version\nstdout 'no such text'")]
    [InlineData("hostlock --version\n! stdout hostlock")]
    [InlineData("hostlock --version\nstderr .")]
    [InlineData("exists a")]
    [InlineData("! exists a\n-- a --\n")]
    [InlineData("cmp a b\n-- a --\n1\n-- b --\n2\n")]
    [InlineData("git no-such-command")]
    [InlineData("asked GET")]
    [InlineData("no-such-step")]
    public async Task A_wrong_step_fails(string script) =>
        await Assert.ThrowsAsync<ScriptFailedException>(
            () => Script.RunAsync(script, isBlessing: false, TestContext.Current.CancellationToken));

    [Fact]
    public async Task Blessing_rewrites_an_expectation_and_nothing_else()
    {
        const string script = "# why\nhostlock --version\ncmp stdout expect/version\n\n-- a --\n1\n-- expect/version --\nold\n";

        var blessed = await Script.RunAsync(script, isBlessing: true, TestContext.Current.CancellationToken);

        Assert.Equal(script.Replace("old", Hostlock.Cli.App.VersionLine.TrimEnd(), StringComparison.Ordinal), blessed);
    }

    [Fact]
    public async Task Blessing_goes_on_behind_a_step_that_fails()
    {
        const string script = "hostlock --version\nstdout nothing\ncmp stdout expect/version\n\n-- expect/version --\nold\n";

        var failed = await Assert.ThrowsAsync<ScriptFailedException>(
            () => Script.RunAsync(script, isBlessing: true, TestContext.Current.CancellationToken));

        Assert.Equal(script.Replace("old", Hostlock.Cli.App.VersionLine.TrimEnd(), StringComparison.Ordinal), failed.Blessed);
    }

    [Fact]
    public async Task A_failure_tells_the_story_up_to_there()
    {
        const string script = "# why\nhostlock --version\nexit 0\n! hostlock updaet\nexit 3\nexists never\n";

        var failed = await Assert.ThrowsAsync<ScriptFailedException>(
            () => Script.RunAsync(script, isBlessing: false, TestContext.Current.CancellationToken));

        Assert.StartsWith("line 5: exit 3\n", failed.Message, StringComparison.Ordinal);
        Assert.Contains(
            $"> hostlock --version\n{Hostlock.Cli.App.VersionLine}> exit 0\n> ! hostlock updaet\n! error: unknown command",
            failed.Message,
            StringComparison.Ordinal);
        Assert.Contains("[exit 2]\n> exit 3\nFAILS: ", failed.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("never", failed.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_pretend_web_answers_what_the_script_tells()
    {
        using var folder = new TempFolder();
        folder.Write("trees/lib/flake.nix", "{ }");
        using var web = new HttpClient(new PretendWeb(
            new Dictionary<string, string>
            {
                ["example.org/a?b=c"] = "text\n",
                ["example.org/moved"] = "HTTP 302\nLocation: https://example.org/a\n\n",
                ["example.org/lib.tar.gz"] = "tar.gz of trees/lib\n",
            },
            folder.Path));
        var cancellation = TestContext.Current.CancellationToken;

        Assert.Equal("text\n", await web.GetStringAsync(new Uri("https://example.org/a?b=c"), cancellation));
        Assert.Equal(
            "https://example.org/a", (await web.GetAsync(new Uri("https://example.org/moved"), cancellation)).Headers.Location!.ToString());
        Assert.Equal([0x1f, 0x8b], (await web.GetByteArrayAsync(new Uri("https://example.org/lib.tar.gz"), cancellation))[..2]);
        Assert.Equal(404, (int)(await web.GetAsync(new Uri("https://example.org/other"), cancellation)).StatusCode);
    }
}
