using System.Globalization;
using System.Text;
using Hostlock.Flakes;

namespace Hostlock.Locks;

/// <summary>
/// A lock as the bytes Nix would write: nlohmann::json's text with an indent of two and one line feed at the end. Here, and
/// only here, nodes get their keys.
/// </summary>
/// <remarks>Nix 2.34.8, libflake/lockfile.cc, LockFile::toJSON; nlohmann/json, serializer::dump.</remarks>
public static class LockFileWriter
{
    /// <summary>The bytes of the file.</summary>
    /// <exception cref="LockException">A text is not valid Unicode.</exception>
    public static byte[] Write(LockFile file)
    {
        var nodes = WithKeys(file);
        var text = new JsonText(16 * 1024);
        text.Raw("{\n  \"nodes\": {"u8);
        var first = true;
        foreach (var (key, node) in nodes.Order)
        {
            text.Raw(first ? "\n    "u8 : ",\n    "u8);
            first = false;
            text.Quoted(key);
            text.Raw(": "u8);
            WriteNode(text, node, nodes.Keys);
        }
        text.Raw("\n  },\n  \"root\": \"root\",\n  \"version\": 7\n}\n"u8);
        return text.ToArray();
    }

    static (SortedDictionary<string, LockNode> Order, Dictionary<LockNode, string> Keys) WithKeys(LockFile file)
    {
        var order = new SortedDictionary<string, LockNode>(Utf8Order.Instance);
        var keys = new Dictionary<LockNode, string>(ReferenceEqualityComparer.Instance);
        // The next number to try for a name; without it a thousand nodes named nixpkgs would be tried a million times.
        var next = new Dictionary<string, int>();
        Visit("root", file.Root);
        return (order, keys);

        void Visit(string name, LockNode node)
        {
            if (keys.ContainsKey(node))
                return;
            var key = name;
            if (order.ContainsKey(key))
            {
                // Nix counts from 2: the first duplicate of "nixpkgs" is "nixpkgs_2" (lockfile.cc, dumpNode).
                var number = next.GetValueOrDefault(name, 2);
                while (order.ContainsKey(key = string.Create(CultureInfo.InvariantCulture, $"{name}_{number}")))
                    number++;
                next[name] = number + 1;
            }
            // The key is taken before the inputs are visited.
            order[key] = node;
            keys[node] = key;
            foreach (var (input, edge) in node.Inputs)
            {
                if (edge is LockEdge.Locked(var child))
                    Visit(input, child);
            }
        }
    }

    static void WriteNode(JsonText text, LockNode node, Dictionary<LockNode, string> keys)
    {
        var members = 0;
        var unknowns = 0;
        var locked = node as LockedNode;
        text.Raw("{"u8);
        if (locked is { IsFlake: false })
        {
            Member("flake");
            text.Raw("false"u8);
        }
        if (node.Inputs.Count > 0)
        {
            Member("inputs");
            WriteInputs(text, node.Inputs, keys);
        }
        if (locked is not null)
        {
            Member("locked");
            WriteAttributes(text, locked.Locked);
            Member("original");
            WriteAttributes(text, locked.Original);
            if (locked.Parent is { } parent)
            {
                Member("parent");
                WritePath(text, parent, "        "u8, "      "u8);
            }
        }
        WriteUnknownBefore(null);
        text.Raw(members > 0 ? "\n    }"u8 : "}"u8);

        void Member(string name)
        {
            WriteUnknownBefore(name);
            Name(name);
        }

        // Nix sorts the members of an object, so that unknown ones are among those that are known.
        void WriteUnknownBefore(string? name)
        {
            while (unknowns < node.Unknown.Count && node.Unknown.Members[unknowns] is var (key, value)
                && (name is null || Utf8Order.Instance.Compare(key, name) < 0))
            {
                Name(key);
                text.Raw(Encoding.UTF8.GetBytes(value.Text));
                unknowns++;
            }
        }

        void Name(string name)
        {
            text.Raw(members++ > 0 ? ",\n      "u8 : "\n      "u8);
            text.Quoted(name);
            text.Raw(": "u8);
        }
    }

    static void WriteInputs(JsonText text, NameMap<LockEdge> inputs, Dictionary<LockNode, string> keys)
    {
        var first = true;
        text.Raw("{"u8);
        foreach (var (name, edge) in inputs)
        {
            text.Raw(first ? "\n        "u8 : ",\n        "u8);
            first = false;
            text.Quoted(name);
            text.Raw(": "u8);
            if (edge is LockEdge.Locked(var child))
                text.Quoted(keys[child]);
            else
                WritePath(text, ((LockEdge.Follows)edge).Target, "          "u8, "        "u8);
        }
        text.Raw("\n      }"u8);
    }

    static void WritePath(JsonText text, InputPath path, ReadOnlySpan<byte> inner, ReadOnlySpan<byte> outer)
    {
        if (path.IsRoot)
        {
            text.Raw("[]"u8);
            return;
        }
        text.Raw("["u8);
        for (var i = 0; i < path.Length; i++)
        {
            text.Raw(i > 0 ? ",\n"u8 : "\n"u8);
            text.Raw(inner);
            text.Quoted(path.Names[i]);
        }
        text.Raw("\n"u8);
        text.Raw(outer);
        text.Raw("]"u8);
    }

    static void WriteAttributes(JsonText text, FlakeRef reference)
    {
        var first = true;
        text.Raw("{"u8);
        foreach (var (name, value) in reference.Attributes)
        {
            text.Raw(first ? "\n        "u8 : ",\n        "u8);
            first = false;
            text.Quoted(name);
            text.Raw(": "u8);
            if (value is RefValue.Text(var characters))
                text.Quoted(characters);
            else
                text.Raw(Encoding.ASCII.GetBytes(value.ToString()!));
        }
        text.Raw(first ? "}"u8 : "\n      }"u8);
    }
}
