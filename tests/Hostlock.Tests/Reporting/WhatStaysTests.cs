using Hostlock.Flakes;
using Hostlock.Fleets;
using Hostlock.Fleets.Changes;
using Hostlock.Locks;
using Hostlock.Reporting;
using Hostlock.Tests.Support;

namespace Hostlock.Tests.Reporting;

/// <summary>The text about inputs that stay, that have no date, or that have no lock.</summary>
public class WhatStaysTests
{
    static readonly HostlockException Why = FlakeException.UnknownType("hg");

    readonly FlakeWorld _world = new();

    [Fact]
    public async Task Each_input_out_of_reach_is_told_once_under_its_host()
    {
        _world.Flake("github:acme/a");
        _world.Flake("github:acme/b");
        var file = await _world.LockAsync("""a.url = "github:acme/a"; b.url = "github:acme/b";""");
        var planned = PlannedLock.Of(Place("dobro"), file, file).Leaving([], [new(InputPath.Of("a"), Why), new(InputPath.Of("b"), Why)]);

        Assert.Equal(
            $"""
            dobro: nothing moves
            • Kept input 'a' (out of reach: {Why.Message})
                hint: {Why.Hint}
            • Kept input 'b' (out of reach: {Why.Message})
                hint: {Why.Hint}

            """,
            OutcomeText.Render([planned], true, Ink.Plain));
    }

    [Fact]
    public void An_entry_without_a_date_is_shown_without_one()
    {
        var (before, after) = (Tarball("sha256-one4567890"), Tarball("sha256-two4567890"));
        var diff = LockDiff.Between(LockFile.Empty.With(InputPath.Of("a"), before), LockFile.Empty.With(InputPath.Of("a"), after));
        var commit = Revision.Parse("0123456789012345678901234567890123456789");

        Assert.Equal(
            """
            0123456 2026-03-01 subject
              a  sha256-one4567 → sha256-two4567

            """,
            HistoryText.Render(
                [new(new(commit, Moment.Of(new(2026, 3, 1, 0, 0, 0, TimeSpan.Zero)), "subject", ""), diff)], Ink.Plain));
        Assert.Equal(
            "plex\n  a  sha256-one4567  only an update can tell\n",
            OutdatedTable.Render([new(Place("plex"), [new("a", before.Node.Locked, null, null, null, null)])], Ink.Plain));
    }

    [Fact]
    public void A_host_without_a_lock_is_not_passed_over() =>
        Assert.Equal(
            "plex: no lock; 'hostlock lock plex' makes plex\n",
            OutdatedTable.Render([new(Place("plex"), []) { HasLock = false }], Ink.Plain));

    static LockEdge.Locked Tarball(string hash)
    {
        var original = RefAttributes.Of(("type", "tarball"), ("url", "https://example.org/a.tar.gz"));
        return new(
            new(FlakeRef.FromLock(original.With("narHash", hash)), FlakeRef.FromLock(original), true, null, NameMap<LockEdge>.Empty));
    }

    static LockPlace Place(string host) => LockPlace.OfFile(host, $"/{host}");
}
