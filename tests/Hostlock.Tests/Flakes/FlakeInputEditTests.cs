using System.Collections.Immutable;
using CsCheck;
using Hostlock.Flakes;

namespace Hostlock.Tests.Flakes;

/// <summary>Edits of the inputs of a flake.nix: what was asked, and nothing else.</summary>
public class FlakeInputEditTests
{
    const string Url = "github:acme/new";

    [Theory]
    // A new input comes behind the last one, in the form that the others have.
    [InlineData(
        "{\n  inputs.a.url = \"github:acme/a\"; # why\n  outputs = _: { };\n}\n",
        "{\n  inputs.a.url = \"github:acme/a\"; # why\n  inputs.new.url = \"github:acme/new\";\n  outputs = _: { };\n}\n")]
    [InlineData(
        "{\n  inputs = {\n    a.url = \"github:acme/a\"; /* why */\n    # last\n  };\n  outputs = _: { };\n}\n",
        "{\n  inputs = {\n    a.url = \"github:acme/a\"; /* why */\n    new.url = \"github:acme/new\";\n    # last\n  };\n"
            + "  outputs = _: { };\n}\n")]
    [InlineData(
        "{ inputs = { a = { url = \"github:acme/a\"; }; }; outputs = _: { }; }",
        "{ inputs = { a = { url = \"github:acme/a\"; }; new.url = \"github:acme/new\"; }; outputs = _: { }; }")]
    [InlineData(
        "{ inputs = { a.url = \"github:acme/a\"; }; inputs.b.url = \"github:acme/b\"; outputs = _: { }; }",
        "{ inputs = { a.url = \"github:acme/a\"; new.url = \"github:acme/new\"; }; inputs.b.url = \"github:acme/b\"; outputs = _: { }; }")]
    // Sets without a statement.
    [InlineData("{ inputs = { }; outputs = _: { }; }", "{ inputs = { new.url = \"github:acme/new\"; }; outputs = _: { }; }")]
    [InlineData("{ inputs = {}; outputs = _: { }; }", "{ inputs = { new.url = \"github:acme/new\"; }; outputs = _: { }; }")]
    [InlineData(
        "{\n\tinputs = { # none yet\n\t\t# so far\n\t};\n\toutputs = _: { };\n}",
        "{\n\tinputs = { # none yet\n\t\tnew.url = \"github:acme/new\";\n\t\t# so far\n\t};\n\toutputs = _: { };\n}")]
    // No inputs yet.
    [InlineData("{\r\n\toutputs = _: { };\r\n}", "{\r\n\tinputs.new.url = \"github:acme/new\";\r\n\toutputs = _: { };\r\n}")]
    [InlineData(
        "{\n  description = \"x\";\n\n  outputs = _: { };\n}\n",
        "{\n  description = \"x\";\n  inputs.new.url = \"github:acme/new\";\n\n  outputs = _: { };\n}\n")]
    [InlineData("{ outputs = _: { }; }", "{ inputs.new.url = \"github:acme/new\"; outputs = _: { }; }")]
    // A function that lists its arguments has to be callable with the new one.
    [InlineData("{ outputs = { self, a }: { }; }", "{ inputs.new.url = \"github:acme/new\"; outputs = { self, a, new }: { }; }")]
    [InlineData("{ outputs = { self, a, ... }: { }; }", "{ inputs.new.url = \"github:acme/new\"; outputs = { self, a, ... }: { }; }")]
    [InlineData("{ outputs = { }: { }; }", "{ inputs.new.url = \"github:acme/new\"; outputs = { new }: { }; }")]
    [InlineData("{ outputs = {}: { }; }", "{ inputs.new.url = \"github:acme/new\"; outputs = { new }: { }; }")]
    [InlineData("{ outputs = { self, a, }: { }; }", "{ inputs.new.url = \"github:acme/new\"; outputs = { self, a, new, }: { }; }")]
    [InlineData(
        "{\n  outputs =\n    { self\n    , a ? { x, y }: 1\n    }:\n    { };\n}",
        "{\n  inputs.new.url = \"github:acme/new\";\n  outputs =\n    { self\n    , a ? { x, y }: 1\n    , new\n    }:\n    { };\n}")]
    [InlineData(
        "{\n  outputs =\n    {\n      self,\n      a, # of acme\n    }:\n    { };\n}",
        "{\n  inputs.new.url = \"github:acme/new\";\n  outputs =\n    {\n      self,\n      a,\n      new, # of acme\n    }:\n    { };\n}")]
    // A name that the outputs define or use otherwise keeps its meaning.
    [InlineData(
        "{ outputs = { self }: with self; new; }",
        "{ inputs.new.url = \"github:acme/new\"; outputs = { self, ... }: with self; new; }")]
    [InlineData(
        "{ outputs = { self, }: with self; new; }",
        "{ inputs.new.url = \"github:acme/new\"; outputs = { self, ... }: with self; new; }")]
    // Behind hostlock's call as well.
    [InlineData(
        "{ outputs = inputs: import ./hostlock.nix inputs ({ self, a }: { }); inputs.a.url = \"github:acme/a\"; }",
        "{ outputs = inputs: import ./hostlock.nix inputs ({ self, a, new }: { }); inputs.a.url = \"github:acme/a\"; "
            + "inputs.new.url = \"github:acme/new\"; }")]
    public void An_input_is_declared_as_the_others_are(string text, string expected)
    {
        Assert.Equal(expected, Edited(text, new InputChange.Add("new", Url, true)));
    }

