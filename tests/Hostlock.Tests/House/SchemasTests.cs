using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Hostlock.Cli;
using Hostlock.Fleets.Settings;
using Hostlock.Fleets.Settings.Toml;
using Hostlock.Reporting.Json;
using Hostlock.Tests.Scripts;
using Hostlock.Tests.Support;
using Json.Schema;
using JsonSchema = Json.Schema.JsonSchema;

namespace Hostlock.Tests.House;

/// <summary>
/// The schemas of all JSON: docs/schemas and docs/json.md are made of them, and <c>HOSTLOCK_BLESS=1</c> rewrites these. What the program
/// prints is held against them wherever a test sees it (<see cref="JsonSchemas"/>).
/// </summary>
public class SchemasTests
{
    static readonly string Folder = Path.Combine(Repository.Root, "docs/schemas");
    static readonly bool IsBlessing = Environment.GetEnvironmentVariable("HOSTLOCK_BLESS") == "1";
    static readonly Lazy<JsonSchema> OfFleetFile = new(() => JsonSchema.FromText(FleetFileManual.Schema));

    const string Head = """
        # What JSON promises

        Every command here takes `--json` and prints one document with `"version": 1`; `rollout` and `tick` print one for each
        event, on a line of its own. Objects are keyed by host and by input path, revisions are whole, times are seconds since the epoch,
        and passwords and tokens in addresses are `***`. `hostlock schema COMMAND` prints the JSON Schema of a document, as it is in
        [schemas](schemas); [versions.md](versions.md) says what may change.

        A question mark stands behind a member that may be missing. If an object has one of several forms, the table has all members of one
        form, then a line with *or*, and all members of the next. For several flakes in one repository, a command prints one document with
        `flakes.NAME`, which is the document of that flake, or has `error` and `fix`.

        The schema of `hostlock.toml` is for editors: `hostlock schema hostlock.toml > hostlock.schema.json` writes it. With
        `#:schema ./hostlock.schema.json` as the first line of `hostlock.toml`, taplo (Even Better TOML) completes its keys and checks its
        values.

        """;

    static List<JsonDocuments> Documents => [.. JsonDocuments.Of(App.Whole(CliTests.Nowhere))];

    [Fact]
    public void Each_command_that_prints_JSON_has_a_schema_and_no_other() =>
        Assert.Equal(
            App.Whole(CliTests.Nowhere).Subcommands.SelectMany(command => command.Subcommands.Prepend(command))
                .Where(command => command.Options.Any(option => option.Name == "--json" && !option.Hidden))
                .Select(command => HelpPage.Path(command)["hostlock ".Length..]),
            Documents.Select(each => each.Name));

    [Fact]
    public void Each_schema_is_recorded()
    {
        var schemas = Documents.Select(each => (Name: $"{each.Name.Replace(' ', '-')}.json", each.Schema))
            .Append((Name: $"{FleetFileManual.Name}.json", FleetFileManual.Schema)).ToList();
        if (IsBlessing)
        {
            Directory.CreateDirectory(Folder);
            foreach (var (name, schema) in schemas)
                File.WriteAllText(Path.Combine(Folder, name), schema);
        }

        Assert.Equal(
            Directory.EnumerateFiles(Folder).Select(file => Path.GetFileName(file)).Order(StringComparer.Ordinal),
            schemas.Select(each => each.Name).Order(StringComparer.Ordinal));
        Assert.All(schemas, each => Assert.Equal(File.ReadAllText(Path.Combine(Folder, each.Name)), each.Schema));
    }

    [Fact]
    public void Each_schema_is_one_of_draft_2020_12()
    {
        Assert.All(Documents.Select(each => each.Schema).Append(FleetFileManual.Schema), schema =>
        {
            using var json = JsonDocument.Parse(schema);

            Assert.True(MetaSchemas.Draft202012.Evaluate(json.RootElement).IsValid);
        });
    }

