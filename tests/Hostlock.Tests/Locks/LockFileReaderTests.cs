using System.Text;
using System.Text.Json;
using Hostlock.Flakes;
using Hostlock.Locks;

namespace Hostlock.Tests.Locks;

public class LockFileReaderTests
{
    static string Node(string members = "") =>
        "{" + members + """ "locked":{"type":"path","path":"/a","narHash":"h"},"original":{"type":"path","path":"/a"}}""";

    static string File(string rootInputs, string nodes) =>
        """{"nodes":{"root":{"inputs":{""" + rootInputs + "}}," + nodes + """},"root":"root","version":7}""";

    static LockFile Read(string text, LockReading? reading = null) =>
        LockFileReader.Read("flake.lock", Encoding.UTF8.GetBytes(text), reading);

    static string Error(string text, LockReading? reading = null) =>
        Assert.Throws<LockException>(() => Read(text, reading)) is var error ? $"{error.Span}: {error.Message}" : "";

    [Theory]
    [InlineData("\0GITCRYPT\0\u0001\u0002")]
    [InlineData("age-encryption.org/v1\n-> X25519 abc\n")]
    [InlineData("-----BEGIN AGE ENCRYPTED FILE-----\nYWdl\n")]
    [InlineData("-----BEGIN PGP MESSAGE-----\n\nhQ\n")]
    public void Of_an_encrypted_lock_no_byte_is_shown(string text)
    {
        var error = Assert.Throws<LockException>(() => LockFileReader.Read("plex.lock", System.Text.Encoding.UTF8.GetBytes(text)));

        Assert.Equal("'plex.lock' is not text: it is encrypted, or damaged", error.Message);
        Assert.Null(error.Span);
    }

    [Fact]
    public void Nodes_that_cannot_be_reached_are_not_judged()
    {
        var file = Read("""{"nodes":{"root":{},"odd":{"locked":7,"inputs":[]}},"root":"root","version":7}""");

        Assert.Empty(file.AllInputs());
    }

