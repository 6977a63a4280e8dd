using Hostlock.Fuzz;
using Hostlock.Tests.Support;

namespace Hostlock.Tests.Laws;

/// <summary>
/// What fuzzing has found, read again: a typed error or a result, and nothing else. A new finding of <c>fuzz/run</c> is copied to the
/// folder of its target under Laws/findings.
/// </summary>
public class FindingsTests
{
    static string Folder => Path.Combine(Repository.Root, "tests/Hostlock.Tests/Laws/findings");

    public static TheoryData<string> Findings() =>
        [
            .. Directory.EnumerateFiles(Folder, "*", SearchOption.AllDirectories)
            .Select(file => Path.GetRelativePath(Folder, file))
            .Order(StringComparer.Ordinal),
        ];

    [Theory]
    [MemberData(nameof(Findings))]
    public void A_finding_is_answered_with_a_typed_error(string finding)
    {
        var target = Target.All.Single(each => each.Name == Path.GetDirectoryName(finding));

        var thrown = Record.Exception(() => target.Read(File.ReadAllBytes(Path.Combine(Folder, finding))));

        Assert.True(thrown is null or HostlockException, $"{thrown}");
    }

    /// <summary>A little fuzzing in every run, from the same beginning.</summary>
    [Theory]
    [Trait("part", "whole")]
    [InlineData("lock", 800)]
    [InlineData("nix", 2000)]
    [InlineData("flake", 2000)]
    [InlineData("ref", 2000)]
    [InlineData("toml", 2000)]
    [InlineData("tar", 100)]
    [InlineData("zip", 100)]
    [InlineData("netrc", 2000)]
    [InlineData("conf", 2000)]
    [InlineData("http", 200)]
    public void Made_up_inputs_are_answered_with_a_typed_error(string name, int inputs)
    {
        var target = Target.All.Single(each => each.Name == name);
        var mutation = new Mutation(new Random(11), Seeds.For(name, Repository.Root), target.Words);
        for (var i = 0; i < inputs; i++)
        {
            var input = mutation.Next();
            var thrown = Record.Exception(() => target.Read(input));
            Assert.True(thrown is null or HostlockException, $"{Convert.ToBase64String(input)}\n{thrown}");
        }
    }
}
