using System.Net.Sockets;
using Hostlock.Fleets;
using Hostlock.Tests.Support;

namespace Hostlock.Tests.Fleets;

public sealed class PageSocketTests : IDisposable
{
    readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_socket_is_for_its_owner_alone_before_anybody_can_connect()
    {
        using var socket = PageSocket.Bind(_folder["page.sock"]);

        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(_folder["page.sock"]));
        using var other = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        Assert.Throws<SocketException>(() => other.Connect(new UnixDomainSocketEndPoint(_folder["page.sock"])));
    }

    [Fact]
    public void A_socket_takes_no_other_file_away()
    {
        _folder.Write("page.sock", "mine");
        File.CreateSymbolicLink(_folder["link.sock"], "nowhere");

        Assert.Contains("exists already", Assert.Throws<FleetException>(() => PageSocket.Bind(_folder["page.sock"])).Message);
        Assert.Contains("exists already", Assert.Throws<FleetException>(() => PageSocket.Bind(_folder["link.sock"])).Message);
        Assert.Equal("mine", _folder.Read("page.sock"));
    }

    [Fact]
    public void A_socket_that_cannot_be_made_is_an_error_that_says_why()
    {
        Assert.Contains(
            "too long", Assert.Throws<FleetException>(() => PageSocket.Bind(_folder[new string('a', 120)])).Message);
        Assert.Contains(
            "cannot serve the page", Assert.Throws<FleetException>(() => PageSocket.Bind(_folder["nowhere/page.sock"])).Message);
    }
}
