using System.Collections.Immutable;
using Hostlock.Locks;
using Hostlock.Machines;
using Hostlock.Tests.Machines.Probing;
using static Hostlock.Tests.Support.SmallLocks;

namespace Hostlock.Tests.Machines;

public class SystemLabelTests
{
    [Fact]
    public void A_system_is_called_by_the_nixpkgs_of_its_lock_else_by_another_input()
    {
        Assert.Equal("2222222", Label(Of(("a", Locked("github:acme/a", 1, 1)), ("nixpkgs", Locked("github:NixOS/nixpkgs", 2, 2)))));
        Assert.Equal("1111111", Label(Of(("a", Locked("github:acme/a", 1, 1)), ("nixpkgs", Follows("a")))));
    }

    [Theory]
    [InlineData("25.11.20260301.abcdef1", "25.11.20260301.abcdef1")]
    [InlineData("x", "0000000")]
    public void Without_a_lock_it_is_called_by_its_version_else_by_its_hash(string version, string label)
    {
        Assert.Equal(label, SystemLabel.Of(Facts(version, (ImmutableArray<byte>?)null)));
        Assert.Equal(label, SystemLabel.Of(Facts(version, LockFileWriter.Write(LockFile.Empty))));
    }

    [Fact]
    public void Where_nothing_runs_there_is_no_word() =>
        Assert.Equal("-", SystemLabel.Of(Facts("x", (ImmutableArray<byte>?)null) with { Running = null }));

    static string Label(LockFile file) => SystemLabel.Of(Facts("25.11", LockFileWriter.Write(file)));

    static MachineFacts Facts(string version, ImmutableArray<byte>? bytes) =>
        new(
            FakeMachine.System('0', version),
            null,
            bytes is { } known ? new Stamp(Stamp.Hash(known.AsSpan()), known, "plex") : null)
        {
            HostName = "plex",
            MachineId = "m",
            BootId = "b",
        };

    static MachineFacts Facts(string version, byte[] bytes) => Facts(version, ImmutableArray.Create(bytes));
}
