using Hostlock.Fleets;
using Hostlock.Reporting;

namespace Hostlock.Tests.Reporting;

public class FreezeTextTests
{
    [Fact]
    public void A_freeze_is_shown_with_its_last_day()
    {
        Assert.Equal("plex  a  frozen until 2020-03-01\n", Shown(new Freeze("ZFS", new(2020, 3, 1)), isWritten: true));
        Assert.Equal("plex  a  frozen\n", Shown(new Freeze("ZFS", null), isWritten: true));
    }

    [Fact]
    public void What_was_not_written_is_said_not_to_be() =>
        Assert.Equal("plex  a  no longer frozen (not written: --dry-run)\n", Shown(null, isWritten: false));

    static string Shown(Freeze? freeze, bool isWritten) => FreezeText.Render(HostName.Parse("plex"), "a", freeze, isWritten);
}
