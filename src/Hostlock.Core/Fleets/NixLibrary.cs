namespace Hostlock.Fleets;

/// <summary>hostlock.nix: the pure-Nix library that every adopted flake carries, embedded in the program.</summary>
public static class NixLibrary
{
    /// <summary>The bytes of the file as this program writes it.</summary>
    public static byte[] Contents { get; } = Read();

    static byte[] Read()
    {
        using var stream = typeof(NixLibrary).Assembly.GetManifestResourceStream("hostlock.nix")!;
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }
}