    [Fact]
    public void A_member_that_a_schema_does_not_have_is_refused()
    {
        _ = JsonSchemas.Check("hash", """{ "version": 1, "source": ".", "narHash": "x" }""");

        Assert.ThrowsAny<Exception>(() => JsonSchemas.Check("hash", """{ "version": 1, "source": ".", "narHash": "x", "more": 1 }"""));
        Assert.ThrowsAny<Exception>(() => JsonSchemas.Check("hash", """{ "version": 2, "source": ".", "narHash": "x" }"""));
        Assert.ThrowsAny<Exception>(() => JsonSchemas.Check("hash", """{ "version": 1, "source": 1, "narHash": "x" }"""));
        Assert.ThrowsAny<Exception>(() => JsonSchemas.Check("hash", """{ "version": 1, "source": "." }"""));
    }

    [Fact]
    public void The_page_about_JSON_is_made_of_the_shapes()
    {
        var file = Path.Combine(Repository.Root, "docs/json.md");
        var text = new StringBuilder(Head);
        foreach (var each in Documents)
        {
            text.Append(CultureInfo.InvariantCulture, $"\n## {each.Name}\n\n| member | value | meaning |\n|---|---|---|\n");
            var rows = new List<string>();
            Rows("", each.Shape, rows);
            text.AppendJoin("", rows.Select(row => $"{row}\n"));
        }

        if (IsBlessing)
            File.WriteAllText(file, text.ToString());
        Assert.Equal(File.ReadAllText(file), text.ToString());
    }

    // A row for each member, and for each within it, and one between two forms of an object. The head of the page tells what a document
    // of several flakes has.
    static void Rows(string path, JsonShape shape, List<string> rows)
    {
        switch (shape)
        {
            case JsonShape.Record(var members):
                foreach (var member in members.Where(member => member.Name is not ("version" or "flakes")))
                {
                    var inner = $"{path}{member.Name}";
                    rows.Add($"| `{inner}`{(member.IsOptional ? "?" : "")} | {Kind(member.Shape)} | {member.Meaning} |");
                    Rows($"{inner}.", member.Shape, rows);
                }
                break;
            case JsonShape.Map(var key, var values):
                Rows($"{path}{key}.", values, rows);
                break;
            case JsonShape.List(var items):
                Rows(path, items, rows);
                break;
            case JsonShape.Named(_, var named):
                Rows(path, named, rows);
                break;
            case JsonShape.OneOf(var shapes):
                var before = rows.Count;
                foreach (var each in shapes)
                {
                    var its = new List<string>();
                    Rows(path, each, its);
                    if (its.Count > 0 && rows.Count > before)
                        rows.Add($"| or {(path.Length == 0 ? "the document" : $"`{path.TrimEnd('.')}`")} has | | |");
                    rows.AddRange(its);
                }
                break;
            default:
                break;
        }
    }

    static string Kind(JsonShape shape) => shape switch
    {
        JsonShape.Text => "text",
        JsonShape.Number => "number",
        JsonShape.Truth => "true or false",
        JsonShape.Null => "null",
        JsonShape.Any => "anything",
        JsonShape.Choice(var words) => string.Join(", ", words.Select(word => $"`{word}`")),
        JsonShape.List(var items) => $"list of {Kind(items)}",
        JsonShape.Map(var key, var values) => $"by {key}: {Kind(values)}",
        JsonShape.OneOf(var shapes) => string.Join(" or ", shapes.Select(Kind).Distinct()),
        JsonShape.Named("revision", _) => "revision",
        JsonShape.Named("storePath", _) => "store path",
        JsonShape.Named("time", _) => "seconds since the epoch",
        JsonShape.Named("day", _) => "day",
        JsonShape.Named(_, var inner) => Kind(inner),
        _ => "object",
    };

    public static TheoryData<string> FleetFiles =>
    [
        .. Directory.EnumerateFiles(Path.Combine(Repository.Root, "tests/Hostlock.Tests/Scripts"), "*.txtar", SearchOption.AllDirectories)
            .SelectMany(file => Txtar.Parse(File.ReadAllText(file)).Files)
            .Where(file => Path.GetFileName(file.Name) == FleetFile.Name).Select(file => file.Contents)
            .Append(FleetFileManual.Example)
            .Append(string.Join('\n', File.ReadAllLines(Path.Combine(Repository.Root, "docs/files.md"))
                .SkipWhile(line => line != "```toml").Skip(1).TakeWhile(line => line != "```")))
            .Distinct(),
    ];

