using System.Collections.Immutable;
using Hostlock.Flakes;
using Hostlock.Fleets;
using Hostlock.Fleets.Adoption;
using Hostlock.Reporting;

namespace Hostlock.Tests.Reporting;

/// <summary>What <c>init</c> and <c>eject</c> say before they ask.</summary>
public class PlanTextTests
{
    const string FlakeNix = "{\n  outputs = _: { };\n}\n";

    static readonly HostName Orc = HostName.Parse("orc"), Plex = HostName.Parse("plex");

    static readonly EditedText Edit = EditedText.Of(FlakeNix, [new(FlakeNix.IndexOf('_', StringComparison.Ordinal), 0, "inputs: f ")]);

    [Fact]
    public void Init_names_the_hosts_the_files_and_the_lines_that_change()
    {
        var plan = new InitPlan(
            ImmutableSortedDictionary<HostName, ImmutableArray<string>>.Empty.Add(Orc, []).Add(Plex, []),
            [new("locks/plex.lock", default, true, "a copy"), new("flake.nix", default, false, "'outputs' is wrapped", Edit)],
            ["plex moves"]);

        Assert.Equal(
            """
            2 hosts: orc plex

              new     locks/plex.lock  a copy
              change  flake.nix        'outputs' is wrapped

            flake.nix
                 2 -   outputs = _: { };
                 2 +   outputs = inputs: f _: { };

            note: plex moves

            """,
            InitText.Render(FlakeNix, plan, Ink.Plain));
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
}
