using Hostlock.Flakes;
using Hostlock.Fleets.Changes;
using Hostlock.Reporting;
using static Hostlock.Tests.Support.SmallLocks;

namespace Hostlock.Tests.Reporting;

public class HeldTextTests
{
    [Fact]
    public void An_input_is_kept_if_the_lock_has_it_and_left_out_if_not() =>
        Assert.Equal(
            """
            • Kept input 'a' (frozen: it does not boot)
            • Left out input 'b' (web does not declare it)

            """,
            HeldText.Render(
                [
                    new(InputPath.Of("a"), new HoldingRule.Frozen(new("it does not boot", null))),
                    new(InputPath.Of("b"), new HoldingRule.NotDeclared(Owner("web"))),
                ],
                Of(("a", Locked("github:acme/a", 1, 1)))));

    [Theory]
    [InlineData("github:acme/a", 1, "1111111")]
    [InlineData("https://example.org/a.tar.gz", null, "2020-01-02")]
    public void A_pin_is_told_by_its_revision_or_else_by_its_day(string reference, int? digit, string expected) =>
        Assert.Equal(expected, PinText.Short(Locked(reference, digit, 1).Node.Locked));

    [Fact]
    public void A_pin_without_revision_and_day_is_told_by_its_hash_or_else_by_its_type()
    {
        var locked = Locked("path:/srv/a", null, 1).Node.Locked;
        var bare = locked.With(locked.Input.Without("lastModified"));

        Assert.Equal("path", PinText.Short(bare));
        Assert.Equal("sha256-AAAAAAA", PinText.Short(bare.With(bare.Input.With("narHash", "sha256-AAAAAAAAAAAAAAAAAAAAAAA="))));
    }
}
