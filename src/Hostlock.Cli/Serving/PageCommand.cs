using System.Collections.Immutable;
using System.Text.Json;
using Hostlock.Flakes;
using Hostlock.Fleets;
using Hostlock.Reporting.Pages;
using Hostlock.Rollouts;

namespace Hostlock.Cli.Serving;

/// <summary>A command that a page asks for, as the words of a command line. Each word is one of ours, or names something that the fleet
/// has, or is the value of one option.</summary>
/// <param name="Words">The words behind <c>hostlock</c>.</param>
/// <param name="PlanWords">The words that show its plan; null if it only looks.</param>
sealed record PageCommand(ImmutableArray<string> Words, ImmutableArray<string>? PlanWords)
{
    // Fields whose values are those of options of the same name.
    static readonly string[] Valued = ["reason", "until"];

    const int MostWords = 2000;
    const int LongestText = 200;

    /// <summary>The command as one would type it in the folder of the flake.</summary>
    public string Line => ShellWord.Join(Words.Prepend("hostlock"));

    /// <summary>Reads the request of a page.</summary>
    /// <param name="json">The request.</param>
    /// <param name="folder">The flake.</param>
    /// <param name="rollout">The rollout that is under way; null if none is.</param>
    /// <exception cref="HostlockException">The page offers no such command, or a word of it means nothing in the fleet.</exception>
    /// <exception cref="FormatException">A text is too long, or has control characters.</exception>
    /// <exception cref="InvalidOperationException">A member of the request is of another kind than it has to be.</exception>
    /// <exception cref="ArgumentException">The request has a member twice.</exception>
    public static PageCommand Parse(JsonElement json, FleetFolder folder, Rollout? rollout)
    {
        var asked = new Asked(json);
        var name = asked.Text("action") ?? "";
        var action = PageAction.All(rollout is not null).FirstOrDefault(each => each.Name == name)
            ?? throw FleetException.NotOnThePage(name);
        if (asked.Other(action) is { } other)
            throw FleetException.WrongOnThePage(name, other, isMissing: false);
        if (action.Fields.Contains(PageField.Ring) || action.Fields.IsEmpty)
        {
            var step = name switch
            {
                "approve" => $"--approve={RingOf(asked, rollout!)}",
                "pause" => "--abort",
                _ => "--resume",
            };
            return new(["rollout", step], ["rollout", "--plan", step]);
        }
        var options = new List<string>();
        if (asked.Is("all"))
            options.Add("--all");
        options.AddRange(asked.Texts("inputs").Select(input =>
            InputPath.TryParse(input) is { IsRoot: false } ? $"--input={input}" : throw FleetException.NotAnInputPath(input)));
        options.AddRange(Valued.Where(each => asked.Text(each) is { Length: > 0 })
            .Select(each => $"--{each}={Bounded(asked.Text(each)!)}"));
        if (asked.Is("commit"))
            options.Add("--commit");
        if (asked.Is("packages"))
            options.Add("--closure");
        var owners = Owners(asked, action, folder).ToList();
        ImmutableArray<string> words = [name, .. options, .. owners.Count > 0 ? owners.Prepend("--") : []];
        return new(words, action.OnlyLooks ? null : [name, "--dry-run", .. words[1..]]);
    }

    static IEnumerable<string> Owners(Asked asked, PageAction action, FleetFolder folder)
    {
        foreach (var field in new[] { PageField.From, PageField.To }.Where(each => action.Fields.Contains(each)))
        {
            var name = PageFields.NameOf(field);
            var word = asked.Text(name) ?? throw FleetException.WrongOnThePage(action.Name, name, isMissing: true);
            yield return folder.OwnerNamed(word).ToString();
        }
        foreach (var host in asked.Texts("hosts"))
            yield return folder.OwnersNamed([host]).Count > 0 ? host : throw FleetException.NotOnThePage(host);
    }

    static string RingOf(Asked asked, Rollout rollout)
    {
        var ring = asked.Text("ring") ?? throw FleetException.WrongOnThePage("approve", "ring", isMissing: true);
        return rollout.Plan.Rings.Any(each => each.Name == ring)
            ? ring
            : throw RolloutException.NoSuchRing(ring, rollout.Plan.Rings.Select(each => each.Name));
    }

    static string Bounded(string text) =>
        text.Length <= LongestText && !text.Any(char.IsControl)
            ? text
            : throw new FormatException("a text is too long, or has control characters");

    // A JSON object whose members are texts, lists of texts and truths.
    sealed class Asked(JsonElement json)
    {
        readonly Dictionary<string, JsonElement> _members =
            json.EnumerateObject().ToDictionary(member => member.Name, member => member.Value);

        public string? Text(string name) => _members.TryGetValue(name, out var value) ? value.GetString() : null;

        public bool Is(string name) => _members.TryGetValue(name, out var value) && value.GetBoolean();

        public IReadOnlyList<string> Texts(string name)
        {
            if (!_members.TryGetValue(name, out var value))
                return [];
            return value.GetArrayLength() <= MostWords
                ? [.. value.EnumerateArray().Select(each => each.GetString() ?? "")]
                : throw new FormatException("too many words");
        }

        public string? Other(PageAction action) =>
            _members.Keys.FirstOrDefault(name => name != "action" && !action.Fields.Any(field => PageFields.NameOf(field) == name));
    }
}
