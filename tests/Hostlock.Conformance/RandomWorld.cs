using System.IO.Compression;
using System.Text;
using System.Text.Json.Nodes;
using Hostlock.Conformance.Support;
using Hostlock.Tests.Support;

namespace Hostlock.Conformance;

/// <summary>
/// A random world of flakes (git repositories, folders, tarballs by file and by HTTP, a registry) and random steps in it. The flake that
/// is locked lies there twice, once for each program. All else is shared, and nothing in it changes while they lock.
/// </summary>
sealed class RandomWorld : IAsyncDisposable
{
    // A source refers to later ones alone, except for a few circles.
    static readonly string[] Sources = ["git/r0", "git/r1", "folders/p0", "tar/t0", "git/r2", "folders/p1", "tar/t1", "git/r3", "git/r4"];
    // The registry leads to the sources from here on.
    const int FirstRegistered = 5;

    static readonly string[] Names = ["a", "b", "c", "lib", "nixpkgs", "x-y", "root", "a_2", "nixpkgs_2"];
    static readonly string[] Registered = ["reg0", "reg1", "reg2", "reg3"];
    static readonly string[] OddNames = ["plain", "é ü", "a.b", "a-b", "a", "A", "z\"q", "tab\there", "日本"];

    /// <summary>A hash that no tree has, for locks that lie.</summary>
    public const string WrongHash = "sha256-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";

    // Settings of a repository that Nix refuses.
    static readonly string[] OddSettings =
        [
            "[core]\n\trepositoryformatversion = 2\n",
            "[core]\n\trepositoryformatversion = 1\n[extensions]\n\tunheardOf = true\n",
            "[core]\n\tbare = true\n",
        ];

    readonly Dictionary<string, string> _plainSettings = [];
    readonly Random _random;
    readonly TempFolder _folder = new();
    readonly LoopbackServer _server;
    readonly bool _isGit;
    readonly bool _hasModule;
    // In most worlds most things are as they should be; else little would be locked.
    readonly int _care;
    int _day = 1;

    public RandomWorld(int seed)
    {
        _random = new(seed);
        _server = new(Serve);
        _isGit = Chance(50);
        _hasModule = _isGit && Chance(40);
        _care = Pick([1, 8, 8, 30]);
        foreach (var (source, at) in Sources.Select((source, at) => (source, at)).Reverse())
            Make(source, at);
        WriteRegistry();
        WriteTop();
    }

    public string Ours => _folder["ours"];

    public string Theirs => _folder["theirs"];

    public string Path => _folder.Path;

    public TempFolder Folder => _folder;

