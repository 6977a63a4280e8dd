using Hostlock.Flakes;

namespace Hostlock.Tests.Flakes;

/// <summary>The names of outputs in the text of a flake.nix, and the texts that do not have all of them.</summary>
public class OutputNamesTests
{
    const string Unknown = "?";

    [Theory]
    [InlineData("{ web = 1; nixosConfigurations.plex = 1; app = 2; }", "web nixosConfigurations app", "plex")]
    [InlineData("{ nixosConfigurations = { web = 1; \"1st\" = 2; plex = 3; }; }", "nixosConfigurations", "web 1st plex")]
    [InlineData("{ nixosConfigurations = { plex = 1; } // { web = 2; plex = 3; }; }", "nixosConfigurations", "plex web")]
    [InlineData("{ lib = 1; } // { nixosConfigurations.plex = 1; }", "lib nixosConfigurations", "plex")]
    [InlineData("let h = { plex = 1; web = 2; }; in { nixosConfigurations = builtins.mapAttrs f h; }", "nixosConfigurations", "plex web")]
    [InlineData("{ nixosConfigurations = lib.genAttrs [ \"plex\" \"web\" ] f; }", "nixosConfigurations", "plex web")]
    [InlineData("let n = [ \"plex\" ]; in { nixosConfigurations = lib.genAttrs n f; }", "nixosConfigurations", "plex")]
    [InlineData("{ nixosConfigurations = lib.genAttrs (builtins.attrNames { plex = 1; }) f; }", "nixosConfigurations", "plex")]
    [InlineData("with lib; assert true; { nixosConfigurations.plex = 1; }", "nixosConfigurations", "plex")]
    [InlineData("{ more, ... }: { nixosConfigurations.plex = 1; }", "nixosConfigurations", "plex")]
    [InlineData("inputs: import ./hostlock.nix inputs ({ self }: { nixosConfigurations.plex = 1; })", "nixosConfigurations", "plex")]
    [InlineData("let all = { nixosConfigurations.plex = 1; }; in all", "nixosConfigurations", "plex")]
    public void What_is_written_out_is_known(string outputs, string all, string hosts) => Assert.Equal((all, hosts), ReadOutputs(outputs));

    // The last two lead to themselves, the very last in more ways than could ever be tried.
    [Theory]
    [InlineData("f 1")]
    [InlineData("lib.mkFlake hosts")]
    [InlineData("{ ${name} = 1; }")]
    [InlineData("{ a = 1; } // f 1")]
    [InlineData("let a = b; b = a; in a")]
    [InlineData("let a = a // a; in a")]
    public void What_is_computed_stays_unknown(string outputs) => Assert.Equal((Unknown, Unknown), ReadOutputs(outputs));

    [Theory]
    [InlineData("{ }")]
    [InlineData("import ./other.nix")]
    [InlineData("{ outputs = import ./outputs.nix; }")]
    public void A_flake_that_does_not_write_its_outputs_says_nothing(string flake) => Assert.Equal((Unknown, Unknown), Read(flake));

    [Theory]
    [InlineData("nixosConfigurations = builtins.listToAttrs hosts;")]
    [InlineData("nixosConfigurations.${name} = 1;")]
    [InlineData("nixosConfigurations = { plex = 1; } // more;")]
    [InlineData("nixosConfigurations = lib.genAttrs [ \"plex\" name ] f;")]
    [InlineData("nixosConfigurations = lib.genAttrs (f hosts) f;")]
    [InlineData("inherit (hosts) nixosConfigurations;")]
    public void Computed_hosts_of_a_known_output_stay_unknown(string member) =>
        Assert.Equal(("nixosConfigurations", Unknown), ReadOutputs($"{{ {member} }}"));

    [Fact]
    public void Each_output_that_holds_hosts_has_its_own()
    {
        const string Text = "{ outputs = _: { homeConfigurations.\"ada@plex\" = 1; darwinConfigurations.apple = 2; packages.x = 3; }; }";

        var configurations = OutputNames.Read(new("flake.nix", Text)).Configurations;

        Assert.Equal(
            ["darwinConfigurations: apple", "homeConfigurations: ada@plex"],
            configurations.Select(output => $"{output.Key}: {string.Join(' ', output.Value)}"));
    }

    [Fact]
    public void What_is_no_Nix_is_an_error() => Assert.Throws<FlakeException>(() => OutputNames.Read(new("flake.nix", "{ outputs = ")));

    static (string All, string Hosts) ReadOutputs(string outputs) => Read($"{{ outputs = {{ lib, f, hosts, name, more }}: {outputs}; }}");

    static (string All, string Hosts) Read(string flake)
    {
        var names = OutputNames.Read(new("flake.nix", flake));
        return (
            names.All is { } all ? string.Join(' ', all) : Unknown,
            names.Configurations.TryGetValue("nixosConfigurations", out var hosts) ? string.Join(' ', hosts) : Unknown);
    }
}
