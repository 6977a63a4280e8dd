using Hostlock.Fleets;

namespace Hostlock.Tests.Fleets;

public class FreezeTests
{
    [Fact]
    public void A_freeze_is_told_with_its_last_day() =>
        Assert.Equal("ZFS, until 2026-03-01", new Freeze("ZFS", new DateOnly(2026, 3, 1)).ToString());

    [Fact]
    public void One_without_an_end_is_told_by_its_reason() => Assert.Equal("ZFS", new Freeze("ZFS", null).ToString());
}
