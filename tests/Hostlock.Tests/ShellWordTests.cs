using Hostlock.Tests.Support;

namespace Hostlock.Tests;

public sealed class ShellWordTests : IDisposable
{
    readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("plex", "plex")]
    [InlineData("--to", "--to")]
    [InlineData("github:NixOS/nixpkgs", "github:NixOS/nixpkgs")]
    [InlineData("", "''")]
    [InlineData("a b", "'a b'")]
    [InlineData("it's", "'it'\\''s'")]
    [InlineData("~root", "'~root'")]
    [InlineData("=ls", "'=ls'")]
    [InlineData("$(id)", "'$(id)'")]
    [InlineData("a\nb", "\"$(printf 'a\\012b')\"")]
    public void Only_what_means_something_to_a_shell_is_quoted(string text, string word) => Assert.Equal(word, ShellWord.Quote(text));

    [Fact]
    [Trait("part", "programs")]
    public void A_shell_takes_each_word_for_its_text()
    {
        string[] words =
        [
            "",
            "a b",
            "'",
            "\"\\",
            "$HOME",
            "`id`",
            "*",
            "!x",
            "#x",
            "{a,b}",
            "x;y",
            "x&y",
            "<x",
            "é",
            "line\nfeed",
            "\t",
            "\e[2J%s\\é'\u202e$(id)\n.",
            "~",
            "-n",
            "=",
        ];

        var said = Run.Program("sh", _folder.Path, TestGit.Variables, "-c", $"printf '%s|' {ShellWord.Join(words)}");

        Assert.Equal(string.Concat(words.Select(word => $"{word}|")), said.Output);
    }
}
