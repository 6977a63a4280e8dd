using System.Security.Cryptography;
using Hostlock.Fetching.Git;
using Hostlock.Flakes;
using Hostlock.Platform;
using Hostlock.Tests.Support;

namespace Hostlock.Conformance;

/// <summary>Repositories in every state are read and stay as they are. It takes twenty seconds, so it is here.</summary>
[Trait("program", "none")]
public class UntouchedRepositoriesTests
{
    [Fact]
    public async Task Nothing_in_a_repository_is_changed_by_looking_at_it()
    {
        using var cases = new GitCases();
        var before = Contents(cases.Folder.Path);
        using var folder = new TempFolder();
        using var fetcher = new GitFetcher(new ProcessRunner(), folder["cache"], new(folder["cache"]));

        var read = 0;
        foreach (var (_, reference) in GitCases.All.Where(one => !one.Reference.StartsWith("git://", StringComparison.Ordinal)))
        {
            try
            {
                var asked = FlakeRef.ParseInput(cases.Url(reference), wantsTree: false, null, null);
                await fetcher.FetchAsync(asked, TestContext.Current.CancellationToken);
                read++;
            }
            catch (HostlockException)
            {
                // It may well fail; it may not write.
            }
        }

        Assert.True(read > 20, $"only {read} repositories were read");
        Assert.Equal(before, Contents(cases.Folder.Path));
    }

    static SortedDictionary<string, string> Contents(string folder) => new(
        Directory.EnumerateFiles(
            folder, "*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint })
            .ToDictionary(
                file => file,
                file => $"{File.GetLastWriteTimeUtc(file):O} {Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(file)))}"));
}
