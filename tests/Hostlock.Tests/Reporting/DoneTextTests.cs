using Hostlock.Fleets;
using Hostlock.Fleets.Undoing;
using Hostlock.Reporting;

namespace Hostlock.Tests.Reporting;

public class DoneTextTests
{
    static readonly DateTimeOffset Now = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void A_terminal_gets_no_line_that_it_has_to_break()
    {
        Assert.Equal(
            "2026-03-01 12:00  input set nixpkgs github:NixOS/nixpkgs\n    hostlock.toml  (taken back)\n"
                + "2026-03-01 12:00  lock\n    flake.nix\n",
            DoneText.Render(Things, OnTerminal(60)));
        Assert.Equal(
            "2026-03-01 12:00  input set nixpkgs github:NixOS/nixpkgs    hostlock.toml  (taken back)\n"
                + "2026-03-01 12:00  lock                                      flake.nix\n",
            DoneText.Render(Things, OnTerminal(120)));
        Assert.All(DoneText.Render(Things, OnTerminal(40)).Split('\n'), line => Assert.InRange(line.Length, 0, 40));
    }

    static DoneThing[] Things =>
    [
        Of(["input", "set", "nixpkgs", "github:NixOS/nixpkgs"], takenBack: ["hostlock.toml"], "hostlock.toml"),
        Of(["lock"], takenBack: [], "flake.nix"),
    ];

    static DoneThing Of(string[] words, string[] takenBack, params string[] files) => new(
        new RecordedChange([.. words], [.. files.Select(file => new RecordedFile(file, [1], [2]))])
        {
            When = Now,
            TakenBack = [.. takenBack],
        },
        []);

    static Screen OnTerminal(int width) => new(true, width, Ink.Plain, Now, TypedCommands.InFlake);
}
