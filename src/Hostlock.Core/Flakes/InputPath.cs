using System.Collections.Immutable;

namespace Hostlock.Flakes;

/// <summary>
/// The path of an input from the root flake, one name a step: <c>nixos-hardware/nixpkgs</c>. The empty path is the root
/// itself. Nix's sources call it an input attribute path.
/// </summary>
public sealed record InputPath : IComparable<InputPath>
{
    /// <summary>The path of the root flake, which is empty.</summary>
    public static readonly InputPath Root = new([]);

    InputPath(ImmutableArray<string> names) => Names = names;

    /// <summary>The names on the way from the root.</summary>
    public ImmutableArray<string> Names { get; }

    /// <summary>True if it is the path of the root flake.</summary>
    public bool IsRoot => Names.IsEmpty;

    /// <summary>The number of names.</summary>
    public int Length => Names.Length;

    /// <summary>The name of the input in the flake that has it. The root has none.</summary>
    public string Last => Names[^1];

    /// <summary>The path of the flake that has the input. The root has none.</summary>
    public InputPath Parent => new(Names[..^1]);

    /// <summary>Makes a path of names, which are not checked: a lock may have any.</summary>
    /// <param name="names">The names, from the root on.</param>
    public static InputPath Of(params IEnumerable<string> names) => new([.. names]);

    /// <summary>
    /// Reads <c>a/b</c>; empty pieces are dropped, as Nix does. Null if a piece is not a name that a follows or a command
    /// may use, <c>[a-zA-Z][a-zA-Z0-9_-]*</c> (Nix: flake/flakeref.hh, flakeIdRegex).
    /// </summary>
    public static InputPath? TryParse(string text)
    {
        var names = text.Split('/', StringSplitOptions.RemoveEmptyEntries);
        return names.All(IsReferable) ? new([.. names]) : null;
    }

    /// <summary>Tells whether a follows or a command may name an input so: <c>[a-zA-Z][a-zA-Z0-9_-]*</c>.</summary>
    /// <param name="name">The name.</param>
    /// <remarks>Nix 2.34.8, libflake/include/nix/flake/flakeref.hh, flakeIdRegex.</remarks>
    public static bool IsReferable(string name) =>
        name.Length > 0 && char.IsAsciiLetter(name[0]) && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-');

    /// <summary>The path of an input of this one.</summary>
    /// <param name="name">The name of the input.</param>
    public InputPath Append(string name) => new(Names.Add(name));

    /// <summary>The path of an input below this one.</summary>
    /// <param name="rest">Its path from this one on.</param>
    public InputPath Append(InputPath rest) => new(Names.AddRange(rest.Names));

    /// <summary>Tells whether this path is another or lies beneath it.</summary>
    /// <param name="start">The other path.</param>
    public bool StartsWith(InputPath start) =>
        Names.Length >= start.Names.Length && Names.AsSpan(0, start.Names.Length).SequenceEqual(start.Names.AsSpan());

    /// <summary>Tells whether two paths have the same names.</summary>
    /// <param name="other">The other path.</param>
    public bool Equals(InputPath? other) => other is not null && Names.AsSpan().SequenceEqual(other.Names.AsSpan());

    /// <summary>A hash of the names.</summary>
    public override int GetHashCode()
    {
        var hash = new HashCode();
        foreach (var name in Names)
            hash.Add(name);
        return hash.ToHashCode();
    }

    /// <summary>Compares name by name, each by its bytes; a path comes before those beneath it.</summary>
    /// <param name="other">The other path; null comes first.</param>
    public int CompareTo(InputPath? other)
    {
        if (other is null)
            return 1;
        for (var i = 0; i < Math.Min(Length, other.Length); i++)
        {
            if (Utf8Order.Instance.Compare(Names[i], other.Names[i]) is not 0 and var order)
                return order;
        }
        return Length.CompareTo(other.Length);
    }

    /// <summary>The names, joined by slashes; empty for the root.</summary>
    public override string ToString() => string.Join('/', Names);
}
