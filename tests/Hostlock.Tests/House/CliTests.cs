using System.CommandLine;
using System.Reflection;
using System.Text.RegularExpressions;
using Hostlock.Cli;
using Hostlock.Fleets;
using Hostlock.Fleets.Settings;
using Hostlock.Tests.Support;

namespace Hostlock.Tests.House;

/// <summary>Holds the program to its place: words in, a call of the library, text out. It starts no program and touches no file.</summary>
public partial class CliTests
{
    static readonly string[] Files =
        [
            "System.IO.File",
            "System.IO.FileInfo",
            "System.IO.Directory",
            "System.IO.DirectoryInfo",
            "System.IO.FileStream",
            "System.IO.RandomAccess",
            "System.Diagnostics.Process",
        ];

    // The types that make the outside world may name its seams, but touch no file. The seam to programs is handed on, and never used.
    static readonly string[] Outside = ["Hostlock.Cli.Surroundings", "Program"];

    static readonly string[] HandedOn = ["Hostlock.Platform.IProcessRunner"];

    [Fact]
    public void The_program_touches_no_file_and_starts_no_program()
    {
        var strays = from call in CompiledCode.ProgramCalls
                     let used = call.Called.DeclaringType
                     where Files.Contains(used.FullName)
                         || (used.Namespace.StartsWith("Hostlock.Platform", StringComparison.Ordinal)
                             && !HandedOn.Contains(used.FullName)
                             && !Outside.Contains(call.Caller))
                     select $"{call.Type.FullName} uses {used.FullName}";

        Assert.Equal("", string.Join("\n", strays.Distinct()));
    }

    // An option object remembers each command that ever had it, and looks through all of them when another command gets it.
    [Fact]
    public void No_option_is_in_two_trees_of_commands() =>
        Assert.Empty(OptionsOf(Commands()).Intersect(OptionsOf(Commands()), ReferenceEqualityComparer.Instance));

    [Fact]
    public void The_options_of_a_name_that_commands_share_are_one_option_in_a_tree() =>
        Assert.All(
            OptionsOf(Commands()).OfType<SharedOption<bool>>().GroupBy(option => option.Name),
            options => Assert.Single(options.Distinct(ReferenceEqualityComparer.Instance)));

    [Fact]
    public void The_seam_to_programs_is_not_called() =>
        Assert.DoesNotContain(
            CompiledCode.ProgramCalls.Where(call => !Outside.Contains(call.Caller)),
            call => HandedOn.Contains(call.Callee));

    [Fact]
    public void A_folder_is_reserved_by_what_writes_to_it() =>
        Assert.DoesNotContain(CompiledCode.ProgramCalls, call => call.Called.Name == nameof(FleetFolder.Reserve));

    [Fact]
    public void The_test_sees_what_a_type_uses() =>
        Assert.Contains(
            CompiledCode.ProgramCalls,
            call => call.Caller == "Hostlock.Cli.Surroundings" && call.Callee == "Hostlock.Platform.UserHome");

    [Fact]
    public void Every_command_is_a_file_of_its_own()
    {
        var commands = CompiledCode.Program
            .Where(type => type.BaseType?.FullName == typeof(FleetCommand).FullName)
            .Select(type => type.Name);
        var files = Directory.EnumerateFiles(Path.Combine(Support.Repository.Root, "src/Hostlock.Cli/Commands"))
            .Select(file => Path.GetFileNameWithoutExtension(file)!);

        Assert.Equal(files.Order(StringComparer.Ordinal), commands.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void The_help_of_a_command_begins_with_one_short_line_and_has_examples() =>
        Assert.All(Commands(), command =>
        {
            var help = HelpContents.Of(command);

            Assert.InRange(help.Summary.Length, 1, 69);
            Assert.DoesNotMatch(@"\.$", help.Summary);
            Assert.NotEmpty(help.Paragraphs);
            Assert.True(help.Examples.Count >= 2, command.Name);
        });

    [Theory]
    [InlineData(60)]
    [InlineData(80)]
    [InlineData(100)]
    public void The_help_fits_into_the_terminal(int width) =>
        Assert.All(
            Commands().Append(App.Whole(Nowhere)).SelectMany(command => HelpPage.Render(command, width).Split('\n'))
                .Where(line => !line.StartsWith("  hostlock ", StringComparison.Ordinal)
                    && !line.StartsWith("Usage:", StringComparison.Ordinal)
                    && !line.StartsWith("  git config", StringComparison.Ordinal)),
            line => Assert.InRange(line.Length, 0, width));

    [Fact]
    public void The_examples_of_the_help_fit_into_eighty_columns() =>
        Assert.All(
            Commands().SelectMany(command => HelpContents.Of(command).Examples), example => Assert.InRange(example.Length, 0, 78));

    [Fact]
    public void The_examples_of_the_help_are_commands()
    {
        var examples = Commands().SelectMany(command => HelpContents.Of(command).Examples)
            .Where(line => line.StartsWith("hostlock ", StringComparison.Ordinal)).ToList();

        Assert.True(examples.Count > Commands().Count());
        Assert.All(examples, example =>
        {
            var parsed = App.Whole(Nowhere).Parse(Words(example), new() { ResponseFileTokenReplacer = null });

            Assert.Equal((example, ""), (example, CommandLineRules.FirstError(parsed, Words(example))?.Message ?? ""));
        });
    }

    [Fact]
    public void Each_setting_of_hostlock_toml_is_in_its_manual()
    {
        var told = FleetFileManual.Tables.SelectMany(table => table.Settings).Select(setting => setting.Name)
            .Concat(["reason", "until"]).Concat(FleetFileManual.Tables.Select(table => table.Name).OfType<string>());
        var keys = typeof(FleetFile).GetFields(BindingFlags.Static | BindingFlags.NonPublic)
            .Where(field => field.Name.EndsWith("Keys", StringComparison.Ordinal))
            .SelectMany(field => (string[])field.GetValue(null)!);

        Assert.Empty(keys.Except(told));
    }

    /// <summary>Surroundings for commands that are described and not run.</summary>
    internal static Surroundings Nowhere => JsonSchemas.Nowhere;

    static IEnumerable<Option> OptionsOf(IEnumerable<Command> commands) => commands.SelectMany(command => command.Options);

    static IEnumerable<Command> Commands() => App.Whole(Nowhere).Subcommands.SelectMany(command => command.Subcommands.Prepend(command));

    /// <summary>The words after the name of the program, as a shell would split them.</summary>
    public static string[] WordsOf(string example) => Words(example);

    // The words after the name of the program, up to a pipe or a redirection, as a shell would split them.
    static string[] Words(string example) =>
        [.. Word().Matches(example).Select(word => word.Value.Trim('\'')).Skip(1).TakeWhile(word => word is not ("|" or ">"))];

    [GeneratedRegex(@"'[^']*'|\S+")]
    private static partial Regex Word();
}
