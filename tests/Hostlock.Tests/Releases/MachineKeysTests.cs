using System.Text;
using Hostlock.Releases;
using Hostlock.Tests.Support;

namespace Hostlock.Tests.Releases;

/// <summary>The keys by which ssh knows a machine.</summary>
public class MachineKeysTests
{
    [Fact]
    public async Task A_key_that_ssh_knows_may_sign_receipts_of_its_host() =>
        Assert.Equal(
            "plex namespaces=\"hostlock-receipt\" ssh-ed25519 AAAA\n",
            await ListAsync("# Host plex found: line 1\nplex ssh-ed25519 AAAA root@plex\n"));

    [Fact]
    public async Task A_key_that_is_found_twice_is_listed_once() =>
        Assert.Equal(1, (await ListAsync("plex ssh-ed25519 AAAA\nplex.lan ssh-ed25519 AAAA\n")).Count(letter => letter == '\n'));

    [Theory]
    [InlineData("")]
    [InlineData("@revoked * ssh-ed25519 AAAA\nplex ssh-ed25519 AAAA\n")]
    [InlineData("@cert-authority *.lan ssh-ed25519 AAAA\n")]
    [InlineData("plex ssh-ed25519\n")]
    public async Task A_key_that_is_revoked_or_none_signs_nothing(string known) => Assert.Equal("", await ListAsync(known));

    static async Task<string> ListAsync(string known)
    {
        var keys = new MachineKeys(new OneAnswer(new(0, known, "")));
        var list = await keys.KnownAsync(SampleReleases.Plex, ["plex"], ["known_hosts"], TestContext.Current.CancellationToken);
        return Encoding.UTF8.GetString(list.Span);
    }
}
