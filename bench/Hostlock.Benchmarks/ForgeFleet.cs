using System.Formats.Tar;
using System.IO.Compression;
using System.Globalization;

namespace Hostlock.Benchmarks;

/// <summary>A host with twelve inputs on a forge, of which one is as large as nixpkgs.</summary>
static class ForgeFleet
{
    const int Inputs = 12, LargeBytes = 45_000_000, SmallBytes = 400_000;

    /// <summary>Writes the flake, and makes the archives that its inputs are: by <c>owner/name</c>.</summary>
    /// <param name="folder">The folder of the flake.</param>
    public static IReadOnlyDictionary<string, byte[]> Write(string folder)
    {
        Directory.CreateDirectory(folder);
        var names = Enumerable.Range(0, Inputs).Select(i => $"acme/input{i}").ToList();
        var declared = string.Concat(names.Select((name, i) => $"  inputs.input{i}.url = \"github:{name}\";\n"));
        File.WriteAllText(Path.Combine(folder, "flake.nix"), $"{{\n{declared}  outputs = _: {{ }};\n}}\n");
        File.WriteAllText(Path.Combine(folder, "hostlock.toml"), "version = 1\n[hosts.host1]\n");
        return names.ToDictionary(name => name, name => Archive(name == names[0] ? LargeBytes : SmallBytes));
    }

    // Text that compresses to half is made of bytes that each are one of sixteen.
    static byte[] Archive(int bytes)
    {
        var random = new Random(bytes);
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
        using (var tar = new TarWriter(gzip, TarEntryFormat.Ustar))
        {
            Add("source/", null);
            Add("source/flake.nix", "{ outputs = _: { }; }\n"u8.ToArray());
            for (var file = 0; packed.Length < bytes; file++)
            {
                var digits = new byte[8_000];
                random.NextBytes(digits);
                Add(
                    string.Create(CultureInfo.InvariantCulture, $"source/module{file:D6}.nix"),
                    [.. digits.Select(digit => (byte)"0123456789abcdef"[digit & 15])]);
                gzip.Flush();
            }

            void Add(string name, byte[]? contents)
            {
                var entry = new UstarTarEntry(contents is null ? TarEntryType.Directory : TarEntryType.RegularFile, name)
                {
                    ModificationTime = DateTimeOffset.UnixEpoch.AddDays(20_000),
                };
                if (contents is not null)
                    entry.DataStream = new MemoryStream(contents);
                tar.WriteEntry(entry);
            }
        }
        return packed.ToArray();
    }
}
