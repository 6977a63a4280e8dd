using Hostlock.Conformance.Support;
using Hostlock.Tests.Support;

namespace Hostlock.Conformance.Layouts;

/// <summary>
/// The guide and the pages of docs/layouts, done as they say, by the real program and by real Nix: they are read by people, and are the
/// tests of what they tell. Their inputs are what <c>github:</c> gives in a web of our own, with nix/tests/nixpkgs as nixpkgs.
/// </summary>
public class RecipesTests
{
    static readonly string Pages = Path.Combine(Repository.Root, "docs/layouts");

    public static TheoryData<string, string> All()
    {
        var all = new TheoryData<string, string>();
        var pages = Directory.EnumerateFiles(Pages, "*.md")
            .Order(StringComparer.Ordinal)
            .Prepend(Path.Combine(Repository.Root, "docs/guide.md"));
        foreach (var recipe in pages.Select(Recipe.Read).Where(recipe => recipe.Steps.OfType<RecipeStep.Command>().Any()))
        {
            foreach (var release in ((string[])["2.34", "2.26", "2.8"]).Where(release => recipe.Needs == "2.8" || release != "2.8"))
                all.Add(recipe.Page, release);
        }
        return all;
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task A_recipe_comes_out_as_it_says(string page, string release)
    {
        var recipe = Recipe.Read(Path.Combine(Repository.Root, page));
        var forges = new Forges();
        await using var web = new ForgeProxy(forges.Answer);
        using var folder = new TempFolder();
        var certificates = folder.Write("certificates.pem", ForgeProxy.AuthorityPem);
        var nix = RealNix.Get(release, folder);
        nix.Configure("experimental-features = nix-command flakes\nflake-registry =\nwarn-dirty = false", web.Variables(certificates));
        var variables = new Dictionary<string, string>(nix.Variables);
        variables["PATH"] = $"{folder["bin"]}:{variables["PATH"]}";
        Directory.CreateDirectory(folder["bin"]);
        Assert.SkipUnless(File.Exists(HostlockProgram.Path), "the program is not built; ./test builds it");
        File.CreateSymbolicLink(folder["bin/hostlock"], HostlockProgram.Path);
        Move(forges, "NixOS/nixpkgs", "nixos-unstable", "26.05.1");
        Move(forges, "NixOS/nixpkgs", "nixos-25.11", "25.11.1");
        forges.Commit("github.com/NixOS/nixos-hardware", "main", Files("hardware"));
        TestGit.Init(folder["fleet"]);

        var hasCommit = false;
        foreach (var step in recipe.Steps)
        {
            switch (step)
            {
                case RecipeStep.WriteFile(_, var path, var text):
                    folder.Write($"fleet/{path}", text);
                    break;
                case RecipeStep.Upstream(_, var repository, var branch, var version):
                    Move(forges, repository, branch, version);
                    break;
                case RecipeStep.Command(var line, var command, var says):
                    // The files that the reader has already are in a repository, as a flake is. The recipe shows all that is typed later.
                    if (!hasCommit)
                        TestGit.Commit(folder["fleet"], 2);
                    hasCommit = true;
                    var ended = command.StartsWith("hostlock ", StringComparison.Ordinal)
                        ? AtTerminal(folder["fleet"], variables, command)
                        : Run.Program("/bin/sh", folder["fleet"], variables, ["-c", $"exec 2>&1\n{command}"]);
                    var said = command.StartsWith("nix ", StringComparison.Ordinal)
                        ? string.Concat(
                            ended.Output.Split('\n').Where(
                                each =>
                                    !each.StartsWith("warning: ", StringComparison.Ordinal)
                                        && !each.StartsWith("unpacking ", StringComparison.Ordinal)).Select(each => each + "\n"))[..^1]
                        : ended.Output;
                    Assert.True(
                        Recipe.Pattern(says).IsMatch(said),
                        $"{page}:{line}: $ {command}\nended with {ended.ExitCode} and says\n{said}--- not\n{string.Join('\n', says)}");
                    break;
            }
        }
    }

    [Fact]
    public void The_index_names_every_page()
    {
        var index = File.ReadAllText(Path.Combine(Pages, "README.md"));

        Assert.All(
            Directory.EnumerateFiles(Pages, "*.md").Select(page => Path.GetFileName(page)).Where(name => name != "README.md"),
            name => Assert.Contains($"]({name})", index, StringComparison.Ordinal));
    }

    // Pages show what a person sees, without colours and moving bars.
    static Ended AtTerminal(string folder, IReadOnlyDictionary<string, string> variables, string command)
    {
        const string Script = "/usr/bin/script";
        Assert.SkipUnless(File.Exists(Script), $"there is no {Script}");
        var ended = Run.Program(
            "/bin/sh", folder, variables,
            ["-c", $"exec 2>&1\nexport TERM=dumb\n{Script} -qec \"stty cols 100; $1\" /dev/null", "sh", $"({command}) </dev/null"]);
        return ended with { Output = ended.Output.Replace("\r\n", "\n", StringComparison.Ordinal) };
    }

    static void Move(Forges forges, string repository, string branch, string version) =>
        forges.Commit(
            $"github.com/{repository}", branch, [.. Files("nixpkgs").Where(file => file.Path != "version"), ("version", version + "\n")]);

    static (string Path, string Text)[] Files(string name)
    {
        var folder = Path.Combine(Repository.Root, "nix/tests", name);
        return
        [
            .. Directory.EnumerateFiles(folder)
            .Order(StringComparer.Ordinal)
            .Select(file => (Path.GetFileName(file), File.ReadAllText(file))),
        ];
    }
}
