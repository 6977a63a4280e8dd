using System.Text;
using Hostlock.Fleets;
using Hostlock.Locks;
using Hostlock.Reporting;

namespace Hostlock.Tests.Reporting;

public class DriftMatrixTests
{
    [Fact]
    public void Locks_that_are_alike_share_a_row_and_inputs_that_are_the_same_everywhere_are_apart()
    {
        var matrix = Of(Lock("plex", ("a", 1), ("b", 1)), Lock("web", ("a", 1), ("b", 2)), Lock("orc", ("a", 1), ("b", 1)), Unread("imbp"));

        Assert.Equal(["b"], matrix.Columns.Select(column => column.Path.ToString()));
        Assert.Equal(["a"], matrix.Same.Select(same => same.Input));
        Assert.Equal(["plex orc", "web"], matrix.Rows.Select(row => string.Join(' ', row.Hosts)));
        Assert.Equal('2', ((LockEdge.Locked)matrix.Rows[1].Cells[0]!.Edge).Node.Locked.Revision![^1]);
    }

    [Fact]
    public void An_input_that_a_lock_does_not_have_differs_only_among_the_others()
    {
        var alike = Of(Lock("plex", ("a", 1)), Lock("web", ("a", 1), ("b", 2)));
        var differing = Of(Lock("plex", ("a", 1)), Lock("web", ("a", 1), ("b", 2)), Lock("orc", ("a", 1), ("b", 1)));

        Assert.Empty(alike.Columns);
        Assert.Equal(["a", "b"], alike.Same.Select(same => same.Input));
        Assert.Equal(3, differing.Rows.Length);
        Assert.Null(differing.Rows[0].Cells[0]);
    }

    [Fact]
    public void The_input_nixpkgs_comes_first_and_others_of_such_a_name_next()
    {
        var matrix = Of(
            Lock("plex", ("a", 1), ("nixpkgs", 1), ("nixpkgs-stable", 1)), Lock("web", ("a", 2), ("nixpkgs", 1), ("nixpkgs-stable", 2)));

        Assert.Equal(["nixpkgs", "nixpkgs-stable", "a"], matrix.Columns.Select(column => column.Path.ToString()));
    }

    [Fact]
    public void Locks_that_are_all_alike_are_one_row()
    {
        var matrix = Of(Lock("plex", ("a", 1)), Lock("web", ("a", 1)));

        Assert.Empty(matrix.Columns);
        Assert.Equal(["plex", "web"], Assert.Single(matrix.Rows).Hosts.Select(owner => owner.ToString()));
    }

    [Fact]
    public void Where_no_lock_can_be_read_there_is_nothing() => Assert.Empty(Of(Unread("plex")).Rows);

    static DriftMatrix Of(params LockStatus[] locks) => DriftMatrix.Of(locks, InputSelection.All);

    static LockStatus Lock(string host, params (string Name, int Revision)[] inputs)
    {
        var nodes = string.Concat(inputs.Select(input => $$"""
            "{{input.Name}}": {
              "locked": { "owner": "o", "repo": "r", "type": "github", "rev": "{{new string((char)('0' + input.Revision), 40)}}",
                "narHash": "sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=", "lastModified": 1 },
              "original": { "owner": "o", "repo": "r", "type": "github" } },
            """));
        var root = string.Join(", ", inputs.Select(input => $"\"{input.Name}\": \"{input.Name}\""));
        var file = LockFileReader.Read(
            "x",
            Encoding.UTF8.GetBytes($$"""{ "nodes": { {{nodes}} "root": { "inputs": { {{root}} } } }, "root": "root", "version": 7 }"""));
        return new(Place(host), file, [.. file.Root.Inputs.Select(input => new InputStatus(input.Key, input.Value, 0, null))], null);
    }

    static LockStatus Unread(string host) => new(Place(host), null, [], FleetException.NoRepository("x"));

    static LockPlace Place(string host) => LockPlace.Of("/f", $"locks/{host}.lock", [new LockOwner.Host(HostName.Parse(host))]);
}
