using System.CommandLine;
using System.CommandLine.Completions;
using Hostlock.Fleets;

namespace Hostlock.Cli;

/// <summary>The words of <c>freeze</c> and <c>unfreeze</c>: hosts, and the input behind them, or inputs behind <c>-i</c>.</summary>
sealed class FrozenWords
{
    /// <summary>The hosts, and then the input.</summary>
    public Argument<string[]> Words { get; } = NewWords();

    /// <summary>Names inputs, so that all words are hosts.</summary>
    public Option<string[]> Inputs { get; } = CommonOptions.Inputs("An input; with it, all words are hosts");

    /// <summary>Names all hosts.</summary>
    public Option<bool> All { get; } = CommonOptions.AllHosts();

    /// <summary>Reads the hosts and the inputs.</summary>
    /// <param name="run">The run of the command.</param>
    /// <exception cref="HostlockException">A word names no host, or the hosts or the input are missing.</exception>
    public async Task<(IReadOnlyList<HostName> Hosts, IReadOnlyList<string> Inputs)> ReadAsync(CommandRun run)
    {
        var (words, inputs, all) = (run.Words(Words), run.Words(Inputs), run.Value(All));
        if (inputs.Length == 0 && words.Length < (all ? 1 : 2))
        {
            // A missing word may be picked. A single word is then the host.
            if (words.Length == 0 && !all)
                words = await run.Picks.HostWordsAsync(isRootOne: false);
            if (words.Length > 0 || all)
                inputs = await run.Picks.InputsAsync(run.Folder.PlaceOf(run.Named.FreezableHosts(words, All).First()));
            if (inputs.Length == 0)
                throw UsageException.Needs(HelpPage.Path(run.Command), ["HOST", "INPUT"], HelpPage.Usage(run.Command));
        }
        else if (inputs.Length == 0)
        {
            (inputs, words) = ([words[^1]], words[..^1]);
            // The input and the host in the wrong order.
            if (words is [var first] && run.Folder.InputNamed(first) is not null && run.Folder.TryOwnerNamed(inputs[0]) is not null)
                throw UsageException.WrongOrder(first, ["hostlock", run.Command.Name, inputs[0], first]);
        }
        return ([.. run.Named.FreezableHosts(words, All)], inputs);
    }

    /// <summary>True if an input of the line is frozen in a flake, or a run that removed its freeze was broken off there.</summary>
    /// <param name="run">The run of the command.</param>
    /// <param name="flake">The flake.</param>
    public bool AreFrozenIn(CommandRun run, FleetFolder flake)
    {
        var (words, inputs) = (run.Words(Words), run.Words(Inputs));
        var (hosts, named) = inputs.Length > 0 || words.Length == 0 ? (words, inputs) : (words[..^1], [words[^1]]);
        return Undertaking.Find(flake, [run.Command.Name, .. words, .. inputs.SelectMany(input => new[] { "-i", input })])
                is not null
            || flake.Fleet.Hosts.Any(
                host => (run.Value(All) || hosts.Any(word => word == host.Name.ToString() || word == $"@{host.Ring}"))
                    && named.Any(host.Frozen.ContainsKey));
    }

    static FrozenArgument NewWords()
    {
        var argument = new FrozenArgument("host")
        {
            Description = "Hosts or @RING, and then an input of flake.nix",
            HelpName = "HOST... INPUT",
            Arity = ArgumentArity.ZeroOrMore,
        };
        argument.CompletionSources.Add(context => CommonOptions.HostWords(context.ParseResult, areMachines: true));
        argument.CompletionSources.Add(
            context => CommonOptions.InputsOfHosts(context.ParseResult).Select(name => new CompletionItem(name)));
        return argument;
    }
}

/// <summary>An argument whose words name hosts, and whose last one names an input, unless an option does.</summary>
/// <param name="name">Its name.</param>
sealed class FrozenArgument(string name) : Argument<string[]>(name), INamesHosts
{
    // hostlock.toml has no table for root.
    public bool AreMachines => true;
}
