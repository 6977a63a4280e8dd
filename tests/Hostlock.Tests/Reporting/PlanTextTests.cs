using System.Collections.Immutable;
using System.Text;
using Hostlock.Flakes;
using Hostlock.Fleets;
using Hostlock.Fleets.Adoption;
using Hostlock.Locks;
using Hostlock.Reporting;

namespace Hostlock.Tests.Reporting;

/// <summary>The plan that <c>init</c> and <c>eject</c> show before they ask.</summary>
public class PlanTextTests
{
    const string FlakeNix = "{\n  outputs = _: { };\n}\n";

    static readonly HostName Orc = HostName.Parse("orc"), Plex = HostName.Parse("plex");

    static readonly SourceText Edit = TextChange.Apply(
        new("flake.nix", FlakeNix), new TextChange(FlakeNix.IndexOf('_', StringComparison.Ordinal), 0, "inputs: f "));

    [Fact]
    public void Init_names_the_hosts_the_files_and_the_lines_that_change()
    {
        var plan = new InitPlan(
            ImmutableSortedDictionary<HostName, ImmutableArray<string>>.Empty.Add(Orc, []).Add(Plex, []),
            [new("locks/plex.lock", default, true, "a copy"), new("flake.nix", default, false, "'outputs' is wrapped", Edit)],
            [
                new("plex moves", LockDiff.Between(LockOf("1", "nixos-25.11", 1765000000), LockOf("2", "nixos-26.05", 1784000000)).Changes),
                new("orc does not"),
            ]);

        Assert.Equal(
            """
            2 hosts: orc plex

              new     locks/plex.lock  a copy
              change  flake.nix        'outputs' is wrapped

            flake.nix
                 2 -   outputs = _: { };
                 2 +   outputs = inputs: f _: { };

            note: plex moves
              a  nixos-25.11 1111111 2025-12-06 → nixos-26.05 2222222 2026-07-14 (newer)

            note: orc does not

            """,
            InitText.Render(FlakeNix, plan, Ink.Plain));
    }

    [Theory]
    [InlineData("orc plex", true, "", "", "done: each host is built by its own lock from now on, and nothing has moved yet\n")]
    [InlineData("orc plex", false, "", "", "done: orc plex are built by their own locks from now on, and nothing has moved yet\n")]
    [InlineData("plex", false, "plex", "", "done: plex is built by its own lock from now on; plex moves with the next build\n")]
    [InlineData(
        "orc plex web",
        true,
        "orc plex",
        "web",
        "done: each host is built by its own lock from now on; orc plex move with the next build; web has no lock yet\n")]
    [InlineData("", false, "", "", "done: the files of hostlock are in place, and nothing has moved yet\n")]
    public void What_init_has_done_is_told_of_the_hosts_that_it_has_done_it_for(
        string hosts, bool areAll, string moving, string unlocked, string done)
    {
        var plan = new InitPlan(Words(hosts).ToImmutableSortedDictionary(host => host, _ => ImmutableArray<string>.Empty), [], [])
        {
            AreAll = areAll,
            Moving = [.. Words(moving)],
            Unlocked = [.. Words(unlocked)],
        };

        Assert.Equal(done, InitText.Done(plan));

        static IEnumerable<HostName> Words(string text) =>
            text.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(word => HostName.Parse(word));
    }

    [Fact]
    public void Eject_names_hosts_together_for_which_the_same_moves()
    {
        var plan = new EjectPlan(
            [new("flake.nix", default, false, "'outputs' is what it was", Edit)], ["hostlock.toml"],
            [(Orc, ["a", "b"]), (Plex, []), (HostName.Parse("web"), ["a", "b"])], ["orc: stays"], true);

        Assert.Equal(
            """
              change  flake.nix  'outputs' is what it was
              remove  hostlock.toml

            flake.nix
                 2 -   outputs = _: { };
                 2 +   outputs = inputs: f _: { };

            orc web: moves in a b
            plex: nothing moves

            note: orc: stays

            """,
            EjectText.Render(FlakeNix, plan, Ink.Plain));
    }

    static LockFile LockOf(string revision, string branch, int modified) => LockFileReader.Read("lock", Encoding.UTF8.GetBytes($$"""
        { "nodes": {
          "a": {
            "locked": {
              "lastModified": {{modified}}, "narHash": "sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=",
              "owner": "o", "repo": "a", "rev": "{{new string(revision[0], 40)}}", "type": "github"
            },
            "original": { "owner": "o", "ref": "{{branch}}", "repo": "a", "type": "github" }
          },
          "root": { "inputs": { "a": "a" } }
        }, "root": "root", "version": 7 }
        """));
}
