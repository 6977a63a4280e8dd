using System.Globalization;
using System.Text.Json;
using Hostlock.Fleets;
using Hostlock.Fleets.Settings.Toml;

namespace Hostlock.Tests.Support;

/// <summary>One text of toml-test, the published vectors for TOML 1.0, and what it says. The first line of the file says where they are
/// from.</summary>
/// <param name="Name">Its name there: <c>valid/array/array</c>.</param>
/// <param name="Text">The text; null if its bytes are not UTF-8.</param>
/// <param name="Value">What it says, each value with its type; null if it is not TOML.</param>
sealed record TomlVector(string Name, string? Text, JsonElement? Value)
{
    public static IReadOnlyList<TomlVector> All() =>
    [
        .. File.ReadLines(Path.Combine(Repository.Vectors("toml"), "toml-test-1.0.jsonl")).Skip(1)
            .Select(line => JsonDocument.Parse(line).RootElement)
            .Select(row => new TomlVector(
                row.GetProperty("name").GetString()!,
                row.TryGetProperty("toml", out var text) ? text.GetString() : null,
                row.TryGetProperty("value", out var value) ? value : null)),
    ];

    /// <summary>The folder it is in: <c>valid/array</c>.</summary>
    public string Group => Name[..Name.LastIndexOf('/')];

    /// <summary>True if it has a value of one of some types, as toml-test names them.</summary>
    public bool Has(params IEnumerable<string> types) =>
        Value is { } value && types.Any(type => value.GetRawText().Contains($"\"type\":\"{type}\"", StringComparison.Ordinal));

    /// <summary>
    /// What our reader makes of it: a table, or the message of an error. A file that is not UTF-8 never gets to the reader, and the mark
    /// that some editors put first is taken off before.
    /// </summary>
    public (TomlTable? Table, string? Error) Read()
    {
        try
        {
            return Text is null
                ? (null, "it is not UTF-8")
                : (TomlReader.Read(new SourceText("vector", Text.StartsWith('\uFEFF') ? Text[1..] : Text)), null);
        }
        catch (FleetException why)
        {
            return (null, why.Message);
        }
    }

    /// <summary>True if a table says what a vector says. Floats are compared by type alone: hostlock.toml has no setting that takes
    /// one.</summary>
    public static bool IsSaidBy(JsonElement said, TomlTable table) =>
        said.EnumerateObject().Count() == table.Members.Count
        && said.EnumerateObject().All(member => table.TryGet(member.Name, out var read) && IsSaidBy(member.Value, read.Value));

    static bool IsSaidBy(JsonElement said, TomlValue value) => value switch
    {
        TomlValue.Table(var members, _) => said.ValueKind == JsonValueKind.Object && IsSaidBy(said, members),
        TomlValue.List(var items, _) => said.ValueKind == JsonValueKind.Array && said.GetArrayLength() == items.Length
            && said.EnumerateArray().Zip(items).All(pair => IsSaidBy(pair.First, pair.Second)),
        TomlValue.Text(var text, _) => Is(said, "string", text),
        TomlValue.Integer(var number, _) => Is(said, "integer", number.ToString(CultureInfo.InvariantCulture)),
        TomlValue.Truth(var truth, _) => Is(said, "bool", truth ? "true" : "false"),
        TomlValue.Float => said.GetProperty("type").GetString() == "float",
        _ => false,
    };

    static bool Is(JsonElement said, string type, string value) =>
        said.ValueKind == JsonValueKind.Object
            && said.GetProperty("type").GetString() == type
            && said.GetProperty("value").GetString() == value;

    /// <summary>True if a table says what <c>builtins.toJSON</c> made of the same text.</summary>
    public static bool IsNixs(JsonElement nix, TomlTable table) =>
        nix.EnumerateObject().Count() == table.Members.Count
        && nix.EnumerateObject().All(member => table.TryGet(member.Name, out var read) && IsNixs(member.Value, read.Value));

    static bool IsNixs(JsonElement nix, TomlValue value) => value switch
    {
        TomlValue.Table(var members, _) => nix.ValueKind == JsonValueKind.Object && IsNixs(nix, members),
        TomlValue.List(var items, _) => nix.ValueKind == JsonValueKind.Array && nix.GetArrayLength() == items.Length
            && nix.EnumerateArray().Zip(items).All(pair => IsNixs(pair.First, pair.Second)),
        TomlValue.Text(var text, _) => nix.ValueKind == JsonValueKind.String && nix.GetString() == text,
        TomlValue.Integer(var number, _) => nix.ValueKind == JsonValueKind.Number && nix.GetInt64() == number,
        TomlValue.Truth(var truth, _) => nix.ValueKind == (truth ? JsonValueKind.True : JsonValueKind.False),
        _ => false,
    };
}
