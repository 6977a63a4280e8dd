using System.Text;
using Hostlock.Flakes;
using Hostlock.Fleets;
using Hostlock.Locks;
using Hostlock.Tests.Support;
using static Hostlock.Tests.Support.SmallLocks;

namespace Hostlock.Tests.Fleets;

/// <summary>The inputs that locks have more than once, and the file whose lines join them.</summary>
public sealed class RepeatedInputsTests : IDisposable
{
    readonly TempFolder _folder = new();

    public RepeatedInputsTests()
    {
        _folder.Write("flake.nix", "{ outputs = _: { }; }");
        _folder.Write("own/flake.nix", "{ outputs = _: { }; }");
        _folder.Write("hostlock.toml", "version = 1\n[hosts.plex]\n[hosts.web]\n[hosts.orc]\nflake = \"own\"\nlock = \"own/flake.lock\"\n");
        _folder.Write("locks/plex.lock", Text(Twice("nixpkgs")));
        _folder.Write("own/flake.lock", Text(Of()));
    }

    FleetFolder Folder => FleetFolder.Open(_folder.Path);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Each_lock_that_exists_is_looked_at()
    {
        var found = RepeatedInputs.In(Folder, Hosts("plex", "web", "orc"), InputSelection.All);

        Assert.Equal(["plex", "orc"], found.Select(repeated => repeated.Place.Name));
        Assert.Equal(["nixpkgs"], found[0].Repetitions.Select(repetition => repetition.Target));
        Assert.Empty(found[1].Repetitions);
    }

    [Fact]
    public void Only_what_is_asked_about_is_told()
    {
        Assert.Empty(RepeatedInputs.In(Folder, Hosts("plex"), new([InputPath.Of("alone")]))[0].Repetitions);
        Assert.Throws<FleetException>(() => RepeatedInputs.In(Folder, Hosts("plex"), new([InputPath.Of("gone")])));
    }

    [Theory]
    [InlineData("plex web", true, "plex web")]
    [InlineData("orc", true, "orc")]
    [InlineData("plex web orc", false, "plex web")]
    [InlineData("orc", false, "orc")]
    public void Lines_are_written_into_one_file(string hosts, bool areNamed, string joined) =>
        Assert.Equal(
            joined, string.Join(' ', RepeatedInputs.OfOneFile(Hosts(hosts.Split(' ')), areNamed).Select(place => place.Name)));

    [Fact]
    public void Hosts_of_several_files_are_not_joined_at_once() =>
        Assert.Throws<FleetException>(() => RepeatedInputs.OfOneFile(Hosts("plex", "orc"), areNamed: true));

    List<LockPlace> Hosts(params string[] names) => [.. names.Select(name => Folder.PlaceOf(HostName.Parse(name)))];

    static LockFile Twice(string name) =>
        Of(
            (name, Locked("github:acme/a", 1, 1)),
            ("alone", Locked("github:acme/c", 4, 1)),
            ("b", Locked("github:acme/b", 2, 1, (name, Locked("github:acme/a", 3, 1)))));

    static string Text(LockFile file) => Encoding.UTF8.GetString(LockFileWriter.Write(file));
}