    [Theory]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("[ ]")]
    public void Null_and_an_empty_list_are_no_inputs(string inputs)
    {
        var file = Read("""{"nodes":{"root":{"inputs":""" + inputs + """}},"root":"root","version":7}""");

        Assert.Empty(file.Root.Inputs);
    }

    [Fact]
    public void What_two_locks_have_in_common_exists_once_if_they_are_read_together()
    {
        var text = File("\"a\":\"a\"", "\"a\":" + Node());
        var reading = new LockReading();

        Assert.Same(LockedOf(Read(text, reading)), LockedOf(Read(text, reading)));
        Assert.NotSame(LockedOf(Read(text)), LockedOf(Read(text)));

        static FlakeRef LockedOf(LockFile file) => ((LockEdge.Locked)file.EdgeAt(InputPath.Of("a"))!).Node.Locked;
    }

    [Fact]
    public void What_is_known_of_other_files_changes_neither_the_lock_nor_the_place_of_an_error()
    {
        var lines = string.Join(",\n", Enumerable.Range(0, 20).Select(i => $"\"n{i}\": {Node()}"));
        var text = File("\"a\":\"n0\",\"b\":\"n19\"", lines);
        var odd = text.Replace("\"n7\": {", "\"n7\": { \"flake\": false,", StringComparison.Ordinal);
        var broken = text.Replace("},\"root\":\"root\"", "},\"root\"::\"root\"", StringComparison.Ordinal);
        var dangling = text.Replace("\"b\":\"n19\"", "\"b\":\"n20\"", StringComparison.Ordinal);

        var reading = new LockReading();

        var (first, second) = (LockFileWriter.Write(Read(text, reading)), LockFileWriter.Write(Read(text, reading)));

        Assert.Equal(first, second);
        Assert.Equal(first, LockFileWriter.Write(Read(odd, reading)));
        Assert.StartsWith("flake.lock:20:", Error(broken, reading), StringComparison.Ordinal);
        Assert.StartsWith("flake.lock:1:", Error(dangling, reading), StringComparison.Ordinal);
        // An object whose text begins with all of a known object, and goes on, is another object.
        Assert.StartsWith(
            "flake.lock:8:", Error(text.Replace("\"n7\": {", "\"n7\": {},{", StringComparison.Ordinal), reading), StringComparison.Ordinal);
    }

    [Fact]
    public void Info_of_old_files_wins_over_locked()
    {
        var file = Read(File("\"a\":\"a\"", "\"a\":" + Node("\"info\":{\"narHash\":\"new\"},")));

        Assert.Equal("new", Assert.IsType<LockEdge.Locked>(file.EdgeAt(InputPath.Of("a"))).Node.Locked.NarHash);
    }

    [Fact]
    public void Unknown_types_and_attributes_come_back()
    {
        const string text = """
            {
              "nodes": {
                "a": {
                  "locked": {
                    "odd": true,
                    "type": "carrier-pigeon",
                    "weight": 7
                  },
                  "original": {
                    "type": "carrier-pigeon"
                  }
                },
                "root": {
                  "inputs": {
                    "a": "a"
                  }
                }
              },
              "root": "root",
              "version": 7
            }

            """;

        Assert.Equal(text, Encoding.UTF8.GetString(LockFileWriter.Write(Read(text))));
    }

    [Theory]
    [InlineData("1.5", 1UL)]
    [InlineData("-1", ulong.MaxValue)]
    [InlineData("18446744073709551615", ulong.MaxValue)]
    [InlineData("1e30", 0UL)]
    public void Numbers_are_made_unsigned_as_Nix_makes_them(string written, ulong read)
    {
        var file = Read(File("\"a\":\"a\"", "\"a\":{\"locked\":{\"type\":\"path\",\"lastModified\":" + written + "},\"original\":{}}"));

        Assert.Equal(read, ((LockEdge.Locked)file.EdgeAt(InputPath.Of("a"))!).Node.Locked.LastModified!.Value.Seconds);
    }

    [Theory]
    [InlineData("", "flake.lock:1:1: not a lock file: the file is empty")]
    [InlineData("[]", "flake.lock:1:1: the top level of the lock file must be an object")]
    [InlineData("""{"nodes":{},"root":"root"}""", ": 'flake.lock' is not a lock file: it has no version")]
    [InlineData("""{"nodes":{},"root":"root","version":8}""", "flake.lock:1:37: lock file version 8 is not supported")]
    [InlineData("""{"nodes":{},"root":"root","version":"7"}""", "flake.lock:1:37: lock file version \"7\" is not supported")]
    [InlineData(
        """{"nodes":{"root":{"inputs":{"a":"b"}}},"root":"root","version":7}""",
        "flake.lock:1:18: the lock file refers to a node 'b' that it does not have")]
    [InlineData(
        """{"nodes":{"root":{"inputs":{"a":"a"}},"a":{}},"root":"root","version":7}""",
        "flake.lock:1:43: node 'a' of the lock file has no 'locked'")]
    [InlineData(
        """{"nodes":{"root":{"inputs":{"a":"root"}}},"root":"root","version":7}""",
        "flake.lock:1:18: the lock file has a cycle through node 'root'")]
    [InlineData("{\n<<<<<<< HEAD\n", "flake.lock:2:1: the lock file has conflict markers of a merge")]
    [InlineData(
        """{"nodes":{"root":{}},"root":"root","version":7} x""",
        "flake.lock:1:49: not a lock file: 'x' is invalid after a single JSON value")]
    public void What_is_wrong_is_said_with_its_place(string text, string error) =>
        Assert.StartsWith(error, Error(text), StringComparison.Ordinal);

    [Fact]
    public void A_cycle_between_nodes_is_an_error_and_not_an_endless_walk()
    {
        var text = File("\"a\":\"a\"", "\"a\":" + Node("\"inputs\":{\"b\":\"b\"},") + ",\"b\":" + Node("\"inputs\":{\"a\":\"a\"},"));

        Assert.Contains("cycle", Error(text), StringComparison.Ordinal);
    }

    [Fact]
    public void Shared_nodes_stay_shared_and_are_gone_into_once()
    {
        // 60 levels that each name the next twice: two to the sixtieth paths.
        var nodes = string.Join(
            ",", Enumerable.Range(0, 60).Select(i => $"\"n{i}\":" + Node($"\"inputs\":{{\"x\":\"n{i + 1}\",\"y\":\"n{i + 1}\"}},")));
        var file = Read(File("\"a\":\"n0\"", nodes + ",\"n60\":" + Node()));

        Assert.Equal(62 + 60 - 1, file.AllInputs().Count());
        Assert.Equal(62, JsonDocument.Parse(LockFileWriter.Write(file)).RootElement.GetProperty("nodes").EnumerateObject().Count());
    }

    [Fact]
    public void Nesting_without_end_is_refused()
    {
        var nodes = string.Join(",", Enumerable.Range(0, 5000).Select(i => $"\"n{i}\":" + Node($"\"inputs\":{{\"x\":\"n{i + 1}\"}},")));

        Assert.Contains("deep", Error(File("\"a\":\"n0\"", nodes + ",\"n5000\":" + Node())), StringComparison.Ordinal);
    }
}