    [Theory]
    [InlineData("{\n  inputs.a.url = \"github:acme/a\"; # why\n  outputs = _: { };\n}\n", "{\n  outputs = _: { };\n}\n")]
    [InlineData(
        "{\n  # above\n  inputs.a = {\n    url = \"github:acme/a\";\n    flake = false;\n  };\n  outputs = _: { };\n}\n",
        "{\n  # above\n  outputs = _: { };\n}\n")]
    [InlineData(
        "{ inputs = { a.url = \"github:acme/a\"; b.url = \"github:acme/b\"; }; inputs.a.flake = false; outputs = _: { }; }",
        "{ inputs = { b.url = \"github:acme/b\"; }; outputs = _: { }; }")]
    [InlineData(
        "{\n  inputs.\"a\".url = \"github:acme/a\"; inputs.b.url = \"github:acme/b\";\n  outputs = _: { };\n}\n",
        "{\n  inputs.b.url = \"github:acme/b\";\n  outputs = _: { };\n}\n")]
    [InlineData("{ outputs = { self, a }: { }; }", "{ outputs = { self }: { }; }")]
    [InlineData("{ outputs = { a, self }: { }; }", "{ outputs = { self }: { }; }")]
    [InlineData("{ outputs = { a, ... }: { }; }", "{ outputs = { ... }: { }; }")]
    [InlineData("{ outputs = { a }: { }; }", "{ outputs = { }: { }; }")]
    [InlineData("{ outputs = { self, a ? null, ... }@x: { }; }", "{ outputs = { self, ... }@x: { }; }")]
    [InlineData(
        "{\n  outputs =\n    { self\n    , a\n    , b\n    }:\n    { };\n}", "{\n  outputs =\n    { self\n    , b\n    }:\n    { };\n}")]
    [InlineData(
        "{ outputs = x@{ self, a, ... }: import ./hostlock.nix x ({ self, a }: { }); }",
        "{ outputs = x@{ self, ... }: import ./hostlock.nix x ({ self }: { }); }")]
    [InlineData(
        "{\n  inputs = {\n    b.url = \"github:acme/b\";\n\n    a.url = \"github:acme/a\";\n  };\n  outputs = _: { };\n}\n",
        "{\n  inputs = {\n    b.url = \"github:acme/b\";\n  };\n  outputs = _: { };\n}\n")]
    public void An_input_is_taken_out_with_its_lines(string text, string expected)
    {
        Assert.Equal(expected, Edited(text, new InputChange.Remove("a")));
    }

