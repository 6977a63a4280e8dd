using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Hostlock.Conformance.Support;
using Hostlock.Flakes;
using Hostlock.Flakes.Nix;
using Hostlock.Tests.Support;

namespace Hostlock.Conformance;

/// <summary>The recorded answers, and a few thousand texts besides, put to Nix 2.34.8 itself.</summary>
[Trait("program", "none")]
public sealed partial class LanguageTests : IDisposable
{
    const string Release = "2.34.8";

    const string Refused = "refused";

    readonly TempFolder _folder;
    readonly RealNix _nix;
    int _written;

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
        var rows = NixVectors.Rows("language.tsv").ToList();
        var files = Write(rows.Select(row => Encoding.UTF8.GetBytes(NixVectors.Plain(row[0]))));
        var taken = Enumerable.Range(0, rows.Count).Where(i => rows[i][1] == "ok").ToList();
        var refused = Enumerable.Range(0, rows.Count).Except(taken).ToList();
        var answers = new string[rows.Count];
        foreach (var (i, tree) in taken.Zip(Trees([.. taken.Select(i => files[i])])))
            answers[i] = "ok\t" + tree
                .Replace(Path.GetDirectoryName(files[i])!, "/parent/folder", StringComparison.Ordinal)
                .Replace(_folder.Path, "/parent", StringComparison.Ordinal);
        foreach (var (i, errors) in refused.Zip(_nix.Errors(_folder.Path, [.. refused.Select(i => $"import {files[i]}")])))
            answers[i] = errors is null ? "ok" : "error\t" + Message(errors).Split(" already defined at ")[0];

        var wrong = Enumerable.Range(0, rows.Count)
            .Where(i => answers[i] != $"{rows[i][1]}\t{NixVectors.Plain(rows[i][2]).Split(" already defined")[0]}")
            .Select(i => $"{rows[i][0]} => {answers[i]}")
            .ToList();

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
        var rows = NixVectors.Rows("forms.tsv")
            .Where(row => row[1] != "crash" && !row[1].StartsWith("later: ", StringComparison.Ordinal))
            .ToList();
        var flakes = rows.Select((row, i) =>
        {
            _folder.Write($"{i}/sub/flake.nix", "{ outputs = _: { }; }");
            return _folder.Write($"{i}/flake.nix", row[0].Replace("\\n", "\n", StringComparison.Ordinal)
                .Replace("/abs/", _folder.Path + "/", StringComparison.Ordinal));
        }).ToList();

        var wrong = flakes.Zip(rows, Locked(flakes))
            .Where(each => !IsRecorded(each.Second, Answer(each.Third)))
            // Unlike a lock, a REPL knows the home of the user, and may see what is not yet evaluated: such flakes are asked of alone.
            .Select(each => (Row: each.Second, Answer: Answer(Alone(Path.GetDirectoryName(each.First)!))))
            .Where(each => !IsRecorded(each.Row, each.Answer))
            .Select(each => $"{each.Row[0]} => {each.Answer}")
            .ToList();

        Assert.True(wrong.Count == 0, string.Join('\n', wrong));

        static bool IsRecorded(string[] row, string answer) => Regex.IsMatch(answer, "^" + Pattern(row[1]));

        string Answer(string? errors) =>
            errors is null ? "ok" : Message(errors).Replace(_folder.Path + "/", "/abs/", StringComparison.Ordinal);

