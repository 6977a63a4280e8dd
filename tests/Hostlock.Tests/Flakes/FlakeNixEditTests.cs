using Hostlock.Flakes;

namespace Hostlock.Tests.Flakes;

public class FlakeNixEditTests
{
    const string Declared = "inputs.nixpkgs.url = \"github:NixOS/nixpkgs\";";

    [Fact]
    public void The_outputs_are_put_into_a_call_and_all_else_stays()
    {
        var wrapped = Wrap($"{{\n  {Declared} # pinned\n  outputs = {{ self, nixpkgs, ... }}@inputs: {{\n    a = 1; /* b */\n  }};\n}}\n");

        Assert.Equal(
            $"{{\n  {Declared} # pinned\n  outputs = inputs: import ./hostlock.nix inputs ({{ self, nixpkgs, ... }}@inputs: {{\n"
                + "    a = 1; /* b */\n  });\n}\n",
            wrapped.Text);
    }

    [Fact]
    public void Formals_that_alone_declare_an_input_stay_visible()
    {
        var wrapped = Wrap($"{{ {Declared} outputs = {{ self, nixpkgs, extra ? null }}: {{ }}; }}");

        Assert.Equal(
            $"{{ {Declared} outputs = inputs@{{ self, nixpkgs, extra, ... }}: "
                + "import ./hostlock.nix inputs ({ self, nixpkgs, extra ? null }: { }); }",
            wrapped.Text);
    }

