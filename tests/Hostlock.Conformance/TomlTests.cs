using System.Globalization;
using System.Text.Json;
using Hostlock.Conformance.Support;
using Hostlock.Tests.Support;

namespace Hostlock.Conformance;

/// <summary>
/// What hostlock takes as TOML, <c>builtins.fromTOML</c> takes as well and reads alike: hostlock.nix reads the same file when a host is
/// evaluated.
/// </summary>
[Trait("program", "none")]
public sealed class TomlTests : IDisposable
{
    readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("2.34")]
    [InlineData("2.26")]
    [InlineData("2.8")]
    public void What_is_taken_is_read_alike_by_Nix(string release)
    {
        var nix = RealNix.Get(release, _folder);
        nix.Configure("experimental-features = nix-command flakes\nflake-registry =");
        // No setting takes a float, and JSON has no infinity.
        var taken = TomlVector.All().Where(vector => vector.Read().Table is not null && !vector.Has("float")).ToList();
        for (var i = 0; i < taken.Count; i++)
            _folder.Write($"texts/{Key(i)}", taken[i].Text!);

        var ended = nix.Run(
            _folder.Path, "eval", "--json", "--impure",
            "--expr", $"builtins.mapAttrs (name: _: builtins.fromTOML (builtins.readFile ({_folder["texts"]} + \"/${{name}}\"))) "
                + $"(builtins.readDir {_folder["texts"]})");

        using var answers = JsonDocument.Parse(ended.Succeeded);
        Assert.True(taken.Count > 100, "few of the vectors are taken");
        Assert.Empty(
            taken.Where(
                (vector, i) =>
                    !TomlVector.IsNixs(answers.RootElement.GetProperty(Key(i)), vector.Read().Table!)).Select(vector => vector.Name));
    }

    static string Key(int index) => string.Create(CultureInfo.InvariantCulture, $"{index:000}");
}