        string? Alone(string folder)
        {
            var (exit, _, errors) = _nix.Run(folder, "flake", "metadata", "--no-write-lock-file", $"path:{folder}");
            return exit == 0 ? null : errors;
        }
    }

    [Fact]
    public void Texts_made_of_random_tokens_are_taken_and_read_as_Nix_2_34_8_does()
    {
        var seeds = NixVectors.Rows("language.tsv").Select(row => NixVectors.Plain(row[0])).ToArray();
        var random = new Random(20261126);
        var texts = Enumerable.Range(0, 1000)
            .Select(_ => Mutated(seeds, random))
            .Where(text => !text.Contains("~/", StringComparison.Ordinal) && !text.Contains("__current", StringComparison.Ordinal))
            .ToList();
        var files = Write(texts.Select(Encoding.UTF8.GetBytes));
        var ours = texts.Zip(files, (text, file) => Spelling(text, Path.GetDirectoryName(file)!)).ToList();

        var taken = Enumerable.Range(0, texts.Count).Where(i => ours[i] is not null).ToList();
        var refused = Enumerable.Range(0, texts.Count).Except(taken).ToList();
        var wrong = taken.Zip(Trees([.. taken.Select(i => files[i])]))
            .Where(pair => ours[pair.First] != pair.Second)
            .Select(pair => $"{texts[pair.First]} => Nix: {pair.Second} we: {ours[pair.First]}")
            .Concat(Accepted([.. refused.Select(i => texts[i])]).Select(text => $"{text} => Nix takes it, and we refuse it"))
            .ToList();

        Assert.True(taken.Count > 40 && refused.Count > 40, $"{taken.Count} are taken");
        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
    }

    [Fact]
    public void Files_of_Nix_code_are_taken_and_read_as_Nix_2_34_8_does()
    {
        var originals = Files("*.nix").ToList();
        var files = Write(originals.Select(File.ReadAllBytes));

        var wrong = Trees(files)
            .Zip(originals, (tree, original) => (tree, original))
            .Zip(files, (pair, file) =>
            {
                var folder = Path.GetDirectoryName(file)!;
                var theirs = pair.tree.Replace(_folder["nix/home"] + "/", folder + "/~/", StringComparison.Ordinal);
                var ours = Spelling(File.ReadAllText(pair.original), folder) ?? Refused;
                return ours == theirs || (ours == Refused && theirs.StartsWith(Refused, StringComparison.Ordinal))
                    ? null
                    : $"{pair.original} => {Apart(theirs, ours)}";
            })
            .OfType<string>()
            .ToList();

        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
    }

    // Nix reads a flake.nix whole before it looks for the first input: from then on it says that it updates the lock file.
    [Fact]
    public void Flakes_are_taken_or_refused_as_Nix_2_34_8_does()
    {
        var files = Files("*flake*.nix").ToList();
        var flakes = files.Select((file, i) => _folder.Write($"{i}/flake.nix", File.ReadAllText(file)));

        var wrong = files.Zip(Locked(flakes), (file, errors) =>
        {
            var isTaken = errors is null || errors.Contains("while updating the lock file", StringComparison.Ordinal);
            return isTaken == IsTaken(File.ReadAllText(file)) ? null : $"{file} => Nix: {errors ?? "taken"}";
        }).OfType<string>().ToList();

        Assert.True(wrong.Count == 0, string.Join('\n', wrong));

        static bool IsTaken(string text)
        {
            try
            {
                FlakeNixParser.Parse(new SourceText("flake.nix", text));
                return true;
            }
            catch (FlakeException)
            {
                return false;
            }
        }
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

        var bound = Accepted(names);

        Assert.True(names.Count > 200);
        Assert.Equal(NixGlobals.Names.Order(StringComparer.Ordinal), bound.Order(StringComparer.Ordinal));
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

    // How we read a text, as Nix would spell it; null if we refuse it.
    static string? Spelling(string text, string folder)
    {
        try
        {
            return NixSpelling.Of(NixParser.Parse(new SourceText("f.nix", text)).Expression, folder);
        }
        catch (FlakeException)
        {
            return null;
        }
    }

    // Each text as a file in a folder of its own.
    string[] Write(IEnumerable<byte[]> texts) =>
    [
        .. texts.Select(text =>
        {
            var folder = Directory.CreateDirectory(_folder[(_written++).ToString(CultureInfo.InvariantCulture)]).FullName;
            var file = Path.Combine(folder, "f.nix");
            File.WriteAllBytes(file, text);
            return file;
        }),
    ];

    // The trees that Nix makes of files. It stops at the first that it refuses; only then is each file asked of by itself.
    List<string> Trees(IReadOnlyList<string> files)
    {
        var trees = new List<string>();
        foreach (var some in files.Chunk(100))
        {
            var ended = _nix.RunOther("nix-instantiate", _folder.Path, ["--parse", .. some]);
            var lines = ended.Output.Split('\n')[..^1];
            trees.AddRange(ended.ExitCode == 0 && lines.Length == some.Length ? lines : some.Select(Alone));
        }
        return trees;

        string Alone(string file)
        {
            var ended = _nix.RunOther("nix-instantiate", _folder.Path, "--parse", file);
            return ended.ExitCode == 0 ? ended.Output[..^1] : $"{Refused} {ended.Errors}";
        }
    }

    // The texts that Nix takes. Each is read as the body of a function, so that it is not evaluated.
    IEnumerable<string> Accepted(IReadOnlyList<string> texts)
    {
        var files = Write(texts.Select(text => Encoding.UTF8.GetBytes($"unused'0: {text}")));
        return texts.Zip(_nix.Errors(_folder.Path, [.. files.Select(file => $"import {file}")]))
            .Where(pair => pair.Second is null)
            .Select(pair => pair.First);
    }

    // The messages of Nix when it reads and locks flakes, by one process; null for a flake about which it says nothing.
    string?[] Locked(IEnumerable<string> flakes) => _nix.Errors(
        _folder.Path,
        [.. flakes.Select(flake => $"builtins.seq (builtins.getFlake \"path:{Path.GetDirectoryName(flake)}\") null")]);

    // The last line that starts with "error:" is the cause; places are left out of what is recorded.
    static string Message(string errors) =>
        errors.Split('\n').Last(line => line.TrimStart().StartsWith("error:", StringComparison.Ordinal)).TrimStart()[7..];

    static string Pattern(string recorded) =>
        Regex.Escape(recorded[(recorded.IndexOf(": ", StringComparison.Ordinal) is >= 0 and var at ? at + 2 : 0)..])
            .Replace("…", ".*", StringComparison.Ordinal);

    [GeneratedRegex(@"[A-Za-z_][\w'-]*|\s+|\d+|.", RegexOptions.Singleline)]
    private static partial Regex Tokens();
}