    [Theory]
    [InlineData("{ outputs = { self, inputs }: { }; }", "hostlockInputs@{ self, inputs, ... }: import ./hostlock.nix hostlockInputs (")]
    [InlineData(
        "rec { inputs.a.url = \"path:/a\"; outputs = { self, ... }: inputs; }", "hostlockInputs: import ./hostlock.nix hostlockInputs (")]
    [InlineData("{ outputs = { self, ... }: with self; inputs; }", "hostlockInputs: import ./hostlock.nix hostlockInputs (")]
    [InlineData("{ outputs = { self, ... }@inputs: inputs; }", "inputs: import ./hostlock.nix inputs (")]
    public void The_new_argument_takes_no_name_that_means_something_inside(string text, string expected)
    {
        Assert.Contains(expected, Wrap(text).Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{ outputs = inputs: { }; }")]
    [InlineData("{ outputs = _: { }; }")]
    [InlineData("{ outputs = { self, ... }: { }; }")]
    [InlineData("{ outputs = { self, nixpkgs }: { }; }")]
    [InlineData("{ outputs = args@{ self, nixpkgs, home-manager ? null, ... }: { }; }")]
    [InlineData("{ outputs = { self, nixpkgs }@args: { }; }")]
    [InlineData("{ outputs = (({ self, nixpkgs }: { })); }")]
    [InlineData("{ outputs = ( /* a */ _: { } /* b */ ) ; }")]
    [InlineData("{ outputs = (\n  _: { }\n); }")]
    [InlineData("{\r\n  outputs = # why\r\n    inputs:\r\n    { };\r\n}\r\n")]
    [InlineData("rec { description = \"x\"; outputs = { self }: { a = description; }; }")]
    [InlineData("{ \"outputs\" = inputs: inputs.flake-parts.lib.mkFlake { inherit inputs; } { }; }")]
    [InlineData("({ outputs = x: y: { }; })")]
    [InlineData("{ outputs = { self }: let a = 1; in { inherit a; }; inputs.x.url = \"path:/x\"; }")]
    public void Unwrapping_what_was_wrapped_gives_the_same_text(string text)
    {
        var wrapped = Wrap(text).Text;

        Assert.True(FlakeNixEdit.IsWrapped(new SourceText("flake.nix", wrapped)));
        Assert.False(FlakeNixEdit.IsWrapped(new SourceText("flake.nix", text)));
        Assert.Equal(text, FlakeNixEdit.Unwrap(new SourceText("flake.nix", wrapped)).Text);
    }

    [Theory]
    [InlineData("{ outputs = { self, nixpkgs, x ? 1, ... }@a: { }; }")]
    [InlineData("{ inputs.x.url = \"path:/x\"; outputs = { self, x, y }: { }; }")]
    [InlineData("{ inputs = { x.url = \"path:/x\"; }; outputs = { x, self }: { }; }")]
    [InlineData("{ outputs = inputs: { }; }")]
    public void A_wrapped_flake_declares_what_it_declared(string text)
    {
        var before = FlakeNixParser.Parse(new SourceText("flake.nix", text)).Inputs;

        var after = FlakeNixParser.Parse(new SourceText("flake.nix", Wrap(text).Text)).Inputs;

        Assert.Equal(before.Select(input => (input.Key, input.Value.Reference)), after.Select(input => (input.Key, input.Value.Reference)));
    }

    [Fact]
    public void A_formatted_call_is_still_recognized_and_undone()
    {
        var formatted = """
            {
              outputs =
                inputs:
                import ./hostlock.nix inputs (
                  { self, ... }:
                  {
                    a = 1;
                  }
                );
            }
            """;

        var unwrapped = FlakeNixEdit.Unwrap(new SourceText("flake.nix", formatted));

        Assert.Contains("outputs =\n    { self, ... }:\n      {", unwrapped.Text.ReplaceLineEndings("\n"), StringComparison.Ordinal);
        Assert.False(FlakeNixEdit.IsWrapped(new SourceText("flake.nix", unwrapped.Text)));
    }

    [Fact]
    public void A_call_that_somebody_built_into_more_is_recognized_and_left_to_its_author()
    {
        var source = new SourceText("flake.nix", "{ outputs = inputs: (import ./hostlock.nix inputs (_: { })) // { a = 1; }; }");

        Assert.True(FlakeNixEdit.IsWrapped(source));
        Assert.Contains(
            "in another way", Assert.Throws<FlakeException>(() => FlakeNixEdit.Unwrap(source)).Message, StringComparison.Ordinal);
        Assert.Contains("already", Assert.Throws<FlakeException>(() => FlakeNixEdit.Wrap(source)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{ outputs = import ./outputs.nix; }", "not written as a function")]
    [InlineData("{ outputs = { }; }", "not written as a function")]
    [InlineData("{ inputs = { }; }", "lacks attribute 'outputs'")]
    [InlineData("x: x", "must be an attribute set")]
    public void Outputs_that_are_no_function_are_not_wrapped(string text, string message)
    {
        Assert.Contains(message, Assert.Throws<FlakeException>(() => Wrap(text)).Message, StringComparison.Ordinal);
    }

    static SourceText Wrap(string text) => FlakeNixEdit.Wrap(new SourceText("flake.nix", text));

    /// <summary>The project's own flakes, and, for a long run, those below the folder that HOSTLOCK_NIX_FILES names.</summary>
    [Fact]
    public void Flakes_that_are_wrapped_and_unwrapped_are_what_they_were()
    {
        var (wrapped, wrong) = (0, new List<string>());
        var folders = new[]
        {
            Path.Combine(Support.Repository.Root, "nix/tests"),
            Environment.GetEnvironmentVariable("HOSTLOCK_NIX_FILES"),
        }.OfType<string>();
        foreach (var file in folders.SelectMany(folder => Directory.EnumerateFiles(folder, "*flake*.nix", SearchOption.AllDirectories)))
        {
            var source = new SourceText("flake.nix", File.ReadAllText(file));
            SourceText around;
            try
            {
                around = FlakeNixEdit.Wrap(source);
            }
            catch (FlakeException)
            {
                continue; // it is no flake, or has no function to wrap
            }
            wrapped++;
            var inside = new SourceText("flake.nix", around.Text);
            if (!FlakeNixEdit.IsWrapped(inside) || FlakeNixEdit.Unwrap(inside).Text != source.Text || !Same(source, inside))
                wrong.Add(file);
        }
        TestContext.Current.TestOutputHelper?.WriteLine($"{wrapped} flakes");

        Assert.True(wrapped > 3);
        Assert.Empty(wrong);

        // True if both texts declare the same inputs, also those that only the formals name, or if both are refused.
        static bool Same(SourceText before, SourceText after)
        {
            string? Inputs(SourceText text)
            {
                try
                {
                    return string.Join(' ', FlakeNixParser.Parse(text).Inputs.Select(input => $"{input.Key}={input.Value.Reference}"));
                }
                catch (FlakeException)
                {
                    return null;
                }
            }
            return Inputs(before) == Inputs(after);
        }
    }
}
