using Hostlock.Reporting;

namespace Hostlock.Tests.Reporting;

/// <summary>Commands in messages can be typed in the current folder, also if that is not the folder of the flake.</summary>
public class TypedCommandsTests
{
    const string Said = "hostlock lock plex && git add x: cp a b, or 'git rm x' with 'hostlock resolve'; a hostlock of git";

    [Theory]
    [InlineData(null, null, Said)]
    [InlineData(
        null, "..",
        "hostlock lock plex && git -C .. add x: cd .. && cp a b, or 'git -C .. rm x' with 'hostlock resolve'; a hostlock of git")]
    [InlineData(
        "my fleet", "my fleet",
        "hostlock -C 'my fleet' lock plex && git -C 'my fleet' add x: cd 'my fleet' && cp a b, or 'git -C 'my fleet' rm x' with "
            + "'hostlock -C 'my fleet' resolve'; a hostlock of git")]
    public void Commands_say_where_the_flake_is(string? option, string? folder, string typed) =>
        Assert.Equal(typed, new TypedCommands(option, folder).Here(Said));

    [Fact]
    public void A_sentence_may_begin_with_the_name_of_a_program() =>
        Assert.Equal(
            "git does not know it: 'git -C nixos add x' or 'hostlock -C nixos check'",
            new TypedCommands("nixos", "nixos").Quoted("git does not know it: 'git add x' or 'hostlock check'"));
}
