using System.Formats.Tar;
using System.Text;

namespace Hostlock.Benchmarks;

/// <summary>An archive in the shape of nixpkgs: 50,000 files of Nix-like text in 250 MB, in the order git archives them.</summary>
static class NixpkgsShaped
{
    /// <summary>Writes it, not compressed.</summary>
    public static void Write(string path, int files)
    {
        var random = new Random(7);
        // Code says the same words over and over, so that a quarter is left of it when it is compressed.
        var words = Enumerable.Range(0, 4000).Select(_ => Word(random)).ToArray();
        var names = new SortedSet<string>(StringComparer.Ordinal);
        for (var i = 0; names.Count < files; i++)
        {
            var name = Word(random);
            names.Add((i % 3) switch
            {
                0 => $"pkgs/by-name/{name[..2]}/{name}/package.nix",
                1 => $"pkgs/development/{Word(random)[..1]}{i % 90}/{name}/default.nix",
                _ => $"nixos/modules/{i % 50}/{name}-{i % 7}.nix",
            });
        }
        using var file = File.Create(path);
        using var tar = new TarWriter(file, TarEntryFormat.Ustar);
        Folder(tar, "source/");
        var made = new HashSet<string>();
        foreach (var name in names)
        {
            for (var at = name.IndexOf('/', StringComparison.Ordinal); at > 0; at = name.IndexOf('/', at + 1))
            {
                if (made.Add(name[..at]))
                    Folder(tar, $"source/{name[..at]}/");
            }
            tar.WriteEntry(new UstarTarEntry(TarEntryType.RegularFile, $"source/{name}")
            {
                DataStream = new MemoryStream(Contents(random, words)),
                Mode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead,
                ModificationTime = DateTimeOffset.UnixEpoch.AddDays(20_000),
            });
        }
    }

    static void Folder(TarWriter tar, string name) =>
        tar.WriteEntry(new UstarTarEntry(TarEntryType.Directory, name) { ModificationTime = DateTimeOffset.UnixEpoch.AddDays(20_000) });

    static byte[] Contents(Random random, string[] words)
    {
        // Sizes are spread as in nixpkgs: most small, few large, 5 KB on average.
        var length = (int)Math.Min(400_000, 330 * Math.Exp(random.NextDouble() * 4.2));
        var text = new StringBuilder(length + 200);
        text.Append("{ lib, stdenv, fetchFromGitHub }:\n\nstdenv.mkDerivation rec {\n");
        while (text.Length < length)
        {
            text.Append("  ").Append(Some()).Append(" = \"").Append(Some()).Append('-').Append(random.Next(100)).Append("\";\n");
            if (random.Next(12) == 0)
                text.Append("  sha256 = \"")
                    .Append(Convert.ToBase64String(Encoding.UTF8.GetBytes(Some() + random.NextInt64())))
                    .Append("\";\n");
        }
        return Encoding.UTF8.GetBytes(text.Append("}\n").ToString());

        string Some() => words[(int)(words.Length * random.NextDouble() * random.NextDouble())];
    }

    static string Word(Random random)
    {
        const string letters = "etaoinshrdlucmfwypvbgkjqxz";
        var word = new char[4 + random.Next(9)];
        for (var i = 0; i < word.Length; i++)
            word[i] = letters[(int)(letters.Length * random.NextDouble() * random.NextDouble())];
        return new(word);
    }
}