    [Theory]
    [MemberData(nameof(FleetFiles))]
    public void A_file_that_is_read_is_one_of_its_schema(string text)
    {
        if (IsRead(text))
            Assert.True(IsOfSchema(text), text);
    }

    public static TheoryData<string, string> Settings =>
        new(
            from table in FleetFileManual.Tables
            from setting in table.Settings
            where setting.Name != "version"
            select (table.Title, FleetFileManual.KeyOf(setting)));

    /// <summary>A value of a wrong kind is refused by both. What depends on the rest of the file, such as the name of a ring, only the
    /// program knows.</summary>
    [Theory]
    [MemberData(nameof(Settings))]
    public void A_value_of_a_wrong_kind_is_refused_by_the_program_and_by_the_schema(string title, string key)
    {
        string[] values = ["\"text\"", "\"3d\"", "\"5%\"", "7", "true", "[\"a\"]", "[1]", "1.5", "{ x = 1 }", "{ reason = \"r\" }"];
        var table = title.StartsWith('[') ? $"{Named(title)}\n" : "";
        var written = Named(key);
        // Other lines that the table needs.
        var beside = title switch
        {
            "[groups.NAME]" when key != "hosts" => "hosts = [\"plex\"]\n",
            _ => "",
        };
        var hosts = title == "[hosts.NAME]" ? "" : "[hosts.plex]\n";

        Assert.All(values, value =>
        {
            var line = $"{written} = {value}\n";
            var text = $"version = 1\n{(table.Length == 0 ? $"{line}{hosts}" : $"{hosts}{table}{beside}{line}")}";
            if (IsRead(text))
                Assert.True(IsOfSchema(text), text);
            else if (WrongKind(text))
                Assert.False(IsOfSchema(text), text);
        });
    }

    [Fact]
    public void A_key_that_does_not_exist_is_refused_by_the_schema_in_each_table() =>
        Assert.All(FleetFileManual.Tables, table =>
        {
            var title = Named(table.Title);

            Assert.False(IsOfSchema($"version = 1\n{(title.StartsWith('[') ? $"{title}\n" : "")}odd = 1\n"));
        });

    static string Named(string title) =>
        title.Replace("NAME", "plex", StringComparison.Ordinal).Replace("INPUT", "nixpkgs", StringComparison.Ordinal);

    static bool IsRead(string text) => Problem(text) is null;

    // The program names what it expects, and what it found.
    static bool WrongKind(string text) => Problem(text) is { } problem && problem.Contains(", not ", StringComparison.Ordinal);

    static string? Problem(string text)
    {
        try
        {
            _ = FleetFile.Read(text);
            return null;
        }
        catch (HostlockException why)
        {
            return why.Message;
        }
    }

    static bool IsOfSchema(string text)
    {
        using var json = JsonDocument.Parse(Node(TomlReader.Read(new(FleetFile.Name, text))).ToJsonString());
        return OfFleetFile.Value.Evaluate(json.RootElement).IsValid;
    }

    static JsonObject Node(TomlTable table)
    {
        var json = new JsonObject();
        foreach (var member in table.Members)
            json.Add(member.Key, Node(member.Value));
        return json;
    }

    static JsonNode Node(TomlValue value) => value switch
    {
        TomlValue.Text(var text, _) => JsonValue.Create(text),
        TomlValue.Integer(var number, _) => JsonValue.Create(number),
        TomlValue.Float => JsonValue.Create(1.5),
        TomlValue.Truth(var truth, _) => JsonValue.Create(truth),
        TomlValue.List(var items, _) => new JsonArray([.. items.Select(Node)]),
        TomlValue.Table(var members, _) => Node(members),
        _ => throw new System.Diagnostics.UnreachableException(),
    };
}
