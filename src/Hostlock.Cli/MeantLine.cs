using System.CommandLine;
using System.CommandLine.Parsing;
using Hostlock.Fleets;

namespace Hostlock.Cli;

/// <summary>The line that a person meant who put inputs in the place of hosts.</summary>
static class MeantLine
{
    /// <summary>The line with its inputs behind <c>-i</c>, and with as many hosts as the command needs; null if the command takes no
    /// inputs.</summary>
    /// <param name="parsed">The line as it was typed.</param>
    /// <param name="inputs">By word, the input that it names, and the owner of the lock that has it; null for an input of all.</param>
    /// <param name="hosts">The hosts of the fleet.</param>
    /// <param name="machine">The name of this machine, whose host comes first if one is missing.</param>
    public static string? Of(
        ParseResult parsed, IReadOnlyDictionary<string, (LockOwner? Owner, string Input)> inputs, IEnumerable<HostName> hosts,
        string machine)
    {
        var command = parsed.CommandResult.Command;
        if (!command.Options.Any(option => option.Name == CommonOptions.InputName && !option.Hidden))
            return null;
        var words = parsed.CommandResult.Children.OfType<ArgumentResult>().SelectMany(result => result.Tokens).ToList();
        var line = new List<string> { "hostlock" };
        var (named, at) = (new List<string>(), 1);
        for (var i = 0; i < parsed.Tokens.Count; i++)
        {
            var token = parsed.Tokens[i];
            if (token.Type == TokenType.Option && CommonOptions.Flake.Aliases.Append(CommonOptions.Flake.Name).Contains(token.Value))
            {
                i++; // the hint names the flake by itself
                continue;
            }
            var isWord = words.Any(word => ReferenceEquals(word, token));
            if (isWord && inputs.TryGetValue(token.Value, out var input))
            {
                line.AddRange(["-i", input.Input]);
                if (input.Owner is { } owner)
                    named.Add(owner.ToString());
                continue;
            }
            line.Add(token.Value);
            if (isWord)
                named.Add(token.Value);
            if (isWord || token.Type == TokenType.Command)
                at = line.Count;
        }
        var missing = hosts.Select(host => host.ToString()).OrderBy(name => name == machine ? 0 : 1).Append(HostName.Root).Except(named)
            .Take(Math.Max(0, command.Arguments.Count - named.Count));
        var owners = inputs.Values.Select(each => each.Owner).OfType<LockOwner>().Select(owner => owner.ToString());
        line.InsertRange(at, owners.Concat(missing).Distinct());
        return ShellWord.Join(line);
    }
}
