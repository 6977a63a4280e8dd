namespace Hostlock.Flakes;

/// <summary>
/// A flake reference: a type of input, its attributes, and the subdirectory that holds flake.nix. Immutable; equal when type,
/// attributes and subdirectory are. What text says it and how it is written back is the grammar of its scheme.
/// </summary>
/// <remarks>Source of the rules: Nix 2.34.8, libflake/flakeref.cc and libfetchers/*.cc.</remarks>
public sealed class FlakeRef : IEquatable<FlakeRef>
{
    internal FlakeRef(RefAttributes input, string directory) => (Input, Directory) = (input, directory);

    /// <summary>The attributes of the input, <c>type</c> among them, without <c>dir</c>: the identity of a fetched tree.</summary>
    public RefAttributes Input { get; }

    /// <summary>The folder of flake.nix within the tree, verbatim; empty for the root of the tree.</summary>
    public string Directory { get; }

    /// <summary><c>github</c>, <c>git</c>, <c>path</c>, …; may be a type this program does not know.</summary>
    public string Type => Input.Text("type") ?? "";

    public string? Ref => Input.Text("ref");

    public string? Revision => Input.Text("rev");

    public string? NarHash => Input.Text("narHash");

    /// <summary>Seconds since the epoch.</summary>
    public ulong? LastModified => Input.Number("lastModified");

    /// <summary>A <c>path:</c> reference that is resolved against the flake that declares it.</summary>
    public bool IsRelativePath => Type == "path" && Input.Text("path") is { } path && !path.StartsWith('/');

    /// <summary>What a lock holds: the attributes of the input, and <c>dir</c> where it is not empty.</summary>
    public RefAttributes Attributes => Directory.Length == 0 ? Input : Input.With("dir", Directory);

    /// <summary>The same reference with other attributes, or another subdirectory.</summary>
    public FlakeRef With(RefAttributes? input = null, string? directory = null) => new(input ?? Input, directory ?? Directory);

    /// <summary>The indirect reference <c>flake:ID</c>.</summary>
    public static FlakeRef Indirect(string id) => new(RefAttributes.Of(("type", "indirect"), ("id", id)), "");

    /// <summary>
    /// Takes attributes as a lock file holds them, without judging them: unknown types and names survive. <c>dir</c> becomes
    /// <see cref="Directory"/>.
    /// </summary>
    public static FlakeRef FromLock(RefAttributes attributes) =>
        new(attributes.Without("dir"), attributes.Text("dir") ?? "");

    public bool Equals(FlakeRef? other) => other is not null && Directory == other.Directory && Input.Equals(other.Input);

    public override bool Equals(object? obj) => Equals(obj as FlakeRef);

    public override int GetHashCode() => HashCode.Combine(Input, Directory);

    /// <summary>The URL that Nix prints for this reference in messages and commit texts.</summary>
    public override string ToString() => Attributes.ToString();
}
