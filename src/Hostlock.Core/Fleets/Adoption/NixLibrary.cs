using Hostlock.Flakes;
using Hostlock.Fleets.Checks;
using Hostlock.Fleets.Settings;

namespace Hostlock.Fleets.Adoption;

/// <summary>hostlock.nix: the pure-Nix library that every flake carries, embedded in the program.</summary>
public static class NixLibrary
{
    /// <summary>The bytes to write.</summary>
    public static byte[] Contents { get; } = Read();

    /// <summary>Whether the flake carries this library as it is now, and calls it.</summary>
    public static IEnumerable<Finding> Check(FleetFolder folder, IReadOnlySet<string> untracked)
    {
        if (!folder.HasFleetFile)
            yield break;
        var file = folder.Full(FleetFolder.Library);
        if (!File.Exists(file))
            yield return new(true, "library-missing", "the library that chooses each host's lock is not there", FleetFolder.Library, null, "hostlock init --upgrade");
        else if (!File.ReadAllBytes(file).AsSpan().SequenceEqual(Contents))
            yield return new(true, "library-outdated", "it is not the library of this hostlock", FleetFolder.Library, null, "hostlock init --upgrade");
        foreach (var path in untracked.Where(path => path is FleetFile.Name or FleetFolder.Library))
            yield return new(true, "untracked", "git does not know it, so Nix does not see it", path, null, $"git add -N {path}");
        var flake = new SourceText(FleetFolder.FlakeFile, File.ReadAllText(folder.Full(FleetFolder.FlakeFile)));
        if (!FlakeNixEdit.IsWrapped(flake))
            yield return new(true, "not-wrapped", "'outputs' does not call hostlock.nix, so every host is built by the root lock", FleetFolder.FlakeFile, null, "hostlock init");
    }

    static byte[] Read()
    {
        using var stream = typeof(NixLibrary).Assembly.GetManifestResourceStream("hostlock.nix")!;
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }
}
