using Hostlock.Flakes;
using Hostlock.Tests.Support;

namespace Hostlock.Tests.Flakes;

public class FlakeRefTests
{
    /// <summary>Texts and what Nix 2.34.8 makes of them: attributes, a relative path, or an error.</summary>
    public static TheoryData<string, string> Recorded()
    {
        var data = new TheoryData<string, string>();
        foreach (var line in File.ReadLines(Path.Combine(Repository.Vectors("refs"), "references.tsv")).Skip(1))
            data.Add(line.Split('\t')[0], line.Split('\t')[1]);
        return data;
    }

    [Theory]
    [MemberData(nameof(Recorded))]
    public void A_reference_is_read_as_Nix_reads_it(string text, string expected)
    {
        var actual = Read(text);

        if (expected.StartsWith("relative path", StringComparison.Ordinal))
            Assert.True(
                actual == "relative path"
                    || (expected.Contains("error", StringComparison.Ordinal) && actual.StartsWith("error", StringComparison.Ordinal)),
                actual);
        else if (expected.StartsWith("error: ", StringComparison.Ordinal))
            Assert.StartsWith("error: ", actual, StringComparison.Ordinal);
        else
            Assert.Equal(expected, actual);
    }

    [Theory]
    [InlineData("x/a/b", "in flake URL 'flake:x/a/b', 'b' is not a commit hash")]
    [InlineData("file+git:///a", "input 'file+git:///a' is unsupported; did you mean 'git+file' instead of 'file+git'?")]
    [InlineData("GITHUB:foo/bar", "input 'GITHUB:foo/bar' is unsupported")]
    [InlineData("path://a", "path URL 'path://a' should not have an authority ('a')")]
    [InlineData("/a?foo=1", "path URL 'path:///a?foo=1' has unsupported parameter 'foo'")]
    [InlineData("x#y", "unexpected fragment 'y' in flake reference 'x#y'")]
    public void What_is_wrong_is_said_in_the_words_of_Nix(string text, string message) =>
        Assert.Equal(message, Assert.Throws<FlakeException>(() => FlakeRef.ParseInput(text, true, null, null)).Message);

    [Theory]
    [InlineData("github:o/r/feature/x", "github:o/r/feature%2Fx")]
    [InlineData("github:o/r?host=h.test&dir=a", "github:o/r?dir=a&host=h.test")]
    [InlineData("git+https://h/p?submodules=1&ref=main", "git+https://h/p?ref=main&submodules=1")]
    [InlineData("git+https://h/p?submodules=0", "git+https://h/p")]
    [InlineData("path:./a?dir=b", "path:./a?dir=b")]
    [InlineData("nixpkgs/nixos-25.11", "flake:nixpkgs/nixos-25.11")]
    [InlineData(
        "https://h/a.tar.gz?narHash=sha256-pQpattmS9VmO3ZIQUFn66az8GSmB4IvYhTTCFn6SUmo%3D",
        "https://h/a.tar.gz?narHash=sha256-pQpattmS9VmO3ZIQUFn66az8GSmB4IvYhTTCFn6SUmo%3D")]
    public void A_reference_is_written_back_as_Nix_prints_it(string text, string printed) =>
        Assert.Equal(printed, FlakeRef.ParseInput(text, true, null, null).ToString());

    [Fact]
    public void References_that_differ_in_encoding_alone_are_the_same_for_a_lock()
    {
        var old = FlakeRef.FromLock(RefAttributes.Of(("type", "tarball"), ("url", "https://h/x+3d.tar.gz?dir=x"), ("dir", "x")));

        Assert.Equal(FlakeRef.ParseInput("https://h/x+3d.tar.gz?dir=x", true, null, null), old.Canonical);
    }

    [Fact]
    public void An_explicit_false_is_not_the_same_as_nothing() =>
        Assert.NotEqual(
            FlakeRef.ParseInput("git+https://h/p", true, null, null).Canonical,
            FlakeRef.ParseInput("git+https://h/p?submodules=0", true, null, null).Canonical);

    static string Read(string text)
    {
        try
        {
            var reference = FlakeRef.ParseInput(text, wantsTree: true, null, null);
            // "path:x" says a relative path as attributes; the same text read as a path keeps its scheme in the name.
            var isFallback = reference.IsRelativePath
                && (!text.StartsWith("path:", StringComparison.Ordinal) || reference.Input.Text("path") == text);
            return isFallback ? "relative path" : reference.Attributes.ToString();
        }
        catch (FlakeException why)
        {
            return $"error: {why.Message}";
        }
    }
}