    [Theory]
    [InlineData("{ inputs.a.url = \"github:acme/a\"; outputs = { self, a }: a.x; }", "the outputs use 'a'")]
    [InlineData("{ inputs.a.url = \"github:acme/a\"; outputs = { self, ... }@all: all.a.x; }", "the outputs use 'a'")]
    [InlineData("{ inputs.a.url = \"github:acme/a\"; outputs = all: { inherit (all) a; }; }", "the outputs use 'a'")]
    [InlineData("{ inputs.a.url = \"github:acme/a\"; outputs = { self, a }: { inherit a; }; }", "the outputs use 'a'")]
    [InlineData(
        "{ inputs.a.url = \"github:acme/a\"; inputs.b.url = \"github:acme/b\"; inputs.b.inputs.c.follows = \"a/c\"; outputs = _: { }; }",
        "'b/c' follows 'a'")]
    [InlineData("{ inputs.b.url = \"github:acme/b\"; outputs = _: { }; }", "'a' is not an input")]
    public void An_input_that_something_needs_stays(string text, string message)
    {
        Assert.Contains(
            message, Assert.Throws<FlakeException>(() => Edited(text, new InputChange.Remove("a"))).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(
        "{ inputs.a.url = \"github:acme/a\"; /* x */ outputs = _: { }; }",
        "{ inputs.a.url = \"github:acme/new\"; /* x */ outputs = _: { }; }")]
    [InlineData("{ inputs.a.url = (github:acme/a); outputs = _: { }; }", "{ inputs.a.url = \"github:acme/new\"; outputs = _: { }; }")]
    [InlineData("{ inputs.a.url = ./a; outputs = _: { }; }", "{ inputs.a.url = \"github:acme/new\"; outputs = _: { }; }")]
    [InlineData(
        "{ inputs.b = { }; inputs.a.follows = \"b\"; outputs = _: { }; }",
        "{ inputs.b = { }; inputs.a.url = \"github:acme/new\"; outputs = _: { }; }")]
    [InlineData(
        "{\n  inputs.a = {\n    type = \"github\";\n    owner = \"acme\";\n    repo = \"a\";\n    flake = false;\n  };\n"
            + "  outputs = _: { };\n}\n",
        "{\n  inputs.a = {\n    url = \"github:acme/new\";\n    flake = false;\n  };\n  outputs = _: { };\n}\n")]
    [InlineData(
        "{ inputs.a.inputs.c.follows = \"\"; outputs = { a, ... }: { }; }",
        "{ inputs.a.inputs.c.follows = \"\"; inputs.a.url = \"github:acme/new\"; outputs = { a, ... }: { }; }")]
    [InlineData(
        "{ inputs.a = { }; outputs = { a, ... }: { }; }", "{ inputs.a = { url = \"github:acme/new\"; }; outputs = { a, ... }: { }; }")]
    [InlineData("{ outputs = { a, ... }: { }; }", "{ inputs.a.url = \"github:acme/new\"; outputs = { a, ... }: { }; }")]
    public void An_input_gets_another_reference_and_keeps_the_rest(string text, string expected)
    {
        Assert.Equal(expected, Edited(text, new InputChange.Refer("a", Url)));
    }

    [Theory]
    [InlineData(
        "a/b", "b", "{\n  inputs.a.url = \"github:acme/a\"; # a\n  inputs.b.url = \"github:acme/b\";\n  outputs = _: { };\n}\n",
        "{\n  inputs.a.url = \"github:acme/a\"; # a\n  inputs.a.inputs.b.follows = \"b\";\n  inputs.b.url = \"github:acme/b\";\n"
            + "  outputs = _: { };\n}\n")]
    [InlineData(
        "a/b", "b", "{ inputs = { a = { url = \"github:acme/a\"; }; b.url = \"github:acme/b\"; }; outputs = _: { }; }",
        "{ inputs = { a = { url = \"github:acme/a\"; inputs.b.follows = \"b\"; }; b.url = \"github:acme/b\"; }; outputs = _: { }; }")]
    [InlineData(
        "a/b", "b/c", "{ inputs.a = { inputs = { b.url = \"github:acme/x\"; }; }; inputs.b = { }; outputs = _: { }; }",
        "{ inputs.a = { inputs = { b.follows = \"b/c\"; }; }; inputs.b = { }; outputs = _: { }; }")]
    [InlineData(
        "a/b/c", "", "{ inputs.a = { }; outputs = _: { }; }", "{ inputs.a = { inputs.b.inputs.c.follows = \"\"; }; outputs = _: { }; }")]
    [InlineData(
        "a", "b", "{ inputs.a.url = \"github:acme/a\"; inputs.b = { }; outputs = _: { }; }",
        "{ inputs.a.follows = \"b\"; inputs.b = { }; outputs = _: { }; }")]
    public void An_input_follows_another(string path, string target, string text, string expected)
    {
        Assert.Equal(expected, Edited(text, new InputChange.Follow(InputPath.TryParse(path)!, InputPath.TryParse(target)!)));
    }

    [Theory]
    [InlineData("{ inputs.new = { }; outputs = _: { }; }", "new", "is declared already")]
    [InlineData("{ outputs = _: { }; }", "self", "cannot be the name")]
    [InlineData("{ outputs = _: { }; }", "1a", "cannot be the name")]
    [InlineData("{ outputs = _: { }; }", "a/b", "cannot be the name")]
    [InlineData("{ outputs = { self }: { }; }", "if", null)]
    [InlineData("{ outputs = import ./x.nix; }", "new", "expected a function")]
    [InlineData("rec { x = { }; inputs = x; outputs = _: { }; }", "new", "unsupported attribute 'x'")]
    public void What_cannot_be_declared_is_refused(string text, string name, string? message)
    {
        if (message is null)
            Assert.Contains("inputs.\"if\".url", Edited(text, new InputChange.Add(name, Url, true)), StringComparison.Ordinal);
        else
            Assert.Contains(
                message, Assert.Throws<FlakeException>(() => Edited(text, new InputChange.Add(name, Url, true))).Message,
                StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a", "a")]
    [InlineData("a", "a/b")]
    [InlineData("a/b", "a/b/c")]
    public void No_input_follows_itself(string path, string target)
    {
        Assert.Contains(
            "cannot follow",
            Assert.Throws<FlakeException>(
                () => Edited(
                    "{ inputs.a = { }; outputs = _: { }; }",
                    new InputChange.Follow(InputPath.TryParse(path)!, InputPath.TryParse(target)!))).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_text_in_quotes_is_a_text_whatever_it_has()
    {
        var edited = Edited("{ outputs = _: { }; }", new InputChange.Add("new", "https://x.org/a\"b${c}\\d.tar.gz", false));

        Assert.Contains("\"https://x.org/a\\\"b\\${c}\\\\d.tar.gz\"; flake = false;", edited, StringComparison.Ordinal);
    }

    // Flakes in all shapes: each input in one of the forms, in sets or without, with comments, line ends and indentation of any kind.
    static readonly Gen<(string Text, string[] Names)> Flake =
        from count in Gen.Int[0, 4]
        from forms in Gen.Int[0, 5].Array[count]
        from whole in Gen.Bool
        from lines in Gen.Bool
        from tabs in Gen.Bool
        from windows in Gen.Bool
        from comments in Gen.Int[0, 3]
        from formals in Gen.Int[0, 5]
        from description in Gen.Bool
        from ending in Gen.Bool
        select (Text(forms, whole, lines, tabs ? "\t" : "  ", windows ? "\r\n" : "\n", comments, formals, description, ending),
            Enumerable.Range(0, count).Select(i => $"in{i}").ToArray());

    static string Text(
        int[] forms, bool isWhole, bool hasLines, string indent, string lineEnd, int comments, int formals, bool isDescribed, bool ends)
    {
        var (line, remark) = (hasLines ? "\n" : " ", comments switch { 1 => " # why", 2 => " /* why */", _ => "" });
        if (!hasLines && comments == 1)
            remark = "";
        string In(int depth) => hasLines ? string.Concat(Enumerable.Repeat(indent, depth)) : "";
        var text = $"{{{line}";
        if (isDescribed)
            text += $"{In(1)}description = \"x\";{remark}{line}";
        if (isWhole)
            text += $"{In(1)}inputs = {{{remark}{line}";
        var depth = isWhole ? 2 : 1;
        for (var i = 0; i < forms.Length; i++)
        {
            var name = isWhole ? $"in{i}" : $"inputs.in{i}";
            text += forms[i] switch
            {
                0 => $"{In(depth)}{name}.url = \"github:acme/{i}\";{remark}{line}",
                1 => $"{In(depth)}{name} = {{{line}{In(depth + 1)}url = \"github:acme/{i}\";{remark}{line}{In(depth)}}};{line}",
                2 => $"{In(depth)}{name} = {{ url = \"github:acme/{i}\"; flake = false; }};{remark}{line}",
                3 => $"{In(depth)}{name} = {{ type = \"github\"; owner = \"acme\"; repo = \"{i}\"; inputs.x.follows = \"\"; }};{line}",
                4 => $"{In(depth)}{name}.url = \"github:acme/{i}\";{line}{In(depth)}{name}.inputs.x.follows = \"\";{remark}{line}",
                _ => $"{line}{In(depth)}{name} = {{ }};{line}{line}",
            };
        }
        if (isWhole)
            text += $"{In(1)}}};{line}";
        var names = Enumerable.Range(0, forms.Length).Select(i => $"in{i}").Prepend("self").ToList();
        var function = formals switch
        {
            0 => "_",
            1 => "{ self, ... }",
            2 => $"{{ {string.Join(", ", names)} }}",
            3 => $"{{ {string.Join(", ", names)}, }}",
            4 => $"{{ {string.Join($"{line}{In(2)}, ", names)}{line}{In(1)}}}",
            _ => $"all@{{ {string.Join($",{line}{In(2)}", names)} }}",
        };
        text += $"{In(1)}outputs = {function}: {{ }};{line}}}{(ends ? "\n" : "")}";
        return text.Replace("\n", lineEnd, StringComparison.Ordinal);
    }

    [Fact]
    public void Whatever_the_shape_an_edit_does_what_was_asked_and_what_is_added_can_be_taken_out_again() => Flake.Sample(flake =>
    {
        var (text, names) = flake;

        var more = Edited(text, new InputChange.Add("new", Url, true));
        Assert.Equal("github:acme/new", Inputs(more)["new"].Reference!.ToString());
        // Only lines are added, and without them the text is as it was.
        if (names.Length > 0)
            Assert.Equal(text, Edited(more, new InputChange.Remove("new")));

        foreach (var name in names)
        {
            var set = Inputs(Edited(text, new InputChange.Refer(name, Url)));
            Assert.Equal(names.Length, set.Count);
            Assert.Equal("github:acme/new", set[name].Reference!.ToString());
            var follows = Edited(more, new InputChange.Follow(InputPath.Of(name, "y"), InputPath.Of("new")));
            Assert.Equal("new", Inputs(follows)[name].Overrides["y"].Follows!.ToString());
            Assert.DoesNotContain(name, Inputs(Edited(text, new InputChange.Remove(name))).Keys);
        }
    });

    /// <summary>The project's own flakes, and, for a long run, those below the folder that HOSTLOCK_NIX_FILES names.</summary>
    [Fact]
    public void What_is_added_to_the_flakes_of_people_can_be_taken_out_again()
    {
        var (edited, wrong) = (0, new List<string>());
        var folders = new[]
        {
            Path.Combine(Support.Repository.Root, "nix/tests"),
            Environment.GetEnvironmentVariable("HOSTLOCK_NIX_FILES"),
        }.OfType<string>();
        foreach (var file in folders.SelectMany(folder => Directory.EnumerateFiles(folder, "*flake*.nix", SearchOption.AllDirectories)))
        {
            var text = File.ReadAllText(file);
            string more;
            try
            {
                if (Inputs(text).Count == 0)
                    continue;
                more = Edited(text, new InputChange.Add("hostlock-new", Url, true));
            }
            catch (FlakeException)
            {
                continue; // it is no flake, or is laid out in a way that is not edited
            }
            edited++;
            if (Edited(more, new InputChange.Remove("hostlock-new")) != text)
                wrong.Add(file);
        }
        TestContext.Current.TestOutputHelper?.WriteLine($"{edited} flakes");

        Assert.True(edited > 3);
        Assert.Empty(wrong);
    }

    static string Edited(string text, InputChange change) => FlakeInputEdit.Apply(new SourceText("flake.nix", text), [change]).Text;

    static ImmutableSortedDictionary<string, FlakeInput> Inputs(string text) =>
        FlakeNixParser.Parse(new SourceText("flake.nix", text)).Inputs;
}
