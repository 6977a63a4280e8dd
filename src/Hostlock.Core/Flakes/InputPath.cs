using System.Collections.Immutable;

namespace Hostlock.Flakes;

/// <summary>
/// The path of an input from the root flake, one name a step: <c>nixos-hardware/nixpkgs</c>. The empty path is the root
/// itself. Called an input attribute path in Nix's sources.
/// </summary>
public sealed record InputPath : IComparable<InputPath>
{
    public static readonly InputPath Root = new([]);

    InputPath(ImmutableArray<string> names) => Names = names;

    public ImmutableArray<string> Names { get; }

    public bool IsRoot => Names.IsEmpty;

    public int Length => Names.Length;

    public string Last => Names[^1];

    public InputPath Parent => new(Names[..^1]);

    public static InputPath Of(params IEnumerable<string> names) => new([.. names]);

    /// <summary>
    /// Reads <c>a/b</c>; empty pieces are dropped, as Nix does. Null where a piece is not a name that a follows or a command
    /// may use, <c>[a-zA-Z][a-zA-Z0-9_-]*</c> (Nix: flake/flakeref.hh, flakeIdRegex).
    /// </summary>
    public static InputPath? TryParse(string text)
    {
        var names = text.Split('/', StringSplitOptions.RemoveEmptyEntries);
        return names.All(IsReferable) ? new([.. names]) : null;
    }

    public static bool IsReferable(string name) =>
        name.Length > 0 && char.IsAsciiLetter(name[0]) && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-');

    public InputPath Append(string name) => new(Names.Add(name));

    public InputPath Append(InputPath rest) => new(Names.AddRange(rest.Names));

    /// <summary>True where this path is <paramref name="start"/> or lies beneath it.</summary>
    public bool StartsWith(InputPath start) =>
        Names.Length >= start.Names.Length && Names.AsSpan(0, start.Names.Length).SequenceEqual(start.Names.AsSpan());

    public bool Equals(InputPath? other) => other is not null && Names.AsSpan().SequenceEqual(other.Names.AsSpan());

    public override int GetHashCode()
    {
        var hash = new HashCode();
        foreach (var name in Names)
            hash.Add(name);
        return hash.ToHashCode();
    }

    /// <summary>Step by step, each by the bytes of its name; a path comes before what lies beneath it.</summary>
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

    public override string ToString() => string.Join('/', Names);
}
