using System.CommandLine;
using System.Globalization;
using System.Text;
using Hostlock.Cli;
using Hostlock.Tests.Support;

namespace Hostlock.Tests.House;

/// <summary>
/// Which command has which of the options that commands share, and why the others have it not. The table is recorded under
/// House/options.txt for reading: <c>HOSTLOCK_BLESS=1</c> rewrites it. A new command cannot forget an option without a line there.
/// </summary>
public class OptionsTests
{
    // The options that a command has or refuses.
    static readonly string[] Shared =
        ["--json", "--quiet", "--verbose", "--offline", "--refresh", "--no-input", "--yes", "--dry-run", "--commit", "--all", "--input"];

    // Commands that write and have no plan to show: another program calls them and wants the result, or a page shows the plans.
    static readonly string[] WithoutPlan = ["merge-driver", "ui"];

    static readonly List<Command> Commands =
        [.. App.Whole(CliTests.Nowhere).Subcommands.SelectMany(command => command.Subcommands.Prepend(command))];

    [Fact]
    public void Each_command_has_or_refuses_each_option_as_recorded()
    {
        var text = new StringBuilder();
        foreach (var command in Commands)
        {
            var refused = command.Options.OfType<RefusedOption>().ToDictionary(option => option.Name, option => option.Why);
            text.Append(CultureInfo.InvariantCulture, $"## {HelpPage.Path(command)}\n");
            text.Append("has ").AppendJoin(' ', Shared.Where(name => Has(command, name))).Append('\n');
            foreach (var name in Shared.Where(name => !Has(command, name)))
                text.Append(CultureInfo.InvariantCulture, $"no {name}: {refused[name]}\n");
            text.Append('\n');
        }
        var file = Path.Combine(Repository.Root, "tests/Hostlock.Tests/House/options.txt");

        if (Environment.GetEnvironmentVariable("HOSTLOCK_BLESS") == "1")
            File.WriteAllText(file, text.ToString());
        Assert.Equal(File.ReadAllText(file), text.ToString());
    }

    // A run makes only the options that its command may have. Which these are follows from the words of the line.
    [Fact]
    public async Task A_line_with_an_option_that_its_command_has_not_is_refused_with_the_reason()
    {
        foreach (var command in Commands)
        {
            var words = HelpPage.Path(command).Split(' ')[1..];
            foreach (var option in command.Options.OfType<RefusedOption>())
            {
                foreach (var spelling in option.Aliases.Append(option.Name).Concat(option.Aliases.Select(alias => $"{alias}q")))
                {
                    using var errors = new StringWriter();
                    var code = await App.RunAsync(
                        [.. words, spelling], CliTests.Nowhere with { Errors = errors }, TestContext.Current.CancellationToken);

                    Assert.Equal(ExitCode.BadRequest, code);
                    Assert.Contains($": {option.Why}\n", errors.ToString(), StringComparison.Ordinal);
                }
            }
        }
    }

    [Fact]
    public void A_command_that_takes_hosts_takes_all_of_them() =>
        Assert.All(
            Commands.Where(command => command.Arguments.Any(argument => IsOfHosts(argument) && argument.Arity.MaximumNumberOfValues > 1)),
            command => Assert.True(command.Name == "init" || Has(command, "--all"), command.Name));

    [Fact]
    public void A_command_that_writes_can_show_its_plan() =>
        Assert.All(
            Commands.Where(command => NatureOf(command).Writes),
            command => Assert.True(WithoutPlan.Contains(command.Name) || Has(command, "--dry-run"), command.Name));

    [Fact]
    public void A_command_that_only_looks_has_no_plan_and_commits_nothing() =>
        Assert.All(
            Commands.Where(command => !NatureOf(command).Writes),
            command => Assert.False(Has(command, "--dry-run") || Has(command, "--commit") || Has(command, "--yes"), command.Name));

    [Fact]
    public void A_flag_takes_no_word_behind_it() =>
        Assert.All(
            Commands.SelectMany(command => command.Options).OfType<Option<bool>>(),
            option => Assert.Equal(0, option.Arity.MaximumNumberOfValues));

    static bool IsOfHosts(Argument argument) => argument.HelpName is "HOST" or "TO" or "HOST... INPUT";

    static bool Has(Command command, string name) =>
        command.Options.Any(option => !option.Hidden && (option.Name == name || option.Aliases.Contains(name)));

    static CommandNature NatureOf(Command command) => Assert.IsType<FleetAction>(command.Action).Nature;
}
