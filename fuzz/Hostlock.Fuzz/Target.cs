using System.Text;
using Hostlock.Fetching;
using Hostlock.Fetching.Archives;
using Hostlock.Fetching.Http;
using Hostlock.Flakes;
using Hostlock.Flakes.Nix;
using Hostlock.Fleets;
using Hostlock.Fleets.Settings;
using Hostlock.Locks;
using Hostlock.Machines;
using Hostlock.Machines.Packages;
using Hostlock.Machines.Probing;
using Hostlock.Nar;

namespace Hostlock.Fuzz;

/// <summary>A reader of what others have written: it takes any bytes, and may refuse them only with a
/// <see cref="HostlockException"/>.</summary>
/// <param name="Name">The kind of file or text that is read.</param>
/// <param name="Read">Reads the bytes, and tests what else the reader promises.</param>
/// <param name="Words">Pieces of its language, to be put in anywhere.</param>
sealed record Target(string Name, Action<byte[]> Read, params string[] Words)
{
    public static readonly Target[] All =
    [
        new(
            "lock", Lock,
            "\"nodes\"", "\"root\"", "\"version\": 7", "\"inputs\": {", "\"locked\": {", "\"original\": {", "\"type\": \"git\"",
            "\"flake\": false", "\"parent\": []", "[\"a\", \"b\"]", "}", "{", "18446744073709551616", "-1", "1e9", "\\ud800", "\u00e9"),
        new(
            "nix", bytes => NixParser.Parse(new SourceText("fuzz", Text(bytes))),
            "let", "in", "rec", "inherit", "''", "${", "}", "{", "\"", "...", "@", "->", "//", "++", "?", "or", "if", "then", "else",
            "with", "assert", "/*", "*/", "#", "x:", "./a", "<nixpkgs>", "a.b.c"),
        new(
            "flake", Flake,
            "inputs", "outputs", "url", "follows", "flake", "inputs.a.inputs.b.follows = \"c\";", "nixConfig", "description", "self",
            "type", "github:a/b", "path:./x", "git+file:///x?ref=y"),
        new(
            "ref", Reference,
            "github:", "gitlab:", "git+https://", "path:", "file://", "flake:", "?dir=", "&ref=",
            "rev=0123456789abcdef0123456789abcdef01234567", "%2F", "%", "#", "@", "[::1]", ":", "//", "..", "narHash=sha256-", "é", "\0"),
        new(
            "toml", bytes => FleetFile.Read(Text(bytes)),
            "version = 1", "[hosts.plex]", "lock = \"x\"", "ring", "[rings.a]", "after = \"a\"", "freeze", "'''", "\"\"\"",
            "inputs.nixpkgs = \"x\"", "{ }", "[[", "]]", "{host}", "..", "/"),
        new(
            "probe", bytes => MachineAnswer.Read(HostName.Parse("plex"), Text(bytes), "0"),
            "hostlock-probe\t1 0\n", "hostlock-end\t0\n", "\t", "\n", "generation\t1 2 /nix/store/00000000000000000000000000000000-a -\n",
            "failed\ta.service\n", "units\tknown\n", "reboot\tkernel - -\n", "left\t/boot 1\n", "inhibitors\te30=\n", "-1",
            "18446744073709551616", "\0"),
        new(
            "closure", bytes => Closure.TryParse(StorePath.TryParse("/nix/store/00000000000000000000000000000000-a")!, Text(bytes)),
            "/nix/store/00000000000000000000000000000000-a", "-1.2-man", " 120\n", "\t", "9223372036854775807"),
        new("tar", Archive, "ustar\0", "././@LongLink", "19 path=a/b/c/d\n", "30 mtime=1700000000.5\n", "a/../b", ".git", "0000644\0"),
        new("zip", Archive, "PK\u0001\u0002", "PK\u0003\u0004", "PK\u0005\u0006", "UT\u0005\0"),
        new(
            "netrc", Logins,
            "machine", "h.test", "default", "login", "ada", "password", "account", "macdef", "\n\n", "\"", "\\n", "#", "\t"),
        new(
            "conf", Settings,
            "access-tokens = ", "extra-access-tokens = ", "github.com=ghp_x", "h.test/a/b=PAT:y", "include /nowhere", "!include x",
            "netrc-file = ", "download-attempts = 99", "connect-timeout = -1", "stalled-download-timeout = 86400", "flake-registry = ",
            "use-registries = false", "=", "#", "\n"),
        new("http", Answers.Read, Answers.Words),
    ];

