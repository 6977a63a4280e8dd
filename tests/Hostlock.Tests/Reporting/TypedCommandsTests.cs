using Hostlock.Reporting;

namespace Hostlock.Tests.Reporting;

/// <summary>How the commands in messages are typed in folders other than that of the flake.</summary>
public class TypedCommandsTests
{
    const string Said = "hostlock lock plex && git add x: cp a b, or 'git rm x' with 'hostlock resolve'; a hostlock of git";

    [Theory]
    [InlineData(null, null, Said)]
    [InlineData(
        null, "..", "hostlock lock plex && git -C .. add x: cd .. && cp a b, or 'git -C .. rm x' with 'hostlock resolve'; a hostlock of git")]
    [InlineData(
        "my fleet", "my fleet",
        "hostlock -C 'my fleet' lock plex && git -C 'my fleet' add x: cd 'my fleet' && cp a b, or 'git -C 'my fleet' rm x' with "
            + "'hostlock -C 'my fleet' resolve'; a hostlock of git")]
    public void Commands_say_where_the_flake_is(string? option, string? folder, string typed) =>
        Assert.Equal(typed, new TypedCommands(option, folder).Here(Said));
}
