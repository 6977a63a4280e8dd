using System.Text;
using System.Text.Json;
using Hostlock.Flakes;
using Hostlock.Locks;

namespace Hostlock.Tests.Locks;

public class LockFileWriterTests
{
    static LockedNode Node(string path, params (string, LockEdge)[] inputs)
    {
        var reference = FlakeRef.FromLock(RefAttributes.Of(("type", "path"), ("path", path)));
        return new(reference, reference, true, null, Inputs(inputs));
    }

    static NameMap<LockEdge> Inputs(params (string Name, LockEdge Edge)[] inputs) =>
        NameMap<LockEdge>.Of([.. inputs.Select(input => KeyValuePair.Create(input.Name, input.Edge))]);

    static LockEdge.Locked Edge(LockedNode node) => new(node);

    [Fact]
    public void Keys_are_given_in_the_order_of_the_walk_and_names_that_look_like_keys_are_counted_on()
    {
        var (a, b, aNixpkgs, aUtils, bNixpkgs, nixpkgs, second) =
            (Node("a"), Node("b"), Node("1"), Node("2"), Node("3"), Node("4"), Node("5"));
        a = a.WithInputs(Inputs(("nixpkgs", Edge(aNixpkgs)), ("utils", Edge(aUtils))));
        b = b.WithInputs(Inputs(("nixpkgs", Edge(bNixpkgs)), ("utils", new LockEdge.Follows(InputPath.Of("a", "utils")))));
        var root = new LockNode(Inputs(("a", Edge(a)), ("b", Edge(b)), ("nixpkgs", Edge(nixpkgs)), ("nixpkgs_2", Edge(second))));

        using var written = JsonDocument.Parse(LockFileWriter.Write(new(root)));

        var nodes = written.RootElement.GetProperty("nodes").EnumerateObject().Where(node => node.Name != "root");
        Assert.Equal(
            [("a", "a"), ("b", "b"), ("nixpkgs", "1"), ("nixpkgs_2", "3"), ("nixpkgs_2_2", "5"), ("nixpkgs_3", "4"), ("utils", "2")],
            nodes.Select(node => (node.Name, node.Value.GetProperty("locked").GetProperty("path").GetString()!)));
    }

    [Fact]
    public void Names_are_sorted_by_their_bytes()
    {
        // U+E000 and U+FF5E come before U+1F600 in UTF-8, and after it in UTF-16.
        string[] names = ["\U0001F600", "\uFF5E", "\uE000", "B", "a", "_"];

        var sorted = NameMap<int>.Of([.. names.Select(name => KeyValuePair.Create(name, 0))]).Names;

        Assert.Equal(["B", "_", "a", "\uE000", "\uFF5E", "\U0001F600"], sorted);
    }

    [Fact]
    public void Only_quotes_backslashes_and_control_characters_are_escaped()
    {
        var file = new LockFile(new(Inputs(("a", Edge(Node("é\u2028\u007F+<>&'/\"\\\b\t\n\f\r\u0001\u001f\U0001F600"))))));

        var text = Encoding.UTF8.GetString(LockFileWriter.Write(file));

        Assert.Contains(
            "\"path\": \"é\u2028\u007F+<>&'/\\\"\\\\\\b\\t\\n\\f\\r\\u0001\\u001f\U0001F600\"", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Attributes_that_Nix_does_not_know_stand_among_the_others_in_the_form_of_Nix()
    {
        const string written = """
            {"version":7,"root":"root","nodes":{"root":{"zzz":[],"inputs":{"a":"a"}},
            "a":{"zzz":{"y":[1.50,{"b":null,"a":{}}],"x":"é\u00e9\/"},
            "original":{"type":"path","path":"a"},"locked":{"type":"path","path":"a"},"flake2":-1e3,"buildTime":true,"mine":false}}}
            """;

        var text = Encoding.UTF8.GetString(LockFileWriter.Write(LockFileReader.Read("flake.lock", Encoding.UTF8.GetBytes(written))));

        Assert.Equal(
            """
            {
              "nodes": {
                "a": {
                  "buildTime": true,
                  "flake2": -1e3,
                  "locked": {
                    "path": "a",
                    "type": "path"
                  },
                  "mine": false,
                  "original": {
                    "path": "a",
                    "type": "path"
                  },
                  "zzz": {
                    "x": "éé/",
                    "y": [
                      1.50,
                      {
                        "a": {},
                        "b": null
                      }
                    ]
                  }
                },
                "root": {
                  "inputs": {
                    "a": "a"
                  },
                  "zzz": []
                }
              },
              "root": "root",
              "version": 7
            }

            """,
            text);
    }

    [Fact]
    public void Half_a_surrogate_pair_is_refused() =>
        Assert.Throws<LockException>(() => LockFileWriter.Write(new(new(Inputs(("a", Edge(Node("\uD800"))))))));

    [Fact]
    public void A_lock_without_inputs_is_still_a_lock() =>
        Assert.Equal(
            "{\n  \"nodes\": {\n    \"root\": {}\n  },\n  \"root\": \"root\",\n  \"version\": 7\n}\n",
            Encoding.UTF8.GetString(LockFileWriter.Write(LockFile.Empty)));
}