    static string Text(byte[] bytes) => Encoding.UTF8.GetString(bytes);

    static void Lock(byte[] bytes)
    {
        var read = LockFileReader.Read("flake.lock", bytes);
        // What is written is read again as the same lock.
        var written = LockFileWriter.Write(read);
        var again = LockFileReader.Read("flake.lock", written);
        if (!LockFileWriter.Write(again).AsSpan().SequenceEqual(written))
            throw new InvalidOperationException("a lock that was written is read as another");
    }

    // A flake that is read can be edited, or the edit is refused.
    static void Flake(byte[] bytes)
    {
        var source = new SourceText("flake.nix", Text(bytes));
        var names = FlakeNixParser.Parse(source, warnings: []).Inputs.Keys.Take(4).ToList();
        InputChange[] changes =
        [
            new InputChange.Add("fuzz-new", "github:a/b", true),
            .. names.SelectMany(name => new InputChange[]
            {
                new InputChange.Remove(name),
                new InputChange.Refer(name, "path:./x"),
                new InputChange.Follow(InputPath.Of(name, "x"), InputPath.Root),
            }),
        ];
        foreach (var change in changes)
        {
            try
            {
                FlakeInputEdit.Apply(source, [change]);
            }
            catch (HostlockException)
            {
                // It says why.
            }
        }
    }

    static void Reference(byte[] bytes)
    {
        var reference = FlakeRef.ParseInput(Text(bytes), bytes.Length % 2 == 0, null, []);
        _ = reference.ToString();
        _ = reference.Canonical;
    }

    static void Logins(byte[] bytes)
    {
        // curl asks for any login of a machine, or for that of a user.
        foreach (var user in (string?[])[null, "ada"])
        {
            if (Netrc.Find(Text(bytes).Split('\n'), "h.test", user, takesDefault: bytes.Length % 2 == 0) is var (login, _)
                && user is not null && login != user)
                throw new InvalidOperationException($"'{login}' was found for '{user}'");
        }
    }

    static void Settings(byte[] bytes)
    {
        var settings = NixSettings.Read(
            new Dictionary<string, string> { ["HOME"] = "/nowhere", ["NIX_CONF_DIR"] = "/nowhere", ["NIX_CONFIG"] = Text(bytes) });
        _ = (settings.Registry, settings.UsesRegistries, settings.NetrcFile, settings.CertificateFile);
        if (settings.DownloadAttempts < 1 || settings.ConnectTimeout <= TimeSpan.Zero || settings.StalledDownloadTimeout <= TimeSpan.Zero)
            throw new InvalidOperationException("a download would never be tried, or never end");
        // The blanks at which Nix splits its settings. It keeps any other blank, such as a vertical tab.
        if (settings.TokenFor("h.test", "a", "b") is { } token && token.IndexOfAny([' ', '\t', '\r', '\n']) >= 0)
            throw new InvalidOperationException("a token has a blank");
    }

    // Read in one go and unpacked, an archive is one tree.
    static void Archive(byte[] bytes)
    {
        var folder = Path.Combine(Path.GetTempPath(), "hostlock-fuzz");
        var how = new Unpacking(folder, new(1024 * 1024, 1024 * 1024, 1024 * 1024, 1000));
        NarHash? streamed = null, unpacked = null;
        HostlockException? refused = null;
        try
        {
            streamed = ArchiveReader.ReadAsync(new MemoryStream(bytes), how, CancellationToken.None).GetAwaiter().GetResult().Hash;
        }
        catch (HostlockException why)
        {
            refused = why;
        }
        try
        {
            using var tree = ArchiveTree.ReadAsync(new MemoryStream(bytes), how, CancellationToken.None).GetAwaiter().GetResult();
            unpacked = NarHash.Of(tree, CancellationToken.None);
        }
        catch (HostlockException why)
        {
            refused ??= why;
        }
        // The walk in one go looks behind the end as well, and so may refuse more.
        if (streamed is not null && unpacked != streamed)
            throw new InvalidOperationException($"two readings of an archive differ: {streamed} and {unpacked}");
        if (refused is not null)
            throw refused;
    }
}
