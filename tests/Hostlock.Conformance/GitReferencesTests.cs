using System.Text.Json;
using Hostlock.Conformance.Support;
using Hostlock.Fetching.Git;
using Hostlock.Flakes;
using Hostlock.Platform;
using Hostlock.Tests.Support;

namespace Hostlock.Conformance;

/// <summary>
/// Locks of git references in every state of a repository, beside Nix 2.34.8, whose answers are recorded. If Nix is here, it is asked anew
/// about a part of them. <c>HOSTLOCK_BLESS=1</c> records anew.
/// </summary>
[Trait("program", "none")]
public sealed class GitReferencesTests(GitReferencesTests.Repositories repositories) : IClassFixture<GitReferencesTests.Repositories>
{
    // The usual run asks Nix anew for one of so many recorded answers.
    const int UsualShare = 3;

    static readonly bool IsBlessing = Environment.GetEnvironmentVariable("HOSTLOCK_BLESS") == "1";
    static readonly string Vectors = Path.Combine(Repository.Vectors("git"), "locked.tsv");

    public sealed class Repositories : IDisposable
    {
        internal GitCases Cases { get; } = new();

        public void Dispose() => Cases.Dispose();
    }

    public static TheoryData<string> Names => [.. GitCases.All.Select(one => one.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task A_reference_is_locked_as_Nix_locks_it(string name)
    {
        using var folder = new TempFolder();
        using var fetcher = new GitFetcher(new ProcessRunner(), folder["cache"], new(folder["cache"]));
        var reference = FlakeRef.ParseInput(
            repositories.Cases.Url(GitCases.All.Single(one => one.Name == name).Reference), wantsTree: false, null, null);

        string answer;
        try
        {
            answer = (await fetcher.FetchAsync(reference, TestContext.Current.CancellationToken)).Locked.Attributes.ToString();
        }
        catch (HostlockException why)
        {
            answer = $"error: {why.Message}";
        }

        var expected = Recorded()[name];
        if (expected.StartsWith("error", StringComparison.Ordinal))
            Assert.StartsWith("error", answer);
        else
            Assert.Equal(expected, Nameless(answer));
    }

    [Fact]
    public void What_is_recorded_is_what_Nix_says()
    {
        var answers = new Dictionary<string, string>();
        using var folder = new TempFolder();
        var nix = RealNix.Get("2.34", folder);
        foreach (var (name, reference) in GitCases.All.Where((_, i) => IsBlessing || Sample.Has(i, UsualShare)))
        {
            // Nix remembers hashes by commit, whatever the work tree was like: each case has a cache of its own.
            Directory.Delete(folder["nix/home"], recursive: true);
            if (Directory.Exists(folder["nix/cache"]))
                Directory.Delete(folder["nix/cache"], recursive: true);
            Directory.CreateDirectory(folder["nix/home"]);
            if (File.Exists(folder["flake/flake.lock"]))
                File.Delete(folder["flake/flake.lock"]);
            folder.Write(
                "flake/flake.nix",
                $"{{ inputs.x = {{ url = \"{repositories.Cases.Url(reference)}\"; flake = false; }}; outputs = _: {{ }}; }}");
            nix.Configure("experimental-features = nix-command flakes\nflake-registry =\nallow-dirty-locks = true");
            var ended = nix.Run(folder["flake"], "flake", "lock", $"path:{folder["flake"]}");
            answers[name] = ended.ExitCode == 0
                ? Locked(folder.Read("flake/flake.lock"))
                : $"error: {ended.Errors.Split('\n').Last(line => line.Contains("error:", StringComparison.Ordinal)).Trim()}";
        }

        if (IsBlessing)
            File.WriteAllLines(Vectors, answers.Select(one => $"{one.Key}\t{Nameless(one.Value)}"));
        var recorded = Recorded();
        Assert.Equal(GitCases.All.Select(one => one.Name).Order(), recorded.Keys.Order());
        Assert.All(answers, one => Assert.Equal((one.Key, recorded[one.Key]), (one.Key, Nameless(one.Value))));
    }

    static Dictionary<string, string> Recorded() =>
        File.ReadLines(Vectors).Select(line => line.Split('\t')).ToDictionary(line => line[0], line => line[1]);

    string Nameless(string text) => repositories.Cases.Nameless(text);

    static string Locked(string file)
    {
        using var document = JsonDocument.Parse(file);
        var locked = document.RootElement.GetProperty("nodes").GetProperty("x").GetProperty("locked");
        return RefAttributes.Of(locked.EnumerateObject().Select(one => KeyValuePair.Create(one.Name, ValueOf(one.Value)))).ToString();
    }

    static RefValue ValueOf(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Number => value.GetUInt64(),
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => value.GetString()!,
    };
}
