using System.CommandLine;
using System.Text.RegularExpressions;
using Hostlock.Cli;
using Hostlock.Fleets;
using Mono.Cecil;

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

    // What makes the outside world may name its seams; no file is touched there either. The seam to programs is handed on, and never used.
    static readonly string[] Outside = ["Hostlock.Cli.Surroundings", "Program"];

    static readonly string[] HandedOn = ["Hostlock.Platform.IProcessRunner"];

    static readonly TypeDefinition[] Program = [.. AssemblyDefinition.ReadAssembly(typeof(App).Assembly.Location).MainModule.GetTypes()];

    [Fact]
    public void The_program_touches_no_file_and_starts_no_program()
    {
        var strays = from type in Program
                     from used in CalledTypes(type)
                     where Files.Contains(used.FullName)
                         || (used.Namespace.StartsWith("Hostlock.Platform", StringComparison.Ordinal)
                             && !HandedOn.Contains(used.FullName)
                             && !Outside.Contains(Outermost(type)))
                     select $"{type.FullName} uses {used.FullName}";

        Assert.Equal("", string.Join("\n", strays.Distinct()));
    }

    [Fact]
    public void The_seam_to_programs_is_not_called() =>
        Assert.DoesNotContain(
            Program.Where(type => !Outside.Contains(Outermost(type))).SelectMany(CalledTypes), used => HandedOn.Contains(used.FullName));

    [Fact]
    public void A_folder_is_reserved_by_what_writes_to_it() =>
        Assert.DoesNotContain(Program.SelectMany(CalledMembers), called => called.Name == nameof(FleetFolder.Reserve));

    [Fact]
    public void The_test_sees_what_a_type_uses() =>
        Assert.Contains(
            CalledTypes(Program.Single(type => type.FullName == "Hostlock.Cli.Surroundings")),
            used => used.FullName == "Hostlock.Platform.UserHome");

    [Fact]
    public void Every_command_is_a_file_of_its_own()
    {
        var commands = Program.Where(type => type.BaseType?.FullName == typeof(FleetCommand).FullName).Select(type => type.Name);
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
            Assert.All(help.Details, line => Assert.InRange(line.Length, 0, 80));
            Assert.Contains(help.Details, line => line.StartsWith("  ", StringComparison.Ordinal));
        });

    [Fact]
    public void The_help_fits_into_eighty_columns() =>
        Assert.All(
            Commands().SelectMany(command => HelpPage.Render(command).Split('\n')).Where(line => line.StartsWith(' ')),
            line => Assert.InRange(line.Length, 0, 80));

    [Fact]
    public void The_examples_of_the_help_are_commands()
    {
        var root = new RootCommand();
        var all = Commands().ToList();
        // A command within another one is made with it.
        var inner = all.SelectMany(command => command.Subcommands).Select(command => command.Description).ToHashSet();
        foreach (var command in all.Where(command => !inner.Contains(command.Description)))
            root.Add(command);
        var examples = all.SelectMany(command => HelpContents.Of(command).Details)
            .Where(line => line.StartsWith("  hostlock ", StringComparison.Ordinal)).ToList();

        Assert.True(examples.Count > root.Subcommands.Count);
        Assert.All(examples, example =>
            Assert.Empty(
                root.Parse(
                    Words(example), new() { ResponseFileTokenReplacer = null }).Errors.Select(error => $"{example}: {error.Message}")));
    }

    static IEnumerable<Command> Commands() =>
        typeof(App).Assembly.GetTypes().Where(type => type.BaseType == typeof(FleetCommand))
            .Select(type => ((FleetCommand)Activator.CreateInstance(type)!).Build(null!));

    // The words after the name of the program, up to a pipe or a redirection, as a shell would split them.
    static string[] Words(string example) =>
        [.. Word().Matches(example).Select(word => word.Value.Trim('\'')).Skip(1).TakeWhile(word => word is not ("|" or ">"))];

    [GeneratedRegex(@"'[^']*'|\S+")]
    private static partial Regex Word();

    static string Outermost(TypeDefinition type) => type.DeclaringType is { } outer ? Outermost(outer) : type.FullName;

    // Whose members are called or made; a value that is only passed on is not among them.
    static IEnumerable<TypeReference> CalledTypes(TypeDefinition type) =>
        CalledMembers(type).Select(member => member.DeclaringType);

    static IEnumerable<MethodReference> CalledMembers(TypeDefinition type) =>
        from method in type.Methods.Where(method => method.HasBody)
        from instruction in method.Body.Instructions
        let member = instruction.Operand as MethodReference
        where member is not null
        select member;
}
