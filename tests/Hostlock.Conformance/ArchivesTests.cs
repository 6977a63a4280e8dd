using System.Text.Json;
using Hostlock.Conformance.Support;
using Hostlock.Tests.Support;

namespace Hostlock.Conformance;

/// <summary>The recorded answers about archives, asked anew of Nix 2.34.8 where it is here.</summary>
public class ArchivesTests
{
    [Theory]
    [InlineData("small-")]
    [InlineData("deflate-")]
    [InlineData("descriptor-")]
    public void What_is_recorded_is_what_Nix_says(string beginning)
    {
        using var folder = new TempFolder();
        var nix = RealNix.Get("2.34", folder);
        nix.Configure("experimental-features = nix-command flakes\nflake-registry =", [new("TZ", "UTC")]);
        foreach (var name in ArchiveVectors.Names.Where(name => name.StartsWith(beginning, StringComparison.Ordinal)))
        {
            File.WriteAllBytes(folder[name], ArchiveVectors.Bytes(name));

            var answer = nix.Run(folder.Path, "flake", "prefetch", "--json", $"tarball+file://{folder[name]}");

            Assert.Equal((name, ArchiveVectors.Answer(name).Hash), (name, answer.ExitCode == 0 ? Hash(answer.Output) : "error"));
        }
    }

    static string Hash(string json)
    {
        using var document = JsonDocument.Parse(json);
        return document.RootElement.GetProperty("locked").GetProperty("narHash").GetString()!;
    }
}
