using System.Collections.Immutable;
using System.CommandLine;
using System.CommandLine.Completions;
using Hostlock.Flakes;
using Hostlock.Fleets;
using Hostlock.Locks;

namespace Hostlock.Cli;

/// <summary>Options and arguments that several commands share.</summary>
static class CommonOptions
{
    public static readonly Option<string?> Flake = new("--flake", "-C") { Description = "The folder of the flake [default: the one around here, or HOSTLOCK_FLAKE]", HelpName = "DIR", Recursive = true };

    /// <summary>For the commands whose result has a JSON form.</summary>
    public static readonly Option<bool> Json = new("--json") { Description = "Print one JSON document" };

    public static readonly Option<string> Color = NewColor();

    public static Option<bool> DryRun() => new("--dry-run", "-n") { Description = "Show what would change and write nothing" };

    public static Option<bool> Commit() => new("--commit") { Description = "Commit the locks, and only them" };

    public static Option<bool> AllowDowngrade() => new("--allow-downgrade") { Description = "Let inputs go back in time" };

    public static Option<bool> Yes() => new("--yes", "-y") { Description = "Do not ask" };

    public static Option<bool> All() => new("--all", "-a") { Description = "Every lock, the root lock included" };

    public static Option<string[]> Inputs(string description)
    {
        var option = new Option<string[]>("--input", "-i") { Description = description, HelpName = "INPUT" };
        option.CompletionSources.Add(context => InputWords(context.ParseResult));
        return option;
    }

    public static Option<string[]> Excluded()
    {
        var option = new Option<string[]>("--exclude") { Description = "An input to leave as it is", HelpName = "INPUT" };
        option.CompletionSources.Add(context => InputWords(context.ParseResult).Where(item => !item.Label.Contains('/', StringComparison.Ordinal)));
        return option;
    }

    public static Argument<string[]> Hosts(string description) => Named("host", "HOST", description, ArgumentArity.ZeroOrMore);

    public static Argument<string[]> Named(string name, string shown, string description, ArgumentArity arity)
    {
        var argument = new Argument<string[]>(name) { Description = description, HelpName = shown, Arity = arity };
        argument.CompletionSources.Add(context => HostWords(context.ParseResult));
        return argument;
    }

    public static Argument<string> One(string name, string shown, string description)
    {
        var argument = new Argument<string>(name) { Description = description, HelpName = shown };
        argument.CompletionSources.Add(context => HostWords(context.ParseResult));
        return argument;
    }

    public static Argument<string?> OneAtMost(string name, string shown, string description)
    {
        var argument = new Argument<string?>(name) { Description = description, HelpName = shown, Arity = ArgumentArity.ZeroOrOne };
        argument.CompletionSources.Add(context => HostWords(context.ParseResult));
        return argument;
    }

    /// <summary>Input paths as they were typed.</summary>
    public static ImmutableArray<InputPath> InputPaths(IEnumerable<string>? words) =>
        [.. (words ?? []).Select(word => InputPath.TryParse(word) is { IsRoot: false } path ? path : throw FleetException.NotAnInputPath(word))];

    static Option<string> NewColor()
    {
        var color = new Option<string>("--color") { Description = "When to colour: auto, always or never", HelpName = "WHEN", Recursive = true, DefaultValueFactory = _ => "auto" };
        color.AcceptOnlyFromAmong("auto", "always", "never");
        return color;
    }

    /// <summary>One input of the host that <paramref name="host"/> names.</summary>
    public static Argument<string> Input(Argument<string> host)
    {
        var argument = new Argument<string>("input") { Description = "An input of flake.nix", HelpName = "INPUT" };
        argument.CompletionSources.Add(context =>
        {
            var folder = FleetFolder.Open(context.ParseResult.GetValue(Flake)!);
            var word = context.ParseResult.GetResult(host) is { Tokens: [var token, ..] } ? token.Value : HostName.Root;
            return (HostLocks.Read(folder.PlaceNamed(word))?.Root.Inputs.Names ?? []).Select(name => new CompletionItem(name));
        });
        return argument;
    }

    // The input paths of the first host on the line, or of the root lock.
    static IEnumerable<CompletionItem> InputWords(ParseResult parsed)
    {
        var folder = FleetFolder.Open(parsed.GetValue(Flake)!);
        var host = parsed.CommandResult.Tokens.Select(token => folder.TryOwnerNamed(token.Value)).OfType<LockOwner.Host>().FirstOrDefault();
        return (HostLocks.Read(host is null ? folder.RootPlace : folder.PlaceOf(host))?.AllInputs() ?? [])
            .Where(input => input.Edge is LockEdge.Locked)
            .Select(input => new CompletionItem(input.Path.ToString()));
    }

    static IEnumerable<CompletionItem> HostWords(ParseResult parsed)
    {
        // Before a line is completed its folder is made absolute; where there is no fleet the completion as a whole ends empty.
        var folder = FleetFolder.Open(parsed.GetValue(Flake)!);
        return folder.Fleet.Hosts.Select(host => host.Name.ToString())
            .Append(HostName.Root)
            .Concat(folder.Fleet.Rings.Select(ring => $"@{ring.Name}"))
            .Select(word => new CompletionItem(word));
    }
}
