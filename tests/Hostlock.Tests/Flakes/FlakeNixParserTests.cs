using Hostlock.Flakes;
using Hostlock.Nar;
using Hostlock.Tests.Support;

namespace Hostlock.Tests.Flakes;

public class FlakeNixParserTests
{
    public static IEnumerable<TheoryDataRow<string, string>> Forms() =>
        NixVectors.Rows("forms.tsv").Select(row => new TheoryDataRow<string, string>(row[0], row[1]));

    [Theory]
    [MemberData(nameof(Forms))]
    public void A_form_is_taken_or_refused_as_Nix_2_34_8_does(string form, string recorded)
    {
        var source = new SourceText("flake.nix", form.Replace("\\n", "\n", StringComparison.Ordinal));

        var ours = "ok";
        try
        {
            FlakeNixParser.Parse(source);
        }
        catch (FlakeException error)
        {
            ours = error.Message;
        }

        // Errors that show only when a tree is fetched or the graph is walked are not errors of reading. If Nix aborts, both are right.
        if (recorded == "ok" || recorded.StartsWith("later: ", StringComparison.Ordinal))
            Assert.Equal("ok", ours);
        else if (recorded != "crash")
            Assert.StartsWith(Comparable(recorded), ours.Split(", expecting ")[0], StringComparison.Ordinal);
    }

    static string Comparable(string recorded) => recorded[(recorded.IndexOf(": ", StringComparison.Ordinal) + 2)..]
        .Replace("flake 'path:…'", "the flake", StringComparison.Ordinal)
        .Replace("file '…/flake.nix'", "file 'flake.nix'", StringComparison.Ordinal)
        .Replace(" at …", "", StringComparison.Ordinal)
        .Split(" as …")[0].Split("; add '--")[0].Split(", expecting ")[0].Split(" {")[0];

