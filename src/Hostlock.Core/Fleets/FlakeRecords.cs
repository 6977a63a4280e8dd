using System.Text;

namespace Hostlock.Fleets;

/// <summary>The places of the records of a flake: in the folder of git of its work tree, so that they are in no commit.</summary>
static class FlakeRecords
{
    /// <summary>The path of a record; null if the flake is in no repository.</summary>
    /// <param name="folder">The flake.</param>
    /// <param name="name">The name of the record.</param>
    public static string? PathOf(FleetFolder folder, string name)
    {
        if (folder.Repository is not { } place)
            return null;
        // Several flakes may lie in one repository.
        var inner = Path.GetRelativePath(place.WorkTree!, folder.Path);
        return Path.Combine(place.Folder, inner == "." ? name : $"{name}-{SumOf(Encoding.UTF8.GetBytes(inner))[..16]}");
    }

    /// <summary>The SHA-256 of some bytes, in lower case.</summary>
    /// <param name="bytes">The bytes.</param>
    public static string SumOf(ReadOnlySpan<byte> bytes) => ByteDigest.Sha256Hex(bytes);
}