    /// <summary>Settings that both programs get.</summary>
    public string Settings => $"flake-registry = {_folder["registry.json"]}\ntarball-ttl = 0";

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _folder.Dispose();
    }

    /// <summary>Changes something, and says what.</summary>
    public string Change() => _random.Next(100) switch
    {
        < 35 => ChangeSource(),
        < 70 => WriteTop(),
        < 78 => LockSource(),
        < 84 => WriteRegistry(),
        < 96 => ChangeLock(),
        _ => RemoveLock(),
    };

    /// <summary>The command for both programs: <c>lock</c>, <c>update</c>, or <c>update INPUT…</c>.</summary>
    public string[] Command()
    {
        switch (_random.Next(10))
        {
            case < 5:
                return ["lock"];
            case < 7:
                return ["update"];
            default:
                var paths = PathsOfLock();
                return paths.Count == 0
                    ? ["lock"]
                    : ["update", .. Enumerable.Range(0, 1 + _random.Next(2)).Select(_ => Pick(paths)).Distinct()];
        }
    }

    public static string? Lock(string top) =>
        File.Exists(System.IO.Path.Combine(top, "flake.lock")) ? File.ReadAllText(System.IO.Path.Combine(top, "flake.lock")) : null;

    /// <summary>hostlock goes on from the lock that Nix has made.</summary>
    public void Agree()
    {
        if (Lock(Theirs) is { } theirs)
            File.WriteAllText(System.IO.Path.Combine(Ours, "flake.lock"), theirs);
        AddAll(Ours);
    }

    void AddAll(string top)
    {
        if (_isGit)
            TestGit.In(top, "add", "-A");
    }

    bool Chance(int percent) => _random.Next(100) < percent;

    /// <summary>Something that is likely to be refused.</summary>
    bool Mishap(int percent) => _random.Next(100 * _care) < percent;

    T Pick<T>(IReadOnlyList<T> from) => from[_random.Next(from.Count)];

    // ---- sources ----

    void Make(string source, int at)
    {
        var name = source.Split('/')[1];
        var place = source.StartsWith("tar/", StringComparison.Ordinal) ? $"unpacked/{name}" : source;
        Directory.CreateDirectory(_folder[place]);
        Fill(place, at);
        if (Chance(20))
            WriteOdd(place);
        Publish(source);
    }

    void Fill(string place, int at)
    {
        var subs = Mishap(30) ? (string[])[] : Chance(60) ? ["sub", "nix/flake"] : ["sub"];
        _folder.Write($"{place}/flake.nix", FlakeText(at + 1, subs.Select(sub => $"./{sub}").ToArray()));
        foreach (var sub in subs)
            _folder.Write(
                $"{place}/{sub}/flake.nix",
                FlakeText(at + 1, Mishap(30) ? ["./missing"] : sub == "sub" && subs.Length > 1 ? ["../nix/flake"] : []));
        _folder.Write($"{place}/version", $"{_random.Next(1000)}\n");
    }

    void WriteOdd(string place)
    {
        foreach (var name in OddNames.Where(_ => Chance(40)))
        {
            if (!Directory.Exists(_folder[$"{place}/odd/{name}"]))
                _folder.Write($"{place}/odd/{name}", new string('x', _random.Next(20)));
            if (Chance(30))
                File.SetUnixFileMode(_folder[$"{place}/odd/{name}"], (UnixFileMode)0b111_101_101);
        }
        var link = _folder[$"{place}/link{_random.Next(5)}"];
        if (!System.IO.Path.Exists(link) && new FileInfo(link).LinkTarget is null)
            File.CreateSymbolicLink(link, Pick(["version", "odd", "nowhere", "../outside", "/etc/passwd"]));
    }

    void Publish(string source)
    {
        var (kind, name) = (source.Split('/')[0], source.Split('/')[1]);
        if (kind == "git")
        {
            if (_plainSettings.Remove(source, out var plain))
                _folder.Write($"{source}/.git/config", plain);
            TestGit.Commit(_folder[source], ++_day);
            var isNew = !File.Exists(_folder[$"{source}/.git/refs/heads/dev"]);
            if (isNew || Chance(30))
                TestGit.In(_folder[source], "branch", "-f", "dev");
            if (isNew || Chance(20))
                TestGit.In(_folder[source], [.. (string[])["tag", "-f"], .. Chance(50) ? (string[])["-a", "-m", "tag", "v1"] : ["v1"]]);
            if (name is "r0" or "r3")
            {
                Directory.CreateDirectory(_folder["bare"]);
                if (!Directory.Exists(_folder[$"bare/{name}"]))
                    TestGit.In(_folder.Path, "clone", "-q", "--bare", source, $"bare/{name}");
                else
                    TestGit.In(_folder[source], "push", "-q", "-f", _folder[$"bare/{name}"], "--all");
            }
        }
        else if (kind == "tar")
        {
            Directory.CreateDirectory(_folder["tar"]);
            _ = Run.Program(
                "tar",
                _folder["unpacked"],
                TestGit.Variables,
                "-czf",
                _folder[$"tar/{name}.tar.gz"],
                $"--mtime=@{1_600_000_000 + ++_day}",
                "--owner=0",
                "--group=0",
                name).Succeeded;
            _folder.Write($"tar/{name}.txt", $"{_day}");
        }
    }

    string ChangeSource()
    {
        var at = _random.Next(Sources.Length);
        var source = Sources[at];
        var place = source.StartsWith("tar/", StringComparison.Ordinal) ? $"unpacked/{source[4..]}" : source;
        var what = _random.Next(10);
        if (what < 4)
            Fill(place, at);
        else if (what < 8)
            _folder.Write($"{place}/version", $"{_random.Next(1000)}\n");
        else
            WriteOdd(place);
        if (source.StartsWith("git/", StringComparison.Ordinal) && Mishap(10))
            return $"{source} is dirty";
        Publish(source);
        return source.StartsWith("git/", StringComparison.Ordinal) && Mishap(30) ? MakeOdd(source) : $"{source} moves";
    }

    // Until it is published again.
    string MakeOdd(string source)
    {
        var settings = _folder.Read($"{source}/.git/config");
        _plainSettings[source] = settings;
        _folder.Write($"{source}/.git/config", settings + Pick(OddSettings));
        return $"{source} moves, and is of a kind that is not read";
    }

    string LockSource()
    {
        var source = Pick(Sources);
        var place = source.StartsWith("tar/", StringComparison.Ordinal) ? $"unpacked/{source[4..]}" : source;
        if (Chance(15))
        {
            File.Delete(_folder[$"{place}/flake.lock"]);
        }
        else
        {
            var variables = new Dictionary<string, string>(HostlockProgram.Variables(_folder["home"])) { ["NIX_CONFIG"] = Settings };
            _ = Run.Program(HostlockProgram.Path, _folder[place], variables, Chance(50) ? "update" : "lock", "root");
        }
        Publish(source);
        return $"{source} gets a lock";
    }

    string WriteRegistry()
    {
        var entries = Registered.Where(_ => !Mishap(30)).Select(id =>
        {
            var to = _random.Next(id == "reg3" && !Mishap(30) ? 2 : 6) switch
            {
                0 => $$"""{ "type": "git", "url": "file://@/git/r{{Late()}}" }""",
                1 => $$"""{ "type": "path", "path": "@/folders/p{{(Mishap(20) ? 0 : 1)}}" }""",
                2 => $$"""{ "type": "indirect", "id": "{{(Mishap(50) ? Pick(Registered) : "reg3")}}" }""",
                3 => $$"""{ "type": "tarball", "url": "file://@/tar/t{{(Mishap(20) ? 0 : 1)}}.tar.gz" }""",
                4 => $$"""{ "type": "git", "url": "file://@/git/r{{Late()}}", "ref": "dev" }""",
                _ => $$"""{ "type": "git", "url": "file://@/git/r{{Late()}}", "dir": "sub" }""",
            };
            var exact = Chance(10) ? ", \"exact\": true" : "";
            var from = Chance(10)
                ? $$"""{ "type": "indirect", "id": "{{id}}", "ref": "dev" }"""
                : $$"""{ "type": "indirect", "id": "{{id}}" }""";
            return $$"""{ "from": {{from}}, "to": {{to}}{{exact}} }""";
        });
        _folder.Write("registry.json", In($$"""{ "version": 2, "flakes": [ {{string.Join(", ", entries)}} ] }"""));
        return "the registry is another";

        int Late() => Mishap(20) ? _random.Next(5) : 3 + _random.Next(2);
    }

    WebAnswer Serve(WebRequest request)
    {
        var file = _folder[$"tar/{System.IO.Path.GetFileName(request.Target.Split('?')[0])}"];
        if (!File.Exists(file))
            return WebAnswer.NotFound;
        var bytes = File.ReadAllBytes(file);
        // One of them comes in an encoding around what it is.
        return file.EndsWith("t1.tar.gz", StringComparison.Ordinal)
            ? new(200, Compressed(bytes), ("Content-Encoding", "gzip"))
            : new(200, bytes);

        static byte[] Compressed(byte[] bytes)
        {
            using var compressed = new MemoryStream();
            using (var gzip = new GZipStream(compressed, CompressionLevel.Fastest))
                gzip.Write(bytes);
            return compressed.ToArray();
        }
    }

    // ---- the flake that is locked ----

    string WriteTop()
    {
        string[] modules = _hasModule ? ["./mod", "./mod/sub"] : [];
        var text = FlakeText(
            0,
            ["./near", "./near/../near", "./near/deep", "./other", .. modules],
            most: 6,
            self: _hasModule && !Mishap(30) ? "  inputs.self.submodules = true;\n" : "");
        var near = FlakeText(1, Mishap(30) ? ["./deep", "../other", ".."] : ["./deep", "../other"]);
        var deep = FlakeText(1, ["../../other"]);
        var other = FlakeText(1, []);
        foreach (var top in (string[])["ours", "theirs"])
        {
            var isNew = !Directory.Exists(_folder[top]);
            _folder.Write($"{top}/flake.nix", text);
            _folder.Write($"{top}/near/flake.nix", near);
            _folder.Write($"{top}/near/deep/flake.nix", deep);
            _folder.Write($"{top}/other/flake.nix", other);
            if (isNew && _isGit)
                TestGit.Commit(_folder[top], 1);
            if (isNew && _hasModule)
                TestGit.In(_folder[top], "-c", "protocol.file.allow=always", "submodule", "--quiet", "add", _folder["git/r4"], "mod");
            AddAll(_folder[top]);
        }
        return "flake.nix is another";
    }

    string RemoveLock()
    {
        foreach (var top in (string[])[Ours, Theirs])
        {
            File.Delete(System.IO.Path.Combine(top, "flake.lock"));
            AddAll(top);
        }
        return "flake.lock is gone";
    }

    // What people and older programs do to a lock.
    string ChangeLock()
    {
        if (Lock(Ours) is not { } text)
            return "flake.lock is not there to be changed";
        var json = JsonNode.Parse(text)!.AsObject();
        var nodes = json["nodes"]!.AsObject();
        var others = nodes.Where(node => node.Key != "root").Select(node => node.Value!.AsObject()).ToList();
        if (others.Count == 0)
            return "flake.lock is too small to be changed";
        var node = Pick(others);
        string what;
        switch (_random.Next(10))
        {
            case 0:
                json["version"] = 5 + _random.Next(2);
                what = "has an older version";
                break;
            case 1 when Chance(20) || (string?)node["original"]!["type"] == "git":
                node["original"]!["ref"] = "dev";
                what = "has an original with another ref";
                break;
            case 2 when node["inputs"] is JsonObject { Count: > 0 } inputs:
                inputs.Remove(Pick(inputs.Select(input => input.Key).ToList()));
                what = "has an input less";
                break;
            case 3 when node["inputs"] is JsonObject { Count: > 0 } inputs:
                inputs[Pick(inputs.Select(input => input.Key).ToList())] = new JsonArray(
                    Enumerable.Range(0, 1 + _random.Next(2)).Select(_ => (JsonNode)Pick(Names)).ToArray());
                what = "has a follows more";
                break;
            case 4 when nodes["root"]!["inputs"] is JsonObject { Count: > 0 }
                && nodes.Where(other => other.Value!["inputs"] is null && other.Key != "root")
                    .Select(other => other.Key)
                    .ToList() is { Count: > 0 } leaves:
                var holder = Pick(
                    nodes.Where(
                        other =>
                            other.Value!["inputs"] is JsonObject { Count: > 0 }).Select(other =>
                                other.Value!["inputs"]!.AsObject()).ToList());
                holder[Pick(holder.Select(input => input.Key).ToList())] = Pick(leaves);
                what = "shares a node";
                break;
            case 5:
                if (!node.Remove("flake"))
                    node["flake"] = false;
                what = "says flake = false otherwise";
                break;
            case 6:
                node["locked"]!.AsObject().Remove("lastModified");
                what = "lacks a date";
                break;
            case 7 when node["locked"]!["narHash"] is not null && Chance(50):
                node["locked"]!["narHash"] = WrongHash;
                what = "has a wrong hash";
                break;
            case 8:
                node.Remove("parent");
                what = "lacks a parent";
                break;
            default:
                if (nodes["root"]!["inputs"] is JsonObject { Count: > 0 } top)
                    top.Remove(Pick(top.Select(input => input.Key).ToList()));
                what = "lacks an input of the root";
                break;
        }
        text = json.ToJsonString(new System.Text.Json.JsonSerializerOptions { WriteIndented = Chance(50) });
        foreach (var place in (string[])["ours", "theirs"])
        {
            _folder.Write($"{place}/flake.lock", text);
            AddAll(_folder[place]);
        }
        return $"flake.lock {what}";
    }

    List<string> PathsOfLock()
    {
        if (Lock(Ours) is not { } text)
            return [];
        var paths = new List<string>();
        try
        {
            var nodes = JsonNode.Parse(text)!["nodes"]!;
            Below("root", "", 0);

            void Below(string key, string path, int depth)
            {
                foreach (var (name, target) in nodes[key]?["inputs"]?.AsObject() ?? [])
                {
                    paths.Add(path + name);
                    if (target is JsonValue value && depth < 4)
                        Below((string)value!, $"{path}{name}/", depth + 1);
                }
            }
        }
        catch (InvalidOperationException)
        {
            return [];
        }
        return paths;
    }

    // ---- declarations ----

    string FlakeText(int level, string[] near, int most = 4, string self = "")
    {
        var text = new StringBuilder("{\n").Append(self);
        var names = Names.OrderBy(_ => _random.Next()).Take(level < Sources.Length || Mishap(5) ? _random.Next(most) : 0).ToList();
        foreach (var name in names)
            Declare(text, name, level, near, names);
        var formals = Chance(12) && level < FirstRegistered
            ? $"{{ self, {Pick(Registered)}, ... }}"
            : Chance(50)
            ? "_"
            : "inputs@{ self, ... }";
        return In(text.Append($"  outputs = {formals}: {{ }};\n}}\n").ToString());
    }

    void Declare(StringBuilder text, string name, int level, string[] near, List<string> names)
    {
        if (Chance(8))
        {
            text.Append($"  inputs.{name}.follows = \"{Target([.. names.Where(other => other != name)])}\";\n");
            return;
        }
        var isFlake = !Chance(14);
        text.Append(Chance(12) ? Attributes(name, level) : $"  inputs.{name}.url = {Url(level, near, isFlake)};\n");
        if (!isFlake)
            text.Append($"  inputs.{name}.flake = false;\n");
        while (Chance(35))
        {
            var below = $"  inputs.{name}.inputs.{Pick(Names)}";
            if (Chance(25))
                below += $".inputs.{Pick(Names)}";
            var what = _random.Next(10) switch
            {
                < 6 => $"follows = \"{Target(names)}\"",
                6 => "follows = \"\"",
                7 when !text.ToString().Contains(below, StringComparison.Ordinal) => "flake = false",
                _ => $"url = {Url(level, near, true)}",
            };
            if (!text.ToString().Contains($"{below}.", StringComparison.Ordinal))
                text.Append($"{below}.{what};\n");
        }
    }

    string Target(List<string> names) =>
        (names.Count > 0 && !Mishap(30) ? Pick(names) : Pick(Names)) + (Mishap(60) ? $"/{Pick(Names)}" : "");

    string Source(int level)
    {
        var from = Mishap(10) ? 0 : Math.Min(level, Sources.Length - 1);
        return Sources[from + _random.Next(Sources.Length - from)];
    }

    string Url(int level, string[] near, bool isFlake)
    {
        if (near.Length > 0 && Chance(18))
        {
            var relative = Pick(near);
            return Chance(30) && relative.Contains('/', StringComparison.Ordinal)
                ? $"{relative}"
                : Chance(85)
                ? $"\"path:{relative}\""
                : $"\"{relative}\"";
        }
        if (Chance(9) && (level < FirstRegistered || Mishap(10)))
            return $"\"{(Chance(30) ? "flake:" : "")}{Pick(Registered)}{(Mishap(40) ? "/dev" : "")}\"";
        var source = Source(level);
        var (kind, name) = (source.Split('/')[0], source.Split('/')[1]);
        var query = new List<string>();
        if (Chance(15))
            query.Add("dir=sub");
        switch (kind)
        {
            case "git":
                if (Chance(12))
                    query.Add(
                        Mishap(30)
                            ? Pick(["ref=nope", "ref=v1"])
                            : Pick(["ref=dev", "ref=main", "ref=refs/heads/main", "ref=refs/tags/v1"]));
                if (Chance(6))
                    query.Add($"rev={Revision(source)}");
                if (Chance(8))
                    query.Add(
                        Pick(
                            [
                                "shallow=1",
                                "shallow=0",
                                "allRefs=1",
                                "submodules=0",
                                "submodules=1",
                                "exportIgnore=0",
                                "exportIgnore=1",
                                "lfs=0",
                            ]));
                var place = name is "r0" or "r3" && Chance(25) && Directory.Exists(_folder[$"bare/{name}"]) ? $"bare/{name}" : source;
                return $"\"git+file://@/{place}{Joined(query)}\"";
            case "folders":
                return Chance(20) && query.Count == 0 ? $"\"@/{source}\"" : $"\"path:@/{source}{Joined(query)}\"";
            default:
                if (Mishap(10))
                    return $"\"{_server.Url}/nothing.tar.gz\"";
                if (!isFlake && Chance(30))
                    return $"\"{Pick(["file+file://@/tar/" + name + ".txt", $"file://@/tar/{name}.txt", $"{_server.Url}/{name}.txt"])}\"";
                string[] tarballs = [$"file://@/{source}.tar.gz", $"tarball+file://@/{source}.tar.gz", $"{_server.Url}/{name}.tar.gz"];
                return $"\"{Pick(tarballs)}{Joined(query)}\"";
        }
    }

    string Attributes(string name, int level)
    {
        var source = Source(level);
        var (kind, repository) = (source.Split('/')[0], source.Split('/')[1]);
        var dir = Chance(20) ? " dir = \"sub\";" : "";
        return kind switch
        {
            "git" =>
                $"  inputs.{name} = {{ type = \"git\"; url = \"file://@/{source}\";{dir}{Attribute()} }};\n",
            "folders" => $"  inputs.{name} = {{ type = \"path\"; path = \"@/{source}\";{dir} }};\n",
            _ =>
                $"  inputs.{name} = {{ type = \"tarball\"; "
                    + $"url = \"{Pick([$"file://@/{source}.tar.gz", $"{_server.Url}/{repository}.tar.gz"])}\";{dir} }};\n",
        };

        string Attribute() =>
            Mishap(20) ? " lastModified = 5;" : Pick(["", "", " ref = \"dev\";", " submodules = false;", " shallow = true;"]);
    }

    string Revision(string source)
    {
        var none = new string('a', 40);
        if (!Directory.Exists(_folder[$"{source}/.git"]) || Mishap(20))
            return none;
        var git = Run.Program("git", _folder[source], TestGit.Variables, "rev-parse", Mishap(20) ? "HEAD^{tree}" : "HEAD");
        // Some repositories have settings with which git does not read them.
        return git.ExitCode == 0 ? git.Output.Trim() : none;
    }

    static string Joined(List<string> query) => query.Count == 0 ? "" : "?" + string.Join('&', query);

    string In(string text) => text.Replace("@/", $"{_folder.Path}/", StringComparison.Ordinal);
}
