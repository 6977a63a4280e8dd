using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using Hostlock.Flakes;

namespace Hostlock.Locks;

/// <summary>
/// The text of a lock file as a <see cref="LockFile"/>. The history of the format: versions 1 to 4 were trees and are read by
/// no release; 5 kept some attributes of <c>locked</c> in <c>info</c>; 6 folded them in but still let inputs share nodes; in 7
/// sharing is said by follows alone. The reader takes 5, 6 and 7 the same way, as Nix does.
/// </summary>
/// <remarks>
/// Nix 2.34.8, libflake/lockfile.cc, LockFile::LockFile; nlohmann/json for what counts as JSON. Only what is reachable from the
/// root is judged; unknown members of a node, and unknown attributes and types of a reference, are kept.
/// </remarks>
public static class LockFileReader
{
    /// <summary>Largest file read, in bytes. The largest lock found in the wild has 703 KB.</summary>
    public const int MaximumBytes = 16 * 1024 * 1024;

    /// <summary>Deepest nesting of inputs that is followed.</summary>
    public const int MaximumDepth = 256;

    /// <summary>Reads a lock.</summary>
    /// <param name="name">The file's name, for messages.</param>
    /// <param name="bytes">Its contents.</param>
    /// <param name="reading">The memory of locks that are read together, which this lock is added to; null for a lock alone.</param>
    /// <exception cref="LockException">It is not a lock this program can read; the message has file, line and column.</exception>
    public static LockFile Read(string name, ReadOnlyMemory<byte> bytes, LockReading? reading = null)
    {
        if (bytes.Length > MaximumBytes)
            throw LockException.TooLarge(name, MaximumBytes);
        // nlohmann skips a byte order mark.
        if (bytes.Span.StartsWith("\uFEFF"u8))
            bytes = bytes[3..];
        try
        {
            return new Walk(name, bytes, reading).Read();
        }
        catch (LockException) when (reading is not null)
        {
            // Places in a malformed file are counted from its beginning.
            return new Walk(name, bytes, null).Read();
        }
    }

    /// <summary>Reads a lock that somebody else may have; null if it is none.</summary>
    /// <param name="bytes">Its contents.</param>
    /// <param name="reading">The memory of locks that are read together; null for a lock alone.</param>
    public static LockFile? TryRead(ReadOnlyMemory<byte> bytes, LockReading? reading = null)
    {
        try
        {
            return Read("flake.lock", bytes, reading);
        }
        catch (HostlockException)
        {
            return null;
        }
    }

    /// <summary>A node as it stands in the file: nothing of it is judged before it is reached. Files that have it alike share it.</summary>
    internal sealed class RawNode
    {
        public FlakeRef? Locked;
        public FlakeRef? Info;
        public FlakeRef? Original;
        public bool IsFlake = true;
        public InputPath? Parent;
        public List<KeyValuePair<string, object>> Inputs = [];
        public List<KeyValuePair<string, UnknownValue>> Unknown = [];
        public LockException? Defect;
    }

    /// <summary>A node of this file, and what was made of it.</summary>
    /// <param name="raw">The node as it stands there.</param>
    /// <param name="offset">The offset of the node in the file, in bytes.</param>
    struct FileNode(RawNode raw, int offset)
    {
        public readonly RawNode Raw = raw;
        public readonly int Offset = offset;
        public LockedNode? Made;
        public bool IsBeingMade;

        /// <summary>The levels of inputs beneath the node, once it is made.</summary>
        public int Height;
    }