    [Theory]
    [InlineData("""a.url = "github:acme/a"; a.buildTime = true;""")]
    [InlineData("""a = { type = "github"; owner = "acme"; repo = "a"; buildTime = true; };""")]
    public void What_only_Determinate_Nix_has_is_refused_at_its_place(string inputs)
    {
        var why = Assert.Throws<FlakeException>(
            () => FlakeNixParser.Parse(new("flake.nix", $"{{ inputs = {{ {inputs} }}; outputs = _: {{ }}; }}"), TreePath.Root));

        Assert.EndsWith("buildTime", why.Span!.Text, StringComparison.Ordinal);
        Assert.Contains("Determinate Nix", why.Hint, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_part_of_a_declaration_is_read()
    {
        var flake = Parse("""
            {
              description = "seven hosts";
              inputs = {
                nixpkgs.url = "github:NixOS/nixpkgs/nixos-25.11";
                home-manager = {
                  url = "github:nix-community/home-manager";
                  inputs.nixpkgs.follows = "nixpkgs";
                };
                data = { url = "path:/data"; flake = false; };
                self.submodules = true;
              };
              nixConfig.flake-registry = "https://example.org/registry.json";
              outputs = { self, nixpkgs, extra ? null, ... }@inputs: { };
            }
            """);

        Assert.Equal("seven hosts", flake.Description);
        Assert.Equal(["data", "extra", "home-manager", "nixpkgs"], flake.Inputs.Keys);
        Assert.False(flake.Inputs["data"].IsFlake);
        Assert.Equal(InputPath.Of("nixpkgs"), flake.Inputs["home-manager"].Overrides["nixpkgs"].Follows);
        Assert.Null(flake.Inputs["home-manager"].Overrides["nixpkgs"].Reference);
        Assert.Equal(FlakeRef.Indirect("extra"), flake.Inputs["extra"].Reference);
        Assert.Equal(RefAttributes.Of(("submodules", true)), flake.SelfAttributes);
        Assert.Equal("https://example.org/registry.json", flake.RegistryUrl);
    }

    [Fact]
    public void The_place_of_an_input_is_its_url_or_its_formal()
    {
        var flake = Parse("{ inputs.a.url = \"path:/a\"; outputs = { self, a, b }: { }; }");

        Assert.Equal("\"path:/a\"", flake.Inputs["a"].Span!.Text);
        Assert.Equal("b", flake.Inputs["b"].Span!.Text);
    }

    [Fact]
    public void An_input_without_a_place_has_no_reference()
    {
        var input = Parse("{ inputs.a = { }; outputs = _: { }; }").Inputs["a"];

        Assert.Null(input.Reference);
        Assert.Null(input.Follows);
    }

    [Fact]
    public void Attributes_with_a_type_make_a_reference()
    {
        var input = Parse("{ inputs.a = { type = \"path\"; path = \"/a\"; lastModified = 5; }; outputs = _: { }; }").Inputs["a"];

        Assert.Equal(RefAttributes.Of(("type", "path"), ("path", "/a"), ("lastModified", 5UL)), input.Reference!.Input);
    }

    [Theory]
    [InlineData("", null, "./sub", "sub")]
    [InlineData("", null, "./.", ".")]
    [InlineData("", null, "./a/../b", "b")]
    [InlineData("", null, "a/b", "a/b")]
    [InlineData("hosts/plex", null, "../.", "..")]
    [InlineData("hosts/plex", null, "../web", "../web")]
    [InlineData("hosts/plex", null, "../../modules", "../../modules")]
    [InlineData("hosts/plex", null, "./sub", "sub")]
    [InlineData("", "sub", "./s", "sub/s")]
    [InlineData("a", "b/c", "./s", "../b/c/s")]
    [InlineData("", null, "../dep", "../dep")]
    [InlineData("", null, "../../../../../dep", "../../../dep")]
    public void A_path_literal_starts_where_the_file_lies_and_is_written_from_the_folder_of_the_flake(
        string directory, string? fileDirectory, string literal, string expected)
    {
        var source = new SourceText("flake.nix", $"{{ inputs.x.url = {literal}; outputs = _: {{ }}; }}");

        var input = FlakeNixParser.Parse(
            source, TreePath.Parse(directory), fileDirectory is null ? null : TreePath.Parse(fileDirectory)).Inputs["x"];

        Assert.Equal(expected, input.Reference!.Input.Text("path"));
    }

    [Theory]
    [InlineData("\"a\" + \"b\"", "as one string")]
    [InlineData("\"a${\"b\"}\"", "as one string")]
    [InlineData("<nixpkgs>", "flake:nixpkgs")]
    [InlineData("./${\"a\"}", "without '${…}'")]
    [InlineData("builtins.nixVersion", "instead of its name")]
    [InlineData("__nixVersion", "instead of its name")]
    [InlineData("if true then \"a\" else \"b\"", "instead of an expression")]
    public void What_would_have_to_be_evaluated_is_refused_with_a_hint_what_to_write(string expression, string hint)
    {
        var error = Assert.Throws<FlakeException>(() => Parse($"{{\n  inputs.x.url = {expression};\n  outputs = _: {{ }};\n}}"));

        Assert.Contains(hint, error.Hint, StringComparison.Ordinal);
        Assert.Equal(("flake.nix:2:18", expression), (error.Span!.ToString(), error.Span.Text));
    }

    [Fact]
    public void A_misspelt_attribute_gets_a_hint()
    {
        Assert.Equal("did you mean 'inputs'?", Assert.Throws<FlakeException>(() => Parse("{ input = { }; outputs = _: { }; }")).Hint);
        Assert.Equal(
            "did you mean 'follows'?", Assert.Throws<FlakeException>(() => Parse("{ inputs.x.folows = \"y\"; outputs = _: { }; }")).Hint);
    }

    [Fact]
    public void Overrides_of_overrides_are_bounded()
    {
        var path = string.Concat(Enumerable.Repeat("inputs.x.", 200));

        var error = Assert.Throws<FlakeException>(() => Parse($"{{ {path}flake = true; outputs = _: {{ }}; }}"));

        Assert.Contains("levels deep", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_chain_of_names_in_a_recursive_set_ends_quickly()
    {
        var chain = string.Concat(Enumerable.Range(1, 5000).Select(i => $"a{i} = a{i - 1}; "));

        var error = Assert.Throws<FlakeException>(() => Parse($"{{ inputs = rec {{ a0 = {{ }}; {chain} }}; outputs = _: {{ }}; }}"));

        Assert.Equal("expected a set but got a thunk", error.Message);
    }

    static Flake Parse(string text) => FlakeNixParser.Parse(new SourceText("flake.nix", text));
}
