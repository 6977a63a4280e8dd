using System.Text.RegularExpressions;
using Hostlock.Cli;
using Hostlock.Tests.House;

namespace Hostlock.Tests.Scripts;

/// <summary>
/// The examples of the help, each run as it is printed on a fleet that has the hosts, rings and inputs that they name. What needs machines,
/// nix or a server fails as it does without them, and never as a line that makes no sense.
/// </summary>
[Trait("part", "whole")]
public partial class ExamplesTests
{
    // Errors that would mean that the example itself is wrong.
    [GeneratedRegex(
        "^error: (?:unknown |unexpected |'[^']*' needs |'[^']*' takes no |there is no ring)",
        RegexOptions.Multiline)]
    private static partial Regex Senseless();

    const string Pin = """
        "locked": {
          "lastModified": DATE, "narHash": "sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=", "owner": "acme", "repo": "nixpkgs",
          "rev": "REV", "type": "github"
        },
        "original": { "owner": "acme", "repo": "nixpkgs", "type": "github" }
        """;

    public static TheoryData<string> Examples =>
    [
        .. App.Whole(CliTests.Nowhere).Subcommands.SelectMany(command => command.Subcommands.Prepend(command))
        .SelectMany(command => HelpContents.Of(command).Examples)
        // A page is served until somebody ends it, which UiPageTests do.
        .Where(
            example => example.StartsWith("hostlock ", StringComparison.Ordinal)
                && !example.StartsWith("hostlock ui", StringComparison.Ordinal)),
    ];

    [Theory]
    [MemberData(nameof(Examples))]
    public async Task An_example_of_the_help_makes_sense(string example)
    {
        // A shell does what stands behind the command.
        var line = example.Split(" | ")[0].Split(" > ")[0];
        string said;
        try
        {
            said = await Script.RunAsync($"{Story}{line}\n\n{Fleet}", isBlessing: false, TestContext.Current.CancellationToken);
        }
        catch (ScriptFailedException failed)
        {
            said = failed.Message;
            Assert.DoesNotContain("ended with 70", said, StringComparison.Ordinal);
        }

        // In the story of a script, a mark stands before each line of errors.
        Assert.DoesNotMatch(Senseless(), said.Replace("\n! ", "\n", StringComparison.Ordinal));
    }

    const string Story = """
        git init -q
        git add -A
        git commit -q -m 'first locks'
        cp earlier.lock locks/plex.lock
        git commit -q -a -m 'plex moves'
        cp later.lock locks/plex.lock
        git commit -q -a -m 'plex moves again'
        hostlock freeze dobro nixpkgs

        """;

    static string Fleet => $$"""
        -- flake.nix --
        {
          inputs.nixpkgs.url = "github:acme/nixpkgs";
          outputs = _: { nixosConfigurations = { plex = 1; web = 1; dobro = 1; zeeba = 1; orc = 1; }; };
        }
        -- hostlock.toml --
        version = 1
        [hosts.plex]
        ring = "canary"
        [hosts.web]
        ring = "servers"
        [hosts.dobro]
        [hosts.zeeba]
        [hosts.orc]
        [rings.canary]
        [rings.servers]
        after = "canary"
        -- modules/default.nix --
        { }
        -- works.sh --
        true
        -- flake.lock --
        {{Lock(1, '0')}}
        -- earlier.lock --
        {{Lock(2, '1')}}
        -- later.lock --
        {{Lock(3, '2')}}
        -- base.lock --
        {{Lock(1, '0')}}
        -- ours.lock --
        {{Lock(2, '1')}}
        -- theirs.lock --
        {{Lock(1, '0')}}
        {{string.Concat(new[] { "plex", "web", "dobro", "zeeba", "orc" }.Select(host => $"-- locks/{host}.lock --\n{Lock(1, '0')}\n"))}}
        """;

    static string Lock(int date, char revision) => $$"""
        {
          "nodes": {
            "nixpkgs": {
        {{Pin.Replace("DATE", $"{date}", StringComparison.Ordinal).Replace("REV", new(revision, 40), StringComparison.Ordinal)}}
            },
            "root": { "inputs": { "nixpkgs": "nixpkgs" } }
          },
          "root": "root",
          "version": 7
        }
        """;
}