    ref struct Walk
    {
        readonly string _name;
        readonly ReadOnlyMemory<byte> _bytes;
        readonly LockReading? _reading;
        readonly Dictionary<string, FileNode> _nodes;
        Utf8JsonReader _json;
        // Where the reader began: it begins anew behind a node that is known.
        int _base;
        string? _root;
        int _rootOffset;
        string? _version;
        int _versionOffset;

        public Walk(string name, ReadOnlyMemory<byte> bytes, LockReading? reading)
        {
            _name = name;
            _bytes = bytes;
            _reading = reading;
            _nodes = new(reading?.NodesOfLast ?? 0);
            _json = new(bytes.Span, new JsonReaderOptions { MaxDepth = 64 });
        }

        public LockFile Read()
        {
            try
            {
                ReadTop();
            }
            catch (Exception why) when (why is JsonException or InvalidOperationException)
            {
                throw NotJson(why);
            }
            if (_version is null)
                throw LockException.NoVersion(_name);
            if (_version is not ("5" or "6" or "7"))
                throw LockException.UnsupportedVersion(At(_versionOffset), _version);
            if (_root is null)
                throw LockException.WrongType(At(_rootOffset), "'root'", "a text");
            // A root that names no node counts as a root without inputs.
            ref var root = ref CollectionsMarshal.GetValueRefOrNullRef(_nodes, _root);
            if (Unsafe.IsNullRef(ref root))
                return LockFile.Empty;
            if (root.Raw.Defect is { } defect)
                throw defect;
            root.IsBeingMade = true;
            return new(new LockNode(Inputs(ref root, 0)) { Unknown = NameMap<UnknownValue>.Of(root.Raw.Unknown) });
        }

        void ReadTop()
        {
            _json.Read();
            if (_json.TokenType != JsonTokenType.StartObject)
                throw LockException.WrongType(Here(), "the top level", "an object");
            while (_json.Read() && _json.TokenType == JsonTokenType.PropertyName)
            {
                if (_json.ValueTextEquals("nodes"u8))
                    ReadNodes();
                else if (_json.ValueTextEquals("root"u8))
                    ReadRoot();
                else if (_json.ValueTextEquals("version"u8))
                    ReadVersion();
                else
                    SkipMember();
            }
            // Anything behind the closing brace is an error that the reader itself raises.
            while (_json.Read())
            {
            }
        }

        void ReadRoot()
        {
            _json.Read();
            _rootOffset = Offset();
            _root = _json.TokenType == JsonTokenType.String ? _json.GetString() : null;
            _json.Skip();
        }

        void ReadVersion()
        {
            _json.Read();
            _versionOffset = Offset();
            _version = _json.TokenType switch
            {
                JsonTokenType.Number => ToNumber(ref _json).ToString(System.Globalization.CultureInfo.InvariantCulture),
                JsonTokenType.String => $"\"{_json.GetString()}\"",
                _ => throw LockException.WrongType(Here(), "'version'", "a number"),
            };
        }

        void ReadNodes()
        {
            _json.Read();
            _nodes.Clear();
            if (_json.TokenType != JsonTokenType.StartObject)
                throw LockException.WrongType(Here(), "'nodes'", "an object");
            JsonReaderState? behindNode = null;
            KnownNode? last = null;
            var end = 0;
            while (_json.Read() && _json.TokenType == JsonTokenType.PropertyName)
            {
                var key = _json.GetString()!;
                var start = _base + (int)_json.BytesConsumed;
                start += _bytes.Span[start..].IndexOfAnyExcept(" \n\r\t"u8) is > 0 and var blanks ? blanks : 0;
                if (behindNode is { } state && _reading!.Nodes.Find(key, _bytes.Span[start..]) is { } known)
                {
                    last?.LeadTo(known, _bytes.Span[end..start]);
                    (last, _base) = Take(known, start);
                    end = _base;
                    _json = new(_bytes.Span[_base..], isFinalBlock: true, state);
                    continue;
                }
                _json.Read();
                var node = ReadNode(key);
                _nodes[key] = new(node, start);
                if (_reading is null)
                    continue;
                behindNode = _json.CurrentState;
                var (before, behind) = (end, _base + (int)_json.BytesConsumed);
                var added = node.Defect is null ? _reading.Nodes.Add(key, _bytes.Span[start..behind], node) : null;
                if (added is not null)
                    last?.LeadTo(added, _bytes.Span[before..start]);
                (last, end) = (added, behind);
            }
            if (_reading is not null)
                _reading.NodesOfLast = _nodes.Count;
        }

        // Takes a node that is known, and those that follow it as they did in another file; returns the last of them, and where it ends.
        readonly (KnownNode Last, int End) Take(KnownNode known, int start)
        {
            while (true)
            {
                _nodes[known.Key] = new(known.Node, start);
                var end = start + known.Json.Length;
                if (known.Next is not var (between, next)
                    || !_bytes.Span[end..].StartsWith(between)
                    || !_bytes.Span[(end + between.Length)..].StartsWith(next.Json))
                    return (known, end);
                (known, start) = (next, end + between.Length);
            }
        }

        RawNode ReadNode(string key)
        {
            var node = new RawNode();
            if (_json.TokenType != JsonTokenType.StartObject)
            {
                node.Defect = LockException.WrongType(Here(), $"node '{key}'", "an object");
                _json.Skip();
                return node;
            }
            while (_json.Read() && _json.TokenType == JsonTokenType.PropertyName)
            {
                if (_json.ValueTextEquals("locked"u8))
                    node.Locked = ReadAttributes(node);
                else if (_json.ValueTextEquals("original"u8))
                    node.Original = ReadAttributes(node);
                else if (_json.ValueTextEquals("info"u8))
                    node.Info = ReadAttributes(node);
                else if (_json.ValueTextEquals("inputs"u8))
                    ReadInputs(node);
                else if (_json.ValueTextEquals("flake"u8))
                    ReadFlake(node);
                else if (_json.ValueTextEquals("parent"u8))
                    ReadParent(node);
                else if (_reading is { KeepsUnknown: false })
                    SkipMember();
                else
                    ReadUnknown(node);
            }
            return node;
        }

        void ReadFlake(RawNode node)
        {
            _json.Read();
            if (_json.TokenType is JsonTokenType.True or JsonTokenType.False)
            {
                node.IsFlake = _json.TokenType == JsonTokenType.True;
                return;
            }
            node.Defect ??= LockException.WrongType(Here(), "'flake'", "true or false");
            _json.Skip();
        }

        void ReadParent(RawNode node)
        {
            _json.Read();
            node.Parent = ReadPath(node, "'parent'");
        }

        void ReadUnknown(RawNode node)
        {
            var name = _json.GetString()!;
            _json.Read();
            node.Unknown.Add(new(name, new(JsonText.OfMember(ref _json))));
        }

        void ReadInputs(RawNode node)
        {
            _json.Read();
            if (IsNothing())
            {
                node.Inputs.Clear();
                return;
            }
            if (_json.TokenType != JsonTokenType.StartObject)
            {
                node.Defect ??= LockException.WrongType(Here(), "'inputs'", "an object");
                _json.Skip();
                return;
            }
            node.Inputs.Clear();
            while (_json.Read() && _json.TokenType == JsonTokenType.PropertyName)
            {
                var name = _json.GetString()!;
                _json.Read();
                if (_json.TokenType == JsonTokenType.String)
                    node.Inputs.Add(new(name, _json.GetString()!));
                else if (ReadPath(node, $"input '{name}'") is { } target)
                    node.Inputs.Add(new(name, new LockEdge.Follows(target)));
            }
        }

        // Nix takes null and an empty list for no inputs at all, because its JSON library finds nothing in them.
        bool IsNothing()
        {
            if (_json.TokenType == JsonTokenType.Null)
                return true;
            var ahead = _json;
            if (_json.TokenType != JsonTokenType.StartArray || !ahead.Read() || ahead.TokenType != JsonTokenType.EndArray)
                return false;
            _json = ahead;
            return true;
        }

        InputPath? ReadPath(RawNode node, string what)
        {
            if (_json.TokenType != JsonTokenType.StartArray)
            {
                node.Defect ??= LockException.WrongType(Here(), what, "a list of texts");
                _json.Skip();
                return null;
            }
            var names = new List<string>();
            while (_json.Read() && _json.TokenType != JsonTokenType.EndArray)
            {
                if (_json.TokenType == JsonTokenType.String)
                {
                    names.Add(_json.GetString()!);
                    continue;
                }
                node.Defect ??= LockException.WrongType(Here(), what, "a list of texts");
                _json.Skip();
            }
            return names.Count == 0 ? InputPath.Root : InputPath.Of(names);
        }

        FlakeRef? ReadAttributes(RawNode node)
        {
            _json.Read();
            if (_json.TokenType != JsonTokenType.StartObject)
            {
                node.Defect ??= LockException.WrongType(Here(), "a reference", "an object");
                _json.Skip();
                return null;
            }
            var start = Offset();
            var ahead = _json;
            ahead.Skip();
            var bytes = _bytes.Span[start..(_base + (int)ahead.BytesConsumed)];
            if (_reading is not null && _reading.References.TryGet(bytes, out var known))
            {
                _json = ahead;
                return known;
            }
            var isWhole = true;
            var values = new List<KeyValuePair<string, RefValue>>(8);
            while (_json.Read() && _json.TokenType == JsonTokenType.PropertyName)
            {
                var name = AttributeName(ref _json);
                _json.Read();
                RefValue? value = _json.TokenType switch
                {
                    JsonTokenType.String => new RefValue.Text(AttributeText(ref _json)),
                    JsonTokenType.Number => new RefValue.Number(ToNumber(ref _json)),
                    JsonTokenType.True => new RefValue.Truth(true),
                    JsonTokenType.False => new RefValue.Truth(false),
                    _ => null,
                };
                if (value is null)
                {
                    node.Defect ??= LockException.WrongType(Here(), $"attribute '{name}'", "a text, a number, true or false");
                    _json.Skip();
                    isWhole = false;
                    continue;
                }
                values.Add(new(name, value));
            }
            var reference = FlakeRef.FromLock(RefAttributes.Of(values));
            if (isWhole)
                _reading?.References.Add(bytes, reference);
            return reference;
        }

        // The names and types that make up nearly all of a lock are one string each, not a new one for each node.
        static string AttributeName(ref Utf8JsonReader json) =>
            json.ValueTextEquals("narHash"u8) ? "narHash"
            : json.ValueTextEquals("type"u8) ? "type"
            : json.ValueTextEquals("lastModified"u8) ? "lastModified"
            : json.ValueTextEquals("owner"u8) ? "owner"
            : json.ValueTextEquals("repo"u8) ? "repo"
            : json.ValueTextEquals("rev"u8) ? "rev"
            : json.ValueTextEquals("ref"u8) ? "ref"
            : json.ValueTextEquals("url"u8) ? "url"
            : json.GetString()!;

        static string AttributeText(ref Utf8JsonReader json) => json.ValueTextEquals("github"u8) ? "github" : json.GetString()!;

        // nlohmann converts any number to 64 unsigned bits: 1.5 to 1, -1 to the largest, what is out of range to 0.
        static ulong ToNumber(ref Utf8JsonReader json)
        {
            if (json.TryGetUInt64(out var exact))
                return exact;
            if (json.TryGetInt64(out var negative))
                return unchecked((ulong)negative);
            var number = json.TryGetDouble(out var real) ? Math.Truncate(real) : double.NaN;
            return number switch
            {
                >= 0 and < 18446744073709551616.0 => (ulong)number,
                < 0 and >= -9223372036854775808.0 => unchecked((ulong)(long)number),
                _ => 0,
            };
        }

        void SkipMember()
        {
            _json.Read();
            _json.Skip();
        }

        NameMap<LockEdge> Inputs(ref FileNode from, int depth)
        {
            if (from.Raw.Inputs.Count == 0)
                return NameMap<LockEdge>.Empty;
            var inputs = new List<KeyValuePair<string, LockEdge>>(from.Raw.Inputs.Count);
            foreach (var (name, target) in from.Raw.Inputs)
                inputs.Add(new(name, target as LockEdge ?? new LockEdge.Locked(Node((string)target, ref from, depth + 1))));
            return NameMap<LockEdge>.Of(inputs);
        }

        LockedNode Node(string key, ref FileNode from, int depth)
        {
            ref var node = ref CollectionsMarshal.GetValueRefOrNullRef(_nodes, key);
            if (Unsafe.IsNullRef(ref node))
                throw LockException.MissingNode(At(from.Offset), key);
            // A node that is shared may lie deeper by this path than by the one that it was made by.
            if (depth + node.Height > MaximumDepth)
                throw LockException.TooDeep(At(node.Offset), MaximumDepth);
            if (node.Made is { } made)
            {
                from.Height = Math.Max(from.Height, node.Height + 1);
                return made;
            }
            if (node.IsBeingMade)
                throw LockException.NodeCycle(At(node.Offset), key);
            var raw = node.Raw;
            if (raw.Defect is { } defect)
                throw defect;
            node.IsBeingMade = true;
            var locked = raw.Locked ?? throw LockException.MissingAttribute(At(node.Offset), key, "locked");
            var original = raw.Original ?? throw LockException.MissingAttribute(At(node.Offset), key, "original");
            if (raw.Info is { } info)
                locked = FlakeRef.FromLock(RefAttributes.Of([.. locked.Attributes, .. info.Attributes]));
            node.Made = new(locked, original, raw.IsFlake, raw.Parent, Inputs(ref node, depth))
            {
                Unknown = NameMap<UnknownValue>.Of(raw.Unknown),
            };
            from.Height = Math.Max(from.Height, node.Height + 1);
            return node.Made;
        }

        LockException NotJson(Exception why)
        {
            if (IsEncrypted(_bytes.Span))
                return LockException.NotReadable(_name);
            var text = Text();
            foreach (var marker in (ReadOnlySpan<string>)["<<<<<<< ", "=======\n", ">>>>>>> "])
            {
                var at = text.Text.StartsWith(marker, StringComparison.Ordinal)
                    ? 0
                    : text.Text.IndexOf('\n' + marker, StringComparison.Ordinal) + 1;
                if (at > 0 || text.Text.StartsWith(marker, StringComparison.Ordinal))
                    return LockException.ConflictMarkers(text.Span(at, marker.TrimEnd().Length));
            }
            if (_bytes.IsEmpty || _bytes.Span.IndexOfAnyExcept(" \n\r\t"u8) < 0)
                return LockException.Malformed(text.Span(0, 0), "the file is empty");
            var offset = (int)Math.Min(_base + _json.BytesConsumed, _bytes.Length);
            if (why is JsonException { LineNumber: { } line, BytePositionInLine: { } column })
                offset = OffsetOf(line, column);
            var reason = why is JsonException ? Reason(why.Message) : "a text is not valid Unicode";
            return LockException.Malformed(At(offset), reason);
        }

        // A file of git-crypt begins with a null byte. Texts of age, of OpenPGP and of Ansible say what they are; those of OpenSSL begin
        // with "Salted__" in base64.
        static bool IsEncrypted(ReadOnlySpan<byte> bytes) =>
            bytes[..Math.Min(bytes.Length, 512)].Contains((byte)0)
            || bytes.StartsWith("age-encryption.org/"u8)
            || bytes.StartsWith("-----BEGIN AGE ENCRYPTED FILE-----"u8)
            || bytes.StartsWith("-----BEGIN PGP MESSAGE-----"u8)
            || bytes.StartsWith("$ANSIBLE_VAULT;"u8)
            || bytes.StartsWith("U2FsdGVkX1"u8);

        // System.Text.Json ends its messages with the place, which we show ourselves, and a remark on its options.
        static string Reason(string message)
        {
            var end = message.IndexOf(" LineNumber:", StringComparison.Ordinal);
            var sentence = (end < 0 ? message : message[..end]).TrimEnd('.', ' ');
            var first = sentence.IndexOf(". ", StringComparison.Ordinal) is > 0 and var stop ? sentence[..stop] : sentence;
            return char.ToLowerInvariant(first[0]) + first[1..];
        }

        readonly int OffsetOf(long line, long column)
        {
            var at = 0;
            for (var i = 0L; i < line; i++)
                at += _bytes.Span[at..].IndexOf((byte)'\n') + 1;
            return (int)Math.Min(at + column, _bytes.Length);
        }

        readonly int Offset() => _base + (int)_json.TokenStartIndex;

        readonly SourceSpan Here() => At(Offset());

        readonly SourceSpan At(int offset)
        {
            var before = Encoding.UTF8.GetCharCount(_bytes.Span[..Math.Min(offset, _bytes.Length)]);
            var text = Text();
            return text.Span(Math.Min(before, text.Text.Length), before < text.Text.Length ? 1 : 0);
        }

        readonly SourceText Text() => new(_name, Encoding.UTF8.GetString(_bytes.Span));
    }
}
