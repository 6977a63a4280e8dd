using Hostlock.Tests.Support;

namespace Hostlock.Tests.Scripts;

/// <summary>Each script shows one behaviour: the output that the user sees, and the files on disk afterwards.</summary>
[Trait("part", "programs")]
public class ScriptTests
{
    static readonly string Folder = Path.Combine(Repository.Root, "tests/Hostlock.Tests/Scripts");
    static readonly bool IsBlessing = Environment.GetEnvironmentVariable("HOSTLOCK_BLESS") == "1";

    public static TheoryData<string> Names => [.. All.Where(name => !name.Contains('/', StringComparison.Ordinal))];

    public static TheoryData<string> NamesInFolders => [.. All.Where(name => name.Contains('/', StringComparison.Ordinal))];

    static IEnumerable<string> All =>
        Directory.EnumerateFiles(Folder, "*.txtar", SearchOption.AllDirectories)
            .Select(file => Path.GetRelativePath(Folder, file)[..^".txtar".Length])
            .Order(StringComparer.Ordinal);

    [Theory]
    [MemberData(nameof(Names))]
    public Task A_script_comes_out_as_it_says(string name) => RunAsync(name);

    /// <summary>A script in a folder is a whole story: ./test unit leaves it out.</summary>
    [Theory]
    [Trait("part", "whole")]
    [MemberData(nameof(NamesInFolders))]
    public Task A_story_comes_out_as_it_says(string name) => RunAsync(name);

    static async Task RunAsync(string name)
    {
        var file = Path.Combine(Folder, $"{name}.txtar");
        var source = await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken);

        if (IsBlessing)
            await BlessAsync(file, source);
        else
            Assert.Equal(source, await Script.RunAsync(source, isBlessing: false, TestContext.Current.CancellationToken));
    }

    // What can be blessed is, even if another step fails.
    static async Task BlessAsync(string file, string source)
    {
        try
        {
            Save(await Script.RunAsync(source, isBlessing: true, TestContext.Current.CancellationToken));
        }
        catch (ScriptFailedException failed)
        {
            Save(failed.Blessed);
            throw;
        }

        void Save(string text)
        {
            if (text != source)
                File.WriteAllText(file, text);
        }
    }
}
