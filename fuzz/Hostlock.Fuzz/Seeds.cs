using System.Formats.Tar;
using System.IO.Compression;
using System.Text;

namespace Hostlock.Fuzz;

/// <summary>The inputs to begin with: real ones out of the tests, and earlier findings.</summary>
static class Seeds
{
    const int Most = 400;

    public static IReadOnlyList<byte[]> For(string target, string root)
    {
        var vectors = Path.Combine(root, "tests/vectors");
        IEnumerable<byte[]> seeds = target switch
        {
            "lock" => Files(Path.Combine(vectors, "locks"), "*").Where(bytes => bytes.Length < 60_000),
            "nix" or "flake" =>
                Lines(Path.Combine(vectors, "flake-nix"))
                    .Append(File.ReadAllBytes(Path.Combine(root, "nix/hostlock.nix")))
                    .Concat(Files(Path.Combine(root, "nix/tests"), "*.nix")),
            "ref" => Lines(Path.Combine(vectors, "refs")),
            "toml" => Files(Path.Combine(root, "docs"), "*.md").Append("version = 1\n[hosts.plex]\nring = \"a\"\n[rings.a]\n"u8.ToArray()),
            "netrc" => Texts(
                "machine h.test login ada password secret\nmachine g.test\n\tlogin b\n\tpassword \"a b\\\" c\"\n",
                "macdef init\nmachine x\n\nmachine h.test password p account a\n# note\ndefault login all password 0\n"),
            "conf" => Texts(
                "access-tokens = github.com=ghp_x gitlab.com=PAT:y h.test/a=z\nextra-access-tokens = h.test/a/b=q # note\n",
                "download-attempts = 3\nconnect-timeout = 5\nstalled-download-timeout = 7\nflake-registry =\nnetrc-file = /x\ninclude y\n"),
            "http" => Texts(Answers.Seeds),
            "probe" => [Answer],
            "closure" =>
            [
                "/nix/store/00000000000000000000000000000000-a  \t 120\n/nix/store/11111111111111111111111111111111-b-1.2\t7\n"u8.ToArray(),
            ],
            "zip" => Archives(vectors).Where(file => file.Name.EndsWith(".zip", StringComparison.Ordinal)).Select(file => file.Contents),
            _ => Archives(vectors).Where(file => !file.Name.EndsWith(".zip", StringComparison.Ordinal)).Select(file => file.Contents),
        };
        return [.. seeds.Concat(Files(Path.Combine(root, "tests/Hostlock.Tests/Laws/findings", target), "*")).Take(Most)];
    }

    static byte[] Answer =>
        Encoding.UTF8.GetBytes(
            "Welcome!\nhostlock-probe\t1 0\nhost\tplex\nmachine\tm\nboot\tb\nup\t60\n"
                + "running\t/nix/store/00000000000000000000000000000000-a\nbooted\t\nnext\t\n"
                + "stamp\t44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a\nlock\te30=\nabout\te30=\n"
                + "generation\t1 2 /nix/store/00000000000000000000000000000000-a -\nunits\tknown\nfailed\ta.service\nhostlock-end\t0\n");

    static IEnumerable<byte[]> Files(string folder, string pattern) =>
        Directory.Exists(folder)
            ? Directory.EnumerateFiles(folder, pattern, SearchOption.AllDirectories).Order(StringComparer.Ordinal).Select(File.ReadAllBytes)
            : [];

    static IEnumerable<byte[]> Texts(params IEnumerable<string> texts) => texts.Select(Encoding.UTF8.GetBytes);

    // The first field of a table is what was given to Nix, with its line breaks written as signs.
    static IEnumerable<byte[]> Lines(string folder) =>
        Directory.EnumerateFiles(folder, "*.tsv")
            .SelectMany(File.ReadLines)
            .SelectMany(line => line.Split('\t'))
            .Where(field => field.Length > 2)
            .Select(field => Encoding.UTF8.GetBytes(field.Replace("\\n", "\n", StringComparison.Ordinal)));

    static IEnumerable<(string Name, byte[] Contents)> Archives(string vectors)
    {
        using var archive = File.OpenRead(Path.Combine(vectors, "archives/archives.tar.gz"));
        using var tar = new TarReader(new GZipStream(archive, CompressionMode.Decompress));
        while (tar.GetNextEntry(copyData: true) is { } entry)
        {
            if (entry.EntryType is not TarEntryType.RegularFile)
                continue;
            using var contents = new MemoryStream();
            entry.DataStream?.CopyTo(contents);
            yield return (entry.Name, contents.ToArray());
        }
    }
}
