using System.Collections.Immutable;
using System.Globalization;
using Hostlock.Flakes;
using Hostlock.Fleets;
using Hostlock.Machines;
using Hostlock.Platform.Programs;
using Hostlock.Releases;

namespace Hostlock.Tests.Releases;

/// <summary>Short ways to say what a release names and what a machine knows.</summary>
static class SampleReleases
{
    public const ulong Now = 1_764_000_000, Day = 24 * 3600;

    public static readonly FleetName Home = FleetName.Parse("home");
    public static readonly HostName Plex = HostName.Parse("plex"), Web = HostName.Parse("web");
    public static readonly SignatureCheck Signed = new SignatureCheck.Counts("release");

    public static StorePath Toplevel(int number, string host = "plex") =>
        StorePath.TryParse($"/nix/store/{number.ToString("d32", CultureInfo.InvariantCulture)}-nixos-system-{host}-25.11")!;

    public static ReleaseNumber Number(long number) => ReleaseNumber.TryOf(number)!.Value;

    /// <summary>A release that gives one system to plex, cut an hour ago and good for a day.</summary>
    public static ReleaseManifest Release(long number, int system, string host = "plex") => new(
        Home, Number(number), new(Now - 3600), new(Now + Day), Revision.Parse(new string('1', 40)),
        NameMap<ReleasedSystem>.Of([new(host, new(Toplevel(system, host), new string('a', 64), null))]));

    public static PullFacts Facts(RememberedReleases? remembered = null, params StorePath[] returned) =>
        new(Home, Plex, new(Now), remembered ?? Accepted(Release(41, 1)), returned.ToImmutableHashSet());

    public static RememberedReleases Accepted(ReleaseManifest release) =>
        new(release, release.Number, release.For(Plex)?.System);
}
