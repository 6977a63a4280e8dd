using System.Collections.Immutable;
using System.Globalization;
using System.Text;

namespace Hostlock.Machines.Packages;

/// <summary>A store path of a closure.</summary>
/// <param name="Path">The path.</param>
/// <param name="Bytes">The size of its archive (NAR) in bytes.</param>
public readonly record struct StoreEntry(StorePath Path, long Bytes);

/// <summary>A system, and all store paths that it needs.</summary>
/// <param name="System">The system.</param>
/// <param name="Entries">Its paths, the system included, in no order.</param>
public sealed record Closure(StorePath System, ImmutableArray<StoreEntry> Entries)
{
    /// <summary>The most paths that a closure may have; that of a desktop has some thousands.</summary>
    public const int MaximumEntries = 1_000_000;

    /// <summary>The size of all paths in bytes.</summary>
    public long Bytes => Entries.Sum(entry => entry.Bytes);

    /// <summary>Reads the lines of <c>nix path-info --recursive --size</c>: a path, blanks, and a size in bytes.</summary>
    /// <param name="system">The system that was asked about.</param>
    /// <param name="text">The lines.</param>
    /// <returns>The closure; null if a line is not such a line, or none is about the system.</returns>
    public static Closure? TryParse(StorePath system, string text)
    {
        var entries = ImmutableArray.CreateBuilder<StoreEntry>();
        var hasSystem = false;
        foreach (var line in text.AsSpan().EnumerateLines())
        {
            if (line.IsEmpty)
                continue;
            var blank = line.IndexOfAny(' ', '\t');
            if (blank < 0
                || StorePath.TryParse(line[..blank].ToString()) is not { } path
                || !long.TryParse(line[blank..].Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var bytes)
                || bytes > long.MaxValue / MaximumEntries
                || entries.Count == MaximumEntries)
                return null;
            hasSystem |= path == system;
            entries.Add(new(path, bytes));
        }
        return hasSystem ? new(system, entries.DrainToImmutable()) : null;
    }

    /// <summary>The lines that <see cref="TryParse"/> reads.</summary>
    public override string ToString()
    {
        var text = new StringBuilder();
        foreach (var (path, bytes) in Entries)
            text.Append(CultureInfo.InvariantCulture, $"{path}\t{bytes}\n");
        return text.ToString();
    }
}
