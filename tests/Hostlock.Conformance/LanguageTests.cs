using System.Collections.Concurrent;
using System.Text;
using System.Text.RegularExpressions;
using Hostlock.Conformance.Support;
using Hostlock.Flakes;
using Hostlock.Flakes.Nix;
using Hostlock.Tests.Support;

namespace Hostlock.Conformance;

/// <summary>The recorded answers, and a few thousand texts besides, put to Nix 2.34.8 itself.</summary>
public sealed partial class LanguageTests : IDisposable
{
    const string Release = "2.34.8";

    readonly TempFolder _folder;
    readonly RealNix _nix;

    public LanguageTests()
    {
        _ = RealNix.Require(Release);
        _folder = new();
        _nix = RealNix.Get(Release, _folder);
        _nix.Configure("experimental-features = nix-command flakes\nflake-registry =");
        // The first to open a store makes its database; two at once would be in each other's way.
        _ = _nix.RunOther("nix-store", _folder.Path, "--query", "--hash", "/nowhere");
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_recorded_answers_about_the_language_are_those_of_Nix_2_34_8()
    {
        var wrong =
            Differences(NixVectors.Rows("language.tsv").Select(row => (Text: NixVectors.Plain(row[0]), Recorded: row)), (row, folder) =>
        {
            var (exit, output, errors) = Parse(row.Text, folder);
            var answer = exit == 0
                ? output[..^1]
                    .Replace(folder, "/parent/folder", StringComparison.Ordinal)
                    .Replace(_folder.Path, "/parent", StringComparison.Ordinal)
                : Message(errors);
            return (
                (exit == 0 ? "ok" : "error", answer.Split(" already defined at ")[0]) == (
                    row.Recorded[1], NixVectors.Plain(row.Recorded[2]).Split(" already defined")[0]),
                answer);
        });

        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
    }

    [Fact]
    public void The_recorded_answers_about_flakes_are_those_of_Nix_2_34_8()
    {
        foreach (var name in new[] { "dep", "other" })
        {
            Directory.CreateDirectory(_folder[name]);
            File.WriteAllText(_folder[$"{name}/flake.nix"], "{ outputs = _: { }; }");
        }
        var rows = NixVectors.Rows("forms.tsv").Where(row => row[1] != "crash" && !row[1].StartsWith("later: ", StringComparison.Ordinal));

        var wrong = Differences(rows.Select(row => (Text: row[0], Recorded: row)), (row, folder) =>
        {
            Directory.CreateDirectory(Path.Combine(folder, "sub"));
            File.WriteAllText(Path.Combine(folder, "sub", "flake.nix"), "{ outputs = _: { }; }");
            var text = row.Text.Replace("\\n", "\n", StringComparison.Ordinal)
                .Replace("/abs/", _folder.Path + "/", StringComparison.Ordinal);
            File.WriteAllText(Path.Combine(folder, "flake.nix"), text);
            var (exit, _, errors) = _nix.Run(folder, "flake", "metadata", "--no-write-lock-file", "path:" + folder);
            var answer = exit == 0 ? "ok" : Message(errors).Replace(_folder.Path + "/", "/abs/", StringComparison.Ordinal);
            return (Regex.IsMatch(answer, "^" + Pattern(row.Recorded[1])), answer);
        });

        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
    }

    [Fact]
    public void Texts_made_of_random_tokens_are_taken_and_read_as_Nix_2_34_8_does()
    {
        var seeds = NixVectors.Rows("language.tsv").Select(row => NixVectors.Plain(row[0])).ToArray();
        var random = new Random(20261126);
        var texts = Enumerable.Range(0, 300)
            .Select(_ => Mutated(seeds, random))
            .Where(text => !text.Contains("~/", StringComparison.Ordinal) && !text.Contains("__current", StringComparison.Ordinal))
            .ToList();

        var wrong = Differences(texts.Select(text => (Text: text, Recorded: Array.Empty<string>())), (row, folder) =>
        {
            var (exit, output, errors) = Parse(row.Text, folder);
            var theirs = exit == 0 ? output : "refused";
            var ours = "refused";
            try
            {
                ours = NixSpelling.Of(NixParser.Parse(new SourceText("f.nix", row.Text)).Expression, folder) + "\n";
            }
            catch (FlakeException)
            {
            }
            return (ours == theirs, $"Nix: {theirs} {errors} we: {ours}");
        });

        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
    }

    [Fact]
    public void Files_of_Nix_code_are_taken_and_read_as_Nix_2_34_8_does()
    {
        var wrong = Differences(Files("*.nix").Select(file => (Text: file, Recorded: Array.Empty<string>())), (row, folder) =>
        {
            var (theirs, ours) = ("refused", "refused");
            var (exit, output, errors) = Parse(File.ReadAllBytes(row.Text), folder);
            if (exit == 0)
                theirs = output.Replace(_folder["nix/home"] + "/", folder + "/~/", StringComparison.Ordinal);
            try
            {
                ours = NixSpelling.Of(NixParser.Parse(new SourceText("f.nix", File.ReadAllText(row.Text))).Expression, folder) + "\n";
            }
            catch (FlakeException why)
            {
                errors += why.Message;
            }
            return (ours == theirs, $"{Apart(theirs, ours)} {errors}");
        });

        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
    }

    // Nix reads a flake.nix whole before it looks for the first input: from then on it says that it updates the lock file.
    [Fact]
    public void Flakes_are_taken_or_refused_as_Nix_2_34_8_does()
    {
        var wrong = Differences(Files("*flake*.nix").Select(file => (Text: file, Recorded: Array.Empty<string>())), (row, folder) =>
        {
            File.Copy(row.Text, Path.Combine(folder, "flake.nix"));
            var (exit, _, errors) = _nix.Run(folder, "flake", "metadata", "--no-write-lock-file", "--offline", "path:" + folder);
            string? ours = null;
            try
            {
                FlakeNixParser.Parse(new SourceText("flake.nix", File.ReadAllText(row.Text)));
            }
            catch (FlakeException why)
            {
                ours = why.Message;
            }
            return (
                (exit == 0 || errors.Contains("while updating the lock file", StringComparison.Ordinal)) == (ours is null),
                $"Nix: {errors} we: {ours ?? "taken"}");
        });

        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
    }

    /// <summary>The project's own files, and, for a long run, those below the folder that HOSTLOCK_NIX_FILES names.</summary>
    static IEnumerable<string> Files(string pattern) =>
        new[] { Path.Combine(Repository.Root, "nix"), Environment.GetEnvironmentVariable("HOSTLOCK_NIX_FILES") }
            .OfType<string>().SelectMany(folder => Directory.EnumerateFiles(folder, pattern, SearchOption.AllDirectories));

    static string Apart(string theirs, string ours)
    {
        var same = theirs.Zip(ours).TakeWhile(pair => pair.First == pair.Second).Count();
        return $"Nix: …{theirs[Math.Max(0, same - 30)..Math.Min(theirs.Length, same + 60)]} we: "
            + $"…{ours[Math.Max(0, same - 30)..Math.Min(ours.Length, same + 60)]}";
    }

    [Fact]
    public void The_names_that_are_bound_everywhere_are_those_of_Nix_2_34_8()
    {
        var builtins = _nix.Run(
            _folder.Path, "eval", "--raw", "--expr", "builtins.concatStringsSep \" \" (builtins.attrNames builtins)").Output.Split(' ');
        var names = builtins.Concat(builtins.Select(name => "__" + name)).Concat(NixGlobals.Names).Distinct().ToList();

        var wrong = Differences(names.Select(name => (Text: name, Recorded: Array.Empty<string>())), (row, _) =>
            (
                (_nix.Run(_folder.Path, "eval", "--expr", $"let x' = {row.Text}; in 1").ExitCode == 0)
                    == NixGlobals.Names.Contains(row.Text),
                ""));

        Assert.True(names.Count > 200);
        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
    }

    static string Mutated(string[] seeds, Random random)
    {
        var tokens = Tokens()
            .Matches(seeds[random.Next(seeds.Length)] + " " + seeds[random.Next(seeds.Length)])
            .Select(match => match.Value)
            .ToList();
        for (var changes = random.Next(1, 4); changes > 0 && tokens.Count > 1; changes--)
        {
            var (at, from) = (random.Next(tokens.Count), random.Next(tokens.Count));
            switch (random.Next(3))
            {
                case 0:
                    tokens.RemoveAt(at);
                    break;
                case 1:
                    tokens.Insert(at, tokens[from]);
                    break;
                default:
                    (tokens[at], tokens[from]) = (tokens[from], tokens[at]);
                    break;
            }
        }
        return string.Concat(tokens);
    }

    Ended Parse(string text, string folder) => Parse(Encoding.UTF8.GetBytes(text), folder);

    Ended Parse(byte[] text, string folder)
    {
        var file = Path.Combine(folder, "f.nix");
        File.WriteAllBytes(file, text);
        return _nix.RunOther("nix-instantiate", folder, "--parse", file);
    }

    List<string> Differences(
        IEnumerable<(string Text, string[] Recorded)> rows, Func<(string Text, string[] Recorded), string, (bool Same, string Answer)> ask)
    {
        var wrong = new ConcurrentBag<string>();
        var options = new ParallelOptions { MaxDegreeOfParallelism = 2, CancellationToken = TestContext.Current.CancellationToken };
        Parallel.ForEach(rows.Select((row, index) => (row, index)), options, item =>
        {
            var folder = Directory.CreateDirectory(
                _folder[item.index.ToString(System.Globalization.CultureInfo.InvariantCulture)]).FullName;
            var (same, answer) = ask(item.row, folder);
            if (!same)
                wrong.Add($"{item.row.Text} => {answer}");
        });
        return [.. wrong];
    }

    // The last line that starts with "error:" is the cause; places are left out of what is recorded.
    static string Message(string errors) =>
        errors.Split('\n').Last(line => line.TrimStart().StartsWith("error:", StringComparison.Ordinal)).TrimStart()[7..];

    static string Pattern(string recorded) =>
        Regex.Escape(recorded[(recorded.IndexOf(": ", StringComparison.Ordinal) is >= 0 and var at ? at + 2 : 0)..])
            .Replace("…", ".*", StringComparison.Ordinal);

    [GeneratedRegex(@"[A-Za-z_][\w'-]*|\s+|\d+|.", RegexOptions.Singleline)]
    private static partial Regex Tokens();
}
