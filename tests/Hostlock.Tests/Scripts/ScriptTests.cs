using Hostlock.Tests.Support;

namespace Hostlock.Tests.Scripts;

/// <summary>What the user sees, and what is on disk afterwards: one script a behaviour.</summary>
public class ScriptTests
{
    static readonly string Folder = Path.Combine(Repository.Root, "tests/Hostlock.Tests/Scripts");
    static readonly bool IsBlessing = Environment.GetEnvironmentVariable("HOSTLOCK_BLESS") == "1";

    public static TheoryData<string> Names =>
        [.. Directory.EnumerateFiles(Folder, "*.txtar").Select(file => Path.GetFileNameWithoutExtension(file)!).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task A_script_comes_out_as_it_says(string name)
    {
        var file = Path.Combine(Folder, $"{name}.txtar");
        var source = await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken);

        var after = await Script.RunAsync(source, IsBlessing, TestContext.Current.CancellationToken);

        if (IsBlessing && after != source)
            await File.WriteAllTextAsync(file, after, TestContext.Current.CancellationToken);
        else
            Assert.Equal(source, after);
    }
}
