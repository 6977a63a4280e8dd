using Hostlock.Conformance.Support;
using Hostlock.Tests.Support;

namespace Hostlock.Conformance;

/// <summary>The recorded answers about archives. If Nix 2.34.8 is here, it is asked anew.</summary>
[Trait("program", "none")]
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
        var names = ArchiveVectors.Names.Where(name => name.StartsWith(beginning, StringComparison.Ordinal)).ToArray();
        foreach (var name in names)
            File.WriteAllBytes(folder[name], ArchiveVectors.Bytes(name));

        var hashes = nix.Values(
            folder.Path,
            [.. names.Select(name => $"(builtins.fetchTree {{ type = \"tarball\"; url = \"file://{folder[name]}\"; }}).narHash")]);

        Assert.NotEmpty(names);
        Assert.Equal(
            names.Select(name => (name, ArchiveVectors.Answer(name).Hash)), names.Zip(hashes, (name, hash) => (name, hash ?? "error")));
    }
}
